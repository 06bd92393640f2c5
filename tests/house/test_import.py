"""What importing regraft brings with it, asked in each interpreter found."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from sources import ROOT

from regraft_tools import environments, interpreters

INTERPRETERS = pytest.mark.parametrize("interpreter", interpreters.find(), ids=lambda each: each.version)

QUESTION = r"""
import json, sys
before = set(sys.modules)
import %s
maps = []
try:
    with open("/proc/self/maps") as stream:
        maps = sorted(set(line.split()[-1] for line in stream if "libssl" in line or "libcrypto" in line))
except IOError:
    pass  # not Linux
print(json.dumps([sorted(set(sys.modules) - before), maps]))
"""
HEAVY = {"ssl", "_ssl", "hashlib", "_hashlib", "hmac", "socket", "_socket", "random", "subprocess",
         "regraft._openssl", "regraft.policy"}


@INTERPRETERS
@pytest.mark.parametrize("module", ["regraft", "regraft._boot"])
def test_importing_regraft_loads_neither_ssl_nor_openssl(interpreter, module):
    environ = environments.clean_environ()
    environ.update(PYTHONPATH=str(ROOT / "src"), PYTHONDONTWRITEBYTECODE="1", REGRAFT_DISABLE="1")
    done = subprocess.run(
        [interpreter.path, "-c", QUESTION % module], check=True, stdout=subprocess.PIPE,
        env=environ, cwd=os.sep,
    )
    modules, libraries = json.loads(done.stdout)
    assert HEAVY & set(modules) == set()
    assert libraries == []
