"""PEP 493 on 2.7: the process and the environment decide whether the library's HTTPS clients verify."""
from __future__ import absolute_import, division, print_function

import os
import ssl
import subprocess
import sys

import pytest

ON_2 = sys.version_info[0] == 2
NAME_OF_FACTORY = "import ssl; print(ssl._create_default_https_context.__name__)"


def factory(value, *options):
    """The name of the factory in a new process with PYTHONHTTPSVERIFY set to `value`, None for unset."""
    environment = dict(os.environ)
    environment.pop("PYTHONHTTPSVERIFY", None)
    if value is not None:
        environment["PYTHONHTTPSVERIFY"] = value
    program = "import regraft; regraft.activate(); " + NAME_OF_FACTORY
    return subprocess.check_output([sys.executable] + list(options) + ["-c", program], env=environment).decode().strip()


@pytest.mark.skipif(not ON_2, reason="PEP 493 is about 2.7 only")
def test_the_process_can_switch_verification_off_and_on():
    assert ssl._create_default_https_context is ssl.create_default_context
    try:
        ssl._https_verify_certificates(enable=False)
        assert ssl._create_default_https_context is ssl._create_unverified_context
        ssl._https_verify_certificates()
        assert ssl._create_default_https_context is ssl.create_default_context
        ssl._https_verify_certificates(False)
        assert ssl._create_default_https_context().verify_mode == ssl.CERT_NONE
    finally:
        ssl._https_verify_certificates(True)


@pytest.mark.parametrize("value", [None, "", "1", "00", " 0", "no"])
def test_anything_but_0_in_the_environment_leaves_verification_on(value):
    assert factory(value) == "create_default_context"


def test_0_in_the_environment_switches_verification_off_on_2_only():
    assert factory("0") == ("_create_unverified_context" if ON_2 else "create_default_context")


def test_a_process_that_ignores_its_environment_verifies():
    assert factory("0", "-E") == "create_default_context"


@pytest.mark.skipif(ON_2, reason="2.7 has these names")
def test_python_3_has_no_such_names():
    for name in ("_https_verify_certificates", "_https_verify_envvar", "_get_https_context_factory"):
        assert not hasattr(ssl, name)
