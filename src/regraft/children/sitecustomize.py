"""Start-up of programs under `python -m regraft run`, and of their children.

`run` puts this directory at the head of PYTHONPATH, and the interpreter it was asked for into REGRAFT_RUN.
Other interpreters among the children see it too: they get regraft if it has an extension that loads there, and
otherwise nothing at all. Then the `sitecustomize` that this one hides is imported, if there is one.
"""
from __future__ import absolute_import, division, print_function

import os
import sys


def start():
    """Activate regraft in this process. Cannot raise."""
    here = os.path.dirname(os.path.abspath(__file__))
    home = os.path.dirname(here)
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    asked = os.environ.get("REGRAFT_RUN") == os.path.realpath(sys.executable or "")
    if any(entry.endswith(os.path.join("regraft", "overlay")) for entry in sys.path):
        return  # this interpreter has a regraft of its own, and `enable` started it
    sys.path.insert(0, os.path.dirname(home))
    try:
        from regraft import _boot
        if not asked:
            if _boot.is_grafted() or not _boot.list_extensions():
                return
            from regraft import activation
            activation.load_extension()
        _boot.start("run")
    except Exception as error:  # noqa: B902  (an interpreter must start)
        if asked:
            sys.stderr.write("regraft: NOT active, this process has the old ssl: %s\n" % error)
    finally:
        sys.path.remove(os.path.dirname(home))


start()
# The user's own. Without one the ImportError goes to site.py, which expects it.
del sys.modules[__name__]
import sitecustomize  # noqa: E402,F401
