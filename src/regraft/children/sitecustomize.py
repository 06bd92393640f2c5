"""Start-up of programs under `python -m regraft run`, and of their children.

`run` puts this directory at the head of PYTHONPATH, and the interpreter it was asked for into REGRAFT_RUN.
Other interpreters among the children see it too: they get regraft if it has an extension that loads there, and
otherwise nothing at all. Then the `sitecustomize` that this one hides is imported, if there is one.

`run --as RELEASE` puts the release into REGRAFT_INSECURE_AS. It is read here and nowhere else, so that it counts only
in what `run` has started.
"""
from __future__ import absolute_import, division, print_function

import os
import sys


def start():
    """Activate regraft in this process, as another release if that was asked for. Cannot raise."""
    here = os.path.dirname(os.path.abspath(__file__))
    home = os.path.dirname(here)
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    asked = os.environ.get("REGRAFT_RUN") == os.path.realpath(sys.executable or "")
    enabled = [entry for entry in sys.path if entry.endswith(os.path.join("regraft", "overlay"))]
    if enabled:
        # This interpreter has a regraft of its own, and `enable` started it.
        emulate(os.path.dirname(os.path.dirname(enabled[0])), asked)
        return
    parent, grafted = os.path.dirname(home), None
    sys.path.insert(0, parent)
    try:
        from regraft import _boot
        grafted = None if asked else _boot.find_grafted_library()
        if grafted:
            # Its standard library has a regraft of its own, which is the one that counts.
            for name in ("regraft", "regraft._boot"):
                del sys.modules[name]
        else:
            if not asked:
                if not _boot.list_extensions():
                    return
                from regraft import activation
                activation.load_extension()
            _boot.start("run")
    except Exception as error:  # noqa: B902  (an interpreter must start)
        if asked:
            sys.stderr.write("regraft: NOT active, this process has the old ssl: %s\n" % error)
    finally:
        sys.path.remove(parent)
    emulate(grafted or parent, asked)


def emulate(parent, asked):
    """Let this process show the release that REGRAFT_INSECURE_AS names, or end it: it must not run as a safer one.

    Args: parent (str), directory that the package is in; asked (bool): this is the interpreter that `run` was given.
    """
    release = os.environ.get("REGRAFT_INSECURE_AS")
    if not release:
        return
    sys.path.insert(0, parent)
    try:
        from regraft import profiles
        if not asked and release not in profiles.releases():
            sys.stderr.write("regraft: %s is another Python, and is not shown as %s\n" % (sys.executable, release))
            return
        profiles.emulate(release, version=os.environ.get("REGRAFT_INSECURE_AS_VERSION", "0") not in ("", "0"))
    except Exception as error:  # noqa: B902  (site.py would go on after it)
        try:
            sys.stderr.write("regraft: this program does not run: %s\n" % error)
            sys.stderr.flush()
        finally:  # though nobody can be told
            os._exit(125)
    finally:
        sys.path.remove(parent)


start()
# The user's own. Without one the ImportError goes to site.py, which expects it.
del sys.modules[__name__]
import sitecustomize  # noqa: E402,F401
