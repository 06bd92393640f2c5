"""Sets an emulation up: before the covered modules, whole or not at all."""
from __future__ import absolute_import, division, print_function

import os
import sys
import types

from regraft import ActivationError, _behavior, _boot, _emulated, activation, policy
from regraft._compat import PY2, reload_module
from regraft.profiles import EmulationError, HOST, NEWEST, VARIABLE, active, catalogue


def establish(release, version):
    """Do what `regraft.profiles.emulate` says."""
    if active() is not None:
        if active() == release:
            return
        raise EmulationError("this process emulates %s already; one process can be one release only: start another"
                             " for %s" % (active(), release))
    wanted = None if release in (HOST, NEWEST) else catalogue.find(release)
    check_modules(release)
    if _boot.is_switched_off():
        raise EmulationError("REGRAFT_DISABLE switches regraft off, and without it no release can be emulated: unset it")
    environment = os.environ.get(policy.VARIABLE)
    if wanted is None:
        os.environ[policy.VARIABLE] = release
    else:
        _prepare(wanted)
    try:
        reload_module(_behavior)
        reload_module(policy)
        if wanted is not None:
            _give_defaults(wanted)
        activation.activate("profiles")
    except (ActivationError, ImportError) as error:
        _retract(wanted, environment)
        raise EmulationError("%s cannot be emulated: %s" % (release, error))
    except BaseException:
        _retract(wanted, environment)
        raise
    if wanted is not None:
        from regraft.profiles import clients

        if os.environ.get(VARIABLE) != release:
            warn(release, "this process")  # else `run` has said it
        _take_from_os()
        clients.install(wanted)
        if version:
            from regraft.profiles import version as versions

            versions.pretend(wanted)


def warn(release, who):
    """Say on stderr, in one line, that somebody gets less than there is.

    Args: release, who (str).
    """
    if sys.stderr is not None:
        sys.stderr.write("regraft: INSECURE on purpose, for tests: %s has the ssl, hashlib, hmac and random of Python %s\n"
                         % (who, release))
        sys.stderr.flush()


def check_modules(release):
    """Refuse if a covered module is imported: whoever has it keeps what it has now."""
    loaded = [name for name in _boot.COVERED if name in sys.modules and sys.modules[name] is not None]
    if not loaded:
        return
    marks, holders = {}, {}
    for each in loaded:
        marks[id(sys.modules[each])] = each
        for value in list(vars(sys.modules[each]).values()):
            if getattr(value, "__module__", None) == each:
                marks[id(value)] = each  # a class or function of it
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, types.ModuleType) and name not in loaded:
            for each in set(marks.get(id(value)) for value in list(vars(module).values())) - set([None]):
                holders.setdefault(each, []).append(name)
    told = ", ".join("%s (by %s)" % (each, ", ".join(holders[each][:3])) if each in holders else each for each in loaded)
    raise EmulationError(
        "%s cannot be emulated: already imported are %s. Call regraft.profiles.emulate() before them, as the first"
        " thing the program does, or start it with `python -m regraft run --as %s`" % (release, told, release))


def _prepare(wanted):
    from regraft.profiles import facade, importing

    presenter = facade.Presenter(wanted)
    importing.install(presenter)
    _emulated.RELEASE, _emulated.present = wanted, presenter.present
    _emulated.HIDDEN = presenter.facts.hidden_constants(wanted)


def _retract(wanted, defaults):
    """Take back what was done, and the variable with the defaults (str or None)."""
    if wanted is not None:
        from regraft.profiles import importing

        importing.remove()
    _emulated.RELEASE = _emulated.present = None
    _emulated.HIDDEN = frozenset()
    _emulated.IMPLEMENTATIONS.clear()
    _emulated.SHOWN.clear()
    os.environ.pop(policy.VARIABLE, None)
    if defaults is not None:
        os.environ[policy.VARIABLE] = defaults
    reload_module(_behavior)
    reload_module(policy)


def _give_defaults(wanted):
    if PY2:
        from regraft.profiles import defaults

        policy.DEFAULTS = defaults.of_release(wanted)


def _take_from_os():
    """Give `os` back what it had: on 2.7 there was no getrandom()."""
    if not PY2:
        return
    os.urandom = sys.modules["posix"].urandom
    gone = [name for name in ["getrandom"] + sorted(_boot.GETRANDOM_FLAGS) if name in vars(os)]
    for name in gone:
        delattr(os, name)
    os.__all__[:] = [name for name in os.__all__ if name not in gone]
