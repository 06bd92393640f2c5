"""Every task by name: `nox --list`. The work itself is in tools/regraft_tools.

All sessions run in the Python of nox, in which `make` has installed the tools; whatever needs an
environment of its own gets it from regraft_tools.environments, which keeps it.
"""

from __future__ import annotations

import sys

import nox

from regraft_tools import environments, interpreters

nox.needs_version = ">=2024.3.2"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["house", "tests", "tools", "x509", "differential", "audit", "own_suites"]


def run_tool(session: nox.Session, name: str, *arguments: str) -> None:
    """Runs a module of regraft_tools in the Python of the tools."""
    session.run(sys.executable, "-m", "regraft_tools." + name, *arguments, external=True)


@nox.session
def demo(session: nox.Session) -> None:
    """The same unmodified 2.7 programs against local TLS servers, stock and regrafted."""
    run_tool(session, "demo", *session.posargs)


@nox.session
def house(session: nox.Session) -> None:
    """The rules of the house, read from the sources."""
    run_tool(session, "testing", "house", *session.posargs)


@nox.session
def tools(session: nox.Session) -> None:
    """Tests of the tools, the build and the expectations of CPython's suites."""
    run_tool(session, "testing", "tools", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Our own tests on 2.7, 3.6, 3.9 and 3.13: `nox -s tests -- 2.7 tests/unit -k digest`."""
    run_tool(session, "testing", "grafted", *session.posargs)


@nox.session
def x509(session: nox.Session) -> None:
    """Chains of certificates, good and bad, judged by regraft and by stock 3.13."""
    run_tool(session, "testing", "x509", *session.posargs)


@nox.session
def differential(session: nox.Session) -> None:
    """Thousands of calls of ssl, traced with regraft and with stock 3.13."""
    run_tool(session, "testing", "differential", *session.posargs)


@nox.session
def peers(session: nox.Session) -> None:
    """OpenSSL's, GnuTLS' and nginx' programs, curl, and a peer that misbehaves, against regraft and stock 3.13."""
    run_tool(session, "testing", "peers", *session.posargs)


@nox.session(name="wheel-gates")
def wheel_gates(session: nox.Session) -> None:
    """What `wheels` made, judged, run and installed: contents, neighbours, other systems, fresh environments. As root."""
    run_tool(session, "testing", "wheels", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """Our own tests on every interpreter that is found."""
    run_tool(session, "testing", "grafted", "--all", *session.posargs)


@nox.session
def openssl_matrix(session: nox.Session) -> None:
    """Our own tests on 2.7 and 3.13 with each OpenSSL: `-- openssl-3.5 2.7 -k group`."""
    run_tool(session, "openssls", *session.posargs)


@nox.session
def reference(session: nox.Session) -> None:
    """Our own tests and CPython's on 3.14 and 3.15, in a Debian sid of their own. Needs root."""
    run_tool(session, "reference", *session.posargs)


@nox.session
def sanitizers(session: nox.Session) -> None:
    """Our own tests under ASan, UBSan and valgrind, and 10,000 connections: `nox -s sanitizers -- asan 2.7`."""
    run_tool(session, "sanitizers", *session.posargs)


@nox.session
def own_suites(session: nox.Session) -> None:
    """CPython's own test suites with regraft active, against the expectations."""
    run_tool(session, "conformance", "run", *session.posargs)


@nox.session
def translated_suites(session: nox.Session) -> None:
    """Python 3.15's own suites, translated, on 2.7 with regraft; `-- --here` fetches nothing."""
    run_tool(session, "conformance", "translated", *session.posargs)


@nox.session
def downstream(session: nox.Session) -> None:
    """Other people's own test suites, without and with regraft."""
    run_tool(session, "downstream", *session.posargs)


@nox.session(name="profile-libraries")
def profile_libraries(session: nox.Session) -> None:
    """Which way urllib3, tornado and others take under profiles of old releases: `-- profile-tornado4`."""
    run_tool(session, "downstream", *(session.posargs or ["profile-libraries", "profile-tornado4"]))


@nox.session(name="profile-suites")
def profile_suites(session: nox.Session) -> None:
    """2.7.18's own suites under profiles of older releases: `-- --as 2.7.8 --suite test_ssl`."""
    run_tool(session, "conformance", "emulated", *session.posargs)


@nox.session(name="scan-packages")
def scan_packages(session: nox.Session) -> None:
    """The scanner on releases of the time of 2.7, against the counts: `-- --write`, `-- --sample 100`."""
    run_tool(session, "scan.packages", *session.posargs)


@nox.session(name="graft-trials")
def graft_trials(session: nox.Session) -> None:
    """Trees grafted, killed at random calls, given back, under CPython's own suites; recipes followed. strace, root."""
    run_tool(session, "testing", "graft_trials", *session.posargs)
    if not session.posargs:
        run_tool(session, "conformance", "run", "--tree", "--python", "2.7")
        run_tool(session, "conformance", "run", "--tree", "--python", "3.6", "3.9", "3.13", "--suite", "test_ssl",
                 "test_hashlib", "test_hmac", "test_random", "test_secrets")


@nox.session
def sdist(session: nox.Session) -> None:
    """dist/regraft-VERSION.tar.gz: the sources and their C, the same bytes each time."""
    run_tool(session, "sdist", *session.posargs)


@nox.session
def installs(session: nox.Session) -> None:
    """`pip install .` with the pip that each interpreter ships."""
    run_tool(session, "installing", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    """Wheels with OpenSSL inside, in dist/: `-- manylinux2010_x86_64 --hosts 2.7`, `--openssl 3.5.6`."""
    run_tool(session, "wheels", *session.posargs)


@nox.session
def crossing(session: nox.Session) -> None:
    """Builds for macOS and Windows as far as each goes, read and never run; nothing of it goes into dist/."""
    run_tool(session, "wheels.crossing", *session.posargs)
    if not session.posargs:
        run_tool(session, "testing", "tools", "tests/tools/test_wheels_crossing.py")  # now with zig


@nox.session
def bundle(session: nox.Session) -> None:
    """The wheels in dist/ and their installer as one file, dist/regraft-<version>.pyz."""
    run_tool(session, "bundle", *session.posargs)


@nox.session(name="bundle-trials")
def bundle_trials(session: nox.Session) -> None:
    """The bundle on bare interpreters and in environments, damaged, interrupted, taken away again."""
    run_tool(session, "testing", "bundle", *session.posargs)


@nox.session
def release(session: nox.Session) -> None:
    """From a version number to checked artefacts in dist/: `nox -s release -- 0.2.0 --prepare`, then without."""
    run_tool(session, "releasing", *session.posargs)


@nox.session
def upstream(session: nox.Session) -> None:
    """Whether OpenSSL or Python has a release that is not followed yet."""
    run_tool(session, "upstream", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Speed, stock against regraft in one run."""
    session.run(sys.executable, "benchmarks/run.py", *session.posargs, external=True)


@nox.session
def audit(session: nox.Session) -> None:
    """The public interface of 2.7, 3.6, 3.9 and 3.13 with regraft, against 3.15.2's and their own: `-- --all`."""
    run_tool(session, "audit", *session.posargs)
    if not session.posargs:
        run_tool(session, "audit", "profiles")


@nox.session(name="new-python")
def new_python(session: nox.Session) -> None:
    """All that a new release of Python asks for: `nox -s new-python -- /path/to/python3.16`."""
    run_tool(session, "audit", "new-python", *session.posargs)


@nox.session(name="new-openssl")
def new_openssl(session: nox.Session) -> None:
    """All that a new release of OpenSSL asks for: `nox -s new-openssl -- openssl-4.0`, or a directory."""
    run_tool(session, "audit", "new-openssl", *session.posargs)


@nox.session
def stubtest(session: nox.Session) -> None:
    """mypy's stubtest of our modules on 3.13 against typeshed."""
    run_tool(session, "audit", "stubtest", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as HTML, and its code samples on 2.7 and 3.13; a warning is an error."""
    run_tool(session, "docgen", "build", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Mistakes that need no test to be seen. Nothing is formatted."""
    environment = environments.ensure(
        interpreters.own(), "lint", packages=["ruff"], regraft=False
    )
    session.run(str(environment.bin / "ruff"), "check", ".", *session.posargs, external=True)
