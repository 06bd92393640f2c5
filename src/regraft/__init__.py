"""Today's network security for the Python you already run.

Importing this package changes nothing. `python -m regraft enable` switches regraft on for an environment,
`python -m regraft run` for one program and its children, and `activate()` for the process that calls it.

PYTEST_DONT_REWRITE: a pytest under `run`, where this is imported before pytest, would warn that it cannot be rewritten.
"""
from __future__ import absolute_import, division, print_function

__all__ = ["ActivationError", "__version__", "activate", "status"]

__version__ = "0.1.0"


class ActivationError(RuntimeError):
    """regraft cannot serve this process, and nothing was changed.

    Not an `ImportError`: code that tolerates a regraft that is not installed must not take one that is
    installed and broken for that, and go on with the old `ssl`.

    Since: 0.1.0.
    Source: docs/activation.rst.
    """


def activate():
    """Let `import ssl`, `hashlib`, `hmac`, `random` and `secrets` give regraft's modules in this process.

    Call it first, before the program's other imports. Covered modules that are loaded already are taken out
    of `sys.modules`, so that the next `import` gets regraft's; they are not changed, and modules that hold
    them or their classes and functions keep them. If one of those holds the old `ssl`, a `RuntimeWarning`
    names it; `status()` names all. On 2.7 `socket` holds names of `_ssl` (`sslerror`, `RAND_add`, `RAND_status`
    and the module itself): these are renewed, so that `except socket.sslerror` goes on working.

    Calling it again does nothing. The process alone is concerned: children need `enable` or `run`.

    Returns:
        bool: True if regraft is active, False if the environment variable REGRAFT_DISABLE switched it off.

    Raises:
        ActivationError: the extension is missing or does not load, or the choice of defaults is not one;
            nothing was changed.

    Since: 0.1.0.
    Source: docs/activation.rst.
    """
    from regraft import activation

    return activation.activate()


def status():
    """Return how regraft stands in this process. Imports `ssl`.

    Returns:
        dict: what `python -m regraft status --json` prints; text, numbers, bool, None, lists and dicts only.

    Since: 0.1.0.
    Source: docs/activation.rst.
    """
    from regraft import inspection

    return inspection.examine()
