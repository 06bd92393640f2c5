"""The Pythons that wheels are made for, and where their headers come from."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, interpreters
from regraft_tools.wheels import targets
from regraft_tools.wheels.targets import Target

SERIES_27 = "2.7"

# Debian's suites with headers of a series, for series of which no interpreter is here.
SUITES = {
    "2.7": "bullseye", "3.9": "bullseye", "3.11": "bookworm", "3.13": "trixie", "3.14": "sid", "3.15": "sid",
}
# Some Python.h include it for crypt(), which an extension does not call; zig brings none along.
_STAND_INS = {"crypt.h": "/* Nothing of it is used. */\n"}


class NoHeaders(RuntimeError):
    """The headers of a Python cannot be had; the message tells where they were looked for."""


@dataclass(frozen=True)
class Host:
    """A Python by its binary interface.

    Attributes:
        series: `2.7`.
        abi: the ABI tag, `cp27mu`.
        narrow: whether its unicode strings have units of 16 bits (2.7 only).
    """

    series: str
    abi: str
    narrow: bool = False

    @property
    def tag(self) -> str:
        """The Python tag, `cp27`."""
        return "cp" + self.series.replace(".", "")

    @property
    def mark(self) -> str:
        """The file that tells for which Python 3 an extension is whose own name does not tell it (`regraft._boot`)."""
        return "_openssl-for-cpython-" + self.tag[2:]

    @property
    def init(self) -> str:
        """The function that an import of the extension calls."""
        return "init_openssl" if self.series == SERIES_27 else "PyInit__openssl"

    def targets(self) -> tuple[Target, ...]:
        """The systems for which there is a wheel."""
        if self.narrow:
            return (targets.OLD_X86_64,)
        if self.series == SERIES_27:
            return (targets.OLD_X86_64, targets.AARCH64)
        return (targets.X86_64, targets.AARCH64, targets.MUSL_X86_64, targets.MUSL_AARCH64)

    def extension_name(self, target: Target) -> str:
        """The file name that the import system of this Python looks for, the most exact that it knows."""
        # Pythons on musl spell it in two ways, by their age; all of them know the plain one.
        if self.series == SERIES_27 or not target.suffix:
            return "_openssl.so"
        return "_openssl.cpython-%s%s.so" % (self.abi[2:], target.suffix)


def _hosts() -> tuple[Host, ...]:
    result = [Host(SERIES_27, "cp27mu"), Host(SERIES_27, "cp27m", narrow=True)]
    for minor in range(6, 16):
        # The m of pymalloc was in the tag until 3.7.
        result.append(Host("3.%d" % minor, "cp3%d%s" % (minor, "m" if minor < 8 else "")))
    return tuple(result)


HOSTS = _hosts()


def named(names: Iterable[str]) -> list[Host]:
    """The hosts of these series or ABI tags (`2.7` stands for both of its tags).

    Raises:
        LookupError: there is none of such a name.
    """
    result = []
    for name in names:
        found = [each for each in HOSTS if name in (each.series, each.abi)]
        if not found:
            raise LookupError(
                "no host %r; there are %s" % (name, ", ".join(each.abi for each in HOSTS)))
        result.extend(found)
    return result


def copy_headers(host: Host, target: Path) -> str:
    """Puts the headers of a host into a directory, and tells where they are from.

    Raises:
        NoHeaders: there is neither an interpreter of the series nor a package.
    """
    found = interpreters.search([host.series]).of(host.series)
    if found and found.has_headers:
        shutil.copytree(found.include, target)
        _resolve_multiarch(target, found.include)
        origin = "CPython %s" % found.version
    else:
        origin = _copy_packaged(host, target)
    for name, text in _STAND_INS.items():
        (target / name).write_text(text)
    if host.narrow:
        _make_narrow(target / "pyconfig.h")
    return origin


def _copy_packaged(host: Host, target: Path) -> str:
    suite, package = SUITES.get(host.series), "libpython%s-dev" % host.series
    if suite is None:
        raise NoHeaders(
            "no headers of Python %s: no such interpreter was found here, and no Debian suite that is known "
            "has %s. `pyenv install %s` makes one." % (host.series, package, host.series)
        )
    tree = debian.unpack(suite, [package])
    include = tree / "usr/include" / ("python" + host.series)
    shutil.copytree(include, target)
    _resolve_multiarch(target, include)
    return "%s %s" % (package, debian.versions(tree)[package])


def _resolve_multiarch(target: Path, include: Path) -> None:
    """Puts the pyconfig.h that counts in the place of Debian's, which chooses one by the machine."""
    text = (target / "pyconfig.h").read_text(errors="replace")
    chosen = re.search(r"include <(x86_64-linux-gnu/python[\d.]+m?/pyconfig\.h)>", text)
    if chosen:
        shutil.copyfile(include.parent / chosen.group(1), target / "pyconfig.h")


def _make_narrow(path: Path) -> None:
    """Changes pyconfig.h to what `configure --enable-unicode=ucs2` writes."""
    text = path.read_text(errors="replace")
    text, sizes = re.subn(r"^#define Py_UNICODE_SIZE 4$", "#define Py_UNICODE_SIZE 2", text, flags=re.M)
    text, types = re.subn(
        r"^(#define PY_UNICODE_TYPE .*|/\* #undef PY_UNICODE_TYPE \*/)$",
        "#define PY_UNICODE_TYPE unsigned short", text, flags=re.M)
    text = re.sub(r"^#define HAVE_USABLE_WCHAR_T 1$", "", text, flags=re.M)
    if (sizes, types) != (1, 1):
        raise NoHeaders("%s does not tell the size of a unicode unit in the way that is known" % path)
    path.write_text(text)


def check_program(pyconfig: Path) -> str:
    """A C program that compiles only for a system on which the sizes in a pyconfig.h hold.

    The headers are x86_64 glibc's for every target: all that an extension sees of pyconfig.h are sizes,
    which 64-bit Linux has in common, and names of system headers, which a compilation would miss.
    """
    sizes = re.findall(r"^#define ((?:SIZEOF|ALIGNOF)_\w+) (\d+)$", pyconfig.read_text(errors="replace"), re.M)
    checked = [(name, number) for name, number in sizes if c_type(name)]
    if not checked:
        raise NoHeaders("%s tells no size of a type" % pyconfig)
    return assert_sizes(checked)


def assert_sizes(sizes: Iterable[tuple[str, str]]) -> str:
    """A C program that compiles only where types have these sizes.

    Args:
        sizes: (name in pyconfig.h, number or expression); each name has a `c_type`.
    """
    lines = ["#include <stddef.h>", "#include <stdint.h>", "#include <sys/types.h>", "#include <time.h>",
             "#include <wchar.h>", "#include <pthread.h>", "#include <stdbool.h>"]
    for name, number in sizes:
        operator = "sizeof" if name.startswith("SIZEOF") else "_Alignof"
        lines.append('_Static_assert(%s(%s) == %s, "%s");' % (operator, c_type(name), number, name))
    return "\n".join(lines) + "\n"


def c_type(name: str) -> str | None:
    """The type that `SIZEOF_…` or `ALIGNOF_…` of pyconfig.h is about, if it is known."""
    return _C_TYPES.get(re.sub(r"^(SIZEOF|ALIGNOF)_", "", name))


_C_TYPES = {
    "DOUBLE": "double", "FLOAT": "float", "FPOS_T": "int64_t[2]", "INT": "int", "LONG": "long",
    "LONG_DOUBLE": "long double", "LONG_LONG": "long long", "OFF_T": "off_t", "PID_T": "pid_t",
    "PTHREAD_T": "pthread_t", "PTHREAD_KEY_T": "pthread_key_t", "SHORT": "short", "SIZE_T": "size_t",
    "TIME_T": "time_t", "UINTPTR_T": "uintptr_t", "VOID_P": "void *", "WCHAR_T": "wchar_t", "_BOOL": "_Bool",
    "MAX_ALIGN_T": "max_align_t",
}


def prepared(host: Host, room: Path) -> tuple[Path, str]:
    """(directory, origin) of the headers of a host, copied into a room when first asked for."""
    target = room / ("headers-" + host.abi)
    note = room / ("headers-%s.origin" % host.abi)
    if not note.exists():
        folder = Path(tempfile.mkdtemp(dir=room))
        origin = copy_headers(host, folder / "copy")
        (folder / "copy").rename(target)
        folder.rmdir()
        note.write_text(origin)
    return target, note.read_text()
