"""`regraft-tools scan` as its users run it: what it prints, its exit status, comments, bad input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from regraft_tools import __main__ as tools
from regraft_tools.scan import command, scanning, sources
from regraft_tools.scan.rules import RULES

WEAK = "import hmac\n\n\ndef check(key, data, given):\n    return hmac.new(key, data).hexdigest() == given\n"
CLEAN = "import ssl\ncontext = ssl.create_default_context()\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A directory with a weak and a clean file, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weak.py").write_text(WEAK)
    (tmp_path / "clean.py").write_text(CLEAN)
    return tmp_path


@pytest.fixture
def scan(capsys):
    """Runs the command: exit status, standard output."""
    def run(*arguments: str) -> tuple[int, str]:
        status = tools.main(["scan", "--processes", "1", *arguments])
        return status, capsys.readouterr().out

    return run


@pytest.fixture
def report(scan):
    """Runs the command: its JSON."""
    def run(*arguments: str) -> dict:
        return json.loads(scan("--format", "json", *arguments)[1])

    return run


def found(report: dict) -> list[tuple[str, int, str]]:
    return [(each["path"], each["line"], each["rule"]) for each in report["findings"]]


def test_the_status_is_1_with_findings_and_0_without(tree, scan):
    assert scan("weak.py")[0] == 1
    assert scan("clean.py")[0] == 0
    assert scan(".")[0] == 1


@pytest.mark.parametrize("arguments, said", [
    ([], "name a file or a directory"), (["--select", "RG9", "."], "there is no rule 'RG9'"),
    (["--min-severity", "awful", "."], "invalid choice"), (["--processes", "0", "."], "not a number from 1"),
    (["--ignore", ",", "."], "there is no rule ''"), (["--exclude", "", "."], "is no pattern"),
    (["--processes", "\u00b2", "."], "not a number from 1"),
])
def test_a_wrong_command_line_is_status_2_and_says_why(tree, arguments, said, capsys):
    assert tools.main(["scan", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_the_text_names_place_rule_severity_and_what_to_write_instead(tree, scan):
    _, text = scan("weak.py")
    assert "weak.py\n" in text
    assert "  5:12     RG303 medium no digestmod" in text and "  5:12     RG304 high   a MAC" in text
    assert "return hmac.new(key, data).hexdigest() == given" in text
    assert "What to write instead" in text and "import hmac" in text.partition("What to write instead")[2]
    assert text.endswith("2 findings in 1 file\n")


def test_the_text_fits_80_columns_and_has_no_colours_where_there_is_no_terminal(tree, scan):
    Path("long.py").write_text(WEAK + "# %s\nassert hmac.new(key, data).digest() == %s\n" % ("x" * 200, "y + " * 40 + "z"))
    _, text = scan("--statistics", ".")
    assert "\x1b" not in text
    # But for recipes, which are code to be pasted.
    lines = [line for line in text.splitlines() if not line.startswith("    ") or line.startswith("     ")]
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.rstrip() != line] == []


def test_there_are_colours_on_a_terminal(tree):
    import pty

    controller, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "regraft_tools", "scan", "--no-recipes", "weak.py"], stdout=terminal, check=False,
        stdin=subprocess.DEVNULL, timeout=60,
        env={name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        | {"TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(terminal)
    assert b"\x1b[" in os.read(controller, 100000)
    os.close(controller)
    assert done.returncode == 1


def test_json_has_all_of_a_finding(tree, report):
    made = report("weak.py")
    assert made["version"] == 1 and made["files"] == made["read"] == 1
    (first, second) = made["findings"]
    assert first == {
        "rule": "RG303", "severity": "medium", "path": "weak.py", "line": 5, "column": 12, "end_line": 5,
        "end_column": 31, "message": "no digestmod: that is MD5 up to Python 3.7, and an error from 3.8 on",
        "source": "return hmac.new(key, data).hexdigest() == given", "suggestion": "hmac-digestmod/harden",
    }
    assert second["rule"] == "RG304"
    assert made["statistics"] == {"RG303": {"medium": 1}, "RG304": {"high": 1}}
    assert made["rules"]["RG304"]["name"] == "digest-compared-by-equality"
    assert "compare_digest" in made["suggestions"][second["suggestion"]]["recipe"]


def test_rules_are_chosen_whole_or_by_the_beginning_of_their_ids(tree, report):
    assert {each[2] for each in found(report("--select", "RG304", "."))} == {"RG304"}
    assert {each[2] for each in found(report("--select", "rg3", "."))} == {"RG303", "RG304"}
    assert {each[2] for each in found(report("--select", "RG3", "--ignore", "RG304", "."))} == {"RG303"}
    assert found(report("--ignore", "RG3", ".")) == []


def test_the_least_severity_holds_back_what_is_below(tree, scan, report):
    assert {each[2] for each in found(report("--min-severity", "high", "."))} == {"RG304"}
    assert scan("--min-severity", "high", "--ignore", "RG304", ".")[0] == 0


def test_the_rules_are_listed(scan):
    status, text = scan("--list-rules")
    assert status == 0 and [line.split()[0] for line in text.splitlines()] == list(RULES)


def test_the_report_goes_where_it_is_sent(tree, scan):
    status, text = scan("--output", "report.json", "--format", "json", "weak.py")
    assert (status, text) == (1, "") and len(json.loads(Path("report.json").read_text())["findings"]) == 2


def test_several_processes_tell_what_one_tells(tree, report):
    for number in range(40):
        Path("more%02d.py" % number).write_text(WEAK if number % 2 else CLEAN)
    alone = report(".")
    assert len(alone["findings"]) == 42
    assert report("--processes", "3", ".") == alone


def die(path: str, selected: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the processes are new ones, and know no stand-in")
def test_a_process_that_is_killed_ends_the_scan_and_is_told(tree, monkeypatch, capsys):
    for number in range(40):
        Path("more%02d.py" % number).write_text(CLEAN)
    monkeypatch.setattr(scanning, "scan_file", die)
    assert tools.main(["scan", "--processes", "3", "."]) == 2
    told = capsys.readouterr()
    assert told.out == "" and "not whole" in told.err


def test_a_reader_that_has_seen_enough_is_no_error(tree):
    Path("many.py").write_text(WEAK + "\n".join("x%d = hmac.new(key)" % number for number in range(3000)))
    done = subprocess.run(
        "%s -m regraft_tools scan --no-recipes many.py | head -n 1" % sys.executable, shell=True, check=True,
        capture_output=True, timeout=60,
    )
    assert done.stderr == b""


def test_without_a_standard_output_nothing_was_found_out(tree):
    ended = subprocess.run(["sh", "-c", '"$0" -m regraft_tools.scan weak.py >&-', sys.executable], capture_output=True, text=True)
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1


def test_a_report_that_cannot_be_written_is_one_line(tree, capsys):
    assert tools.main(["scan", "--output", "nowhere/report", "weak.py"]) == 2
    assert capsys.readouterr().err.startswith("regraft-tools scan: cannot write the report: ")


def test_without_regraft_there_are_findings_and_a_line_that_says_why_there_are_no_recipes(tree, tmp_path):
    code = "import sys; sys.modules['regraft'] = None; from regraft_tools.scan import main; sys.exit(main(['weak.py']))"
    copy = tmp_path / "elsewhere"
    shutil.copytree(Path(command.__file__).parents[2], copy, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, PYTHONPATH=str(copy)))
    assert done.returncode == 1 and "RG304" in done.stdout and "instead" not in done.stdout
    assert done.stderr == ("regraft-tools scan: regraft is not installed beside these tools, so there are no recipes: "
                           "pip install regraft\n")


def test_a_mistake_of_the_scanner_is_told_and_the_other_files_are_scanned(tree, report, monkeypatch):
    def fail(path, text):
        raise ValueError("of its own")

    monkeypatch.setattr(scanning, "Module", fail)
    made = report("weak.py", "clean.py")
    assert "mistake of its own: ValueError: of its own" in problems(made)["weak.py"]
    assert made["files"] == 2


# Comments

@pytest.mark.parametrize("comment, left", [
    ("# regraft: ignore[RG303, RG304] known", set()), ("#regraft:ignore", set()),
    ("# regraft: ignore[rg303]", {"RG304"}), ("# pylint: disable=x # regraft: ignore[RG304]", {"RG303"}),
    ("# regraft ignore", {"RG303", "RG304"}),
])
def test_a_comment_suppresses_findings_of_its_line(tree, report, comment, left):
    Path("weak.py").write_text(WEAK.replace("== given", "== given  " + comment))
    made = report("weak.py")
    assert {each[2] for each in found(made)} == left
    assert made["suppressed"] == 2 - len(left)


def test_a_comment_alone_on_a_line_speaks_of_the_next_line_with_code(tree, scan):
    Path("weak.py").write_text(WEAK.replace("    return", "    # regraft: ignore[RG303, RG304]: why\n    # and more\n\n    return"))
    assert scan("weak.py") == (0, "0 findings in 1 file, 2 suppressed by comments\n")


def test_a_comment_on_a_later_line_of_a_finding_suppresses_it(tree, scan):
    Path("weak.py").write_text("import hmac\nx = hmac.new(\n    key,\n    data,  # regraft: ignore[RG303]\n)\n")
    assert scan("weak.py")[0] == 0


def test_a_text_that_looks_like_a_comment_suppresses_nothing(tree, report):
    Path("weak.py").write_text('import hmac\nx = [hmac.new(key), "# regraft: ignore"]\n')
    assert found(report("weak.py")) == [("weak.py", 2, "RG303")]


@pytest.mark.parametrize("comment, message", [
    ("# regraft: ignore[RG304]", "RG304 finds nothing here"), ("# regraft: ignore", "nothing is found here"),
    ("# regraft: ignore[RG999]", "there is no rule RG999"), ("# regraft: ignore[]", "no rule is named in the brackets"),
])
def test_a_comment_that_suppresses_nothing_is_reported(tree, report, comment, message):
    Path("clean.py").write_text("x = 1  %s\n" % comment)
    (finding,) = report("clean.py")["findings"]
    assert (finding["rule"], finding["severity"], finding["line"], finding["message"]) == ("RG001", "low", 1, message)


def test_a_comment_about_a_rule_that_is_not_asked_is_not_called_unused(tree, scan):
    Path("clean.py").write_text("x = 1  # regraft: ignore[RG304]\ny = 1  # regraft: ignore\n")
    assert scan("--ignore", "RG304", "clean.py")[0] == 0


# Bad input

def problems(report: dict) -> dict[str, str]:
    return {each["path"]: each["message"] for each in report["problems"]}


@pytest.mark.parametrize("data, said", [
    (b"import ssl\0\n", "null bytes"), (b"\x7fELF\x02\x01\x01\0\0\0", "null bytes"),
    ("import hmac\n".encode("utf-16"), "UTF-16"), (b"# coding: klingon\nimport hmac\n", "not known here: 'klingon'"),
    (b"# coding: hex\nimport hmac\n", "no encoding of text"),
])
def test_a_file_without_a_text_is_one_line_and_the_rest_is_scanned(tree, scan, report, data, said):
    Path("bad.py").write_bytes(data)
    made = report(".")
    assert said in problems(made)["bad.py" if "bad.py" in problems(made) else "./bad.py"]
    assert len(found(made)) == 2
    text = scan("--no-recipes", ".")[1]
    (line,) = [each for each in text.splitlines() if each.startswith("./bad.py")]
    assert said in line and text.endswith("2 findings in 3 files, 1 file not read, or not wholly\n")


def test_a_check_that_could_read_nothing_does_not_pass(tree, scan):
    Path("bad.py").write_bytes(b"\0")
    assert scan("bad.py")[0] == 2 and scan("missing.py")[0] == 2
    assert scan("bad.py", "clean.py")[0] == 2 and scan("missing", "weak.py")[0] == 1
    Path("weak.py").unlink()
    assert scan(".")[0] == 0  # bad.py is there, and told, but nobody asked for it


def test_a_path_that_is_not_there_is_one_line(tree, report):
    made = report("missing", "weak.py")
    assert problems(made) == {"missing": "there is no such file or directory"} and len(found(made)) == 2


def test_a_line_that_is_no_python_is_told_and_the_rest_is_scanned(tree, report):
    Path("weak.py").write_text("def broken(:\n    pass\n\n" + WEAK)
    made = report("weak.py")
    assert made["problems"] == [
        {"path": "weak.py", "line": 1, "message": "on this line it is no Python of 2.7 or 3; the rest was looked at"}]
    assert found(made) == [("weak.py", 8, "RG303"), ("weak.py", 8, "RG304")]


def test_both_ages_of_python_are_scanned(tree, report):
    Path("old.py").write_text("import hmac\nprint >>log, `hmac.new(k)`, hmac.new(k)\nexec 'x' in y\n")
    Path("new.py").write_text("import hmac\nasync def f[T](x: T):\n    match x:\n        case [y]: print(hmac.new(y))\n")
    made = report("old.py", "new.py")
    assert made["problems"] == []
    assert found(made) == [("old.py", 2, "RG303"), ("new.py", 4, "RG303")]


@pytest.mark.parametrize("head, encoding", [
    ("", "utf-8"), ("\ufeff", "utf-8"), ("# coding: latin-1\n", "latin-1"), ("# -*- coding: cp1252 -*-\n", "cp1252"),
    ("#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n", "utf-8"), ("# coding: euc-jp\n", "euc-jp"),
])
def test_columns_are_characters_in_whatever_encoding(tree, report, head, encoding):
    letters = "日本" if encoding == "euc-jp" else "äö"
    Path("weak.py").write_bytes((head + "import hmac\nx = ['%s', hmac.new(key)]\n" % letters).encode(encoding))
    (finding,) = report("weak.py")["findings"]
    assert (finding["column"], finding["source"]) == (12, "x = ['%s', hmac.new(key)]" % letters)


def test_bytes_that_are_no_utf_8_do_not_hide_a_file_of_2_7(tree, report):
    Path("weak.py").write_bytes(b"import hmac\nx = '\xff\xfe'  # \xe4\ny = hmac.new(key)\n")
    assert found(report("weak.py")) == [("weak.py", 3, "RG303")]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_end_in_any_way(tree, report, end):
    Path("weak.py").write_bytes(WEAK.replace("\n", end).encode())
    assert found(report("weak.py")) == [("weak.py", 5, "RG303"), ("weak.py", 5, "RG304")]


def test_a_loop_of_directories_ends_and_a_file_is_scanned_once(tree, report):
    Path("inner").mkdir()
    Path("inner/loop").symlink_to("..")
    Path("again.py").symlink_to("weak.py")
    Path("gone.py").symlink_to("nothing.py")
    made = report(".", "weak.py")
    assert len(found(made)) == 2
    assert problems(made) == {"./gone.py": "is a link to a file that is not there"}


def test_what_is_nested_without_end_is_told(tree, report):
    Path("deep.py").write_text("import hmac\nx = %s1%s\n" % ("(" * 20000, ")" * 20000))
    Path("sum.py").write_text("import hmac\nx = %s\n" % " + ".join(["'a'"] * 1500))
    made = report(".")
    assert "nested too deeply" in problems(made)["./deep.py"] and "./sum.py" not in problems(made)
    assert len(found(made)) == 2


def test_a_file_that_nobody_may_read_is_told(tree, report, monkeypatch):
    # Whoever runs the tests may be root, whom no mode of a file keeps out.
    def refuse(path, *arguments, **options):
        if str(path).endswith("weak.py"):
            raise PermissionError(13, "Permission denied", path)
        return open(path, *arguments, **options)

    monkeypatch.setattr(sources, "open", refuse, raising=False)
    made = report(".")
    assert problems(made) == {"./weak.py": "cannot be read: Permission denied"} and made["files"] == 2


def test_a_pipe_and_a_file_that_is_too_large_are_told(tree, report, monkeypatch):
    os.mkfifo("pipe.py")
    monkeypatch.setattr(sources, "LARGEST", 50)
    assert problems(report("pipe.py", "weak.py")) == {
        "pipe.py": "is neither a file nor a directory", "weak.py": "is larger than 0 MiB, so it was left out"}


def test_directories_may_be_nested_deeper_than_functions(tree, report):
    depth = sys.getrecursionlimit() + 100
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    deepest = Path("deepest.py").absolute()
    deepest.write_text(WEAK)
    os.chdir(tree)
    try:
        assert {each["path"].count("/") for each in report(".")["findings"]} == {depth + 1, 1}
    finally:
        # What pytest clears up with nests as functions do.
        os.remove(deepest)
        os.removedirs(os.path.relpath(deepest.parent))


def test_names_and_sources_cannot_steer_the_terminal(tree, scan, report):
    strange = tree / os.fsdecode(b"\xff\x1b[2J\n.py")
    strange.write_text("import ssl\nx = ssl.PROTOCOL_SSLv3  # \x1b]0;title\x07\n")
    text = scan(strange.name)[1]
    assert "\\udcff\\x1b[2J\\n.py\n" in text and "\\x1b]0;title\\x07" in text
    assert "\x1b" not in text and "\x07" not in text
    # JSON escapes them anyhow; what is no UTF-8 must not make it one that others refuse.
    assert report(strange.name)["findings"][0]["path"] == "\ufffd\x1b[2J\n.py"


def test_an_encoding_that_lacks_characters_gets_escapes(tree):
    (tree / "caf\u00e9.py").write_text(WEAK)
    ended = subprocess.run([sys.executable, "-m", "regraft_tools.scan", "."], capture_output=True, text=True,
                           env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (ended.returncode, ended.stderr) == (1, "") and "caf\\xe9.py" in ended.stdout


def test_a_file_that_says_it_has_no_size_is_not_read_without_end(monkeypatch):
    monkeypatch.setattr(sources, "LARGEST", 1000)
    with pytest.raises(sources.Unreadable, match="larger"):
        sources.read("/dev/zero")


def test_scripts_without_a_suffix_are_scanned_and_environments_are_not(tree, report):
    Path("script").write_text("#!/usr/bin/env python2\n" + WEAK)
    Path("other").write_text("#!/bin/sh\n" + WEAK)
    Path("env/lib").mkdir(parents=True)
    Path("env/pyvenv.cfg").touch()
    for folder in ("env/lib", ".git", "build"):
        Path(folder).mkdir(exist_ok=True)
        Path(folder, "weak.py").write_text(WEAK)
    assert {each[0] for each in found(report(".", "--exclude", "build"))} == {"./script", "./weak.py"}
    assert {each[0] for each in found(report("env"))} == {"env/lib/weak.py"}
