"""regraft-tools matrix read: JUnit files of many jobs as one table, and none that is missing or broken unsaid."""

from __future__ import annotations

import pytest

from regraft_tools.matrix import command, results

CASES = {
    "passed": '<testcase classname="test_it" name="%s"/>',
    "failed": '<testcase classname="test_it" name="%s"><failure message="no"/></testcase>',
    "error": '<testcase classname="test_it" name="%s"><error message="no"/></testcase>',
    "skipped": '<testcase classname="test_it" name="%s"><skipped type="pytest.skip" message="why"/></testcase>',
    "xfailed": '<testcase classname="test_it" name="%s"><skipped type="pytest.xfail" message="why"/></testcase>',
}


@pytest.fixture
def junit(tmp_path):
    """A function that writes a file of results; its path."""

    def write(name: str, **outcomes: str) -> str:
        cases = "".join(CASES[outcome] % test for test, outcome in outcomes.items())
        path = tmp_path / name
        path.write_text("<testsuites><testsuite>%s</testsuite></testsuites>" % cases)
        return str(path)

    return write


def test_tests_are_rows_and_interpreters_and_releases_columns(junit, capsys):
    files = [junit("junit-2.7-as-2.7.6.xml", test_a="failed", test_b="passed", test_c="skipped"),
             junit("junit-2.7-as-newest.xml", test_a="passed", test_b="passed", test_c="xfailed", test_d="passed")]
    assert command.main(["read", *files]) == command.FAILED
    printed = capsys.readouterr().out
    rows = {line.split("│")[1].strip(): [each.strip() for each in line.split("│")[2:-1]]
            for line in printed.splitlines() if line.startswith("│")}
    assert rows["test_it::test_a"] == ["failed", "passed"]
    assert rows["test_it::test_c"] == ["skipped", "xfailed"]
    assert rows["test_it::test_d"] == ["missing", "passed"]
    assert rows["2.7 as 2.7.6"] == ["1", "1", "0", "1", "0"]
    assert "test_it::test_b" not in rows
    assert "1 more do the same everywhere" in printed


def test_tests_that_do_the_same_are_shown_when_asked_for(junit, capsys):
    assert command.main(["read", "--all", junit("junit-2.7-as-2.7.6.xml", test_a="passed")]) == command.DONE
    assert "test_it::test_a" in capsys.readouterr().out


def test_a_file_of_the_plug_in_has_a_column_for_each_release(tmp_path):
    path = tmp_path / "all.xml"
    path.write_text("<testsuites><testsuite>%s%s</testsuite></testsuites>" % (
        CASES["failed"] % "test_a[x][as 2.7.6]", CASES["passed"] % "test_a[x][as newest]"))
    found = results.read([path])
    assert found.cells == {"test_it::test_a[x]": {"all as 2.7.6": "failed", "all as newest": "passed"}}


def test_a_test_that_passes_and_then_fails_to_clean_up_has_failed(tmp_path):
    path = tmp_path / "all.xml"
    for first, second in (("passed", "error"), ("error", "passed")):
        path.write_text("<testsuite>%s%s</testsuite>" % (CASES[first] % "test_a", CASES[second] % "test_a"))
        assert results.read([path]).cells["test_it::test_a"] == {"all": "error"}


def test_what_is_missing_or_broken_is_said_and_the_others_are_read(junit, tmp_path, capsys):
    junit("junit-2.7-as-2.7.6.xml", test_a="passed")
    (tmp_path / "broken.xml").write_text("<testsuites><testsuite>")
    (tmp_path / "other.xml").write_text("<html/>")
    (tmp_path / "hollow.xml").write_text("<testsuites/>")
    assert command.main(["read", str(tmp_path), str(tmp_path / "gone.xml"), "--as", "2.7.6,2.7.9"]) == command.WRONG
    printed = capsys.readouterr()
    assert "2.7 as 2.7.6" in printed.out
    for text in ("broken.xml is no whole XML: no element found", "other.xml is no JUnit file: it begins with <html>",
                 "hollow.xml has no tests in it", "gone.xml cannot be read: No such file or directory",
                 "junit-2.7-as-2.7.9.xml is not there: did its job end early?"):
        assert text in printed.err


def test_an_empty_directory_is_no_success(tmp_path, capsys):
    assert command.main(["read", str(tmp_path)]) == command.WRONG
    assert "has no *.xml in it" in capsys.readouterr().err


def test_names_of_tests_do_not_steer_the_terminal(junit, capsys):
    command.main(["read", junit("junit-2.7-as-2.7.6.xml", **{"test_[red]x[/red]": "failed"})])
    assert "test_[red]x[/red]" in capsys.readouterr().out
