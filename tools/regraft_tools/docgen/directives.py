"""The Sphinx extension: directives for the generated parts of pages, and the list of code samples.

    .. regraft-security:: ssl       both tables of "Security Considerations"
    .. regraft-opt-outs::           what each recipe `relax` gives up
    .. regraft-names:: ssl          what is new on 2.7
    .. regraft-registry::           each row with its recipes
    .. regraft-matrix::             the picture
    .. regraft-releases::           the releases that can be emulated, and what of them is not

After a build `regraft_samples` names a file with each block of code of the pages, for `samples`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from regraft_tools import environments
from regraft_tools.docgen import catalogue, interface, matrix, pages, registry, releases, samples, security


class Generated(SphinxDirective):
    """A directive whose content comes from the registry."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        for path in sorted((environments.checkout() / "src" / "regraft" / "features").glob("*.py")):
            self.env.note_dependency(str(path))
        try:
            return self.generate(registry.load())
        except (LookupError, ValueError) as error:
            raise self.error(str(error)) from error

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        raise NotImplementedError

    def parse(self, lines: list[str]) -> list[nodes.Node]:
        """The nodes of generated reStructuredText."""
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)

    @property
    def module(self) -> str:
        if not self.arguments:
            raise LookupError("the directive %s needs the name of a module" % self.name)
        return self.arguments[0]


class Security(Generated):
    """Both tables of "Security Considerations"."""

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        return self.parse(security.render(rows, self.module))


class OptOuts(Generated):
    """What each recipe `relax` gives up."""

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        return self.parse(security.render_opt_outs(rows))


class Names(Generated):
    """What is new on 2.7."""

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        path = Path(self.config.regraft_interface)
        if not path.exists():
            raise LookupError("%s is not there; `nox -s docs` makes it" % path)
        self.env.note_dependency(str(path))
        names = json.loads(path.read_text(encoding="utf-8"))
        return self.parse(interface.render(names[self.module], rows, self.module))


class Registry(Generated):
    """Each row with its recipes."""

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        return self.parse(catalogue.render(rows))


class Releases(Generated):
    """The releases that can be emulated."""

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        for path in sorted((environments.checkout() / "src" / "regraft" / "profiles").glob("*.py")):
            self.env.note_dependency(str(path))
        return self.parse(releases.render(rows))


class Matrix(Generated):
    """The picture, in the page itself, so that it has the colours of the page and its links work."""

    def generate(self, rows: list[registry.Row]) -> list[nodes.Node]:
        # Focus, so that who has no pointer can scroll it too.
        start = '<div class="rg-scroll" tabindex="0" role="region" aria-label="%s">\n' % matrix.TITLE
        page = "../" * self.env.docname.count("/") + "features.html"
        return [nodes.raw("", start + matrix.render(rows, page) + "</div>\n", format="html")]


def check(app: Sphinx) -> None:
    """Refuses to build if a covered module lacks what the draft demands of its page."""
    folder = Path(app.srcdir) / "reference"
    defects = pages.check(folder) if app.config.regraft_reference else []
    if defects:
        raise ExtensionError("\n".join(defects))


def collect(app: Sphinx, tree: nodes.document) -> None:
    """Remembers the blocks of code of a page."""
    found = _found(app.env)
    found[app.env.docname] = samples.list_blocks(tree, app.env.docname)


def forget(app: Sphinx, environment: BuildEnvironment, name: str) -> None:
    """Forgets those of a page that is read anew."""
    _found(environment).pop(name, None)


def merge(app: Sphinx, environment: BuildEnvironment, names: set[str], other: BuildEnvironment) -> None:
    """Takes over what another process has read."""
    _found(environment).update((name, _found(other)[name]) for name in names if name in _found(other))


def write(app: Sphinx, error: Exception | None) -> None:
    """Writes the file."""
    if error is None and app.config.regraft_samples:
        listed = [each for _, blocks in sorted(_found(app.env).items()) for each in blocks]
        Path(app.config.regraft_samples).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def _found(environment: Any) -> dict[str, list[dict]]:
    if not hasattr(environment, "regraft_samples"):
        environment.regraft_samples = {}
    return environment.regraft_samples


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_config_value("regraft_interface", "", "env", types=[str])
    app.add_config_value("regraft_samples", "", "", types=[str])
    app.add_config_value("regraft_reference", True, "", types=[bool])
    app.add_directive("regraft-security", Security)
    app.add_directive("regraft-opt-outs", OptOuts)
    app.add_directive("regraft-names", Names)
    app.add_directive("regraft-registry", Registry)
    app.add_directive("regraft-matrix", Matrix)
    app.add_directive("regraft-releases", Releases)
    app.connect("builder-inited", check)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", write)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
