"""Asks each row of the registry in this process.

Apart from `coverage`, as the child process that answers for the stock modules imports this alone: it is half of what the
report takes.
"""
from __future__ import absolute_import, division, print_function

import contextlib
import marshal
import os
import sys
import warnings

from regraft import features

# What stands before the answer of the child: a sitecustomize may print something, too.
MARK = b"\nregraft observes:\n"
_STORE = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_KEY_LOG = "SSLKEYLOGFILE"


@contextlib.contextmanager
def without_files():
    """Let contexts be made that read no CA certificates and write no key log.

    To read the certificates is nearly all that a stock context costs (20 ms), and a dozen recipes make one.
    """
    before = dict((name, os.environ[name]) for name in _STORE + (_KEY_LOG,) if name in os.environ)
    os.environ.update(dict.fromkeys(_STORE, os.devnull))
    os.environ.pop(_KEY_LOG, None)
    try:
        yield
    finally:
        for name in _STORE:
            os.environ.pop(name, None)
        os.environ.update(before)


def observe():
    """Ask each row of the registry in this process.

    Returns:
        dict: name -> dict of `has` (bool; None if it could not be asked), `default` and `error` (text or None)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict((row["name"], _ask(row)) for row in features.rows())


def _ask(row):
    answer = {"has": None, "default": None, "error": None}
    try:
        with _around(row["detect"]):
            answer["has"] = features.has(row["name"])
        if answer["has"] and row["default"] is not None:
            with _around(row["default"]):
                answer["default"] = _plain(features.run(row, "default")["default"])
    except Exception as error:  # noqa: B902  (a broken module may fail in any way, which is what the report is about)
        answer["error"] = "%s: %s" % (type(error).__name__, error)
    return answer


def _around(code):
    # Others may be about the very files.
    return without_files() if code is not None and "create_default_context" in code else _nothing()


@contextlib.contextmanager
def _nothing():
    yield


def _plain(value):
    """Return a setting as what JSON and marshal know: enumerations of integers become integers."""
    if isinstance(value, (bool, type(None), str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, int) else str(value)


def tell():
    """Write what `observe` finds to stdout, for `coverage.Stock`."""
    getattr(sys.stdout, "buffer", sys.stdout).write(MARK + marshal.dumps(observe()))
