"""Turns ext/_openssl.pyx into C, once for each state of the sources.

The C is the same for every host. `REGRAFT_CYTHON_CACHE` names a directory in which the builds of
several hosts find it; default is build/cython of the checkout. An sdist brings it along, in generated/KEY/;
KEY says of which sources it is, so that whoever changes ext/ in an sdist does not get the old C.
"""

from __future__ import absolute_import, division, print_function

import hashlib
import os
import shutil
import tempfile

VARIABLE = "REGRAFT_CYTHON_CACHE"
OLDEST = (3, 0, 12)
MODULE = "regraft._openssl"
SHIPPED = "generated"
READ_BY_CYTHON = (".pyx", ".pxi", ".pxd")
READ_BY_COMPILER = (".h",)


class CythonFailed(Exception):
    """There is no C source; the message tells why."""


def sources(root, suffixes=READ_BY_CYTHON + READ_BY_COMPILER):
    """The files of ext/ that the extension is made of, sorted."""
    folder = os.path.join(root, "ext")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith(suffixes)]


def c_source(root):
    """The path of the generated C file, made if it is not there.

    Args:
        root: the checkout.

    Raises:
        CythonFailed: there is no Cython, it is too old, or the sources do not compile.
    """
    shipped = shipped_source(root)
    if os.path.exists(shipped):
        return shipped
    version = _cython_version(os.path.isdir(os.path.join(root, SHIPPED)))
    cache = os.environ.get(VARIABLE) or os.path.join(root, "build", "cython")
    folder = os.path.join(os.path.abspath(cache), _key(root, version))
    target = os.path.join(folder, "_openssl.c")
    if not os.path.exists(target):
        if not os.path.isdir(folder):
            os.makedirs(folder)
        _generate(root, target)
    return target


def shipped_source(root):
    """The path at which an sdist has the C of its sources; in a checkout there is no such file."""
    return os.path.join(root, SHIPPED, _key(root, _dotted(OLDEST)), "_openssl.c")


def ship(root, folder):
    """Puts the C into the tree of an sdist.

    Args:
        root: the checkout.
        folder: the tree; it has the sources already.

    Raises:
        CythonFailed: see c_source; or Cython is another release than the one that every build may take.
    """
    if not os.path.exists(shipped_source(root)):
        version = _cython_version()
        if version != _dotted(OLDEST):
            raise CythonFailed("an sdist is made with Cython %s, not %s" % (_dotted(OLDEST), version))
    source, target = c_source(root), shipped_source(folder)
    if shipped_source(root) != os.path.join(root, os.path.relpath(target, folder)):
        raise CythonFailed("the sources in %s are not those in %s" % (folder, root))
    os.makedirs(os.path.dirname(target))
    shutil.copyfile(source, target)


def _generate(root, target):
    # Relative paths, so that the C does not tell where it was made; a rename at the end, so that
    # builds of several hosts at the same time never see half a file.
    from Cython.Compiler.Main import CompilationOptions, compile
    from Cython.Compiler.Options import default_options

    folder = tempfile.mkdtemp(dir=os.path.dirname(target))
    before = os.getcwd()
    os.chdir(root)
    try:
        options = CompilationOptions(
            default_options, language_level="3", include_path=["ext"],
            output_file=os.path.join(folder, "_openssl.c"),
        )
        # One path, not a list: with a list the name of the module would be dropped silently.
        result = compile(os.path.join("ext", "_openssl.pyx"), options, full_module_name=MODULE)
        if result.num_errors:
            raise CythonFailed("Cython found %d errors in ext/." % result.num_errors)
        os.rename(os.path.join(folder, "_openssl.c"), target)
    finally:
        os.chdir(before)
        shutil.rmtree(folder)


def _dotted(numbers):
    return ".".join(str(each) for each in numbers)


def _cython_version(changed=False):
    """The version of Cython; `changed`: there is C, but of other sources."""
    wanted = _dotted(OLDEST)
    advice = (
        "pip installs it by itself for a build; for a build without isolation: "
        "`pip install Cython==%s`." % wanted
    )
    try:
        from Cython import __version__ as version
    except ImportError:
        reason = "; the C in %s/ is of other sources than those in ext/" % SHIPPED if changed else ""
        raise CythonFailed(
            "Cython %s is needed to build, and is not there%s; %s" % (wanted, reason, advice)
        )
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if numbers < OLDEST:
        raise CythonFailed("Cython %s is needed to build, not %s; %s" % (wanted, version, advice))
    return version


def _key(root, version):
    digest = hashlib.sha256(version.encode("ascii"))
    itself = os.path.join(root, "build_support", "cythonize.py")
    for path in [itself] + sources(root, READ_BY_CYTHON):
        digest.update(os.path.basename(path).encode("utf-8") + b"\0")
        with open(path, "rb") as stream:
            digest.update(hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()[:16]
