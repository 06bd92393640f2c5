"""The releases of OpenSSL that regraft serves, each as a prefix, and our tests on each of them.

    openssls.prefix(openssls.RELEASES[2])        # a directory for REGRAFT_OPENSSL

One release is the system's; the others are Debian's packages of other suites, which
`regraft_tools.debian` fetches. A packaged libssl that needs a newer C library than this machine
has is linked anew, from the static library of the same package: it is the same code, with the
same symbols and versions, over the C library that is here.

As a program it runs tests/unit, tests/wire and the audit on an interpreter of 2.7 and one of 3.x for each
release: `python -m regraft_tools.openssls [RELEASE …] [SERIES …] [ARGUMENT of pytest …]`, such as
`openssl-3.5 2.7 -k group`. Before that it makes sure that the extension loads the OpenSSL that is meant.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import debian, environments, interpreters, tally, testing
from regraft_tools.environments import Environment
from regraft_tools.interpreters import Interpreter

VARIABLE = "REGRAFT_OPENSSL"
SERIES = ("2.7", "3.13")
DIRECTORIES = ("tests/unit", "tests/wire")


@dataclass(frozen=True)
class Release:
    """A release series of OpenSSL.

    Attributes:
        series: how its version begins; empty for whatever the system has.
        suite: the Debian suite that has it, or None for the system.
        package: the package of its shared library; libssl-dev is taken besides.
        folder: where it is already, of whatever origin; None for a Debian suite or the system.
    """

    series: str
    suite: str | None = None
    package: str = ""
    folder: Path | None = None

    @property
    def name(self) -> str:
        """What it is called on the command line and in the table."""
        return "openssl-" + (self.series or "system")


RELEASES = (
    Release("1.1.1", "bullseye", "libssl1.1"),
    Release(""),
    Release("3.5", "trixie", "libssl3t64"),
    Release("3.6", "sid", "libssl3t64"),
    Release("4", "experimental", "libssl4"),
)
# The release that an extension built with the system's meets too, if that is an older libssl.so.3.
MIXED = "openssl-3.6"
MIXES_WITH = range(0, 6)  # minor numbers of OpenSSL 3

# What C23 made of three functions of the C library: they also read binary numbers ("0b1"), of
# which OpenSSL has none.
_SHIM = """
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }
unsigned long __isoc23_strtoul(const char *text, char **end, int base)
{ return strtoul(text, end, base); }
int __isoc23_sscanf(const char *text, const char *format, ...)
{
    va_list rest;
    int result;
    va_start(rest, format);
    result = vsscanf(text, format, rest);
    va_end(rest);
    return result;
}
"""

# Runs in the environment, on 2.7 too: which OpenSSL is in this process, and from which files.
_QUESTION = """
import json, ssl, sys
from regraft import _openssl
with open("/proc/self/maps") as stream:
    files = sorted(set(line.split()[-1] for line in stream if "/lib" in line))
json.dump({
    "version": ssl.OPENSSL_VERSION, "ours": ssl._ssl.OPENSSL_VERSION == _openssl.OPENSSL_VERSION,
    "extension": _openssl.__file__,
    "files": [each for each in files if "/libssl." in each or "/libcrypto." in each],
}, sys.stdout)
"""


class WrongOpenSSL(RuntimeError):
    """Another OpenSSL is in use than the one that was to be tested."""


def prefix(release: Release) -> Path | None:
    """The directory for `REGRAFT_OPENSSL`; None stands for the system's.

    Raises:
        debian.Unavailable: the packages cannot be had or not be linked.
    """
    if release.suite is None:
        return release.folder
    tree = debian.unpack(release.suite, [release.package, "libssl-dev"])
    version = debian.versions(tree)["libssl-dev"]
    if not re.match(re.escape(release.series) + r"(?!\d)", version):
        raise debian.Unavailable(
            "the suite %s has OpenSSL %s now, not %s: RELEASES in %s must name another suite"
            % (release.suite, version, release.series, __file__)
        )
    usr = tree / "usr"
    shared = _multiarch(usr)
    if _loads(shared):
        return usr
    return debian.made_once(debian.cache() / "openssl" / version, lambda folder: _relink(usr, shared, folder))


def _multiarch(usr: Path) -> Path:
    """The directory of the libraries: Debian names it after the machine."""
    return next((usr / "lib").glob("*/libssl.a")).parent


def _loads(libraries: Path) -> bool:
    """Whether the shared libraries work with the C library of this machine."""
    trial = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", trial, str(libraries / "libssl.so")], capture_output=True,
        env=os.environ | {"LD_LIBRARY_PATH": str(libraries)}, check=False,
    )
    return done.returncode == 0


def _relink(usr: Path, packaged: Path, target: Path) -> None:
    """Makes a prefix of the headers and of shared libraries linked from the static ones."""
    # One directory: that of the machine has only what the common one leaves out.
    for each in (usr / "include", usr / "include" / packaged.name):
        if (each / "openssl").is_dir():
            shutil.copytree(each / "openssl", target / "include/openssl", dirs_exist_ok=True)
    lib = target / "lib"
    lib.mkdir()
    shim = lib / "shim.c"
    shim.write_text(_SHIM)
    for name, needed in (
        # The compressors have no development files here; their sonames have not changed in years.
        ("crypto", ["-l:libz.so.1", "-l:libzstd.so.1"]),
        # Both libraries have the packet writer and the clock, which libcrypto does not export.
        ("ssl", ["-L%s" % lib, "-lcrypto", str(packaged / "libcrypto.a")]),
    ):
        link = packaged / ("lib%s.so" % name)
        soname = link.resolve().name
        script = lib / "symbols.map"
        listing = debian.command("nm", "--dynamic", "--defined-only", str(link.resolve()))
        script.write_text(version_script(listing))
        debian.command(
            "cc", "-shared", "-o", str(lib / soname), "-Wl,-soname," + soname,
            "-Wl,--version-script=%s" % script, "-Wl,-z,defs,-z,nodelete,-Bsymbolic",
            # libssl finds its libcrypto whatever the program was linked with.
            "-Wl,-rpath,$ORIGIN", str(shim),
            "-Wl,--whole-archive", str(packaged / ("lib%s.a" % name)), "-Wl,--no-whole-archive",
            *needed, "-ldl", "-lpthread",
        )
        (lib / link.name).symlink_to(soname)
        script.unlink()
    shim.unlink()


def version_script(listing: str) -> str:
    """A linker's version script for the symbols that `nm --dynamic` lists with their versions.

    Args:
        listing: lines such as `000000000004a0b0 T SSL_new@@OPENSSL_3.0.0`.
    """
    symbols: dict[str, list[str]] = {}
    for line in listing.splitlines():
        found = re.search(r" [A-Za-z] (\w+)@@(\S+)$", line)
        if found:
            symbols.setdefault(found.group(2), []).append(found.group(1))
    if not symbols:
        raise ValueError("no symbol with a version in the listing")
    order = sorted(symbols, key=lambda name: [int(each) for each in re.findall(r"\d+", name)])
    parts = []
    for index, name in enumerate(order):
        before = order[index - 1] if index else ""
        hidden = "" if index else "    local: *;\n"
        parts.append("%s {\n    global:\n%s%s} %s;\n" % (
            name, "".join("        %s;\n" % each for each in sorted(symbols[name])), hidden, before
        ))
    return "".join(parts)


@contextmanager
def using(folder: Path | None) -> Iterator[None]:
    """Lets builds within take the OpenSSL of a prefix; None: the one they take by themselves."""
    before = os.environ.pop(VARIABLE, None)
    if folder is not None:
        os.environ[VARIABLE] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)
        if before is not None:
            os.environ[VARIABLE] = before


def confirm(
    environment: Environment, folder: Path | None, libraries: Path | None = None
) -> str:
    """The version text of the OpenSSL that a program in an environment uses under regraft.

    Args:
        environment: one with regraft installed.
        folder: the prefix it must come from; None: it must not come from the cache.
        libraries: a directory for LD_LIBRARY_PATH.

    Raises:
        WrongOpenSSL: it is another.
    """
    done = environment.run(
        "-m", "regraft", "run", "-c", _QUESTION, stdout=subprocess.PIPE, text=True,
        env={"LD_LIBRARY_PATH": str(libraries)} if libraries else None,
    )
    answer = json.loads(done.stdout)
    meant = (lambda path: folder in path.parents) if folder else (
        lambda path: debian.cache() not in path.parents)
    wrong = [each for each in answer["files"] if not meant(Path(each))]
    if not answer["ours"] or not answer["files"] or wrong:
        raise WrongOpenSSL(
            "%s was to use the OpenSSL of %s, and uses %s (%s)" % (
                answer["extension"], folder or "the system", answer["version"],
                ", ".join(answer["files"]) or "no shared library",
            )
        )
    return answer["version"]


def libraries_of(folder: Path) -> Path:
    """The directory of the shared libraries of a prefix."""
    return next(each for each in (folder / "lib").rglob("libssl.so")).parent


@dataclass(frozen=True)
class Job:
    """Our tests on one interpreter with one OpenSSL.

    Attributes:
        built: the release whose headers the extension is built with.
        runs: the release that is loaded; another than `built` where its soname is the same.
    """

    interpreter: Interpreter
    built: Release
    runs: Release

    @property
    def title(self) -> str:
        """How it is called in the table."""
        mixed = "" if self.built == self.runs else ", built with %s" % self.built.name
        return "%s %s%s" % (self.interpreter.version, self.runs.name, mixed)


def plan(
    found: Iterable[Interpreter], chosen: Iterable[str] = (), installed: str = ""
) -> list[Job]:
    """What is to be run: each release on each interpreter, and the system's build on a newer one.

    Args:
        found: interpreters.
        chosen: names of releases; default is all.
        installed: version of the system's OpenSSL.
    """
    names = list(chosen)
    releases = [each for each in RELEASES if not names or each.name in names]
    jobs = [Job(host, each, each) for each in releases for host in found]
    system = next(each for each in RELEASES if each.suite is None)
    version = re.match(r"3\.(\d+)\.", installed)
    if version and int(version.group(1)) in MIXES_WITH:
        jobs += [
            Job(host, system, each) for each in releases if each.name == MIXED for host in found
        ]
    return jobs


def run(job: Job, arguments: Sequence[str], certificates: Path, folder: Path) -> testing.Finished:
    """Builds, makes sure that the right OpenSSL is loaded, and runs the tests."""
    try:
        built, runs = prefix(job.built), prefix(job.runs)
        libraries = None if job.built == job.runs else libraries_of(runs)
        with using(built):
            environment = environments.ensure(
                job.interpreter, job.built.name, packages=testing.PACKAGES
            )
        version = confirm(environment, runs, libraries)
    except (debian.Unavailable, environments.BuildFailed, WrongOpenSSL) as error:
        return testing.Finished(tally.Row(job.title, failed=1, note="not run"), str(error))
    variables = testing.name_data(certificates)
    if libraries:
        variables["LD_LIBRARY_PATH"] = str(libraries)
    finished = testing.run_pytest(
        [str(environment.python), "-m", "regraft", "run", "-m", "pytest"],
        job.title.replace(",", ""), arguments, environment.variables(variables), folder,
    )
    return dataclasses.replace(
        finished, row=dataclasses.replace(finished.row, title=job.title, note=version)
    )


def audit(job: Job) -> testing.Finished:
    """Compares what programs see of regraft on that OpenSSL with the reference and the stock interpreter."""
    # Here, as that package imports this module.
    from regraft_tools.audit import gates, report, taking, waivers

    try:
        built, runs = prefix(job.built), prefix(job.runs)
        with using(built):
            environment = environments.ensure(
                job.interpreter, job.built.name, packages=testing.PACKAGES
            )
        mixed = {} if job.built == job.runs else {"LD_LIBRARY_PATH": str(libraries_of(runs))}
        result = gates.audit_environment(environment, waivers.load(), mixed)
    except (debian.Unavailable, environments.BuildFailed, taking.NotTaken) as error:
        return testing.Finished(tally.Row(job.title + " audit", failed=1, note="not run"), str(error))
    row = dataclasses.replace(report.make_row(result), title=job.title + " audit", note=result.openssl)
    return testing.Finished(row, report.describe(result))


def main(arguments: Sequence[str]) -> int:
    """0 if all tests did what is expected of them on every OpenSSL that was chosen."""
    names = [each.name for each in RELEASES]
    chosen = [each for each in arguments if each in names]
    series = [each for each in arguments if re.fullmatch(r"\d+\.\d+", each)]
    rest = [each for each in arguments if each not in chosen and each not in series]
    found = interpreters.search(series or SERIES)
    print(found.report(), flush=True)
    everything = not rest
    rest = testing.with_paths(rest, DIRECTORIES)
    installed = debian.command("pkg-config", "--modversion", "openssl").strip()
    finished = []
    with tempfile.TemporaryDirectory(prefix="regraft-openssls-") as folder:
        certificates = testing.make_certificates(Path(folder))
        # One at a time: which OpenSSL a build takes is a variable of this process.
        for job in plan(found.found, chosen, installed):
            begun = time.monotonic()
            finished.append(run(job, rest, certificates, Path(folder)))
            testing.show(finished[-1])
            if everything:
                finished.append(audit(job))
                testing.show(finished[-1])
            print("%s: %d s" % (job.title, time.monotonic() - begun), flush=True)
    return 0 if finished and testing.close(finished, shown=True) and not found.missing else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
