"""The commands of setup.py that are ours: build_ext looks before it builds, and tries what it has built;
sdist brings the generated C along."""

from __future__ import absolute_import, division, print_function

import filecmp
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig

from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist
from distutils.errors import DistutilsSetupError  # setuptools has put its own in place

from build_support import cythonize, flags, openssl
from build_support.compiler import NOTHING, Probe

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# A package made up on the spot: the real one would start what the check is not about, and in a
# build directory it may not be there yet.
_TRIAL = """
import json, sys, types
package = types.ModuleType("regraft")
package.__path__ = [sys.argv[1]]
sys.modules["regraft"] = package
import regraft._openssl as built
sys.stdout.write(json.dumps({"file": built.__file__, "loaded": built.OPENSSL_VERSION}))
"""


class BuildExtension(build_ext):
    """Builds regraft._openssl; a build that would not work ends with an explanation."""

    def run(self):
        """Cythonizes and builds all extensions (there is one)."""
        try:
            self._openssl = openssl.find()
            for extension in self.extensions:
                extension.sources = [self._place(cythonize.c_source(ROOT))]
            build_ext.run(self)
        except (openssl.Refused, cythonize.CythonFailed) as error:
            raise DistutilsSetupError("regraft cannot be built.\n%s" % error)

    def build_extensions(self):
        """Checks what the compiler finds, and only then compiles for long."""
        found = self._openssl
        headers = ["-I" + sysconfig.get_paths()[name] for name in ("include", "platinclude")]
        probe = Probe(self.compiler.compiler_so + headers)
        openssl.check(probe, found)
        options = list(flags.COMPILE)
        if probe.compiles(NOTHING, flags.FILL_AND_COPY_BY_LIBC):
            options += flags.FILL_AND_COPY_BY_LIBC
        print("regraft: building against %s, found by %s" % (found.headers, found.origin))
        for extension in self.extensions:
            # "ext" and no path of this machine: OpenSSL's macros note the name of the header that they stand in.
            extension.include_dirs[:0] = found.include_dirs + ["ext"]
            extension.library_dirs[:0] = found.library_dirs
            extension.runtime_library_dirs[:0] = found.runtime_library_dirs
            extension.libraries.extend(found.libraries)
            extension.extra_compile_args.extend(options)
            extension.extra_link_args.extend(_hide_all_but_init(extension))
        build_ext.build_extensions(self)

    def _place(self, source):
        """Copies a C source into the build directory; its name there tells nothing of this machine.

        The compiler puts the name into the extension, for tracebacks.
        """
        target = os.path.join(self.build_temp, os.path.basename(source))
        self.mkpath(self.build_temp)
        if not os.path.exists(target) or not filecmp.cmp(source, target, shallow=False):
            shutil.copyfile(source, target)
        return target

    def build_extension(self, extension):
        """Compiles, links and then imports the result in a new process of this Python."""
        build_ext.build_extension(self, extension)
        path = os.path.abspath(self.get_ext_fullpath(extension.name))
        try:
            loaded = _import_built(path)
            openssl.check_loaded(loaded, self._openssl.headers, self._openssl.origin)
        except openssl.Refused:
            os.remove(path)  # or the next build would take it for done
            raise
        print("regraft: %s imports, and loads %s" % (os.path.basename(path), loaded))


class SourceDistribution(sdist):
    """Makes an sdist that a compiler is enough for: with the generated C, and without a requirement on Cython."""

    def make_release_tree(self, base_dir, files):
        """Puts the tree of the sdist together."""
        sdist.make_release_tree(self, base_dir, files)
        try:
            cythonize.ship(ROOT, os.path.abspath(base_dir))
        except cythonize.CythonFailed as error:
            raise DistutilsSetupError("no sdist can be made.\n%s" % error)
        _require_no_cython(os.path.join(base_dir, "pyproject.toml"))


def _require_no_cython(path):
    """Takes the requirement on Cython out of a pyproject.toml; pip would fetch it for each build."""
    with io.open(path, encoding="utf-8") as stream:
        lines = stream.readlines()
    kept = [line for line in lines if not line.strip().startswith('"Cython ')]
    if any("cython" in line.lower() for line in kept):
        raise DistutilsSetupError("%s requires Cython in another way than it did" % path)
    os.remove(path)  # it may be a hard link to the one of the checkout
    with io.open(path, "w", encoding="utf-8") as stream:
        stream.writelines(kept)


def _hide_all_but_init(extension):
    """Linker arguments; without them a libssl that is loaded globally would take over calls."""
    if sys.platform == "darwin":
        start = "init" if sys.version_info[0] == 2 else "PyInit_"
        return ["-Wl,-exported_symbol,_" + start + extension.name.split(".")[-1]]
    return flags.hide_all_but_init(ROOT) + ["-Wl,--exclude-libs,ALL"]


def _import_built(path):
    """The version text of the OpenSSL that a built extension loads, asked in a child."""
    environ = dict(os.environ, REGRAFT_DISABLE="1")
    process = subprocess.Popen(
        [sys.executable, "-c", _TRIAL, os.path.dirname(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ,
    )
    output, complaints = (each.decode("utf-8", "replace") for each in process.communicate())
    if process.returncode:
        last = complaints.strip().splitlines()[-1:] or ["exit status %d" % process.returncode]
        raise openssl.Refused(
            "the extension was built, but importing it fails: %s\n"
            "If a library is not found or lacks a symbol, the linker and the loader see "
            "different ones: set %s to the prefix of the OpenSSL that is meant, and look at "
            "LD_LIBRARY_PATH." % (last[0], openssl.VARIABLE)
        )
    answer = json.loads(output)
    if os.path.realpath(answer["file"]) != os.path.realpath(path):
        raise openssl.Refused(
            "the extension %s was built, but Python imports %s instead" % (path, answer["file"])
        )
    return str(answer["loaded"])
