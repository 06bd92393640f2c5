"""Compiles and links the extension of one wheel, and looks at what came out."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, environments, interpreters
from regraft_tools.wheels import hosts, symbols, toolchain
from regraft_tools.wheels.hosts import Host
from regraft_tools.wheels.openssl import HARDENED, Built
from regraft_tools.wheels.targets import Target
from regraft_tools.wheels.toolchain import CC, Toolchain

# As each Python compiles its own extensions; 2.7's headers cast between types of objects.
_DIALECT = ("-DNDEBUG", "-fwrapv")
_DIALECT_27 = ("-fno-strict-aliasing",)
INCLUDES = ("-Ipython", "-Iopenssl/include", "-Iext")
BUNDLED = "-DRG_BUNDLED_OPENSSL=1"

# Runs in the environment of the tools, in a copy of the checkout.
_GENERATE = """
import sys
sys.path.insert(0, "")
from build_support import cythonize
print(cythonize.c_source("."))
"""
_FLAGS = """
import json, sys
sys.path.insert(0, "")
from build_support import flags
json.dump({"compile": flags.COMPILE, "link": flags.hide_all_but_init("")}, sys.stdout)
"""
# Runs in the host, which may be 2.7: the extension alone, from a directory that holds the wheel's files.
_TRIAL = """
import json, sys
sys.path.insert(0, sys.argv[1])
from regraft import _openssl
context = _openssl._SSLContext(_openssl.PROTOCOL_TLS)
json.dump({
    "version": _openssl.OPENSSL_VERSION,
    "defaults": [context.security_level, context.minimum_version, context.maximum_version],
}, sys.stdout)
"""
# Security level, lowest and highest version of the protocol (these two: not limited). Distributions change
# these in their OpenSSL; programs are written for upstream's.
_DEFAULTS = [2, -2, -1]


@dataclass(frozen=True)
class Workshop:
    """What all extensions of one state of the checkout have in common.

    Attributes:
        room: a directory of its own.
        checkout: a copy of the sources, without anything that builds left.
        tools: the compiler and its company.
        c_source: what Cython made of ext/.
        epoch: the time of the checkout, in seconds since 1970.
    """

    room: Path
    checkout: Path
    tools: Toolchain
    c_source: Path
    epoch: int


def open_workshop(room: Path, tools: Toolchain, epoch: int) -> Workshop:
    """Copies the sources into a room and makes the C source there.

    Raises:
        toolchain.Failed: Cython failed.
    """
    checkout = room / "checkout"
    environments.copy_sources(checkout)
    environ = tools.variables(room, epoch) | {
        "REGRAFT_CYTHON_CACHE": str(tools.home / "cython")}
    words = toolchain.run([str(tools.python), "-c", _GENERATE], checkout, environ)
    return Workshop(room, checkout, tools, Path(words.strip().splitlines()[-1]), epoch)


def build(host: Host, target: Target, openssl: Built, workshop: Workshop) -> Path:
    """The extension of a host on a target, from the cache if it has been built from the same sources.

    Raises:
        toolchain.Failed: it does not compile or link.
        symbols.Unfit: what came out needs or shows what it must not.
        hosts.NoHeaders: the headers of the host cannot be had.
    """
    headers, origin = hosts.prepared(host, workshop.room)
    compile_flags, hide = flags_for(host, workshop)
    # The version script is one for 2.7 and 3.x, and names both init functions.
    link_flags = [*hide, "-Wl,--undefined-version", "-Wl,--gc-sections", "-Wl,--strip-all"]
    key = _key(workshop, headers, [openssl.key, *compile_flags, *link_flags, *filter(None, [target.musl_name])])
    kept = workshop.tools.home / "extensions" / ("%s-%s-%s" % (host.abi, target.name, key))
    with debian.locked(kept):
        if not kept.is_dir():
            print("compiling for %s on %s, headers of %s" % (host.abi, target.name, origin), flush=True)
            making = Path(tempfile.mkdtemp(dir=kept.parent, prefix="making-"))
            try:
                _make(host, target, openssl, workshop, headers, (compile_flags, link_flags), making)
                (making / "product").rename(kept)
            finally:
                shutil.rmtree(making, ignore_errors=True)
    return kept / host.extension_name(target)


def flags_for(host: Host, workshop: Workshop) -> tuple[list[str], list[str]]:
    """What the compiler is told for a host, and how an ELF linker is told to hide all but the init function."""
    flags = json.loads(toolchain.run(
        [str(workshop.tools.python), "-c", _FLAGS], workshop.checkout,
        workshop.tools.variables(workshop.room, workshop.epoch)))
    dialect = [*_DIALECT, *(_DIALECT_27 if host.series == hosts.SERIES_27 else ())]
    return [*flags["compile"], *HARDENED, *dialect, BUNDLED], flags["link"]


def _make(host: Host, target: Target, openssl: Built, workshop: Workshop, headers: Path,
          flags: tuple[list[str], list[str]], making: Path) -> None:
    environ = furnish(making, target, openssl, workshop, headers)
    (making / "sizes.c").write_text(hosts.check_program(headers / "pyconfig.h"))
    toolchain.run([CC, "-c", "sizes.c", "-o", "sizes.o"], making, environ)
    toolchain.run([CC, *flags[0], *INCLUDES, "-c", "_openssl.c", "-o", "_openssl.o"], making, environ)
    product = making / "product" / host.extension_name(target)
    product.parent.mkdir()
    link = [CC, "-shared", "_openssl.o", "openssl/lib/libssl.a", "openssl/lib/libcrypto.a", *flags[1]]
    toolchain.run([*link, "-o", "first.so"], making, environ)
    # zig lets symbols be undefined without a word. Here a library stands in for Python's, with the names
    # that the extension wants of it; any other one is an error of the linker.
    wanted = symbols.of_python(making / "first.so")
    (making / "stand_in.c").write_text("".join("void *%s;\n" % each for each in wanted))
    toolchain.run([CC, "-shared", "stand_in.c", "-o", "libstand_in.so"], making, environ)
    toolchain.run([*link, "libstand_in.so", "-Wl,-z,defs", "-o", "trial.so"], making, environ)
    if target.musl_name:
        # zig calls musl's library libc.so, as musl does; Alpine, and auditwheel with it, by a name of its own.
        # musl's loader takes either for itself.
        names = sorted({each.name for each in symbols.undefined(making / "trial.so")} - set(wanted))
        (making / "musl.s").write_text(
            "".join(".globl %s\n.type %s, %%function\n%s:\n" % (each, each, each) for each in names) + ".long 0\n")
        toolchain.run([CC, "-shared", "-nostdlib", "-Wl,-soname," + target.musl_name, "musl.s", "-o", "libmusl.so"],
                      making, environ)
        link.append("libmusl.so")
    toolchain.run([*link, "-o", str(product.relative_to(making))], making, environ)
    symbols.check(product, host, target)


def furnish(making: Path, target: Target, openssl: Built, workshop: Workshop, headers: Path) -> dict[str, str]:
    """Puts all that a compilation reads into a directory, in which it runs; returns its environment."""
    # Relative names only, as the compiler writes them into what it makes.
    shutil.copyfile(workshop.c_source, making / "_openssl.c")
    for name in ("ext", "build_support"):
        (making / name).symlink_to(workshop.checkout / name)
    (making / "python").symlink_to(headers)
    (making / "openssl").symlink_to(openssl.folder)
    commands = making / "bin"
    workshop.tools.install(target, commands)
    return workshop.tools.variables(commands, workshop.epoch)


def try_out(host: Host, target: Target, folder: Path, openssl: Built) -> str | None:
    """What the extension says of its OpenSSL in an interpreter of the host; None if there is none here.

    Args:
        folder: the unpacked wheel.

    Raises:
        toolchain.Failed: the import fails.
        symbols.Unfit: it has another OpenSSL than was meant, or other defaults than upstream's.
    """
    interpreter = interpreters.search([host.series]).of(host.series)
    if interpreter is None or host.narrow or target.glibc is None or target.machine != "x86_64":
        return None
    # Without site: regraft may be installed and enabled there.
    answer = json.loads(toolchain.run(
        [str(interpreter.path), "-S", "-E", "-B", "-c", _TRIAL, str(folder)], folder, {"LC_ALL": "C"}))
    if not answer["version"].startswith("OpenSSL %s " % openssl.source.version):
        raise symbols.Unfit("the extension for %s says that it has %s, not %s" % (
            host.abi, answer["version"], openssl.source.version))
    if answer["defaults"] != _DEFAULTS:
        raise symbols.Unfit(
            "the OpenSSL for %s has the security level and the versions %s by default; upstream's has %s. "
            "Does a patch change them?" % (target.name, answer["defaults"], _DEFAULTS))
    return answer["version"]


def epoch_of_checkout() -> int:
    """The time of the last commit, in seconds since 1970, or `SOURCE_DATE_EPOCH`.

    Raises:
        toolchain.Failed: this is no clone and the variable is not set.
    """
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named:
        return int(named)
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=environments.checkout(), capture_output=True, text=True,
        check=False)
    if not re.fullmatch(r"\d+\n", done.stdout):
        raise toolchain.Failed(
            "the time to put into the wheels is not known: git tells no last commit here (%s). "
            "Set SOURCE_DATE_EPOCH." % (done.stderr.strip() or "no output"))
    return int(done.stdout)


def _key(workshop: Workshop, headers: Path, facts: list[str]) -> str:
    digest = hashlib.sha256(json.dumps([facts, toolchain.pinned("ziglang")]).encode())
    read = [workshop.c_source, *sorted((workshop.checkout / "ext").glob("*.h")),
            *sorted((workshop.checkout / "build_support").glob("*.map")),
            *sorted(each for each in headers.rglob("*") if each.is_file())]
    for path in read:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
