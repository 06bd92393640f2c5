"""What of an extension is refused: on small libraries that the compiler of this machine makes."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys

import pytest

from regraft_tools.wheels import hosts, symbols, targets

pytestmark = pytest.mark.skipif(
    not shutil.which("cc") or not sys.platform.startswith("linux"), reason="no C compiler for Linux here")

GOOD = "int Py_IsInitialized(void); int PyInit__openssl(void) { return Py_IsInitialized(); }\n"
# Whatever glibc is here; its floor is not what these tests are about.
TARGET = dataclasses.replace(targets.X86_64, triple="x86_64-linux-gnu.2.99")
HOST = hosts.named(["3.13"])[0]


@pytest.fixture
def make(tmp_path):
    def build(program: str, *arguments: str):
        source, target = tmp_path / "module.c", tmp_path / "module.so"
        source.write_text(program)
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-s", "-Wl,-z,relro", str(source), "-o", str(target), *arguments],
            check=True, capture_output=True, timeout=60)
        return target

    return build


def test_an_extension_that_shows_its_init_function_alone_is_good(make):
    path = make(GOOD)
    symbols.check(path, HOST, TARGET)
    assert symbols.of_python(path) == ["Py_IsInitialized"]


def test_what_else_it_shows_is_named(make):
    with pytest.raises(symbols.Unfit, match="it shows PyInit__openssl, SSL_new instead of PyInit__openssl alone"):
        symbols.check(make(GOOD + "int SSL_new(void) { return 0; }\n"), HOST, TARGET)


def test_the_init_function_of_another_python_is_not_enough(make):
    with pytest.raises(symbols.Unfit, match="instead of init_openssl alone"):
        symbols.check(make(GOOD), hosts.named(["2.7"])[0], TARGET)


def test_a_symbol_that_nobody_defines_is_named(make):
    program = "int SSL_new(void); int PyInit__openssl(void) { return SSL_new(); }\n"
    with pytest.raises(symbols.Unfit, match="nobody defines SSL_new"):
        symbols.check(make(program), HOST, TARGET)


def test_a_symbol_that_may_be_missing_is_no_fault(make):
    program = ("__attribute__((weak)) int getentropy_of_tomorrow(void);"
               "int PyInit__openssl(void) { return getentropy_of_tomorrow ? getentropy_of_tomorrow() : 0; }\n")
    symbols.check(make(program), HOST, TARGET)


def test_a_symbol_that_is_newer_than_the_target_is_named(make):
    program = "#include <unistd.h>\nint PyInit__openssl(void) { return (int)getpid(); }\n"
    old = dataclasses.replace(TARGET, triple="x86_64-linux-gnu.2.1")
    with pytest.raises(symbols.Unfit, match=r"getpid@GLIBC_2\.\d.* is newer than glibc 2.1"):
        symbols.check(make(program), HOST, old)


def test_a_library_that_may_not_be_there_is_named(make):
    with pytest.raises(symbols.Unfit, match="it needs libssl.so"):
        symbols.check(make(GOOD, "-Wl,--no-as-needed", "-lssl"), HOST, TARGET)


def test_a_path_to_libraries_is_refused(make):
    with pytest.raises(symbols.Unfit, match="it has DT_R(UN)?PATH"):
        symbols.check(make(GOOD, "-Wl,-rpath,/opt/lib"), HOST, TARGET)


def test_an_executable_stack_is_refused(make):
    with pytest.raises(symbols.Unfit, match="its stack would be executable"):
        symbols.check(make(GOOD, "-Wl,-z,execstack"), HOST, TARGET)


def test_writable_tables_are_refused(make):
    with pytest.raises(symbols.Unfit, match="its tables would stay writable"):
        symbols.check(make(GOOD, "-Wl,-z,norelro"), HOST, TARGET)
