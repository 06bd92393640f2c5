"""Programs that are shown a release: `python -m regraft run --as RELEASE`."""
from __future__ import absolute_import, division, print_function

import json
import os
import subprocess
import sys

import regraft

PARENT = os.path.dirname(os.path.dirname(os.path.abspath(regraft.__file__)))
STEERING = ("REGRAFT_DISABLE", "REGRAFT_RUN", "REGRAFT_DEFAULTS", "REGRAFT_INSECURE_AS", "REGRAFT_INSECURE_AS_VERSION",
            "PYTHONPATH", "PYTHONWARNINGS", "PYTHONHTTPSVERIFY")

LOOK = """
import importlib, json, sys
found = []
for name in json.load(sys.stdin):
    parts = name.split(".")
    try:
        value = importlib.import_module(parts[0])
        for part in parts[1:]:
            value = getattr(value, part)
    except (ImportError, AttributeError):
        continue
    found.append(name)
print(json.dumps(found))
"""


class Result(object):
    """How a program ended: `status`, `out` and `err` (text)."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return "exit status %r\n--- out\n%s\n--- err\n%s" % (self.status, self.out, self.err)


def run(*arguments, **variables):
    """Run this interpreter, with regraft installed and not active; `data` is its standard input."""
    data = variables.pop("data", "")
    environment = dict((name, value) for name, value in os.environ.items() if name not in STEERING)
    environment.update(PYTHONPATH=PARENT, PYTHONDONTWRITEBYTECODE="1", **variables)
    child = subprocess.Popen([sys.executable] + list(arguments), env=environment, universal_newlines=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = child.communicate(data)
    return Result(child.returncode, out, err)


def show(release, code, *options, **variables):
    """Run code that is shown a release; it must end well."""
    result = run("-m", "regraft", "run", "--as", release, *(options + ("-c", code)), **variables)
    assert result.status == 0, result
    return result


def answer(release, code, *options, **variables):
    """Return what code that is shown a release prints as JSON."""
    return json.loads(show(release, code, *options, **variables).out)


def present(release, names):
    """Return which of the names a release shows (set of str)."""
    return set(answer(release, LOOK, data=json.dumps(sorted(names))))


def has_sslv3():
    """Tell whether the OpenSSL in use has SSLv3."""
    from regraft import _openssl

    return _openssl.CAPABILITIES["SSLv3"]
