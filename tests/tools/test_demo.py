"""The demo's servers do what their names say, and its verdict notices each difference.

Nothing is built here: the programs run in this Python, whose own ssl does what regraft must do.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import io
import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from regraft_tools import certificates, interpreters
from regraft_tools.demo import __main__ as demo
from regraft_tools.demo import preparation, servers, table, trial
from regraft_tools.demo.outcomes import Expectation, Outcome, Reason, Result, find_fault, read_outcome
from regraft_tools.demo.preparation import Place
from regraft_tools.demo.processes import Crew, Finished
from regraft_tools.demo.scenarios import PROGRAMS, SCENARIOS, Part, Scenario
from regraft_tools.interpreters import Interpreter

A_MINUTE = 60.0


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("certificates")
    certificates.create_certificates(directory)
    return directory


@pytest.fixture
def place(keys: Path, tmp_path: Path) -> Place:
    return Place(Crew(), tmp_path, keys)


@pytest.fixture
def client(keys: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=keys / "ca.pem")


def connect(client: ssl.SSLContext, port: int, **options) -> ssl.SSLSocket:
    connection = socket.create_connection(("127.0.0.1", port), A_MINUTE)
    try:
        return client.wrap_socket(connection, server_hostname="localhost", **options)
    except BaseException:
        connection.close()
        raise


def read_all(connection: ssl.SSLSocket) -> bytes:
    data = b""
    while more := connection.recv(65536):
        data += more
    return data


class TestScenarios:
    def test_no_two_rows_are_alike(self):
        titles = [(each.part, each.who, each.what) for each in SCENARIOS]
        assert len(set(titles)) == len(titles)

    def test_each_row_expects_what_its_part_says(self):
        for each in SCENARIOS:
            if each.part is Part.WORK:
                assert each.after.result is Result.WORKS
                assert each.after.version or each.after.prints is not None
            else:
                assert each.after.result is Result.REFUSED
                assert each.after.reason not in (None, Reason.UNEXPLAINED)
                assert each.server is not None

    def test_each_row_starts_a_program_that_is_there_and_each_program_has_a_row(self):
        used = {each.command[0] for each in SCENARIOS if each.command[0] != "-m"}
        assert used == {path.name for path in PROGRAMS.iterdir() if path.suffix == ".py"}

    def test_no_program_knows_of_regraft(self):
        for path in PROGRAMS.glob("*.py"):
            assert "regraft" not in path.read_text(), path

    def test_no_program_uses_syntax_that_27_lacks(self):
        newer = (ast.JoinedStr, ast.AnnAssign, ast.AsyncFunctionDef, ast.NamedExpr, ast.Nonlocal)
        for path in PROGRAMS.glob("*.py"):
            assert not [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, newer)]

    def test_the_servers_and_clients_that_the_demo_is_for_are_there(self, keys):
        seen = set()
        for each in SCENARIOS:
            if each.server is not None:
                server = each.server(keys)
                seen.add((each.who, type(server).__name__))
                server.stop()
        assert seen >= {
            ("urllib2", "WebServer"),
            ("requests", "WebServer"),
            ("urllib2", "AbruptWebServer"),
            ("requests", "AbruptWebServer"),
            ("pip", "PackageIndex"),
            ("smtplib", "MailServer"),
        }
        reasons = {each.after.reason for each in SCENARIOS}
        assert reasons >= {Reason.WRONG_NAME, Reason.EXPIRED, Reason.UNKNOWN_CA}

    # requests and pip are not installed here. DER is left out because Python up to 3.11 does not
    # take it with OpenSSL 3.0.21, 3.5.7 and newer.
    @pytest.mark.parametrize(
        "scenario",
        [each for each in SCENARIOS if each.who not in ("requests", "pip") and "DER" not in each.what],
        ids=lambda each: f"{each.who}: {each.what}",
    )
    def test_this_python_does_what_is_expected_of_regraft(self, scenario, place):
        outcome = trial.try_scenario(scenario, Path(sys.executable), place)
        assert find_fault(scenario.after, outcome) is None, outcome


class TestServers:
    def test_one_that_speaks_only_tls_13_refuses_12(self, keys, client):
        with servers.start(servers.WebServer(keys / "localhost.pem", servers.TLS13_ONLY)) as server:
            with connect(client, server.port) as connection:
                assert connection.version() == "TLSv1.3"
            client.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises(ssl.SSLError):
                connect(client, server.port)
        assert server.log.versions == ["TLSv1.3"]
        assert server.log.refusals == ["UNSUPPORTED_PROTOCOL"]
        assert server.failure is None

    def test_one_that_speaks_only_tls_12_refuses_13(self, keys, client):
        client.minimum_version = ssl.TLSVersion.TLSv1_3
        with servers.start(servers.WebServer(keys / "localhost.pem", servers.TLS12_ONLY)) as server:
            with pytest.raises(ssl.SSLError):
                connect(client, server.port)
        assert server.log.versions == []

    def test_a_web_server_says_good_bye(self, keys, client):
        with servers.start(servers.WebServer(keys / "localhost.pem")) as server:
            with connect(client, server.port, suppress_ragged_eofs=False) as connection:
                connection.sendall(b"GET /page HTTP/1.0\r\n\r\n")
                assert read_all(connection).endswith(b"\r\n\r\n" + servers.PAGE.encode())
        assert server.log.requests == ["/page"]

    def test_an_abrupt_one_does_not(self, keys, client):
        with servers.start(servers.AbruptWebServer(keys / "localhost.pem")) as server:
            with connect(client, server.port, suppress_ragged_eofs=False) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                with pytest.raises(ssl.SSLEOFError):
                    read_all(connection)
        assert server.failure is None

    def test_a_client_that_goes_away_is_no_failure_of_the_server(self, keys, client):
        with servers.start(servers.WebServer(keys / "localhost.pem")) as server:
            socket.create_connection(("127.0.0.1", server.port)).close()
            connect(client, server.port).close()
        assert server.log.requests == []
        assert server.failure is None

    def test_an_index_has_one_wheel_with_the_digest_that_it_names(self, keys, client):
        def get(path: str) -> bytes:
            with urllib.request.urlopen(f"https://localhost:{server.port}{path}", context=client) as page:
                return page.read()

        with servers.start(servers.PackageIndex(keys / "localhost.pem")) as server:
            page = get("/simple/throwaway/").decode()
            path, digest = page.split('href="')[1].split('"')[0].split("#sha256=")
            wheel = get(path)
            with pytest.raises(urllib.error.HTTPError, match="404"):
                get("/simple/other/")
        assert hashlib.sha256(wheel).hexdigest() == digest
        names = zipfile.ZipFile(io.BytesIO(wheel)).namelist()
        assert "throwaway.py" in names
        assert "throwaway-1.0.dist-info/RECORD" in names

    def test_a_mail_server_takes_letters_only_after_starttls(self, keys, client):
        with servers.start(servers.MailServer(keys / "localhost.pem")) as server:
            with smtplib.SMTP("localhost", server.port, timeout=A_MINUTE) as mail:
                with pytest.raises(smtplib.SMTPSenderRefused):
                    mail.sendmail("a@demo.example", "b@demo.example", "Hello.")
            with smtplib.SMTP("localhost", server.port, timeout=A_MINUTE) as mail:
                mail.starttls(context=client)
                mail.sendmail("a@demo.example", "b@demo.example", "Hello.\nQUIT\n")
        assert server.log.requests == ["letter"]
        assert server.failure is None

    def test_a_mail_server_forgets_what_was_said_before_the_handshake(self, keys):
        unchecked = ssl._create_unverified_context()
        with servers.start(servers.MailServer(keys / "localhost.pem")) as server:
            plain = socket.create_connection(("127.0.0.1", server.port), A_MINUTE)
            assert plain.recv(100).startswith(b"220")
            plain.sendall(b"STARTTLS\r\nDATA\r\nsmuggled\r\n.\r\n")
            assert plain.recv(100).startswith(b"220")
            with unchecked.wrap_socket(plain) as secured:
                secured.sendall(b"QUIT\r\n")
                assert secured.recv(100).startswith(b"221")
        assert server.log.requests == []

    def test_it_listens_on_the_loopback_interface_and_stops(self, keys):
        with servers.start(servers.WebServer(keys / "localhost.pem")) as server:
            assert server._listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port))

    def test_it_stops_by_itself(self, keys, monkeypatch):
        monkeypatch.setattr(servers, "LIFETIME", 0.0)
        server = servers.WebServer(keys / "localhost.pem")
        server.start()
        server._threads[0].join(A_MINUTE)
        assert not server._threads[0].is_alive()
        server.stop()


OK_13 = Expectation.works("TLSv1.3", "text")
GOOD = Outcome(Result.WORKS, "page read", None, "TLSv1.3", "text", 1)
WRONG_NAME = Expectation.refused(Reason.WRONG_NAME)
REFUSED = Outcome(Result.REFUSED, "refused", Reason.WRONG_NAME, "TLSv1.3", "", 0)


class TestVerdict:
    def test_what_was_expected_has_no_fault(self):
        assert find_fault(OK_13, GOOD) is None
        assert find_fault(WRONG_NAME, REFUSED) is None

    @pytest.mark.parametrize(
        ("expected", "outcome", "change", "complaint"),
        [
            (OK_13, GOOD, {"result": Result.FAILED}, "expected that it works"),
            (OK_13, GOOD, {"result": Result.REFUSED, "reason": Reason.EXPIRED}, "it works"),
            (OK_13, GOOD, {"version": "TLSv1.2"}, "expected TLSv1.3, but TLSv1.2"),
            (OK_13, GOOD, {"version": ""}, "but no TLS was spoken"),
            (OK_13, GOOD, {"prints": "other"}, "expected that it prints 'text'"),
            (WRONG_NAME, REFUSED, {"result": Result.WORKS, "reason": None}, "is refused"),
            (WRONG_NAME, REFUSED, {"result": Result.FAILED, "reason": None}, "is refused"),
            (WRONG_NAME, REFUSED, {"reason": Reason.EXPIRED}, "another name"),
            (WRONG_NAME, REFUSED, {"reason": Reason.UNEXPLAINED}, "another name"),
            (WRONG_NAME, REFUSED, {"requests": 1}, "had reached the server"),
        ],
    )
    def test_each_planted_difference_is_a_fault(self, expected, outcome, change, complaint):
        assert complaint in find_fault(expected, dataclasses.replace(outcome, **change))

    @pytest.mark.parametrize(
        ("stderr", "result", "reason", "words"),
        [
            ("ssl.CertificateError: hostname 'localhost' doesn't match 'other.example'\n",
             Result.REFUSED, Reason.WRONG_NAME, "certificate is for other.example, not localhost"),
            ("""(Caused by SSLError(CertificateError("hostname 'a' doesn't match u'b'",),))\n""",
             Result.REFUSED, Reason.WRONG_NAME, "certificate is for b, not a"),
            ("hostname 'a' doesn't match 'a\\x00.b'\n",
             Result.REFUSED, Reason.WRONG_NAME, "certificate is for a<NUL>.b, not a"),
            ("Hostname mismatch, certificate is not valid for 'localhost'. (_ssl.c:1)\n",
             Result.REFUSED, Reason.WRONG_NAME, "certificate is not for localhost"),
            ("certificate verify failed: certificate has expired (_ssl.c:1)\n",
             Result.REFUSED, Reason.EXPIRED, "certificate has expired"),
            ("certificate verify failed: unable to get local issuer certificate\n",
             Result.REFUSED, Reason.UNKNOWN_CA, "unknown CA"),
            ("certificate verify failed: certificate revoked\n",
             Result.REFUSED, Reason.REVOKED, "revoked"),
            ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:727)\n",
             Result.REFUSED, Reason.UNEXPLAINED, "no reason given"),
            ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1)\n",
             Result.REFUSED, Reason.NO_COMMON_VERSION, "no TLS version in common"),
            ("ssl.SSLError: [SSL: KRB5_S_TKT_NYV] unexpected eof while reading\n",
             Result.FAILED, None, "KRB5_S_TKT_NYV"),
            ("AttributeError: 'module' object has no attribute 'MemoryBIO'\n",
             Result.FAILED, None, "no MemoryBIO"),
            ("ssl.SSLError: unknown error (_ssl.c:2938)\n",
             Result.FAILED, None, "failed: ssl.SSLError: unknown error"),
            ("", Result.FAILED, None, "failed: exit status 1"),
        ],
    )  # fmt: skip
    def test_what_a_program_says_becomes_words(self, stderr, result, reason, words):
        outcome = read_outcome(Finished(1, "", stderr), servers.Log(), "page read")
        assert (outcome.result, outcome.reason) == (result, reason)
        assert words in outcome.words

    def test_success_and_lateness_become_words(self):
        log = servers.Log(versions=["TLSv1.3"], requests=["/"])
        outcome = read_outcome(Finished(0, "text", ""), log, "page read")
        assert (outcome.result, outcome.words) == (Result.WORKS, "page read, TLS 1.3")
        late = read_outcome(Finished(None, "", ""), log, "page read")
        assert (late.result, late.words) == (Result.FAILED, "failed: took too long")


class Broken(servers.WebServer):
    def answer(self, path: str) -> tuple[str, str, bytes]:
        raise ZeroDivisionError("planted")


def fail_to_start(keys: Path) -> servers.Server:
    raise OSError("planted")


class TestTrial:
    @pytest.mark.parametrize(
        ("server", "words"),
        [
            (lambda keys: Broken(keys / "localhost.pem"), "the demo's server broke: ZeroDivisionError"),
            (fail_to_start, "the demo's server did not start: planted"),
        ],
    )
    def test_a_fault_of_the_server_is_told_as_that(self, server, words, place):
        scenario = dataclasses.replace(SCENARIOS[0], server=server)
        outcome = trial.try_scenario(scenario, Path(sys.executable), place)
        assert outcome.result is Result.FAILED
        assert words in outcome.words
        assert find_fault(scenario.after, outcome)

    def test_no_setting_of_the_caller_reaches_a_program(self, monkeypatch, tmp_path):
        settings = ("PIP_INDEX_URL", "PIP_CERT", "PYTHONPATH", "PYTHONHTTPSVERIFY", "REGRAFT_DISABLE",
                    "SSL_CERT_FILE", "OPENSSL_CONF", "REQUESTS_CA_BUNDLE", "https_proxy")  # fmt: skip
        for name in settings:
            monkeypatch.setenv(name, "planted")
        environ = preparation.plain_environ(tmp_path)
        assert "planted" not in environ.values()
        assert environ["HOME"] == str(tmp_path)
        assert environ["PIP_CONFIG_FILE"] == os.devnull


class TestProcesses:
    def test_one_that_takes_too_long_is_killed_with_its_children(self, tmp_path):
        note = tmp_path / "pid"
        script = f"sleep 300 & echo $! > {note}; wait"
        done = Crew().run(["sh", "-c", script], os.environ, 4.0)
        assert done.status is None
        assert is_gone(int(note.read_text()))

    def test_an_interrupt_kills_what_runs_and_starts_nothing_more(self, tmp_path):
        note = tmp_path / "pid"
        script = f"""
import os, pathlib, time
from regraft_tools.demo import __main__ as demo
from regraft_tools.demo.processes import Crew
crew = Crew()
note = pathlib.Path({str(note)!r})
try:
    with demo._pool(crew) as pool:
        long = ["sh", "-c", "sleep 300 & echo $! > {note}.new; mv {note}.new {note}; wait"]
        futures = [pool.submit(crew.run, long, os.environ, 300.0) for _ in range(6)]
        while not note.exists():
            time.sleep(0.01)
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print(sorted({{type(each.exception()).__name__ for each in futures}}))
"""
        environ = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        done = subprocess.run(
            [sys.executable, "-c", script], env=environ, capture_output=True, text=True, timeout=A_MINUTE
        )
        assert done.stdout.strip() == "['Stopped']", done.stderr
        assert is_gone(int(note.read_text()))


def is_gone(process: int) -> bool:
    """Whether a process ends within a few seconds; a zombie counts as ended."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


class TestTable:
    def row(self, after: Outcome = GOOD) -> table.Row:
        scenario = Scenario(Part.WORK, "somebody", "something", ("x.py",), OK_13)
        return table.Row(scenario, dataclasses.replace(GOOD, prints="wrong"), after)

    def show(self, rows: list[table.Row]) -> str:
        console = table.make_console()
        with console.capture() as captured:
            console.print(table.build_table(rows, "Python 2.7.18"))
        return captured.get()

    def test_a_row_shows_what_was_tried_and_both_outcomes(self):
        shown = self.show([self.row()])
        line = next(line for line in shown.splitlines() if "somebody" in line)
        assert "something" in line
        assert "printed 'wrong'" in line
        assert line.rstrip().endswith("ok")

    def test_a_fault_is_shown_and_explained(self):
        row = self.row(dataclasses.replace(GOOD, version="TLSv1.2", details="its last words"))
        assert any(line.rstrip().endswith("NO") for line in self.show([row]).splitlines())
        told = table.explain_faults([row])
        assert "expected TLSv1.3, but TLSv1.2" in told[0]
        assert "its last words" in told[1]

    def test_the_summary_counts_both_sides(self):
        summary = table.summarise([self.row(), self.row()], "Python 2.7.18", 12.3)
        assert "stock Python 2.7.18 got 0 of 2 right, with regraft 2 of 2" in summary


class TestMain:
    @pytest.fixture(autouse=True)
    def one_interpreter(self, monkeypatch):
        """No interpreter is looked for; this one stands for what was found."""
        found = Interpreter(Path(sys.executable), sys.version_info[:3], Path(), True, "PATH")
        monkeypatch.setattr(interpreters, "oldest", lambda: found)

    @pytest.fixture
    def prepared(self, monkeypatch):
        """A demo with this Python on both sides, its preparation left out."""
        subject = preparation.Subject(Path(sys.executable), "here", "OpenSSL", {"pip": "0"})
        monkeypatch.setattr(preparation, "prepare", lambda *arguments: subject)
        monkeypatch.setattr(preparation, "restore", lambda *arguments: None)

    def test_without_27_it_says_how_to_get_one_and_goes_on(self, prepared, capsys):
        assert demo.main(["--only", "random token"]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert interpreters.HOW_TO_GET_27 in shown
        assert "Going on with CPython 3." in shown

    def test_it_ends_with_0_if_all_is_as_it_must_be(self, prepared, capsys):
        assert demo.main(["--only", "certificate has expired"]) == 0
        assert "1 of 1" in capsys.readouterr().out

    def test_it_ends_with_1_if_one_outcome_differs(self, prepared, capsys, monkeypatch):
        planted = Scenario(
            Part.WORK, "hashlib", "planted", ("checksums.py", "a", "sha256"), Expectation.works("", "b")
        )
        monkeypatch.setattr(demo, "SCENARIOS", (*SCENARIOS[-1:], planted))
        assert demo.main([]) == 1
        assert "hashlib: planted: expected that it prints 'b'" in capsys.readouterr().out

    def test_a_failed_preparation_is_a_message(self, monkeypatch, capsys):
        def fail(*arguments):
            raise preparation.PreparationFailed("planted: [no markup]")

        monkeypatch.setattr(preparation, "prepare", fail)
        assert demo.main([]) == 1
        assert "The demo cannot go on: planted: [no markup]" in capsys.readouterr().out

    def test_an_interrupt_is_a_message(self, monkeypatch, capsys):
        def interrupt(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr(demo, "show", interrupt)
        assert demo.main([]) == 130
        assert "Interrupted" in capsys.readouterr().out

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_second_signal_does_not_disturb_the_cleaning_up(self, number, monkeypatch):
        cleaned = []

        def show(*arguments):
            try:
                signal.raise_signal(number)
            finally:
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGINT)
                cleaned.append("up")

        handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        monkeypatch.setattr(demo, "show", show)
        assert demo.main([]) == 130
        assert cleaned == ["up"]
        assert handlers == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))

    def test_a_word_that_no_row_has_is_refused(self, capsys):
        with pytest.raises(SystemExit):
            demo.main(["--only", "no such row"])
        assert "no row" in capsys.readouterr().err
