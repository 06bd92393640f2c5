"""The systems that wheels are made for."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A machine with a C library.

    Attributes:
        name: the platform tag that it is known by; also the name on the command line.
        triple: zig's name of it, with the oldest glibc that is meant.
        configure: OpenSSL's name of it.
        platforms: all platform tags of its wheels. pip knows the numbered spelling from 20.3 on only.
        suffix: how the file name of an extension ends, after the part that tells the Python.
    """

    name: str
    triple: str
    configure: str
    platforms: tuple[str, ...]
    suffix: str

    @property
    def machine(self) -> str:
        """`x86_64` or `aarch64`."""
        return self.triple.split("-")[0]

    @property
    def glibc(self) -> tuple[int, int] | None:
        """The oldest glibc; None for musl."""
        found = re.search(r"-gnu\.(\d+)\.(\d+)", self.triple)
        return (int(found.group(1)), int(found.group(2))) if found else None

    @property
    def musl_name(self) -> str:
        """What Alpine calls musl's library; empty for glibc."""
        return "" if self.glibc else "libc.musl-%s.so.1" % self.machine


# pip 19.2.3, which 2.7.18 ships, takes nothing newer than manylinux2010. The others could be served by the
# same OpenSSL, but that would cost them secure_getenv() and getauxval(), which came with 2.16 and 2.17: with
# those OpenSSL itself knows a process with file capabilities, and reads none of its variables there.
OLD_X86_64 = Target(
    "manylinux2010_x86_64", "x86_64-linux-gnu.2.12", "linux-x86_64",
    ("manylinux_2_12_x86_64", "manylinux2010_x86_64"), "-x86_64-linux-gnu",
)
X86_64 = Target(
    "manylinux2014_x86_64", "x86_64-linux-gnu.2.17", "linux-x86_64",
    ("manylinux_2_17_x86_64", "manylinux2014_x86_64"), "-x86_64-linux-gnu",
)
AARCH64 = Target(
    "manylinux2014_aarch64", "aarch64-linux-gnu.2.17", "linux-aarch64",
    ("manylinux_2_17_aarch64", "manylinux2014_aarch64"), "-aarch64-linux-gnu",
)
MUSL_X86_64 = Target(
    "musllinux_1_2_x86_64", "x86_64-linux-musl", "linux-x86_64", ("musllinux_1_2_x86_64",), "",
)
MUSL_AARCH64 = Target(
    "musllinux_1_2_aarch64", "aarch64-linux-musl", "linux-aarch64", ("musllinux_1_2_aarch64",), "",
)
TARGETS = (OLD_X86_64, X86_64, AARCH64, MUSL_X86_64, MUSL_AARCH64)


def named(name: str) -> Target:
    """The target of that name.

    Raises:
        LookupError: there is none.
    """
    for each in TARGETS:
        if each.name == name:
            return each
    raise LookupError("no target %r; there are %s" % (name, ", ".join(each.name for each in TARGETS)))
