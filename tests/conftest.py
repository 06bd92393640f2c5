"""Refuses a run in which `ssl`, `hashlib` or `hmac` is not regraft's, and says which OpenSSL is in use.

Some directories are tests of sources and tools, not of the runtime, and run in a Python without regraft.
"""
from __future__ import absolute_import, division, print_function

import os
import platform
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
UNGRAFTED = ("house", "tools", "conformance", "x509", "peers", "differential", "wheels", "bundle",
             "graft_trials")
OVERLAID = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets")
CERTIFICATES = "REGRAFT_TEST_CERTS"


def _needs_graft(config):
    """Whether any of the paths that pytest was given may hold tests of the runtime."""
    free = tuple(os.path.join(HERE, name) + os.sep for name in UNGRAFTED)
    places = [os.path.abspath(each.split("::")[0]) + os.sep for each in config.args]
    return not places or not all(each.startswith(free) for each in places)


def _describe():
    import regraft
    from regraft import _openssl

    return "%s %s at %s; regraft %s in %s; %s" % (
        platform.python_implementation(), platform.python_version(), sys.executable,
        regraft.__version__, os.path.dirname(os.path.abspath(regraft.__file__)), _openssl.OPENSSL_VERSION)


def _find_strangers():
    """Sentences about modules that are not ours; empty if all are."""
    import importlib

    import regraft
    from regraft import _openssl

    house = os.path.dirname(os.path.realpath(regraft.__file__))
    overlay = os.path.join(house, "overlay")
    strangers = []

    def expect(module, folder):
        path = getattr(module, "__file__", None)
        if path is None or os.path.dirname(os.path.realpath(path)) != folder:
            strangers.append("%s is %s, not in %s" % (module.__name__, path or "built in", folder))

    expect(_openssl, house)
    for name in OVERLAID:
        try:
            expect(importlib.import_module(name), overlay)
        except ImportError as error:
            strangers.append("%s cannot be imported: %s" % (name, error))
    if strangers:
        return strangers
    import hashlib
    import ssl

    if not issubclass(ssl.SSLContext, _openssl._SSLContext):
        strangers.append("ssl.SSLContext is not made of regraft._openssl's")
    if ssl.OPENSSL_VERSION != _openssl.OPENSSL_VERSION:
        strangers.append("ssl names %s, the extension %s" % (ssl.OPENSSL_VERSION, _openssl.OPENSSL_VERSION))
    if type(hashlib.new("sha256")).__module__ not in ("_hashlib", "regraft._openssl"):
        strangers.append("hashlib.new('sha256') is a %r" % type(hashlib.new("sha256")))
    return strangers


def pytest_report_header(config):
    """Interpreter, regraft and OpenSSL, at the head of each run."""
    return _describe() if _needs_graft(config) else None


def pytest_sessionstart(session):
    """Ends the run before the first test if it would test something else."""
    if not _needs_graft(session.config):
        return
    strangers = _find_strangers()
    if strangers:
        pytest.exit("this run would not test regraft: " + "; ".join(strangers), 3)
    if session.config.option.verbose < 0:  # pytest has left out the header
        print(_describe())


@pytest.fixture(scope="session")
def certs():
    """Directory (str) with the throw-away certificates; `regraft_tools.certificates` lists the files."""
    folder = os.environ.get(CERTIFICATES)
    if not folder or not os.path.isdir(folder):
        pytest.fail("%s must name the directory that `python -m regraft_tools.certificates DIR` made; "
                    "`nox -s tests` does that" % CERTIFICATES)
    return folder


@pytest.fixture
def without_override():
    """A `preexec_fn` that lets file modes bind a root user too."""
    if os.geteuid():
        return None
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    drop, override = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE

    def give_up():
        if libc.prctl(drop, override, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")

    return give_up
