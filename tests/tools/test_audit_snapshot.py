"""The snapshot script in real interpreters, modules on disk with planted drift, and the recorded files."""

from __future__ import annotations

import ast
import os
import re
import stat
import sys
import sysconfig
from pathlib import Path

import pytest

from regraft_tools import environments, interpreters
from regraft_tools.audit import command, comparison, storage, taking
from regraft_tools.audit.comparison import Kind

FOUND = interpreters.find()
RELEASES = sorted(storage.folder().glob("*.json"))

# What is written at the end of a copy of the standard library's ssl.py, and the drift that must be seen.
PLANTED = [
    ("a missing name", "del get_protocol_name", "ssl.get_protocol_name", Kind.MISSING),
    ("an extra public name", "def get_surprise(): pass", "ssl.get_surprise", Kind.EXTRA),
    ("a new keyword", "def get_protocol_name(protocol_code, verbose=False): pass", "ssl.get_protocol_name",
     Kind.SIGNATURE),
    ("a changed default of a parameter", "def PEM_cert_to_DER_cert(pem_cert_string=''): pass",
     "ssl.PEM_cert_to_DER_cert", Kind.SIGNATURE),
    ("a changed kind", "RAND_status = True", "ssl.RAND_status", Kind.KIND),
    ("a changed value", "PEM_HEADER = 'nothing'", "ssl.PEM_HEADER", Kind.VALUE),
    ("a value of an enumeration", "VerifyMode = _IntEnum('VerifyMode', "
     "{'CERT_NONE': 0, 'CERT_OPTIONAL': 1, 'CERT_REQUIRED': 3}, module='ssl')",
     "ssl.VerifyMode.CERT_REQUIRED", Kind.VALUE),
    ("a lost member of an enumeration", "VerifyMode = _IntEnum('VerifyMode', {'CERT_NONE': 0, 'CERT_OPTIONAL': 1}, "
     "module='ssl')", "ssl.VerifyMode.CERT_REQUIRED", Kind.MISSING),
    ("an ancestor of an exception", "class CertificateError(Exception): pass", "ssl.CertificateError", Kind.BASES),
    ("a lost method", "del SSLObject.version", "ssl.SSLObject.version", Kind.MISSING),
    ("an attribute that cannot be set", "SSLContext.verify_mode = property(SSLContext.verify_mode.fget)",
     "ssl.SSLContext.verify_mode", Kind.SETTABLE),
]
CHECKED = "ssl.create_default_context(SERVER_AUTH).check_hostname"
UNCHECKED = """
def _unchecked(*arguments, _made=create_default_context, **options):
    context = _made(*arguments, **options)
    context.check_hostname = False
    return context
create_default_context = _unchecked
"""


@pytest.fixture(scope="module")
def own():
    """The snapshot of the Python that runs this."""
    return taking.take(taking.of_path(sys.executable))


def take_changed(folder, module, text):
    """The snapshot of this Python with a text at the end of one of its modules."""
    source = Path(sysconfig.get_paths()["stdlib"], module + ".py").read_text("utf-8")
    (folder / (module + ".py")).write_text(source + "\n" + text + "\n")
    variables = {**environments.clean_environ(), "PYTHONPATH": str(folder)}
    return taking.take(taking.Subject("changed", (sys.executable,), variables))


@pytest.mark.parametrize("text, path, kind", [each[1:] for each in PLANTED], ids=[each[0] for each in PLANTED])
def test_what_is_planted_in_a_module_on_disk_is_found(own, tmp_path, text, path, kind):
    drifts = comparison.compare_interfaces(own, take_changed(tmp_path, "ssl", text))
    # What follows from it, such as constants of the old enumeration, may be told too.
    assert (path, kind) in [(each.path, each.kind) for each in drifts]
    assert all(each.path.startswith("ssl.") for each in drifts)


def test_a_changed_default_of_contexts_in_a_module_on_disk_is_found(own, tmp_path):
    changed = take_changed(tmp_path, "ssl", UNCHECKED)
    drifts = comparison.compare_defaults(own, changed)
    assert [(each.path, each.sentence) for each in drifts] == [(CHECKED, "is False, not True")]


@pytest.mark.parametrize("module, text, path", [
    ("hmac", "del compare_digest", "hmac.compare_digest"),
    ("hashlib", "del sha256", "hashlib.sha256"),
    ("secrets", "del token_hex", "secrets.token_hex"),
    ("random", "del SystemRandom.getrandbits", "random.SystemRandom.getrandbits"),
])
def test_each_module_is_looked_at(own, tmp_path, module, text, path):
    drifts = comparison.compare_interfaces(own, take_changed(tmp_path, module, text))
    assert path in [each.path for each in drifts]


def test_an_unchanged_copy_of_a_module_drifts_in_nothing(own, tmp_path):
    copied = take_changed(tmp_path, "ssl", "")
    assert comparison.compare_interfaces(own, copied) == comparison.compare_interfaces(copied, own) == []
    assert comparison.compare_defaults(own, copied) == []


def test_a_module_that_is_gone_is_told(own, tmp_path):
    drifts = comparison.compare_interfaces(own, take_changed(tmp_path, "secrets", "raise ImportError('no such thing')"))
    assert [str(each) for each in drifts] == ["secrets cannot be imported"]


def test_the_machines_settings_of_tls_change_nothing(own, tmp_path):
    (tmp_path / "openssl.cnf").write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1.3\n")
    variables = {**environments.clean_environ(), "OPENSSL_CONF": str(tmp_path / "openssl.cnf"),
                 "SSLKEYLOGFILE": str(tmp_path / "log"), "PYTHONWARNINGS": "error"}
    assert taking.take(taking.Subject("set", (sys.executable,), variables)) == own
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("interpreter", FOUND, ids=lambda each: each.version)
def test_the_recorded_snapshot_of_an_interpreter_is_what_it_prints(interpreter):
    path = storage.file_of(interpreter.version)
    if not path.exists():
        pytest.skip("no snapshot of %s is recorded" % interpreter.version)
    recorded, printed = storage.load(path), taking.take(taking.of_path(interpreter.path))
    ours, theirs = printed["interpreter"], recorded["interpreter"]
    if ours != theirs:
        pytest.skip("recorded of another build: %s, not %s" % (theirs, ours))
    assert printed == recorded, "`regraft-tools audit record %s` makes it anew" % interpreter.series


@pytest.mark.parametrize("path", RELEASES, ids=lambda each: each.stem)
def test_a_recorded_snapshot_is_stock_and_written_as_the_tool_writes_it(path):
    snapshot = storage.load(path)
    assert path == storage.file_of(snapshot["interpreter"]["version"])
    assert "regraft" not in snapshot["interpreter"] and "differs" not in snapshot
    assert storage.dump(snapshot) == path.read_text("utf-8")
    assert path.stat().st_size < 80000


def test_the_references_and_every_release_that_is_served_are_recorded():
    versions = [each.stem.removeprefix("cpython-") for each in RELEASES]
    assert {storage.API, storage.DEFAULTS, storage.OLDEST} <= set(versions)
    wanted = {*interpreters.SUPPORTED_SERIES, "3.14", "3.15"}
    assert {each.rpartition(".")[0] for each in versions} == wanted
    said = (storage.folder() / "README.md").read_text("utf-8")
    for version in (versions[0], storage.API, "3.14.10", "2.7.18", "3.6.15"):
        assert version in said


def test_facts_that_people_know_are_in_the_snapshots():
    newest, oldest = storage.recorded(storage.API), storage.recorded(storage.OLDEST)
    ssl = newest["modules"]["ssl"]
    assert ssl["VerifyMode"]["members"]["CERT_REQUIRED"] == {"kind": "member", "value": 2}
    assert ssl["create_default_context"]["signature"] == [
        "purpose=serverAuth", "*", "cafile=None", "capath=None", "cadata=None"]
    assert "OSError" in ssl["SSLError"]["bases"] and ssl["SSLContext"]["members"]["minimum_version"]["settable"]
    assert newest["modules"]["os"]["GRND_NONBLOCK"] == {"kind": "int", "value": 1}
    assert oldest["modules"]["secrets"] is None and list(oldest["modules"]["os"]) == ["urandom"]
    assert oldest["modules"]["ssl"]["SSLError"]["bases"][0] == "OSError"  # its name of today
    defaults = storage.recorded(storage.DEFAULTS)["defaults"]
    assert defaults["ssl.create_default_context(SERVER_AUTH)"]["minimum_version"] == 0x303
    assert defaults["ssl.create_default_context(SERVER_AUTH) under SSLKEYLOGFILE"] == {"keeps a log": True}


def test_the_script_needs_nothing_but_itself_and_hides_no_module_of_the_standard_library():
    tree = ast.parse(taking.SCRIPT.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported - {"regraft"} <= set(sys.stdlib_module_names)
    neighbours = {each.stem for each in taking.SCRIPT.parent.glob("*.py")}
    assert not neighbours & set(sys.stdlib_module_names)


# ---- bad input ------------------------------------------------------------------


def program(folder, text, name="python"):
    path = folder / name
    path.write_text("#!/bin/sh\n" + text + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


VERSION = 'if [ "$1" = -V ]; then echo Python 3.13.0; exit; fi\n'


@pytest.mark.parametrize("text, complaint", [
    ("exit 0", "is no Python interpreter"), ("echo GNU bash; exit 0", "is no Python interpreter"),
    ("kill -SEGV $$", "it crashed (SIGSEGV)"),
    (VERSION + "kill -SEGV $$", "it crashed (SIGSEGV)"),
    (VERSION + "echo some words; exit 0", "does not answer as a Python does"),
    (VERSION + "echo '[1]'; exit 0", "does not answer as a Python does"),
    (VERSION + "echo Traceback >&2; echo 'MemoryError: all gone' >&2; exit 1", "MemoryError: all gone"),
    (VERSION + "exit 3", "exit status 3"),
    (VERSION + r"printf '\033[2Jgone\n' >&2; exit 1", r"\x1b[2Jgone"),
    (VERSION + """echo '{"modules": {"ssl": null}, "interpreter": {"version": "3.13.0"}}'""",
     "has no ssl: it was built without OpenSSL"),
])
def test_what_is_no_interpreter_with_ssl_gives_one_clear_line_and_status_2(tmp_path, capsys, text, complaint):
    path = program(tmp_path, text)
    for words in (["snapshot", path], ["drift", path], [path], ["new-python", path]):
        assert command.main(words) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and path in said and complaint in said


def test_an_interpreter_that_hangs_is_ended(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(taking, "LONGEST", 1)
    path = program(tmp_path, VERSION + "sleep 60")
    assert command.main(["snapshot", path]) == 2
    assert "gave no answer within 1 s" in capsys.readouterr().err


def test_an_interpreter_that_prints_without_end_is_ended(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(taking, "LARGEST", 10000)
    path = program(tmp_path, VERSION + "while echo more; do :; done")
    assert command.main(["snapshot", path]) == 2
    assert "prints without end" in capsys.readouterr().err


def test_files_that_are_not_there_or_are_something_else_are_named(tmp_path, capsys):
    (tmp_path / "text.json").write_text("{}")
    (tmp_path / "plain").write_text("no program")
    for words, complaint in (
        (["snapshot", str(tmp_path / "none")], "there is no such file"),
        (["snapshot", str(tmp_path / "plain")], "does not run: Permission denied"),
        (["drift", str(tmp_path / "text.json")], "text.json is no snapshot"),
        (["drift", str(tmp_path / "none.json")], "none.json: No such file"),
        (["drift", "3.99.0"], "cpython-3.99.0.json: No such file"),
        (["new-python", sys.executable, "--reference", "3.99.0"], "cpython-3.99.0.json: No such file"),
        (["new-openssl", str(tmp_path)], "nor a directory with include/openssl/opensslv.h"),
        (["snapshot", sys.executable, "--output", str(tmp_path / "none" / "file")], "No such file"),
    ):
        assert command.main(words) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and complaint in said


@pytest.mark.parametrize("words", [["3.x"], ["gates", "--nonsense"], ["drift"], ["new-python"]])
def test_a_command_line_that_means_nothing_gives_one_line(words, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(words)
    assert ended.value.code == 2
    assert re.fullmatch(r"regraft-tools audit.*: .*; --help tells more\n", capsys.readouterr().err)


def test_a_name_on_the_path_is_an_interpreter_too(own, monkeypatch):
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    assert taking.take(taking.of_path(os.path.basename(sys.executable))) == own
