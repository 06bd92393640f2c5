"""Finds the OpenSSL to build against, and refuses one that cannot serve.

`REGRAFT_OPENSSL=<prefix>` decides; without it pkg-config; without that what the compiler finds by
itself. A prefix that is wrong is an error, never a reason to take another OpenSSL silently.
"""

from __future__ import absolute_import, division, print_function

import glob
import os
import re
import shlex
import sysconfig

from build_support.compiler import NOTHING, run

VARIABLE = "REGRAFT_OPENSSL"
OLDEST = (1, 1, 1)

_PACKAGES = (
    "libssl-dev (Debian, Ubuntu), openssl-devel (Fedora, RHEL), openssl-dev (Alpine) or "
    "openssl@3 (Homebrew)"
)
_CHOOSE = "To build against another OpenSSL set %s to its prefix, the directory that has " \
          "include/openssl/ssl.h and lib/ or lib64/ in it." % VARIABLE

_INCLUDED = """
#include <openssl/ssl.h>
#include <openssl/opensslv.h>
int main(void) { return 0; }
"""
# The text tells forks from OpenSSL, which the version number, faked by all of them, does not.
_HEADERS = """
#include <stdio.h>
#include <openssl/opensslv.h>
int main(void) { puts(OPENSSL_VERSION_TEXT); return 0; }
"""
_LIBRARY = """
#include <stdio.h>
#include <openssl/ssl.h>
#include <openssl/crypto.h>
int main(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    puts(OpenSSL_version(OPENSSL_VERSION));
    SSL_CTX_free(context);
    return 0;
}
"""


class Refused(Exception):
    """The extension cannot be built here; the message tells what was found and what to do."""


class OpenSSL(object):
    """Where an OpenSSL is.

    Attributes:
        origin: how it was found, in words.
        include_dirs, library_dirs, runtime_library_dirs, libraries: as an Extension takes them.
        headers: the version text of its headers, once `check` has passed.
    """

    def __init__(self, origin, include_dirs=(), library_dirs=(), runtime_library_dirs=(),
                 libraries=("ssl", "crypto")):
        self.origin = origin
        self.include_dirs = list(include_dirs)
        self.library_dirs = list(library_dirs)
        self.runtime_library_dirs = list(runtime_library_dirs)
        self.libraries = list(libraries)
        self.headers = None

    def compile_arguments(self):
        """What the compiler needs to see its headers."""
        return ["-I" + each for each in self.include_dirs]

    def link_arguments(self):
        """What the compiler needs to link a program with it."""
        return (
            self.compile_arguments()
            + ["-L" + each for each in self.library_dirs]
            + ["-Wl,-rpath," + each for each in self.runtime_library_dirs]
            + ["-l" + each for each in self.libraries]
        )


def find(environ=None):
    """The OpenSSL that is configured or installed; `check` tells whether it can serve.

    Raises:
        Refused: `REGRAFT_OPENSSL` names a directory in which there is none.
    """
    environ = os.environ if environ is None else environ
    prefix = environ.get(VARIABLE)
    if prefix:
        return _in_prefix(prefix)
    return _by_pkg_config(environ.get("PKG_CONFIG", "pkg-config")) or OpenSSL(
        "the compiler's own search path"
    )


def check(probe, openssl):
    """Tries compiler, Python headers, OpenSSL headers and libraries; keeps the version text.

    Args:
        probe: a compiler.Probe whose command can already see Python's headers.
        openssl: what `find` returned; its `headers` is set.

    Raises:
        Refused: something is missing, too old or a fork.
    """
    if not probe.compiles(NOTHING):
        raise Refused(
            "no C compiler that works: `%s` says: %s\n"
            "Install build-essential (Debian, Ubuntu), gcc (Fedora, RHEL), build-base (Alpine) or "
            "the Xcode command line tools; or name another compiler in CC."
            % (probe.name, probe.complaint)
        )
    if not probe.compiles("#include <Python.h>\n" + NOTHING):
        series = "%s.%s" % tuple(sysconfig.get_python_version().split(".")[:2])
        raise Refused(
            "the C headers of this Python are missing: no Python.h in %s (%s).\n"
            "Install python%s-dev (Debian, Ubuntu), python%s-devel (Fedora, RHEL), or use a "
            "Python that pyenv built."
            % (sysconfig.get_paths()["include"], probe.complaint, series, series)
        )
    if not probe.compiles(_INCLUDED, openssl.compile_arguments()):
        raise Refused(
            "the headers of OpenSSL are missing or broken (looked for by %s): %s\n"
            "Install %s.\n%s" % (openssl.origin, probe.complaint, _PACKAGES, _CHOOSE)
        )
    text = probe.output(_HEADERS, openssl.compile_arguments())
    openssl.headers = _checked_version(text, openssl.origin)
    loaded = probe.output(_LIBRARY, openssl.link_arguments())
    if loaded is None:
        raise Refused(
            "the headers are of %s (found by %s), but a program with its libraries does not "
            "link or run: %s\nInstall %s.\n%s"
            % (openssl.headers, openssl.origin, probe.complaint, _PACKAGES, _CHOOSE)
        )
    check_loaded(loaded.strip(), openssl.headers, openssl.origin)


def check_loaded(loaded, headers, origin):
    """Refuses a library at run time that is older than the headers, or of another major version.

    Args:
        loaded: version text of the library in the process.
        headers: version text of the headers that were compiled against.
        origin: how they were found, in words.

    Raises:
        Refused: they do not fit.
    """
    built, running = parse_version(headers), parse_version(loaded)
    if running is None or running[0] != built[0] or running[:2] < built[:2]:
        raise Refused(
            "the headers are of %s (found by %s), but the library that is loaded is %s.\n"
            "Headers and library must be of one OpenSSL. %s" % (headers, origin, loaded, _CHOOSE)
        )


def parse_version(text):
    """(major, minor, patch) of a version text of OpenSSL; None for a fork or another text."""
    match = re.match(r"OpenSSL (\d+)\.(\d+)\.(\d+)", text or "")
    if not match or "compatible" in text:
        return None
    return tuple(int(each) for each in match.groups())


def _checked_version(text, origin):
    text = (text or "").strip()
    version = parse_version(text)
    oldest = ".".join(str(each) for each in OLDEST)
    if version is None:
        reason = "not OpenSSL, and its API lacks what regraft needs" if text else "unreadable"
    elif version < OLDEST:
        reason = "older than %s, the oldest that speaks TLS 1.3" % oldest
    else:
        return text
    raise Refused(
        "regraft needs OpenSSL %s or newer. Found by %s: %s, which is %s.\nInstall %s.\n%s"
        % (oldest, origin, text or "a version", reason, _PACKAGES, _CHOOSE)
    )


def _in_prefix(prefix):
    origin = "%s=%s" % (VARIABLE, prefix)
    prefix = os.path.abspath(os.path.expanduser(prefix))
    if not os.path.isdir(prefix):
        raise Refused("%s: there is no such directory.\n%s" % (origin, _CHOOSE))
    include = os.path.join(prefix, "include")
    if not os.path.isfile(os.path.join(include, "openssl", "ssl.h")):
        raise Refused("%s: there is no openssl/ssl.h in %s.\n%s" % (origin, include, _CHOOSE))
    multiarch = sysconfig.get_config_var("MULTIARCH") or "lib"
    # Debian has the headers that depend on the machine in a directory of their own.
    own = os.path.join(include, multiarch)
    includes = [include] + ([own] if os.path.isdir(os.path.join(own, "openssl")) else [])
    folders = [os.path.join(prefix, *each) for each in
               (("lib64",), ("lib",), ("lib", multiarch))]
    for folder in folders:
        libraries = glob.glob(os.path.join(folder, "libssl.*"))
        if libraries:
            break
    else:
        raise Refused(
            "%s: there is no libssl in %s.\n%s" % (origin, " or ".join(folders[:2]), _CHOOSE)
        )
    static = all(each.endswith(".a") for each in libraries)
    return OpenSSL(
        origin, includes, [folder],
        # Otherwise the loader would take the system's, which is another version.
        runtime_library_dirs=[] if static else [folder],
        libraries=["ssl", "crypto"] + (["dl", "pthread"] if static else []),
    )


def _by_pkg_config(command):
    status, flags = run([command, "--cflags", "--libs", "openssl"])
    if status != 0:
        return None
    words = shlex.split(flags)

    def having(start):
        return [word[len(start):] for word in words if word.startswith(start)]

    where = run([command, "--variable=prefix", "openssl"])[1].strip()
    # pkg-config names a library directory only when the loader would not look there by itself.
    return OpenSSL(
        "pkg-config (prefix %s)" % where, having("-I"), having("-L"), having("-L"), having("-l")
    )
