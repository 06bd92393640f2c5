"""CPython for musl, with which the wheels for musl are tried: no package of Debian or PyPI has one.

    root = musl_python.system("3.13")       # in it: /usr/bin/python3.13 and /lib/ld-musl-x86_64.so.1

It is upstream's source as Debian's source package has it, cross-compiled with the compiler that the wheels are made
with. Its modules are linked in, as few as an installation with pip needs: neither `ssl` nor `hashlib`'s part of
OpenSSL is among them, nor `ctypes`. It is kept in the cache; deleting that is always safe.

As a program (`python -m regraft_tools.wheels.musl_python [SERIES [MACHINE]]`) it prints the directory.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shlex
import shutil
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, interpreters
from regraft_tools.wheels import targets, toolchain
from regraft_tools.wheels.targets import Target
from regraft_tools.wheels.toolchain import AR, CC, RANLIB, Toolchain

TARGETS = {each.machine: each for each in (targets.MUSL_X86_64, targets.MUSL_AARCH64)}
_DEBIAN_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_ZLIB = ("trixie", "zlib")  # zipfile wants it, and so pip

# What configure cannot find out without running something; what musl has got only since 1.2.2, for which Python has
# no second way; and the modules that take the longest and that nobody misses here.
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


@dataclass(frozen=True)
class Recipe:
    """Where a Python comes from, and the musl that it runs on.

    Attributes:
        series: `3.13`.
        suite: the Debian suite of its source package.
        musl_suite: the one of musl: of the two series one has the oldest and one the newest that Debian has.
    """

    series: str
    suite: str
    musl_suite: str

    @property
    def package(self) -> str:
        """The name of the source package."""
        return "python" + self.series


# musl 1.2.2, which Alpine 3.13 has, and 1.2.5.
RECIPES = {each.series: each for each in (Recipe("3.9", "bullseye", "bullseye"), Recipe("3.13", "trixie", "trixie"))}


def system(series: str, machine: str = "x86_64", tools: Toolchain | None = None) -> Path:
    """A directory with such a Python and musl, to be the root of a process; made when first asked for, in minutes.

    Args:
        series: of RECIPES.
        machine: `x86_64` or `aarch64`.
        tools: default is those of the cache.

    Raises:
        NotPossible: no interpreter of the series is here, with which the other one's own files are made.
        debian.Unavailable: the sources or musl cannot be had.
        toolchain.Failed: it does not compile.
        environments.BuildFailed: there is no compiler to be had.
        LookupError: nobody knows how to make such a one.
    """
    recipe, target = _choose(series, machine)
    tools = tools or toolchain.ensure()
    folder = tools.home / "pythons" / ("%s-%s-%s" % (series, machine, _key(recipe, target)))
    with debian.locked(folder):
        if not folder.is_dir():
            making = Path(tempfile.mkdtemp(dir=folder.parent, prefix="making-"))
            try:
                _make(recipe, target, tools, making)
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


def _choose(series: str, machine: str) -> tuple[Recipe, Target]:
    if series not in RECIPES or machine not in TARGETS:
        raise LookupError("no recipe for a Python %s for musl on %s; there are %s on %s" % (
            series, machine, ", ".join(RECIPES), ", ".join(TARGETS)))
    return RECIPES[series], TARGETS[machine]


def _make(recipe: Recipe, target: Target, tools: Toolchain, making: Path) -> None:
    builder = interpreters.search([recipe.series]).of(recipe.series)
    if builder is None:
        raise NotPossible(
            "CPython %s for musl is made with the help of another CPython %s, and there is none here. "
            "`pyenv install %s` makes one." % (recipe.series, recipe.series, recipe.series))
    musl = debian.unpack(recipe.musl_suite, ["musl"], architecture=_DEBIAN_MACHINES[target.machine])
    files = debian.download_source(recipe.suite, recipe.package)
    print("building CPython %s for musl on %s; that takes some minutes" % (files.name, target.machine), flush=True)
    unpack(files, making / "source")
    commands, build, product = making / "bin", making / "build", making / "product"
    tools.install(target, commands)
    environ = tools.variables(commands, 0)
    environ |= {"CC": CC, "AR": AR, "RANLIB": RANLIB, "CPP": _PREPROCESSOR, "PKG_CONFIG": "false",
                "CFLAGS": _COMPILE, "LDFLAGS": _LINK, "OPT": _OPTIMIZE, "MODULE_BUILDTYPE": "static",
                "CONFIG_SITE": str(making / "answers")}
    (making / "answers").write_text(_ANSWERS)
    environ |= _build_zlib(making / "zlib", environ)
    build.mkdir()
    toolchain.run(
        [str(making / "source/configure"), *_OPTIONS, *_name_builder(recipe, builder.path, commands),
         "--build=x86_64-pc-linux-gnu", "--host=" + target.triple], build, environ)
    if not (making / "source/Modules/Setup.stdlib.in").exists():
        (build / "Modules/Setup.local").write_text(_LINKED_IN)
    toolchain.run(["make", "-j1", *("%s=%s" % (name, environ[name]) for name in ("ZLIB_CFLAGS", "ZLIB_LIBS")),
                   "python", "pybuilddir.txt"], build, environ)
    _install(recipe, making / "source", build, product)
    # As Alpine has it: one file, which is both library and loader.
    (product / "lib").mkdir()
    shutil.copy(next(musl.rglob("libc.so")), product / "lib" / ("ld-musl-%s.so.1" % target.machine))
    (product / "source.json").write_text(json.dumps({"python": files.name, **debian.versions(musl)}, indent=1))


def unpack(files: Path, target: Path) -> None:
    """Puts upstream's part of a source package, as apt has verified it, into a new directory."""
    (tarball,) = (each for each in files.iterdir() if re.search(r"\.orig\.tar\.\w+\Z", each.name))
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        with tarfile.open(tarball) as archive:
            archive.extractall(folder, filter="data")
        (top,) = Path(folder).iterdir()
        top.rename(target)


def _build_zlib(folder: Path, environ: dict[str, str]) -> dict[str, str]:
    """Compiles zlib; what its user must tell the compiler."""
    unpack(debian.download_source(*_ZLIB), folder)
    sources = sorted(each.name for each in folder.glob("*.c") if not each.name.startswith("gz"))
    toolchain.run([CC, "-c", "-O2", "-fPIC", *sources], folder, environ)
    objects = sorted(each.name for each in folder.glob("*.o"))
    toolchain.run([AR, "rc", "libz.a", *objects], folder, environ)
    return {"ZLIB_CFLAGS": "-I" + shlex.quote(str(folder)), "ZLIB_LIBS": shlex.quote(str(folder / "libz.a"))}


def _name_builder(recipe: Recipe, builder: Path, commands: Path) -> list[str]:
    """Tells configure which Python writes the files that the other one cannot: by an option, before 3.11 by PATH."""
    (commands / ("python" + recipe.series)).symlink_to(builder)
    # It would look for one of the target's, and of what it reads, all machines' are alike.
    for each in TARGETS.values():
        (commands / (each.triple + "-readelf")).symlink_to(shutil.which("readelf") or "/usr/bin/readelf")
    return ["--with-build-python=%s" % builder] if int(recipe.series.split(".")[1]) >= 11 else []


def _install(recipe: Recipe, source: Path, build: Path, product: Path) -> None:
    """Lays out what `make install` would, without compiling the library three times."""
    library = product / "usr/lib" / ("python" + recipe.series)
    shutil.copytree(source / "Lib", library, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    (library / "lib-dynload").mkdir()
    (library / "site-packages").mkdir(exist_ok=True)
    folder = build / (build / "pybuilddir.txt").read_text().strip()
    for each in folder.glob("_sysconfigdata_*.py"):
        shutil.copy(each, library)
    executable = program(product, recipe.series)
    executable.parent.mkdir()
    shutil.copy(build / "python", executable)
    (executable.parent / "python3").symlink_to(executable.name)
    for name in _FOLDERS:
        (product / name).mkdir(parents=True)
    for name, text in _FILES.items():
        (product / name).write_text(text)


def _key(recipe: Recipe, target: Target) -> str:
    # Which version of a package is taken is left to the day on which it is made, as with all that the cache has of
    # Debian's.
    facts = [dataclasses.astuple(recipe), target.triple, toolchain.pinned("ziglang"), _ANSWERS, _OPTIONS, _COMPILE, _LINK,
             _OPTIMIZE, _PREPROCESSOR, _LINKED_IN, _LEFT_OUT, _FOLDERS, _FILES]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]


def main() -> int:
    """Prints the directory of such a Python."""
    os.nice(19)
    print(system(*(sys.argv[1:] or ["3.13"])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
