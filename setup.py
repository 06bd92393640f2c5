"""Builds and packs regraft. The metadata is in setup.cfg, the work in build_support."""

from __future__ import absolute_import, division, print_function

import io
import os
import re
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, ROOT)  # not there when pip runs this as a build backend

from setuptools import Extension, setup  # noqa: E402

from build_support.command import BuildExtension, SourceDistribution  # noqa: E402
from build_support.cythonize import sources  # noqa: E402

SOURCE = os.path.join(ROOT, "src")
DATA = (".pyi", ".pth", ".start", ".json", "py.typed")


def read_version():
    """The one place that has it is read, not imported: importing would start regraft."""
    with io.open(os.path.join(SOURCE, "regraft", "__init__.py"), encoding="utf-8") as stream:
        return re.search(r'^__version__ = "([^"]+)"', stream.read(), re.M).group(1)


def list_packages():
    """Directories with modules. The overlay is one of them, though it has no __init__.py."""
    found = []
    for folder, folders, files in os.walk(os.path.join(SOURCE, "regraft")):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        if any(each.endswith(".py") for each in files):
            found.append(os.path.relpath(folder, SOURCE).replace(os.sep, "."))
    return found


setup(
    version=read_version(),
    packages=list_packages(),
    package_data={"": ["*" + each for each in DATA]},
    ext_modules=[
        Extension(
            "regraft._openssl",
            sources=[os.path.join("ext", "_openssl.pyx")],
            depends=[os.path.relpath(each, ROOT) for each in sources(ROOT)],
        )
    ],
    cmdclass={"build_ext": BuildExtension, "sdist": SourceDistribution},
)
