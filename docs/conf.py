"""Sphinx settings; `nox -s docs` builds with warnings as errors (`-W`)."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

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

extensions: list[str] = []
exclude_patterns = ["_build"]
nitpicky = True
highlight_language = "python"
default_role = "code"

html_theme = "furo"
html_title = f"regraft {release}"
html_copy_source = False
html_show_sourcelink = False
