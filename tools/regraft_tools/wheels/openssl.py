"""Builds OpenSSL for a target: static, hidden, and the same bytes wherever it is built."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian
from regraft_tools.wheels import toolchain
from regraft_tools.wheels.source import Source
from regraft_tools.wheels.targets import Target
from regraft_tools.wheels.toolchain import AR, CC, RANLIB, Toolchain

# What the C code of OpenSSL and the extension have in common. Without -fno-sanitize zig may put traps in;
# the stack protector is what distributions build OpenSSL with, too. Sections let the linker drop what no
# one calls.
HARDENED = ("-fPIC", "-g0", "-fno-sanitize=all", "-fstack-protector-strong", "-fvisibility=hidden",
            "-ffunction-sections", "-fdata-sections")
FLAGS = ("-O3", *HARDENED)

OPTIONS = (
    # In one file, with the legacy provider in it, and nothing of the machine's that is loaded unasked.
    "no-shared", "no-module", "no-engine", "no-autoload-config",
    # Where distributions have openssl.cnf, for OPENSSL_CONF's default section and error messages.
    "--prefix=/usr", "--libdir=lib", "--openssldir=/etc/ssl",
    # Nothing of these is reached from the extension, and each has had holes of its own.
    "no-quic", "no-cmp", "no-cms", "no-ts", "no-async", "no-http",
    # The process may end while a daemon thread is still in here: what it uses must not be freed below it.
    "no-atexit",
    "no-tests", "no-apps", "no-docs",
    # Otherwise P-224, P-384 and P-521 would take several times as long.
    "enable-ec_nistp_64_gcc_128",
    # Upstream's own defaults for the rest: TLS 1.0 and 1.1 are in, as with distributions; SSL 2 and 3, weak
    # ciphers and compression are not.
)


# What OpenSSL's build calls the parts in assembly; each is several times as fast as the same in C.
_ASSEMBLY = ("OPENSSL_CPUID_OBJ", "OPENSSL_BN_ASM_MONT", "ECP_NISTZ256_ASM", "SHA256_ASM", "POLY1305_ASM",
             "KECCAK1600_ASM")
_ASSEMBLY_X86_64 = ("AES_ASM", "VPAES_ASM", "GHASH_ASM", "X25519_ASM")


@dataclass(frozen=True)
class Built:
    """An OpenSSL for a target.

    Attributes:
        folder: has include/ and lib/.
        source: what it was built from.
        target: what it was built for.
        key: a hash of all that decides what is in it.
    """

    folder: Path
    source: Source
    target: Target
    key: str

    @property
    def include(self) -> Path:
        """The directory of the headers."""
        return self.folder / "include"

    @property
    def archives(self) -> tuple[Path, Path]:
        """The static libraries, in the order of linking."""
        return self.folder / "lib" / "libssl.a", self.folder / "lib" / "libcrypto.a"


def build(source: Source, target: Target, tools: Toolchain) -> Built:
    """The OpenSSL for a target; built when there is none from the same sources with the same options.

    Raises:
        toolchain.Failed: the build failed.
        NotVerified: the sources are of another release than they are named for.
    """
    key = _key(source, target)
    room = tools.home / "openssl"
    folder = room / ("%s-%s-%s" % (source.name, target.name, key))
    with debian.locked(folder):
        if not folder.is_dir():
            print("building OpenSSL %s for %s" % (source.name, target.name), flush=True)
            making = Path(tempfile.mkdtemp(dir=room, prefix="making-"))
            try:
                _make(source, target, tools, making)
                (making / "product").rename(folder)
            finally:
                shutil.rmtree(making, ignore_errors=True)
    return Built(folder, source, target, key)


def _make(source: Source, target: Target, tools: Toolchain, making: Path) -> None:
    tree, commands, product = making / "openssl", making / "bin", making / "product"
    source.unpack(tree)
    tools.install(target, commands)
    environ = tools.variables(commands, source.released) | {"CC": CC, "AR": AR, "RANLIB": RANLIB}
    # In the tree itself: built beside it, names of files in messages would have the way to it.
    toolchain.run(["perl", "Configure", target.configure, *OPTIONS, *FLAGS], tree, environ)
    _check_configured(tree, target)
    jobs = len(os.sched_getaffinity(0))
    toolchain.run(["make", "-j%d" % jobs, "build_libs"], tree, environ)
    _check_generated(tree, target)
    (product / "lib").mkdir(parents=True)
    shutil.copytree(tree / "include/openssl", product / "include/openssl",
                    ignore=shutil.ignore_patterns("*.in"))
    for name in ("libssl.a", "libcrypto.a"):
        shutil.copy(tree / name, product / "lib" / name)
    shutil.copy(tree / "LICENSE.txt", product / "LICENSE.txt")


def _check_configured(tree: Path, target: Target) -> None:
    """Refuses a configuration without assembly: OpenSSL would build, several times slower, without a word."""
    wanted = list(_ASSEMBLY)
    if target.machine == "x86_64":
        wanted += _ASSEMBLY_X86_64
    makefile = (tree / "Makefile").read_text()
    missing = [each for each in wanted if not re.search(r"-D%s\b" % each, makefile)]
    if missing:
        raise toolchain.Failed("OpenSSL for %s was configured without %s" % (target.name, ", ".join(missing)))


def _check_generated(tree: Path, target: Target) -> None:
    """Refuses assembly without AVX: its scripts ask the compiler for its age, and one they do not know gets none."""
    if target.machine == "x86_64" and "vpclmulqdq" not in (tree / "crypto/modes/aes-gcm-avx512.s").read_text():
        raise toolchain.Failed("OpenSSL's assembly for AVX-512 was left out: is `%s -v` understood?" % CC)


def _key(source: Source, target: Target) -> str:
    facts = [
        source.sha256, [[each.name, hashlib.sha256(each.text.encode()).hexdigest()] for each in source.patches],
        OPTIONS, FLAGS, toolchain.pinned("ziglang"), target.triple, target.configure, CC,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]
