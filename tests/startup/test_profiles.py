"""`run --as` where `enable` has been, and `enable` where the variables of `run --as` are set."""
from __future__ import absolute_import, division, print_function

import sys

PY2 = sys.version_info[0] == 2
OLD = "2.7.6" if PY2 else "3.6"
SHOWS = "import ssl; print(hasattr(ssl.SSLContext, 'minimum_version') if hasattr(ssl, 'SSLContext') else False)"


def test_the_hook_alone_lowers_nothing(environment):
    environment.enable()
    for version in ({}, {"REGRAFT_INSECURE_AS_VERSION": "1"}):
        result = environment.run("-c", SHOWS + "; import sys; print(sys.version_info[:3] == %r)" % (sys.version_info[:3],),
                                 REGRAFT_INSECURE_AS=OLD, **version)
        assert (result.status, result.lines, result.err) == (0, ["True", "True"], ""), result


def test_nor_does_it_with_the_mark_of_run(environment):
    environment.enable()
    result = environment.run("-c", SHOWS, REGRAFT_INSECURE_AS=OLD, REGRAFT_RUN=environment.python)
    assert (result.status, result.lines, result.err) == (0, ["True"], ""), result


def test_enable_has_no_such_option(environment):
    result = environment.regraft("enable", "--as", OLD)
    assert result.status == 2 and "--as" in result.err


def test_run_shows_a_release_whether_enabled_or_not(any_environment):
    for enabled in (False, True):
        if enabled:
            any_environment.enable()
        result = any_environment.regraft("run", "--as", OLD, "-c", SHOWS)
        assert (result.status, result.lines) == (0, ["False"]), result
        assert "INSECURE" in result.err and len(result.err.splitlines()) == 1


def test_a_start_up_that_imports_too_early_stops_the_program(environment):
    with open(environment.packages + "/early.pth", "w") as stream:
        stream.write("import random\n")
    result = environment.regraft("run", "--as", OLD, "-c", "print('ran')")
    assert (result.status, result.out) == (125, ""), result
    assert "does not run" in result.err and "already imported are" in result.err and "random" in result.err


def test_a_broken_extension_stops_the_program(environment):
    code = "import os, subprocess, sys; os.remove(%r); sys.exit(subprocess.call([sys.executable, '-c', 'print(1)']))"
    result = environment.regraft("run", "--as", OLD, "-c", code % environment.find_extension())
    assert (result.status, result.out) == (125, ""), result
    assert "does not run" in result.err and "extension" in result.err
