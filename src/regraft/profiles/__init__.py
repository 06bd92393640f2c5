"""Releases of Python as a program would see them: the `ssl`, `hashlib`, `hmac`, `random` and `os.urandom` of then.

For tests: a library author who wants to know what the library does on 2.7.6 runs its tests under that profile. It lowers
security on purpose, down to what that release had, and is never switched on by `enable`.
docs/profiles.rst is for users; `facts` and `names` say what a release had, `facade` and its neighbours make it so.
"""
from __future__ import absolute_import, division, print_function

from regraft import _emulated

__all__ = ["EmulationError", "active", "describe", "emulate", "find", "implementation", "releases"]

# Read in processes of `python -m regraft run`, by children/sitecustomize.py.
VARIABLE = "REGRAFT_INSECURE_AS"
VERSION_VARIABLE = "REGRAFT_INSECURE_AS_VERSION"
HOST, NEWEST = "host", "newest"

# What is emulated: the name that was asked for, or None.
_active = None


class EmulationError(RuntimeError):
    """A release cannot be emulated in this process, and nothing was changed.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """


def releases():
    """Return the names of the releases that this interpreter can be made to show, oldest first.

    Returns:
        list of str: of the interpreter's language only; "newest" and "host" come last.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """
    from regraft.profiles import catalogue

    return catalogue.list_names() + [NEWEST, HOST]


def find(release):
    """Return the release (tuple of three int) that a name of `releases()` but "newest" and "host" stands for.

    Raises: EmulationError: there is no such release here; the text says which there are.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """
    from regraft.profiles import catalogue

    return catalogue.find(release)


def describe(release):
    """Return what a release had and had not.

    Args: release (str), a name of `releases()` but "newest" and "host".
    Returns:
        dict: `release`; `number`, the exact release; `brought`, the features that it was the first to have; `lacks` and
        `weaker`, features and safer defaults that it had not (`name`, `title`, `first` release or None);
        `not_emulated` and `unconfirmed`, sentences. Names are those of `regraft.features`.
    Raises: EmulationError: there is no such release here.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """
    from regraft.profiles import catalogue

    return catalogue.describe(release)


def active():
    """Return the name of the release that this process emulates (str), or None.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """
    return _active


def implementation(name):
    """Return a covered module with all that regraft puts into it, whatever the process is shown of it.

    Args: name (str), such as "ssl"; it is imported.
    Returns: module.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """
    __import__(name)
    return _emulated.implementation(name)


def emulate(release, version=False):
    """Let this process have the covered modules as a release of Python had them. It lowers security on purpose.

    To be called before `ssl`, `hashlib`, `hmac`, `random` or `secrets` is imported, by the program or by any module
    that it imports; `python -m regraft run --as RELEASE` sees to that. It holds for the life of the process.

    Args:
        release (str): a name of `releases()`: "2.7.6", "newest" for the defaults of the newest Python, "host" for
            regraft as it is.
        version (bool): whether `sys.version_info`, `sys.hexversion`, `sys.version` and with them
            `platform.python_version()` say that release, too.
    Raises:
        EmulationError: it cannot be emulated here; the text says why and what to do. Nothing is changed then.

    Since: 0.1.0.
    Source: docs/profiles.rst.
    """
    from regraft.profiles import emulation

    global _active
    emulation.establish(release, version)
    _active = release
