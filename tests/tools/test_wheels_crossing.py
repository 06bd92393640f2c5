"""How far builds for other systems come, and what of an extension for macOS is refused. No OpenSSL is built here.

The checks are tried on descriptions of files. Whether the descriptions are true is tried on small libraries; those
need zig, which `nox -s crossing` has installed before it runs this file.
"""

from __future__ import annotations

import dataclasses
import shutil

import pytest

from regraft_tools import environments, interpreters
from regraft_tools.wheels import crossing, hosts, symbols, toolchain

SYSTEMS, PYCONFIG = crossing.load(crossing.TABLE.read_text("utf-8"))
MACOS, WINDOWS = SYSTEMS["macosx_11_0_arm64"], SYSTEMS["win_amd64"]
HOST = hosts.named([crossing.SERIES])[0]
PYTHON = frozenset({"Py_IsInitialized", "PyExc_ValueError"})
GOOD = crossing.Image(
    "_openssl.so", "DYLIB", "ARM64", "MACOS", (11, 0, 0), True, (crossing.SYSTEM_LIBRARY,), (),
    frozenset({"_PyInit__openssl", "___dso_handle", "__mh_dylib_header"}),
    {"_Py_IsInitialized": "", "_printf": crossing.SYSTEM_LIBRARY}, frozenset({"_printf__thunk"}), (),
    crossing.Signature(True, True), (),
)
FAULTS = {
    "it is a OBJECT": {"kind": "OBJECT"},
    "for X86_64 on MACOS": {"machine": "X86_64"},
    "on IOS": {"system": "IOS"},
    "it needs system 11.3.0 instead of 11.0": {"oldest": (11, 3, 0)},
    "it needs system 11.0.1 instead of 11.0": {"oldest": (11, 0, 1)},
    "its names are bound to no library": {"two_levels": False},
    "it needs /usr/lib/libz.1.dylib": {"libraries": (crossing.SYSTEM_LIBRARY, "/usr/lib/libz.1.dylib")},
    "it looks for libraries in @loader_path": {"run_paths": ("@loader_path",)},
    "it shows _PyInit__openssl, _SSL_new instead of _PyInit__openssl alone": {
        "exported": GOOD.exported | {"_SSL_new"}},
    "it shows nothing instead": {"exported": crossing.OF_THE_LINKER},
    "nobody defines _SSL_new": {"imported": {**GOOD.imported, "_SSL_new": ""}},
    "it is not stripped of _SSL_new": {"locals": frozenset({"_SSL_new"})},
    "__TEXT is both writable and executable": {"loose": ("__TEXT",)},
    "it is not signed": {"signature": None},
    "its signature is not ad hoc": {"signature": crossing.Signature(False, True)},
    "its signature is of other bytes": {"signature": crossing.Signature(True, False)},
    "it names /root/work/openssl.c": {"paths": ("/root/work/openssl.c",)},
}


def test_an_extension_that_is_as_a_wheel_needs_it_is_good():
    crossing.check(GOOD, HOST, MACOS.target, PYTHON)


@pytest.mark.parametrize("words", FAULTS)
def test_each_fault_is_named_alone(words):
    with pytest.raises(symbols.Unfit) as refusal:
        crossing.check(dataclasses.replace(GOOD, **FAULTS[words]), HOST, MACOS.target, PYTHON)
    assert words in str(refusal.value)
    assert ";" not in str(refusal.value)


def test_a_system_that_comes_as_far_as_listed_is_right():
    assert crossing.judge(MACOS, "packed", "") is None
    assert crossing.judge(
        WINDOWS, "headers", "error: call to undeclared function 'pause'\nfatal error: 'poll.h' file not found") is None


def test_a_system_that_comes_less_far_is_a_fault_with_the_reason():
    words = crossing.judge(MACOS, "headers", "no such function")
    assert "comes to 'headers' only" in words and "no such function" in words


def test_a_system_that_comes_further_is_a_fault():
    assert "comes further" in crossing.judge(WINDOWS, "compiled", "")
    assert "comes further" in crossing.judge(dataclasses.replace(MACOS, reaches="linked"), "packed", "")


def test_a_system_that_another_thing_stops_is_a_fault():
    words = crossing.judge(WINDOWS, "headers", "fatal error: 'poll.h' file not found")
    assert "is not stopped by undeclared function 'pause'" in words
    assert "is not stopped by" in crossing.judge(WINDOWS, "headers", "")


ROW = '[[system]]\nname = "a"\ntriple = "t"\nconfigure = "c"\nsuffix = ""\n'


@pytest.mark.parametrize("rest, words", [
    ('reaches = "ready"', "no stage 'ready'"),
    ('reaches = "compiled"', "is said where it does not come to the end"),
    ('reaches = "compiled"\nstopped_by = ["x"]', "is said where it does not come to the end"),
    ('reaches = "packed"\nstopped_by = ["x"]\nreason = "y"', "is said where it does not come to the end"),
])
def test_a_row_that_contradicts_itself_is_refused(rest, words):
    with pytest.raises(ValueError, match=words):
        crossing.load(ROW + rest + "\n[pyconfig]\n")


def test_what_stops_a_build_is_told_with_the_stage_before(monkeypatch, tmp_path):
    def stages(*_):
        yield "openssl"
        raise toolchain.Failed("no header")

    monkeypatch.setattr(crossing, "_stages", stages)
    assert crossing.attempt(MACOS, {}, None, None, tmp_path) == ("openssl", "no header")


def test_a_fault_of_this_machine_is_no_stage(monkeypatch, tmp_path):
    def stages(*_):
        yield "openssl"
        raise hosts.NoHeaders("no mirror")

    monkeypatch.setattr(crossing, "_stages", stages)
    with pytest.raises(hosts.NoHeaders):
        crossing.attempt(MACOS, {}, None, None, tmp_path)


def test_the_settings_that_count_are_those_the_headers_mention_and_pymacconfig_does_not_decide():
    pyconfig = ("#define HAVE_A 1\n# define SIZEOF_LONG 8\n/* #undef HAVE_B */\n#define HAVE_C 1\n"
                "#define HAVE_D 1\n#define HAVE_E 1\n/* #undef const */\n")
    assert crossing.asked_for(pyconfig, {
        "python/a.h": "#ifdef HAVE_A\n/* HAVE_C\n */ // HAVE_E\n#if SIZEOF_LONG > 4 && defined(HAVE_D)\nconst int a;",
        "_openssl.c": "#ifndef HAVE_B\n", "python/pymacconfig.h": "#  undef HAVE_D\n# undef SIZEOF_LONG\n",
    }) == {"HAVE_A", "HAVE_B", "SIZEOF_LONG"}


def test_settings_replace_those_of_the_other_system():
    text = crossing.settle("#define HAVE_A 1\n", {"HAVE_A"}, {"HAVE_A": "", "HAVE_B": "2"})
    assert text.splitlines()[-3:] == ["#undef HAVE_A", "#undef HAVE_B", "#define HAVE_B 2"]


@pytest.mark.parametrize("name", ["HAVE_A", "SIZEOF_SOMETHING"])
def test_a_setting_that_nobody_has_decided_stops_the_build(name):
    with pytest.raises(crossing.Undecided, match=name):
        crossing.settle("", {name}, {"HAVE_B": "1"})


def test_the_wheel_says_first_that_nobody_has_run_it():
    text = crossing.add_note("Name: regraft\nVersion: 1\n\n# regraft\n\nWhat it does.\n", MACOS.target)
    assert text.startswith("Name: regraft\nVersion: 1\n\n**Nobody has run this wheel.**")
    assert text.endswith("\n\n# regraft\n\nWhat it does.\n")
    with pytest.raises(ValueError, match="no description"):
        crossing.add_note("Name: regraft\n", MACOS.target)


def test_an_unknown_system_is_named(capsys):
    assert crossing.main(["beos"]) == 1
    assert "no system beos; there are macosx_11_0_arm64, win_amd64" in capsys.readouterr().err


# From here on with zig.

PROGRAM = """
#include <stdio.h>
int Py_IsInitialized(void);
static __attribute__((noinline)) int own(int value) { return printf("%d", value); }
__attribute__((visibility("default"))) int SSL_new(int value) { return own(value + 1) + own(value); }
__attribute__((visibility("default"))) int PyInit__openssl(void) { return SSL_new(Py_IsInitialized()); }
"""
FLAGS = ("-O1", "-g0", "-fno-sanitize=all", "-fvisibility=hidden")
LINK = ("-shared", "-Wl,-undefined,dynamic_lookup", "-Wl,-dead_strip", "-install_name", "module.so")


@pytest.fixture(scope="module")
def macos(tmp_path_factory):
    """A function that runs the compiler for macOS in a directory, and that directory."""
    installed = environments.directory() / ("%s-wheels" % interpreters.own().version) / "regraft-tools.json"
    if not installed.exists():
        pytest.skip("zig is not installed here; `nox -s crossing` installs it and runs these tests")
    folder, tools = tmp_path_factory.mktemp("macos"), toolchain.ensure()
    tools.install(MACOS.target, folder / "bin")
    environ = tools.variables(folder / "bin", 0)
    (folder / "module.c").write_text(PROGRAM)

    def run(*words: str):
        toolchain.run([toolchain.CC, *words], folder, environ)

    run(*FLAGS, "-c", "module.c", "-o", "module.o")
    return run, folder


@pytest.fixture(scope="module")
def good(macos):
    """The library of an object file that shows its init function alone."""
    run, folder = macos
    (folder / "hidden.o").write_bytes(crossing.hide((folder / "module.o").read_bytes(), {"_PyInit__openssl"}))
    run(*LINK, "-Wl,-x", "hidden.o", "-o", "good.so")
    return folder / "good.so"


def test_a_library_whose_names_are_hidden_is_good(good):
    image = crossing.read(good)
    crossing.check(image, HOST, MACOS.target, PYTHON)
    assert image.exported == {"_PyInit__openssl"} | crossing.OF_THE_LINKER
    assert image.imported["_Py_IsInitialized"] == "" and image.imported["_printf"] == crossing.SYSTEM_LIBRARY


def test_what_is_not_hidden_or_stripped_is_seen_in_a_file(macos):
    run, folder = macos
    run(*LINK, "module.o", "-o", "shown.so")
    with pytest.raises(symbols.Unfit, match="it shows _PyInit__openssl, _SSL_new .* it is not stripped of _own"):
        crossing.check(crossing.read(folder / "shown.so"), HOST, MACOS.target, PYTHON)


def test_other_libraries_and_run_paths_are_seen_in_a_file(macos, good):
    run, folder = macos
    run(*LINK, "-Wl,-x", "-Wl,-rpath,/opt/lib", "hidden.o", "good.so", "-o", "other.so")
    image = crossing.read(folder / "other.so")
    assert image.run_paths == ("/opt/lib",)
    assert "module.so" in image.libraries


def test_a_changed_byte_and_a_missing_signature_are_seen_in_a_file(good, tmp_path):
    assert crossing.read(good).signature == crossing.Signature(True, True)
    data = bytearray(good.read_bytes())
    data[data.index(b"%d\0")] ^= 1
    (tmp_path / "changed.so").write_bytes(data)
    assert crossing.read(tmp_path / "changed.so").signature == crossing.Signature(True, False)
    binary = crossing.lief.MachO.parse(str(good)).at(0)
    assert binary.remove_signature()
    binary.write(str(tmp_path / "unsigned.so"))
    assert crossing.read(tmp_path / "unsigned.so").signature is None


def test_a_path_is_seen_in_a_file(good, tmp_path):
    changed = good.read_bytes() + b"/home/someone/openssl.c\0"
    (tmp_path / "path.so").write_bytes(changed)
    assert crossing.read(tmp_path / "path.so").paths == ("/home/someone/openssl.c",)


def test_an_extension_that_defines_what_python_does_is_refused(macos):
    _, folder = macos
    crossing.check_object((folder / "module.o").read_bytes(), PYTHON)
    with pytest.raises(symbols.Unfit, match="the extension defines _SSL_new, which Python does"):
        crossing.check_object((folder / "module.o").read_bytes(), PYTHON | {"SSL_new"})


def test_a_file_of_another_kind_is_refused(tmp_path):
    shutil.copy(__file__, tmp_path / "text.so")
    with pytest.raises(symbols.Unfit, match="text.so is no Mach-O file"):
        crossing.read(tmp_path / "text.so")


def test_a_function_that_is_newer_than_the_system_is_refused(macos):
    run, folder = macos
    (folder / "age.c").write_text(crossing.age_program(["_strlen", "___error", "_fopen$DARWIN_EXTSN"]))
    run("-Werror=unguarded-availability", "-c", "age.c", "-o", "age.o")
    (folder / "age.c").write_text(crossing.age_program(["_strchrnul"]))
    with pytest.raises(toolchain.Failed, match="'strchrnul' is only available on macOS 15.4"):
        run("-Werror=unguarded-availability", "-c", "age.c", "-o", "age.o")


def test_a_size_that_the_system_has_otherwise_does_not_compile(macos):
    run, folder = macos
    (folder / "sizes.c").write_text(hosts.assert_sizes([("SIZEOF_LONG", "8"), ("ALIGNOF_MAX_ALIGN_T", "8")]))
    run("-c", "sizes.c", "-o", "sizes.o")
    (folder / "sizes.c").write_text(hosts.assert_sizes([("SIZEOF_LONG_DOUBLE", "16")]))  # as on Linux
    with pytest.raises(toolchain.Failed, match="SIZEOF_LONG_DOUBLE"):
        run("-c", "sizes.c", "-o", "sizes.o")
