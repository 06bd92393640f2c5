"""Sphinx settings; `nox -s docs` builds with warnings as errors (`-W`)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

project = "regraft"
copyright = "the regraft contributors"  # noqa: A001 - Sphinx wants this name
author = "the regraft contributors"


def read_version() -> str:
    """Return the version that src/regraft/__init__.py states."""
    text = (ROOT / "src" / "regraft" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r"^__version__ = [\"']([^\"']+)[\"']", text, re.MULTILINE)
    if found is None:
        raise LookupError("src/regraft/__init__.py states no __version__")
    return found.group(1)


release = version = read_version()

extensions = ["myst_parser", "regraft_tools.docgen.directives"]
regraft_interface = str(ROOT / "docs" / "_build" / "interface.json")
regraft_samples = str(ROOT / "docs" / "_build" / "samples.json")
exclude_patterns = ["_build"]
nitpicky = True
highlight_language = "none"  # what names no language is for a shell
default_role = "code"

add_module_names = False
toc_object_entries = False  # the contents of a page are its sections, not each of its names
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["regraft.css"]
html_title = f"regraft {release}"
html_copy_source = False
html_show_sourcelink = False
