"""The jobs: which interpreter passes for which release, and the files of GitHub Actions and GitLab CI that say so."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from regraft_tools import interpreters
from regraft_tools.scan import suggestions

EVERYWHERE = ("newest", "host")  # each interpreter has them
HOSTS = (*interpreters.SUPPORTED_SERIES, "3.14", "3.15")
INSTALL = "python -m pip install regraft pytest ."
REPORT = "junit-%s-as-%s.xml"  # `results` reads interpreter and release from the name


class Impossible(ValueError):
    """There are no such jobs; the text says why."""


@dataclass(frozen=True)
class Job:
    """Tests on an interpreter under a release.

    Attributes:
        host: series of the interpreter.
        release: as which it runs.
    """

    host: str
    release: str

    @property
    def report(self) -> str:
        """Name of its file of results."""
        return REPORT % (self.host, self.release)


@dataclass(frozen=True)
class Plan:
    """What all jobs have in common.

    Attributes:
        jobs: at least one.
        install: command that installs what the tests need.
        tests: arguments of pytest, as a shell reads them; may be empty.
    """

    jobs: Sequence[Job]
    install: str
    tests: str

    def command(self, host: str, release: str) -> str:
        """The command that runs the tests; host and release may be variables of the service."""
        words = 'python -m regraft run --as "%s" -m pytest --junitxml "%s"' % (release, REPORT % (host, release))
        return words + (" " + self.tests if self.tests else "")


def plan(releases: Sequence[str], hosts: Sequence[str]) -> list[Job]:
    """The jobs for releases: each on the interpreters of its language.

    Args:
        releases: names as `run --as` takes them.
        hosts: series of interpreters.

    Raises:
        Impossible: a release or an interpreter is not known, or a release has none that can pass for it.
    """
    for each in hosts:
        if each not in HOSTS:
            raise Impossible("regraft is not for Python %s; it is for %s" % (each, ", ".join(HOSTS)))
    jobs = []
    for release in releases:
        if not _is_known(release):
            raise Impossible("there is no profile of a release %r (known are 2.7.0 to 2.7.%d, %s, and what is between, "
                             "newest, host)" % (release, _catalogue().LAST_OF_2_7, _list_series()))
        fitting = [each for each in hosts if release in EVERYWHERE or each.split(".")[0] == release.split(".")[0]]
        if not fitting:
            raise Impossible("none of the interpreters %s can pass for %s: that needs a Python %s"
                             % (", ".join(hosts), release, release.split(".")[0]))
        jobs += [Job(each, release) for each in fitting]
    if not jobs:
        raise Impossible("no release is named")
    return sorted(dict.fromkeys(jobs), key=lambda job: hosts.index(job.host))


def write_github(planned: Plan) -> str:
    """A workflow of GitHub Actions. The interpreters are those of the `python` images: there is no other 2.7 there."""
    name = REPORT % ("${{ matrix.python }}", "${{ matrix.release }}")
    return _dump({
        "name": "releases",
        "on": ["push", "pull_request"],
        "permissions": {"contents": "read"},
        "jobs": {"releases": {
            "name": "${{ matrix.python }} as ${{ matrix.release }}",
            "runs-on": "ubuntu-latest",
            "container": "python:${{ matrix.python }}",
            "strategy": {"fail-fast": False, "matrix": {"include": [
                {"python": Quoted(each.host), "release": Quoted(each.release)} for each in planned.jobs]}},
            "steps": [
                {"uses": "actions/checkout@v4"},
                {"run": planned.install},
                {"run": planned.command("${{ matrix.python }}", "${{ matrix.release }}")},
                {"uses": "actions/upload-artifact@v4", "if": "always()",
                 "with": {"name": name.removesuffix(".xml"), "path": name}},
            ],
        }},
    })


def write_gitlab(planned: Plan) -> str:
    """A file for GitLab CI, to be included or to be the whole."""
    hosts = dict.fromkeys(each.host for each in planned.jobs)
    return _dump({"releases": {
        "image": "python:$PYTHON",
        "parallel": {"matrix": [
            {"PYTHON": Quoted(host), "RELEASE": [Quoted(each.release) for each in planned.jobs if each.host == host]}
            for host in hosts]},
        "script": [planned.install, planned.command("$PYTHON", "$RELEASE")],
        "artifacts": {"when": "always", "paths": ["junit-*.xml"], "reports": {"junit": "junit-*.xml"}},
    }})


WRITERS = {"github": write_github, "gitlab": write_gitlab}


def _dump(content: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 4096  # a command is one line
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(content, stream)
    return "# Written by: regraft-tools matrix\n" + stream.getvalue()


def _is_known(release: str) -> bool:
    if release in EVERYWHERE:
        return True
    if match := re.fullmatch(r"2\.7\.(\d+)", release):
        return int(match[1]) <= _catalogue().LAST_OF_2_7
    return release in [name for pair in _catalogue().SERIES for name in pair] or release in _catalogue().list_names()


def _list_series() -> str:
    return ", ".join(name for name, _ in _catalogue().SERIES)


def _catalogue():
    suggestions.registry()  # finds regraft, if it is not installed beside these tools
    from regraft.profiles import catalogue

    return catalogue
