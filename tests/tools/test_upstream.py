"""`regraft_tools.upstream`: what the indexes list, as news or not."""

from __future__ import annotations

import pytest

from regraft_tools import debian
from regraft_tools.upstream import __main__ as upstream

SNAPSHOTS = ["cpython-2.7.18.json", "cpython-3.9.18.json", "cpython-3.15.2.json", "maintenance-releases.md"]


def lists(**versions: list[str]):
    """A stand-in for Debian's indexes: the versions of each package, in each suite."""
    return lambda suite, package: versions.get(package.replace(".", "_"), [])


def run(capsys, lister, shipped="3.5.7") -> tuple[int, str]:
    status = upstream.main(["--shipped", shipped], lister)
    return status, capsys.readouterr().out


def test_the_newest_python_and_the_one_after_it_are_followed():
    titles = [each.title for each in upstream.list_followed("3.5.7", SNAPSHOTS)]
    assert titles == ["OpenSSL 3.5, in the wheels", "Python 3.15", "Python 3.16, the next"]


def test_nothing_new_is_status_0(capsys):
    status, told = run(capsys, lists(openssl=["3.5.7-1~deb13u2"], python3_15=["3.15.2-1"]))
    assert status == 0 and "3.5.7 is the newest" in told and "not there yet" in told


@pytest.mark.parametrize("versions, told", [
    ({"openssl": ["3.5.10-1~deb13u1", "3.5.7-1"]}, "3.5.10 is out"), ({"python3_15": ["3.15.10-1"]}, "3.15.10 is out"),
    ({"python3_16": ["3.16.0-1"]}, "3.16.0 is out")])
def test_a_newer_release_is_status_1_with_the_command(versions, told, capsys):
    status, text = run(capsys, lists(**versions))
    assert status == 1 and told in text and text.count("do: nox -s ") == 1


@pytest.mark.parametrize("versions", [
    {"openssl": ["3.6.0-1"]}, {"python3_16": ["3.16.0~a3-1"]}, {"python3_16": ["3.16.0~rc1-1"]}, {"openssl": ["3.5.4-1~deb13u1"]}])
def test_another_series_an_older_release_and_a_candidate_are_no_news(versions, capsys):
    assert run(capsys, lists(**versions))[0] == 0


def test_an_index_that_cannot_be_had_is_not_taken_for_no_news(capsys):
    def lister(suite: str, package: str) -> list[str]:
        if package == "openssl":
            raise debian.Unavailable("no answer")
        return ["3.16.0-1"] if package == "python3.16" else []

    status, told = run(capsys, lister)
    assert status == 2 and "NOT KNOWN: no answer" in told and "3.16.0 is out" in told


def test_the_release_that_is_noted_is_one_of_the_series_of_the_wheels():
    assert upstream.read_shipped().startswith(upstream.source.SERIES + ".")
