"""What decides which wheel serves: the interpreter, its ABI, the machine, the C library."""
from __future__ import absolute_import, division, print_function

import glob
import os
import platform
import re
import struct
import subprocess
import sys
import sysconfig

# Number of _CS_GNU_LIBC_VERSION in glibc and musl; os.confstr() of 2.7 does not know the name.
_LIBC_VERSION = 2
# What a 64-bit kernel calls itself, and what a 32-bit Python on it needs.
_NARROW = {"x86_64": "i686", "aarch64": "armv7l", "armv8l": "armv7l", "ppc64le": "ppcle", "s390x": "s390"}


class Host(object):
    """An interpreter on a machine.

    Attributes:
        implementation (str): "CPython", "PyPy" ...
        version (str): "2.7.18".
        python (str), abi (str): tags, such as "cp27" and "cp27mu".
        system (str): "linux", "darwin" ...
        machine (str): "x86_64" ..., of the interpreter, which may be narrower than the kernel.
        libc (str or None): "glibc" or "musl".
        libc_version (tuple of int): (2, 36).
    """

    def __init__(self, implementation, version, python, abi, system, machine, libc=None, libc_version=()):
        self.implementation, self.version = implementation, version
        self.python, self.abi = python, abi
        self.system, self.machine = system, machine
        self.libc, self.libc_version = libc, tuple(libc_version)

    def describe(self):
        """Return it in words."""
        where = "%s %s" % ({"linux": "Linux", "darwin": "macOS", "win32": "Windows"}.get(self.system, self.system),
                           self.machine)
        if self.libc:
            where += ", %s %s" % (self.libc, ".".join(map(str, self.libc_version)))
        elif self.system == "linux":
            where += ", neither glibc nor musl"
        return "%s %s (%s) on %s" % (self.implementation, self.version, self.abi, where)


def examine():
    """Return the Host of this process."""
    implementation = platform.python_implementation()
    series = "%d%d" % sys.version_info[:2]
    prefix = "cp" if implementation == "CPython" else implementation[:2].lower()
    libc, version = find_libc() if sys.platform.startswith("linux") else (None, ())
    return Host(
        implementation, "%d.%d.%d" % sys.version_info[:3], prefix + series, prefix + series + find_flags(),
        "linux" if sys.platform.startswith("linux") else sys.platform, find_machine(), libc, version)


def find_flags():
    """Return the flags in the tag of the ABI: of 2.7 "d", "m" and "u"; from 3.2 on the interpreter tells them."""
    flags = getattr(sys, "abiflags", None)
    if flags is not None:
        return flags
    debug = "d" if hasattr(sys, "gettotalrefcount") else ""
    # None: the file that has it (the Makefile, or what was made of it) is in a package that is not here.
    malloc = "" if sysconfig.get_config_var("WITH_PYMALLOC") == 0 else "m"
    return debug + malloc + ("u" if sys.maxunicode > 0xFFFF else "")


def find_machine():
    """Return the machine of this interpreter, as in tags of wheels."""
    if not hasattr(os, "uname"):
        return platform.machine().lower()
    machine = os.uname()[4]
    return _NARROW.get(machine, machine) if struct.calcsize("P") == 4 else machine


def find_libc():
    """Return ("glibc" or "musl" or None, version) of the C library that this process runs on."""
    for name in ("CS_GNU_LIBC_VERSION", _LIBC_VERSION):
        try:
            text = os.confstr(name)
        except (AttributeError, ValueError, OSError):
            continue
        found = re.match(r"glibc (\d+)\.(\d+)", text or "")
        if found:
            return "glibc", tuple(map(int, found.groups()))
    found = _ask_glibc()
    if found:
        return "glibc", found
    found = _ask_musl()
    return ("musl", found) if found else (None, ())


def _ask_glibc():
    try:
        import ctypes
        ask = ctypes.CDLL(None).gnu_get_libc_version
    except (ImportError, AttributeError, OSError):
        return None
    ask.restype = ctypes.c_char_p
    found = re.match(r"(\d+)\.(\d+)", ask().decode("ascii"))
    return found and tuple(map(int, found.groups()))


def _ask_musl():
    """musl has no function for it; its loader, called without a program, says its version and fails."""
    for loader in sorted(glob.glob("/lib/ld-musl-*.so.1")):
        try:
            child = subprocess.Popen([loader], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError:
            continue  # of another machine
        found = re.search(br"Version (\d+)\.(\d+)", child.communicate()[1])
        if found:
            return tuple(map(int, found.groups()))
    return None
