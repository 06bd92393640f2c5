"""CPython for musl, with which the wheels for musl are tried: no package of Debian or PyPI has one.

    root = musl_python.system("3.13")       # in it: /usr/bin/python3.13 and /lib/ld-musl-x86_64.so.1

It is upstream's source as Debian's source package has it, cross-compiled with the compiler that the wheels are made
with. Its modules are linked in, as few as an installation with pip needs: neither `ssl` nor `hashlib`'s part of
OpenSSL is among them, nor `ctypes`. It is kept in the cache; deleting that is always safe.

As a program (`python -m regraft_tools.wheels.musl_python [SERIES [MACHINE]]`) it prints the directory.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from regraft_tools import debian, interpreters
from regraft_tools.wheels import hosts, targets, toolchain
from regraft_tools.wheels.targets import Target
from regraft_tools.wheels.toolchain import AR, CC, RANLIB, Toolchain

# The Debians that have these have musl 1.2.2, which is Alpine 3.13's and the oldest that the wheels promise to run on,
# and 1.2.5.
SERIES = ("3.9", "3.13")
TARGETS = {each.machine: each for each in (targets.MUSL_X86_64, targets.MUSL_AARCH64)}
_DEBIANS_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}

# What configure cannot find out without running something; what musl has got only after 1.2.2, and for which Python has
# no second way; and modules that take long and that nobody misses here.
_ANSWERS = """\
ac_cv_file__dev_ptmx=yes
ac_cv_file__dev_ptc=no
ac_cv_buggy_getaddrinfo=no
ac_cv_func_preadv2=no
ac_cv_func_pwritev2=no
""" + "".join("py_cv_module_%s=n/a\n" % each for each in (
    "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr", "_codecs_tw", "_multibytecodec",
    "_decimal"))
_OPTIONS = ("--prefix=/usr", "--without-doc-strings", "--without-ensurepip", "--disable-test-modules")
# zig would add checks of undefined behaviour, and forbids the time of compilation in a program. What stands for musl
# when it links has all variables at one place: an executable that had copies of them would have one copy for all.
_COMPILE = "-fPIE -fno-sanitize=undefined -Wno-date-time"
# It links musl statically unless told otherwise, and then nothing can be loaded. A thread has the stack that Alpine's
# Pythons give it.
_LINK = "-pie -dynamic -s -Wl,-z,stack-size=0x100000"
_OPTIMIZE = "-O1 -DNDEBUG"
# zig's stdarg.h stands before musl's, by which configure of 3.12 and newer tells musl.
_PREPROCESSOR = CC + " -E -D__DEFINED_va_list"
# Of 3.9, which links no module in unless it is named.
_LINKED_IN = """\
array arraymodule.c
math mathmodule.c _math.c -DPy_BUILD_CORE_BUILTIN
_contextvars _contextvarsmodule.c
_struct _struct.c
_random _randommodule.c -DPy_BUILD_CORE_BUILTIN
_pickle _pickle.c -DPy_BUILD_CORE_BUILTIN
_datetime _datetimemodule.c
_bisect _bisectmodule.c
_heapq _heapqmodule.c
_asyncio _asynciomodule.c
_json _json.c -DPy_BUILD_CORE_BUILTIN
_queue _queuemodule.c
_opcode _opcode.c
unicodedata unicodedata.c
fcntl fcntlmodule.c
grp grpmodule.c
select selectmodule.c
mmap mmapmodule.c
_csv _csv.c
_socket socketmodule.c
termios termios.c
resource resource.c
_posixsubprocess _posixsubprocess.c
_md5 md5module.c
_sha1 sha1module.c
_sha256 sha256module.c -DPy_BUILD_CORE_BUILTIN
_sha512 sha512module.c -DPy_BUILD_CORE_BUILTIN
_sha3 _sha3/sha3module.c
_blake2 _blake2/blake2module.c _blake2/blake2b_impl.c _blake2/blake2s_impl.c
binascii binascii.c
zlib zlibmodule.c $(ZLIB_CFLAGS) $(ZLIB_LIBS)
pyexpat pyexpat.c expat/xmlparse.c expat/xmlrole.c expat/xmltok.c -I$(srcdir)/Modules/expat -DHAVE_EXPAT_CONFIG_H
"""
_LEFT_OUT = ("test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "__pycache__", "*.exe")
_FOLDERS = ("dev", "etc", "mnt", "proc", "root", "tmp", "var/lib")
# A system without hosts asks a name server for localhost.
_FILES = {"etc/hosts": "127.0.0.1 localhost\n::1 localhost\n", "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"}


class NotPossible(RuntimeError):
    """There is no Python for musl to be had here; the message tells what is missing."""


def system(series: str, machine: str = "x86_64", tools: Toolchain | None = None) -> Path:
    """A directory with such a Python and musl, to be the root of a process; made when first asked for, in minutes.

    Args:
        series: of SERIES.
        machine: `x86_64` or `aarch64`.
        tools: default is those of the cache.

    Raises:
        NotPossible: no interpreter of the series is here, with which the other one's own files are made.
        debian.Unavailable: the sources or musl cannot be had.
        toolchain.Failed: it does not compile.
        environments.BuildFailed: there is no compiler to be had.
        LookupError: nobody knows how to make such a one.
    """
    if series not in SERIES or machine not in TARGETS:
        raise LookupError("no Python %s for musl on %s can be made; there are %s on %s" % (
            series, machine, " and ".join(SERIES), " and ".join(TARGETS)))
    target = TARGETS[machine]
    tools = tools or toolchain.ensure()
    folder = tools.home / "pythons" / ("%s-%s-%s" % (series, machine, _key(target)))
    with debian.locked(folder):
        if not folder.is_dir():
            making = Path(tempfile.mkdtemp(dir=folder.parent, prefix="making-"))
            try:
                _make(series, target, tools, making)
                (making / "product").rename(folder)
            finally:
                shutil.rmtree(making, ignore_errors=True)
    return folder


def program(root: Path, series: str) -> Path:
    """The interpreter in such a directory."""
    return root / "usr/bin" / ("python" + series)


def pip(root: Path) -> Path:
    """The wheel of pip that its source brings along."""
    return next(root.glob("usr/lib/python*/ensurepip/_bundled/pip-*.whl"))


def _make(series: str, target: Target, tools: Toolchain, making: Path) -> None:
    builder = interpreters.search([series]).of(series)
    if builder is None:
        raise NotPossible(
            "CPython %s for musl is made with the help of another CPython %s, and there is none here. "
            "`pyenv install %s` makes one." % (series, series, series))
    suite = hosts.SUITES[series]
    musl = debian.unpack(suite, ["musl"], architecture=_DEBIANS_NAMES[target.machine])
    files = debian.download_source(suite, "python" + series)
    zlib = debian.download_source(suite, "zlib")  # zipfile wants it, and so does pip
    print("building CPython %s for musl on %s; that takes some minutes" % (files.name, target.machine), flush=True)
    source, commands, build, product = (making / each for each in ("source", "bin", "build", "product"))
    unpack(files, source)
    tools.install(target, commands)
    _add_builder(series, builder.path, commands)
    (making / "answers").write_text(_ANSWERS)
    environ = tools.variables(commands, 0) | {
        "CC": CC, "AR": AR, "RANLIB": RANLIB, "CPP": _PREPROCESSOR, "PKG_CONFIG": "false", "CFLAGS": _COMPILE,
        "LDFLAGS": _LINK, "OPT": _OPTIMIZE, "MODULE_BUILDTYPE": "static", "CONFIG_SITE": str(making / "answers")}
    environ |= _build_zlib(zlib, making / "zlib", environ)
    build.mkdir()
    toolchain.run(
        [str(source / "configure"), *_OPTIONS, "--with-build-python=%s" % builder.path, "--build=x86_64-pc-linux-gnu",
         "--host=" + target.triple], build, environ)
    if not (source / "Modules/Setup.stdlib.in").exists():
        (build / "Modules/Setup.local").write_text(_LINKED_IN)
    toolchain.run(["make", "-j1", "python", "pybuilddir.txt"], build, environ)
    _install(series, source, build, product)
    # As Alpine has it: one file, which is both library and loader.
    (product / "lib").mkdir()
    shutil.copy(next(musl.rglob("libc.so")), product / "lib" / ("ld-musl-%s.so.1" % target.machine))
    (product / "sources.json").write_text(
        json.dumps({"python": files.name, "zlib": zlib.name, **debian.versions(musl)}, indent=1))


def unpack(files: Path, target: Path) -> None:
    """Puts upstream's part of a source package, as apt has verified it, into a new directory."""
    (tarball,) = (each for each in files.iterdir() if re.search(r"\.orig\.tar\.\w+\Z", each.name))
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        with tarfile.open(tarball) as archive:
            archive.extractall(folder, filter="data")
        (top,) = Path(folder).iterdir()
        top.rename(target)


def _build_zlib(files: Path, folder: Path, environ: dict[str, str]) -> dict[str, str]:
    """Compiles zlib; what its user must tell the compiler."""
    unpack(files, folder)
    sources = sorted(each.name for each in folder.glob("*.c") if not each.name.startswith("gz"))
    for each in sources:  # of several zig may make the first alone, without a word
        toolchain.run([CC, "-c", "-O2", "-fPIC", each], folder, environ)
    toolchain.run([AR, "rc", "libz.a", *(each[:-1] + "o" for each in sources)], folder, environ)
    return {"ZLIB_CFLAGS": "-I" + shlex.quote(str(folder)), "ZLIB_LIBS": shlex.quote(str(folder / "libz.a"))}


def _add_builder(series: str, builder: Path, commands: Path) -> None:
    """Makes sure that configure finds what it runs for a cross-build."""
    # That of 3.9 has no option for it, and takes the one on PATH.
    (commands / ("python" + series)).symlink_to(builder)
    # It would have one of the target's, and what it reads is alike on all machines.
    for each in TARGETS.values():
        (commands / (each.triple + "-readelf")).symlink_to(shutil.which("readelf") or "readelf")


def _install(series: str, source: Path, build: Path, product: Path) -> None:
    """Lays out what `make install` would, without compiling the library three times."""
    library = product / "usr/lib" / ("python" + series)
    shutil.copytree(source / "Lib", library, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    (library / "lib-dynload").mkdir()
    (library / "site-packages").mkdir(exist_ok=True)
    folder = build / (build / "pybuilddir.txt").read_text().strip()
    for each in folder.glob("_sysconfigdata_*.py"):
        shutil.copy(each, library)
    executable = program(product, series)
    executable.parent.mkdir()
    shutil.copy(build / "python", executable)
    (executable.parent / "python3").symlink_to(executable.name)
    for name in _FOLDERS:
        (product / name).mkdir(parents=True)
    for name, text in _FILES.items():
        (product / name).write_text(text)


def _key(target: Target) -> str:
    # Which version of a package is taken is left to the day on which it is made, as with all that the cache has of
    # Debian's.
    facts = [target.triple, toolchain.pinned("ziglang"), _ANSWERS, _OPTIONS, _COMPILE, _LINK, _OPTIMIZE, _PREPROCESSOR,
             _LINKED_IN, _LEFT_OUT, _FOLDERS, _FILES]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]


def main() -> int:
    """Prints the directory of such a Python."""
    os.nice(19)
    print(system(*(sys.argv[1:] or ["3.13"])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
