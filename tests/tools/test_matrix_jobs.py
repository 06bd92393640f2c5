"""regraft-tools matrix write: files that a CI service takes, with a job for each interpreter and release."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ruamel.yaml import YAML

from regraft_tools.matrix import command, jobs


def write(capsys, *arguments: str) -> str:
    assert command.main(["write", *arguments]) == command.DONE
    return capsys.readouterr().out


@pytest.mark.parametrize("service, schema", [("github", "vendor.github-workflows"), ("gitlab", "vendor.gitlab-ci")])
def test_what_is_written_is_what_the_service_says_it_takes(service, schema, tmp_path, capsys):
    path = tmp_path / "jobs.yml"
    write(capsys, service, "--as", "2.7.6,2.7.9,newest,3.7", "--host", "2.7,3.13", "--output", str(path))
    done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_github_has_a_job_for_each_release_on_each_interpreter_that_can_pass_for_it(capsys):
    text = write(capsys, "github", "--as", "2.7.6,newest,3.7", "--host", "2.7,3.13")
    content = YAML(typ="safe").load(text)
    job = content["jobs"]["releases"]
    assert job["strategy"]["matrix"]["include"] == [
        {"python": "2.7", "release": "2.7.6"}, {"python": "2.7", "release": "newest"},
        {"python": "3.13", "release": "newest"}, {"python": "3.13", "release": "3.7"}]
    assert job["strategy"]["fail-fast"] is False
    assert content["on"] == ["push", "pull_request"]


def test_gitlab_has_a_job_for_each_release_on_each_interpreter_that_can_pass_for_it(capsys):
    content = YAML(typ="safe").load(write(capsys, "gitlab", "--as", "2.7.6,newest,3.10", "--host", "2.7,3.13"))
    assert content["releases"]["parallel"]["matrix"] == [
        {"PYTHON": "2.7", "RELEASE": ["2.7.6", "newest"]}, {"PYTHON": "3.13", "RELEASE": ["newest", "3.10"]}]
    assert content["releases"]["artifacts"]["reports"]["junit"] == "junit-*.xml"


@pytest.mark.parametrize("service", sorted(jobs.WRITERS))
def test_commands_are_the_ones_that_are_asked_for(service, capsys):
    text = write(capsys, service, "--as", "2.7.6", "--install", "pip install -r 'a: b.txt'", "--tests", "-k 'not slow' # x")
    assert "pip install -r 'a: b.txt'" in [str(each) for each in _texts(YAML(typ="safe").load(text))]
    [command_line] = [each for each in _texts(YAML(typ="safe").load(text)) if "regraft run --as" in str(each)]
    assert command_line.endswith("-m pytest --junitxml \"%s\" -k 'not slow' # x" % command_line.split('"')[3])


def _texts(node):
    if isinstance(node, dict):
        for each in node.values():
            yield from _texts(each)
    elif isinstance(node, list):
        for each in node:
            yield from _texts(each)
    else:
        yield node


@pytest.mark.parametrize("arguments, text", [
    (["github", "--as", "2.7.19"], "there is no profile of a release '2.7.19'"),
    (["github", "--as", "2.7.6; rm -r /"], "there is no profile of a release '2.7.6;'"),
    (["gitlab", "--as", "3.9"], "none of the interpreters 2.7 can pass for 3.9: that needs a Python 3"),
    (["gitlab", "--as", "newest", "--host", "3.5"], "regraft is not for Python 3.5"),
    (["gitlab", "--as", ","], "no release is named"),
    (["gitlab", "--as", "newest", "--output", "/nowhere/jobs.yml"], "/nowhere/jobs.yml: No such file or directory"),
    (["travis", "--as", "newest"], "invalid choice: 'travis'"),
    (["github"], "required: --as"),
])
def test_what_cannot_be_written_is_refused_in_a_line(arguments, text, capsys):
    assert command.main(["write", *arguments]) == command.WRONG
    printed = capsys.readouterr()
    assert text in printed.err
    assert printed.out == ""


def test_without_a_word_of_what_to_do_it_says_what_there_is(capsys):
    assert command.main([]) == command.WRONG
    assert "say what to do: write or read" in capsys.readouterr().err
