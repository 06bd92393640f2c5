"""Code samples of the documentation: each is run or says why not, and one that fails is seen."""

from __future__ import annotations

import fnmatch
import json
import subprocess
from pathlib import Path

import pytest
from test_registry_facts import NAMES, NEW, OLD, is_public

from regraft_tools import environments, interpreters, tally
from regraft_tools.docgen import __main__ as command
from regraft_tools.docgen import build as build_tool
from regraft_tools.docgen import interface, probe, registry, samples


def block(text, language="", notes=(), recipe=False, page="page"):
    return {"page": page, "line": 7, "language": language, "notes": list(notes), "recipe": recipe, "text": text}


@pytest.fixture(scope="module")
def run():
    """Runs blocks in a Python with regraft; what became of the first."""
    interpreter = interpreters.search(["3.13"]).of("3.13") or interpreters.own()
    python = environments.ensure(interpreter, "docs-samples").python

    def run_block(*blocks):
        outcomes = samples.run_all(blocks, {"own": python})
        assert len(outcomes) == len(blocks)
        return outcomes[0]
    return run_block


def test_a_program_that_works_passes_and_one_that_raises_fails(run):
    assert run(block("import ssl\nassert ssl.HAS_ALPN\n", "python")).failure == ""
    assert "NameError" in run(block("whatever\n", "python")).failure


def test_samples_run_with_regraft_and_not_with_the_stock_modules(run):
    assert run(block("import regraft\nassert regraft.status()['active']\n", "python")).failure == ""


def test_a_session_whose_output_is_another_fails(run):
    assert run(block(">>> 1 + 1\n2")).failure == ""
    assert "Expected:\n    3\nGot:\n    2" in run(block(">>> 1 + 1\n3")).failure


def test_sessions_of_a_page_are_one(run):
    joined = samples.join_sessions([block(">>> a = 1"), block("x = 1", "python"), block(">>> a\n1")])
    assert [each["text"] for each in joined] == [">>> a = 1\n\n>>> a\n1", "x = 1"]
    assert run(joined[0]).failure == ""


def test_a_command_that_fails_or_prints_something_else_fails(run):
    assert run(block("$ python program.py\nOpenSSL ...", "console")).failure == ""
    assert "the page says:\nLibreSSL" in run(block("$ python program.py\nLibreSSL", "console")).failure
    assert "exit status 3, not 0" in run(block("python -c 'raise SystemExit(3)'\n")).failure
    assert run(block("python -c 'raise SystemExit(3)'\n", notes=["exit status: 3"])).failure == ""


def test_commands_are_those_with_a_prompt_or_all_lines():
    assert samples.split_commands("$ a\nout\n$ b") == [("a", "out\n"), ("b", "")]
    assert samples.split_commands("a \\\n   --long\nb\n") == [("a --long", ""), ("b", "")]


def test_a_sample_leaves_nothing_enabled(run):
    assert run(block("$ python -m regraft enable\n...\n$ python -m regraft status\nregraft ...: active...")).failure == ""
    assert "NOT active" in run(block("python -m regraft status")).failure


def test_example_org_is_a_server_with_tls_and_old_example_org_one_that_is_too_old(run):
    connect = ("import socket, ssl\ncontext = ssl.create_default_context()\n"
               "context.wrap_socket(socket.create_connection(('%s', 443)), server_hostname='%s').close()\n")
    assert run(block(connect % ("example.org", "example.org"), "python")).failure == ""
    assert "ertificate" in run(block(connect % ("example.org", "example.com"), "python")).failure
    assert "SSLError" in run(block(connect % ("old.example.org", "old.example.org"), "python")).failure
    assert "samples speak with example.org and old.example.org only" in run(
        block(connect % ("example.net", "example.net"), "python")).failure


def test_a_file_of_a_page_is_there_for_the_samples_of_that_page_only(run):
    read = block("print(open('settings').read())\n", "python")
    kept = block("a = b", "ini", ["file: settings"])
    assert run(read, kept).failure == ""
    assert "settings" in run(read, dict(kept, page="another")).failure


def test_a_block_that_is_not_run_says_why():
    assert samples.find_reason(block("boom", "python", ["not run: it needs root"])) == "it needs root"
    assert "test_feature_recipes" in samples.find_reason(block("boom", "python", recipe=True))
    assert samples.find_reason(block("boom", "python", ["just a comment"])) == ""


def test_a_block_of_no_known_kind_fails_unless_it_says_why(run):
    assert "neither Python nor shell" in run(block("?")).failure
    assert run(block("?", notes=["not run: it is a riddle"])).left_out
    assert not run(block("make test")).left_out


def test_commands_of_developers_are_looked_up():
    good = block("make test\n.venv/bin/nox -s docs\n.venv/bin/nox --list\npython3 benchmarks/run.py --pair a b")
    assert "looked up" in samples.find_reason(good) and samples.look_up(good) == ""
    for text in ("make tea", ".venv/bin/nox -s tea", "python benchmarks/tea.py", "regraft-tools tea", "make test-tea"):
        assert text in samples.look_up(block(text))


def test_commands_of_developers_beside_others_are_run():
    assert samples.find_reason(block("make test\npython program.py")) == ""


def test_a_sample_that_names_another_python_is_left_to_that_one(run):
    outcome = run(block("python2.7 --version"))
    assert outcome.failure == "" and outcome.reason == "names another Python: 2.7"


def test_a_sample_that_no_interpreter_ran_is_a_failure():
    outcomes = [samples.Outcome("page.rst:7", "3.13", reason="names another Python: 3.4")]
    assert samples.find_unrun(outcomes) == ["page.rst:7"]
    assert samples.find_unrun([*outcomes, samples.Outcome("page.rst:7", "2.7")]) == []
    assert "page.rst:7\nno interpreter ran it" in samples.report(outcomes)
    assert samples.count(outcomes) == (0, 1, 0)


def test_the_report_counts_and_gives_reasons():
    outcomes = [samples.Outcome("a.rst:1", "2.7"), samples.Outcome("a.rst:2", reason="it needs root", left_out=True),
                samples.Outcome("a.rst:3", "2.7", failure="boom")]
    text = samples.report(outcomes)
    assert "a.rst:3 on 2.7\nboom" in text and "not run:   1, it needs root" in text
    assert text.endswith("samples: 1 passed, 1 failed, 1 left out")


def test_a_list_without_any_sample_is_an_error(tmp_path, capsys):
    (tmp_path / "samples.json").write_text("[]")
    assert command.main(["samples", str(tmp_path / "samples.json")]) == 1
    assert "lists no block of code" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["samples"], ["tea", "file"]])
def test_a_command_line_that_is_none_is_told_so(arguments, capsys):
    assert command.main(arguments) == 2
    assert "usage: python -m regraft_tools.docgen COMMAND" in capsys.readouterr().err


def test_a_machine_without_an_interpreter_is_told_so_and_fails_unless_here_is_asked_for(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(interpreters.VARIABLE, "3.4")
    monkeypatch.setattr(tally, "record", lambda row: None)
    assert command.main(["build", "--here"]) == 0
    assert "not built: Python 2.7 and 3.13 is not here" in capsys.readouterr().out
    assert command.main(["build"]) == 1
    assert "docgen: the documentation is made with Python 2.7, which is not here" in capsys.readouterr().err


# What is new on 2.7 is asked by `probe`, in each interpreter.

def test_the_probe_tells_names_parameters_and_the_first_paragraph(tmp_path, monkeypatch):
    (tmp_path / "sample_module.py").write_text(
        "import json\nfrom collections import OrderedDict\nNUMBER = 3\n_private = 1\n"
        "def call(a, /, b=2, *, c=None):\n"
        "    '''call($self, a)\n--\n\n    Call it,\n    at once. Since: 3.5; Source: x.\n\n    More.'''\n"
        "class Thing:\n    '''A thing. Since: 2.7.9, 3.4.'''\n    def move(self, far=True): 'Move it.'\n"
        "    @property\n    def weight(self): 'In grams.'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = probe.describe("sample_module")
    assert sorted(found) == ["NUMBER", "OrderedDict", "Thing", "Thing.move", "Thing.weight", "call", "json"]
    assert found["OrderedDict"] is found["json"] is None, "borrowed of others"
    assert found["call"] == {
        "kind": "function", "signature": "(a, /, b=2, *, c=None)", "doc": "Call it, at once.", "since": ["3.5"]}
    assert found["Thing"] == {"kind": "class", "signature": "()", "doc": "A thing.", "since": ["3.4"]}
    assert found["Thing.move"]["signature"] == "(far=True)" and found["Thing.weight"]["doc"] == "In grams."
    assert probe.describe("no_such_module") is None


@pytest.mark.parametrize("interpreter", interpreters.find(), ids=lambda each: each.version)
def test_the_probe_runs_in_each_interpreter(interpreter):
    done = subprocess.run([interpreter.path, "-B", probe.__file__], check=True, stdout=subprocess.PIPE)
    answer = json.loads(done.stdout)
    assert set(answer) == set(probe.MODULES)
    assert "SSLContext.check_hostname" in answer["ssl"] and "sha256" in answer["hashlib"]
    assert "HMAC.update" in answer["hmac"]
    if interpreter.release < (3,):
        # What 2.7 gives instances only is not new because our class shows it.
        assert "compare_digest" in answer["hmac"], "borrowed there, and not new for that"
        assert "SSLSocket.server_side" in answer["ssl"] and "HMAC.digest_size" in answer["hmac"]


# Public names of 3.15 that 2.7 with regraft does not show as new, and why.
NOT_NEW = {
    "hmac.HMAC.digest_size": "instances of 2.7's have it",
    "random.*": "the module is the host's, but for SystemRandom",
    "secrets.SystemRandom.*": "shown where the class is at home, in random",
    "ssl.SSLSocket.sendmsg_afalg": "no such method of a socket on 2.7",
}


@pytest.mark.skipif(bool(build_tool.find_missing()), reason="needs Python 2.7 and 3.13, of which one is not here")
def test_what_is_shown_as_new_on_2_7_is_what_the_facts_say_is_new_since_then():
    facts = {name for name, releases in NAMES.items() if is_public(name) and NEW in releases and OLD not in releases}
    shown = set()
    for module, names in interface.collect().items():
        shown |= {"%s.%s" % (module, name) for name in names}
        shown |= {"%s.%s.%s" % (module, name, each) for name in names for each in names[name].get("members", ())}
    assert shown - facts == set()
    unexplained = [name for name in facts - shown if not any(fnmatch.fnmatch(name, each) for each in NOT_NEW)]
    assert unexplained == []
    assert [each for each in NOT_NEW if not fnmatch.filter(facts - shown, each)] == [], "stale"


# The Sphinx extension, in a project of one page.

CONF = """import sys
sys.path.insert(0, %r)
extensions = ["regraft_tools.docgen.directives"]
regraft_reference, regraft_samples, regraft_interface = %r, "samples.json", "interface.json"
"""


@pytest.fixture
def build(tmp_path):
    environment = environments.ensure(interpreters.own(), "docs", packages=build_tool.PACKAGES, regraft=False)

    def build_page(text, reference=False):
        (tmp_path / "conf.py").write_text(CONF % (str(Path(samples.__file__).parents[2]), reference))
        (tmp_path / "index.rst").write_text(text)
        (tmp_path / "defaults.rst").write_text(":orphan:\n\nDefaults\n========\n")  # generated text refers to it
        done = subprocess.run(
            [str(environment.python), "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html", ".", "out"],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done
    return build_page


PAGE = """Page
====

.. regraft-matrix::

Security Considerations
-----------------------

.. regraft-security:: ssl

Rows
----

.. regraft-registry::

.. not run: it is a riddle

::

    ?

>>> 1
1
"""


def test_the_links_of_the_picture_lead_to_the_page_of_the_registry(build, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "picture.rst").write_text(":orphan:\n\nPicture\n=======\n\n.. regraft-matrix::\n")
    done = build("Page\n====\n\n.. regraft-matrix::\n")
    assert done.returncode == 0, done.stdout
    for page, target in (("index", '"features.html#alpn"'), ("sub/picture", '"../features.html#alpn"')):
        assert "href=" + target in (tmp_path / "out" / (page + ".html")).read_text()


def test_the_directives_fill_a_page_the_same_way_each_time_and_list_its_samples(build, tmp_path):
    pages = []
    for _ in range(2):
        done = build(PAGE)
        assert done.returncode == 0, done.stdout
        pages.append((tmp_path / "out" / "index.html").read_text())
    assert pages[0] == pages[1]
    assert "CVE-2023-40217" in pages[0] and "<svg" in pages[0]
    # Where the picture's links and people's bookmarks lead to.
    assert [row["name"] for row in registry.load() if ' id="%s"' % row["name"] not in pages[0]] == []
    listed = [each for each in json.loads((tmp_path / "samples.json").read_text()) if not each["recipe"]]
    assert [(each["text"], each["notes"]) for each in listed] == [("?", ["not run: it is a riddle"]), (">>> 1\n1", [])]


@pytest.mark.parametrize(("directive", "said"), [
    ("regraft-security:: socket", "the registry has no row for the module 'socket'"),
    ("regraft-security::", "the directive regraft-security needs the name of a module"),
    ("regraft-names:: ssl", "interface.json is not there; `nox -s docs` makes it"),
])
def test_a_directive_that_cannot_be_filled_fails_the_build(build, directive, said):
    done = build("Page\n====\n\n.. %s\n" % directive)
    assert done.returncode != 0 and said in done.stdout


def test_a_documentation_without_a_page_for_a_covered_module_is_not_built(build):
    done = build("Page\n====\n", reference=True)
    assert done.returncode != 0 and "the covered module hmac has no page" in done.stdout
