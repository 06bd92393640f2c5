"""What the pages of the reference must have: the draft's section "Documentation", as checks.

Each covered module has a page with a section "Security Considerations", in which there is something about this module
in words, and the generated tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from regraft_tools.docgen import registry

SECTION = "Security Considerations"


def check(folder: Path, modules: Iterable[str] = registry.MODULES) -> list[str]:
    """What the pages in a directory lack: a sentence for each defect, none if all is well."""
    defects = []
    for module in modules:
        path = folder / (module + ".rst")
        if not path.exists():
            defects.append("the covered module %s has no page: there is no %s" % (module, path.name))
            continue
        text = path.read_text(encoding="utf-8")
        body = cut_section(text, SECTION)
        if body is None:
            defects.append("%s has no section %r" % (path.name, SECTION))
            continue
        directive = ".. regraft-security:: %s\n" % module
        if directive not in body:
            defects.append("the section %r of %s has no directive %r" % (SECTION, path.name, directive.strip()))
        if not re.search(r"^[A-Za-z`].{40,}", body, re.M):
            defects.append("the section %r of %s says nothing of its own" % (SECTION, path.name))
        if ".. regraft-names:: %s\n" % module not in text:
            defects.append("%s does not list what is new on 2.7" % path.name)
    return defects


def cut_section(text: str, title: str) -> str | None:
    """What stands under a title, up to the next one that is underlined the same way; None without such a title."""
    found = re.search(r"^%s\n(?P<mark>[-=~])(?P=mark)+\n" % re.escape(title), text, re.M)
    if found is None:
        return None
    rest = text[found.end():]
    following = re.search(r"^.+\n%s{3,}$" % re.escape(found["mark"]), rest, re.M)
    return rest[:following.start()] if following else rest
