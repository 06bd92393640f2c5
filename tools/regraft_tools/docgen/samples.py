"""Runs the code samples of the documentation: on 2.7 and on 3.13, with regraft.

The build of the pages lists each block of code (`list_blocks`); `run_file` runs all of them. What a block is, is decided
by its language, or, without one, by how it begins:

    python           a program of its own; with `>>>`, its output is compared as doctest does
    text, json, ini, toml, or what begins with a bracket
                     data
    console, sh      commands for a shell; with `$ `, the lines between are output, compared the same way
    recipe           of the registry: the tests of the runtime run each of these

A block that cannot be run has a comment before it, or before the paragraph that leads to it, that says why:
`.. not run: it needs root`. A block without one that
is of no such kind is a failure. `.. exit status: 1` says that a command, or a program, ends so. In blocks with `$ ` and
without output, what is printed is not looked at.

Every sample gets a directory of its own with the files in `FILES`, with those of its page (`.. file: name` before a
block), and with ca.pem, the only authority that is trusted. example.org is a server on loopback that speaks HTTPS;
old.example.org is one that has TLS 1.0 only. No other name resolves.
"""

from __future__ import annotations

import contextlib
import doctest
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regraft_tools import environments
from regraft_tools.__main__ import COMMANDS

SERIES = ("2.7", "3.13")
LONGEST = 60  # seconds for one sample
HOST, OLD_HOST = "example.org", "old.example.org"

NOT_RUN = re.compile(r"not run: (.+)", re.S)
FILE = re.compile(r"file: (\S+)")
STATUS = re.compile(r"exit status: (\d+)")
# What developers of regraft call. That it exists is looked up; what it does has tests of its own.
LOOKED_UP = re.compile(
    r"(?:make (?P<target>[\w-]+)|\.venv/bin/nox(?: -s (?P<session>[\w-]+)| --list)"
    r"|(?:\.venv/bin/)?regraft-tools (?P<tool>\w+)|python3? (?P<path>benchmarks/\w+\.py))(?![\w-])[^|;&]*"
)
PYTHON, SHELL, DATA = "python", "shell", "data"
_LANGUAGES = {
    "python": PYTHON, "pycon": PYTHON, "console": SHELL, "sh": SHELL, "shell": SHELL, "bash": SHELL,
    "text": DATA, "json": DATA, "ini": DATA, "toml": DATA, "yaml": DATA, "none": DATA,
}
_COMMAND = re.compile(r"(?:[A-Z_]+=\S+ )*(?:python[\d.]*|\.venv/\S+|make|regraft-tools|git|nox)\b|\$ ")

FILES = {
    "program.py": "import ssl\nprint(ssl.OPENSSL_VERSION)\n",
    "package/__init__.py": "",
    "package/module.py": "import ssl\nprint(ssl.OPENSSL_VERSION)\n",
}

# Found by each Python that a sample starts: names resolve to the servers on loopback, and to nothing else.
_RESOLVER = """\
import json, os, socket
_real, _ports = socket.getaddrinfo, json.loads(os.environ["SAMPLE_PORTS"])
def getaddrinfo(host, service, *arguments, **options):
    if host in _ports:
        return _real("127.0.0.1", _ports[host], *arguments, **options)
    if host not in ("localhost", "127.0.0.1", None):
        raise socket.gaierror(socket.EAI_NONAME, "samples speak with %s only" % " and ".join(sorted(_ports)))
    return _real(host, service, *arguments, **options)
socket.getaddrinfo = getaddrinfo
"""

_SESSION = """\
import doctest, sys
with open("session.txt") as stream:
    test = doctest.DocTestParser().get_doctest(stream.read(), {"__name__": "__main__"}, "sample", None, 0)
flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
sys.exit(doctest.DocTestRunner(optionflags=flags).run(test).failed != 0)
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a block on one interpreter: why it was not run, what was wrong, or neither.

    Attributes:
        left_out: whether it is not run because its page says so, and not because something else does it.
    """

    place: str
    series: str = ""
    reason: str = ""
    failure: str = ""
    left_out: bool = False


def list_blocks(tree: Any, page: str) -> list[dict]:
    """The blocks of code in a page that docutils has read, as data."""
    from docutils import nodes

    found = []
    for node in tree.findall(lambda each: isinstance(each, (nodes.literal_block, nodes.doctest_block))):
        before = list(node.parent.children[:node.parent.children.index(node)])
        if before and isinstance(before[-1], nodes.paragraph):
            before.pop()  # the one that ends in "::"
        notes = []
        while before and isinstance(before[-1], nodes.comment):
            notes.append(" ".join(before.pop().astext().split()))
        found.append({
            "page": page, "line": node.line or 0, "language": node.get("language", ""), "notes": notes,
            "recipe": "recipe" in node["classes"], "text": node.astext(),
        })
    return join_sessions(found)


def join_sessions(blocks: Sequence[dict]) -> list[dict]:
    """The blocks of a page; those with `>>>` are one session, as who reads it types it."""
    answer: list[dict] = []
    session = None
    for block in blocks:
        if not block["text"].startswith(">>>") or block["notes"]:
            answer.append(block)
        elif session is None:
            session = dict(block)
            answer.append(session)
        else:
            session["text"] += "\n\n" + block["text"]
    return answer


def sort_out(block: Mapping[str, Any]) -> str:
    """What a block is: PYTHON, SHELL or DATA; empty if that cannot be told."""
    language = block["language"]
    if language in _LANGUAGES:
        return _LANGUAGES[language]
    if block["text"].startswith(">>>"):
        return PYTHON
    if block["text"].startswith(("[", "{")):
        return DATA
    lines = block["text"].splitlines()
    return SHELL if lines and _COMMAND.match(lines[0]) else ""


def find_reason(block: Mapping[str, Any]) -> str:
    """Why a block is not run; empty if it is."""
    for note in block["notes"]:
        found = NOT_RUN.fullmatch(note)
        if found:
            return found[1]
    if block["recipe"]:
        return "a recipe of the registry: tests/unit/test_feature_recipes.py runs it"
    commands = [line for line in block["text"].splitlines() if line.strip()]
    if sort_out(block) == SHELL and all(LOOKED_UP.match(line) for line in commands):
        return "commands of developers: that what they name is there was looked up"
    return ""


def _is_left_out(block: Mapping[str, Any]) -> bool:
    return any(NOT_RUN.fullmatch(note) for note in block["notes"])


def look_up(block: Mapping[str, Any]) -> str:
    """What a block of commands of developers names that is not there; empty if all is."""
    root = environments.checkout()
    tasks = (root / "noxfile.py").read_text(encoding="utf-8")
    there = {
        "target": set(re.findall(r"^(\w+):", (root / "Makefile").read_text(encoding="utf-8"), re.M)),
        "session": set(re.findall(r"^def (\w+)\(session|\bname=\"([\w-]+)\"", tasks, re.M)),
        "tool": set(COMMANDS), "path": {"benchmarks/" + each.name for each in root.glob("benchmarks/*.py")},
    }
    there["session"] = {name for pair in there["session"] for name in pair if name}
    wrong = []
    for found in filter(None, map(LOOKED_UP.match, block["text"].splitlines())):
        wrong += [found[0] for kind, name in found.groupdict().items() if name and name not in there[kind]]
    return "there is no such target, session, tool or file: %s" % ", ".join(wrong) if wrong else ""


def run_all(blocks: Sequence[Mapping[str, Any]], pythons: Mapping[str, Path]) -> list[Outcome]:
    """Runs blocks with the interpreters given by series; the outcomes, in the order of the blocks."""
    with tempfile.TemporaryDirectory(prefix="regraft-samples-") as folder, serve(Path(folder)) as variables:
        rooms = [_furnish(block, blocks) for block in blocks]

        def run(series: str) -> list[Outcome]:
            return [
                _run(block, series, pythons[series], Path(folder), files, variables)
                for block, files in zip(blocks, rooms)
            ]

        # One at a time for an interpreter: samples may enable and disable.
        with ThreadPoolExecutor(max_workers=max(len(pythons), 1)) as pool:
            columns = list(pool.map(run, pythons))
    return list(dict.fromkeys(each for row in zip(*columns) for each in row))


def _furnish(block: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The files that a block finds in its directory, by name."""
    files = dict(FILES)
    for other in blocks:
        if other["page"] == block["page"]:
            files.update((found[1], other["text"] + "\n") for found in map(FILE.fullmatch, other["notes"]) if found)
    return files


def _run(
    block: Mapping[str, Any], series: str, python: Path, folder: Path, files: Mapping[str, str],
    variables: Mapping[str, str],
) -> Outcome:
    place = "%s.rst:%s" % (block["page"], block["line"])
    reason, kind = find_reason(block), sort_out(block)
    if reason:
        return Outcome(place, reason=reason, failure=look_up(block), left_out=_is_left_out(block))
    if kind == DATA:
        return Outcome(place, reason="no code but data: %s" % (block["language"] or "tables and objects"))
    if not kind:
        return Outcome(place, failure="neither Python nor shell: give it a language, or say why it is not run")
    named = set(re.findall(r"\bpython(\d\.\d+)\b", block["text"])) if kind == SHELL else set()
    if named and series not in named:
        return Outcome(place, series, reason="names another Python: %s" % ", ".join(sorted(named)))
    room = Path(tempfile.mkdtemp(dir=folder))
    for path, text in files.items():
        (room / path).parent.mkdir(parents=True, exist_ok=True)
        (room / path).write_text(text, encoding="utf-8")
    for path in folder.glob("*.pem"):
        (room / path.name).write_bytes(path.read_bytes())
    environ = environments.clean_environ() | dict(variables)
    environ["PATH"] = os.pathsep.join([str(python.parent), environ.get("PATH", os.defpath)])
    failure = (_run_python if kind == PYTHON else _run_shell)(block, python, room, environ)
    return Outcome(place, series, failure=failure)


def _run_python(block: Mapping[str, Any], python: Path, room: Path, environ: dict[str, str]) -> str:
    is_session = block["text"].startswith(">>>")
    (room / "session.txt").write_text(block["text"] + "\n", encoding="utf-8")
    (room / "sample.py").write_text(_SESSION if is_session else block["text"] + "\n", encoding="utf-8")
    status, output = _call([str(python), "-m", "regraft", "run", "sample.py"], room, environ)
    return _judge(status, output, block)


def _run_shell(block: Mapping[str, Any], python: Path, room: Path, environ: dict[str, str]) -> str:
    try:
        for command, expected in split_commands(block["text"]):
            status, output = _call(["sh", "-c", command], room, environ)
            failure = _judge(status, output, block)
            if failure:
                return "%s\n%s" % (command, failure)
            if expected and not _is_as_said(expected, output):
                return "%s\nthe page says:\n%s\nit printed:\n%s" % (command, expected, output)
        return ""
    finally:
        _call([str(python), "-m", "regraft", "disable"], room, environ)


def split_commands(text: str) -> list[tuple[str, str]]:
    """Commands of a block, each with the output that the page shows for it."""
    lines = text.splitlines()
    if not any(line.startswith("$ ") for line in lines):
        joined = re.sub(r"\\\n\s*", "", text)
        return [(line, "") for line in joined.splitlines() if line.strip()]
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line + "\n")
    return found


def _is_as_said(expected: str, output: str) -> bool:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(expected.replace("…", "..."), output, flags)


def _judge(status: int, output: str, block: Mapping[str, Any]) -> str:
    wanted = next((int(found[1]) for found in map(STATUS.fullmatch, block["notes"]) if found), 0)
    return "" if status == wanted else "exit status %d, not %d\n%s" % (status, wanted, output.rstrip())


def _call(command: Sequence[str], room: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    try:
        done = subprocess.run(
            command, cwd=room, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=LONGEST, check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, "it was not done after %d seconds" % LONGEST
    return done.returncode, done.stdout.decode("utf-8", "replace")


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[dict[str, str]]:
    """The servers, on loopback, while the block runs; gives the variables that lead samples to them."""
    import ssl

    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(_RESOLVER, encoding="utf-8")
    ports = {}
    with contextlib.ExitStack() as stack:
        for host in (HOST, OLD_HOST):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if host == OLD_HOST:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.0, which is what it is for
                    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
                context.set_ciphers("ALL:@SECLEVEL=0")
            authority.issue_cert(host).configure_cert(context)
            ports[host] = stack.enter_context(_listen(context))
        yield {
            "SAMPLE_PORTS": json.dumps(ports), "SSL_CERT_FILE": str(folder / "ca.pem"),
            "PYTHONPATH": str(folder / "site"), "PYTHONDONTWRITEBYTECODE": "1",
        }


@contextlib.contextmanager
def _listen(context: Any) -> Iterator[int]:
    """An HTTPS server on loopback that answers each GET; gives its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"hello\n")

        def log_message(self, *arguments: Any) -> None:
            """Says nothing: what a sample prints is the sample's."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[Any, Any]:
            # The handshake is the thread's, at its first read: one that hangs stops nobody else.
            sock, address = super().get_request()
            sock.settimeout(LONGEST)
            return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            # Clients that refuse our certificate or our version go away; that is what some samples show.
            if not isinstance(sys.exc_info()[1], OSError):
                super().handle_error(request, client_address)

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def find_unrun(outcomes: Sequence[Outcome]) -> list[str]:
    """Places of samples that each interpreter left to another one."""
    taken = {each.place for each in outcomes if not (each.series and each.reason)}
    return list(dict.fromkeys(each.place for each in outcomes if each.place not in taken))


def count(outcomes: Sequence[Outcome]) -> tuple[int, int, int]:
    """How many passed, failed and were left out by their page."""
    failed = sum(1 for each in outcomes if each.failure) + len(find_unrun(outcomes))
    passed = sum(1 for each in outcomes if each.series and not each.failure and not each.reason)
    return passed, failed, sum(1 for each in outcomes if each.left_out and not each.failure)


def report(outcomes: Sequence[Outcome]) -> str:
    """The failures, why blocks were not run, and a line with the counts."""
    unrun = [Outcome(each, failure="no interpreter ran it") for each in find_unrun(outcomes)]
    reasons: dict[str, int] = {}
    for each in outcomes:
        if each.reason and not each.failure and not each.series:
            reasons[each.reason] = reasons.get(each.reason, 0) + 1
    lines = [
        "%s%s\n%s\n" % (each.place, " on %s" % each.series if each.series else "", each.failure)
        for each in [*unrun, *outcomes] if each.failure
    ]
    lines += ["not run: %3d, %s" % (number, reason) for reason, number in sorted(reasons.items())]
    lines.append("samples: %d passed, %d failed, %d left out" % count(outcomes))
    return "\n".join(lines)


def run_file(path: Path) -> list[Outcome]:
    """Runs the blocks that a build has listed.

    Raises:
        LookupError: an interpreter is not there, or the list has no block at all.
    """
    from regraft_tools.docgen import interface

    blocks = json.loads(path.read_text(encoding="utf-8"))
    if not blocks:
        raise LookupError("%s lists no block of code: the build of the documentation has gone wrong" % path)
    return run_all(blocks, {series: interface.environment(series).python for series in SERIES})
