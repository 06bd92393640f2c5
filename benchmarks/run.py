"""Compare interpreters, stock against regrafted, side by side in one run.

    python3 benchmarks/run.py --pair "2.7=python2.7" "2.7+regraft=python2.7 -m regraft run"

Without --pair (`make bench`) the sides are the oldest interpreter found, stock and regrafted, and the
newest one, stock, against the oldest, regrafted; the tools make environments for them.
--wheel FILE, which may be repeated, compares the newest one, stock, with the Python that a
wheel is for, with that wheel; it is unpacked, not installed.

A side is LABEL=COMMAND; the command may begin with NAME=VALUE settings of the
environment and may have arguments (`python2.7 -m regraft run`). Rounds of the
two sides alternate, and each is first in every second round, so that what else
the machine does meets both. The table shows medians; a ratio is the right side's
median over the left side's: below 1 the right side is faster. `best` is the
ratio of the fastest rounds, `CPU` that of the rounds with the least processor time:
on a busy machine these two are nearer to the truth.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import hashes

HERE = Path(__file__).resolve().parent

BENCHMARKS = {
    "handshake_tls12": "full handshake, TLS 1.2",
    "handshake_tls13": "full handshake, TLS 1.3",
    "server_tls12": "server handshake, TLS 1.2",
    "server_tls13": "server handshake, TLS 1.3",
    "resumed_tls12": "resumed handshake, TLS 1.2",
    "resumed_tls13": "resumed handshake, TLS 1.3",
    "wrap": "wrap_socket, no handshake",
    "send_16k": "send 16 KiB",
    "receive_16k": "receive 16 KiB",
    "send_1k": "send 1 KiB",
    "receive_1k": "receive 1 KiB",
    "sendfile": "sendfile, 1 MiB",
    "round_trip_64": "64-byte round trip",
    "idle_memory": "memory of a connection",
    "import_ssl": "import ssl",
    "default_context": "create_default_context()",
    "bundle_context": "create_default_context(cafile)",
    "bundle_load": "the same, the file changed",
    "memory_handshake": "handshake in memory",
    "memory_handshake_x25519": "the same, X25519 alone",
    "memory_send_16k": "send 16 KiB in memory",
    **{name: hashes.TITLES[name] for name in ("sha256_16", "hmac_constructor_16", "hmac_once_16")},
}
# Behind --hashes, as they take as long as all the others.
HASHES = {"import_hashlib": "import hashlib", "import_hmac": "import hmac", **hashes.TITLES}
TITLES = {**BENCHMARKS, **HASHES}
IMPORTS_PER_ROUND = 5
MARK = "+regraft"  # a label that ends in it promises that ssl is regraft's


class Failure(Exception):
    """A benchmark could not be run; the text says what to do."""


@dataclass
class Samples:
    """Seconds per operation of each round, or bytes; then there is no processor time."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    note: str = ""
    unit: str = "seconds"

    def add(self, answer: dict) -> None:
        """Take one round's answer of a worker."""
        if "unsupported" in answer:
            self.note = answer["unsupported"]
            return
        self.note = answer.get("note", "")
        if "size" in answer:
            self.unit = "bytes"
            self.wall.append(answer["size"])
            return
        self.wall.append(answer["wall"])
        self.cpu.append(answer["cpu"])


class Side:
    """One interpreter under test, with a worker process of its own."""

    def __init__(self, text: str) -> None:
        label, equals, command = text.partition("=")
        if not equals or not command.strip():
            raise Failure(f"{text!r}: write LABEL=COMMAND, for instance 2.7=python2.7")
        self.label = label.strip()
        self.environment = dict(os.environ)
        words = shlex.split(command)
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            name, _, value = words.pop(0).partition("=")
            self.environment[name] = value
        if not words or shutil.which(words[0]) is None:
            raise Failure(f"{self.label}: no such program: {words[0] if words else command!r}")
        self.command = words
        self.worker: subprocess.Popen[str] | None = None
        self.about: dict[str, str] = {}

    def start(self) -> None:
        """Start the worker and ask what it is."""
        self.worker = subprocess.Popen(
            [*self.command, str(HERE / "worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
            text=True,
        )
        self.about = self.ask({"do": "describe"})
        grafted = Path(self.about["ssl"]).parent.match("regraft/overlay")
        if grafted != self.label.endswith(MARK):
            raise Failure(
                f"{self.label}: ssl comes from {self.about['ssl']}; the label of a side ends in {MARK} if and "
                "only if its ssl is regraft's"
            )

    def stop(self) -> None:
        """End the worker's input, which ends the worker."""
        if self.worker is not None:
            assert self.worker.stdin is not None
            self.worker.stdin.close()
            self.worker.wait(timeout=30)

    def ask(self, request: dict) -> dict:
        """Send one request to the worker and return its answer."""
        assert self.worker is not None
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(json.dumps(request) + "\n")
        self.worker.stdin.flush()
        line = self.worker.stdout.readline()
        if not line:
            raise Failure(f"{self.label}: the worker ended with status {self.worker.wait()} at {request}")
        return json.loads(line)

    def import_module(self, name: str) -> dict:
        """Time an import in fresh processes and return the median one."""
        answers = []
        for _ in range(IMPORTS_PER_ROUND):
            output = subprocess.run(
                [*self.command, str(HERE / "import_module.py"), name],
                env=self.environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            answers.append(json.loads(output))
        return {key: statistics.median(answer[key] for answer in answers) for key in ("wall", "cpu")}


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Make a throw-away P-256 CA and a server certificate for localhost.

    Returns:
        The CA's PEM file, and the server's PEM file with chain and key.
    """
    if shutil.which("openssl") is None:
        raise Failure("the program openssl is needed to make certificates (Debian: apt install openssl)")

    def openssl(*arguments: str) -> None:
        done = subprocess.run(
            ["openssl", *arguments], cwd=directory, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Failure(f"openssl {arguments[0]} failed: {done.stderr.strip()}")

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl(
        *("req", "-x509", *new_key, "-subj", "/CN=regraft benchmark CA"),
        *("-addext", "keyUsage=critical,keyCertSign", "-keyout", "ca.key", "-out", "ca.pem"),
    )
    openssl("req", "-new", *new_key[:-2], "-subj", "/CN=localhost", "-keyout", "leaf.key", "-out", "leaf.csr")
    (directory / "leaf.ext").write_text(
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
    )
    openssl(
        *("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2"),
        *("-extfile", "leaf.ext", "-set_serial", "1", "-out", "leaf.pem"),
    )
    server = directory / "server.pem"
    server.write_text((directory / "leaf.key").read_text() + (directory / "leaf.pem").read_text())
    return directory / "ca.pem", server


@contextmanager
def running_server() -> Iterator[dict]:
    """Run server.py and yield the settings a worker needs to reach it."""
    with tempfile.TemporaryDirectory(prefix="regraft-bench-") as name:
        authority, certificate = make_certificate(Path(name))
        server = subprocess.Popen(
            [sys.executable, str(HERE / "server.py"), str(certificate), str(authority)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield {"cafile": str(authority), "certificate": str(certificate), **json.loads(server.stdout.readline())}
        finally:
            server.stdin.close()
            server.wait(timeout=30)


def default_pairs() -> list[list[str]]:
    """Make environments of the interpreters found, one of them regrafted, and pair them."""
    try:
        from regraft_tools import environments, interpreters
    except ImportError:
        raise Failure(
            "name the sides with --pair, or use `make bench`, which finds and prepares them"
        ) from None
    try:
        hosts = dict.fromkeys((interpreters.oldest(), interpreters.find()[-1]))
        stock = [
            f"{host.series}={environments.ensure(host, 'bench-stock', regraft=False).python}"
            for host in hosts
        ]
        oldest = next(iter(hosts))
        regrafted = environments.ensure(oldest, "bench")
        regrafted.run("-m", "regraft", "enable", stdout=subprocess.DEVNULL)
    except (LookupError, environments.BuildFailed, subprocess.CalledProcessError) as error:
        raise Failure(str(error)) from error
    return [[left, f"{oldest.series}{MARK}={regrafted.python}"] for left in stock]


def pair_with_wheel(path: Path, folder: Path) -> list[str]:
    """The newest interpreter found, stock, and the one that a wheel is for, with the wheel unpacked in a folder."""
    match = re.fullmatch(r"regraft-[^-]+-cp(\d)(\d+)-[^-]+-[^-]+\.whl", path.name)
    if match is None:
        raise Failure(f"{path.name!r} is not the name of a wheel of regraft")
    try:
        from regraft_tools import interpreters
    except ImportError:
        raise Failure("for --wheel use `nox -s bench -- --wheel FILE`, which finds the interpreters") from None
    series = ".".join(match.groups())
    host = interpreters.search([series]).of(series)
    if host is None:
        raise Failure(f"there is no Python {series} here for {path.name}")
    tree = folder / path.stem
    try:
        shutil.unpack_archive(path, tree, "zip")
    except (OSError, shutil.ReadError) as error:
        raise Failure(f"{path} cannot be unpacked: {error}") from None
    newest = interpreters.find()[-1]
    sources = os.pathsep.join([str(tree / "regraft" / "overlay"), str(tree)])
    return [
        f"{newest.series}={shlex.quote(str(newest.path))}",
        f"{series}{MARK}=PYTHONPATH={shlex.quote(sources)} {shlex.quote(str(host.path))}",
    ]


def run_round(side: Side, name: str, settings: dict, seconds: float, last: bool) -> dict:
    """Run one round of one benchmark on one side."""
    if name.startswith("import_"):
        return side.import_module(name.removeprefix("import_"))
    return side.ask(
        {"do": "round", "benchmark": name, "settings": settings, "seconds": seconds, "last": last}
    )


def compare(
    pair: tuple[Side, Side], name: str, settings: dict, rounds: int, seconds: float
) -> tuple[Samples, Samples]:
    """Alternate rounds of one benchmark; the first round of each side only warms up."""
    result = Samples(), Samples()
    for number in range(-1, rounds):
        order = (0, 1) if number % 2 else (1, 0)
        for index in order:
            answer = run_round(pair[index], name, settings, seconds, number == rounds - 1)
            if number >= 0 or "unsupported" in answer:
                result[index].add(answer)
        if any(samples.note and not samples.wall for samples in result) and number >= 0:
            break
    return result


def as_time(seconds: float) -> str:
    """Return a duration with a unit a person reads easily."""
    for limit, factor, unit in ((1e-6, 1e9, "ns"), (1e-3, 1e6, "us"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return (
                f"{seconds * factor:.3g} {unit}"
                if seconds * factor < 1000
                else f"{seconds * factor:.0f} {unit}"
            )
    return f"{seconds:.3g} s"


def as_amount(samples: Samples) -> str:
    """Return the median of a benchmark's samples with its unit."""
    if not samples.wall:
        return "-"
    median = statistics.median(samples.wall)
    return as_time(median) if samples.unit == "seconds" else f"{median / 1024:.1f} KiB"


def quotient(
    left: list[float], right: list[float], measure: Callable[[list[float]], float] = statistics.median
) -> float | None:
    """Return the ratio of what `measure` picks of each side, None where a side has no samples."""
    if not left or not right or not measure(left):
        return None
    return measure(right) / measure(left)


def as_ratio(value: float | None) -> str:
    """Return a ratio as text."""
    return "-" if value is None else f"{value:.2f}"


def print_heading(pair: tuple[Side, Side]) -> None:
    """Say which two interpreters are compared and which ssl they run."""
    print()
    for side in pair:
        about = side.about
        print(f"{side.label}: {about['python']}, {about['openssl']}, ssl from {about['ssl']}")
    print(f"\n{'':28}{pair[0].label:>14}{pair[1].label:>16}{'ratio':>9}{'best':>7}{'CPU':>7}")


def print_row(name: str, left: Samples, right: Samples) -> None:
    """Print one benchmark's medians and ratios, and what must be known of them."""
    times = [as_amount(samples) for samples in (left, right)]
    ratios = [
        as_ratio(each)
        for each in (
            quotient(left.wall, right.wall),
            quotient(left.wall, right.wall, min),
            quotient(left.cpu, right.cpu, min),
        )
    ]
    notes = "; ".join(
        f"{place}: {samples.note}" for place, samples in (("left", left), ("right", right)) if samples.note
    )
    row = f"{TITLES[name]:28}{times[0]:>14}{times[1]:>16}{ratios[0]:>9}{ratios[1]:>7}{ratios[2]:>7}"
    print(f"{row}  {notes}".rstrip(), flush=True)


def summary(left: Samples, right: Samples) -> dict:
    """Return one benchmark's result for --json."""
    return {
        "left": vars(left),
        "right": vars(right),
        "ratio": quotient(left.wall, right.wall),
        "best_ratio": quotient(left.wall, right.wall, min),
        "cpu_ratio": quotient(left.cpu, right.cpu, min),
    }


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--pair", nargs=2, action="append", metavar=("LEFT", "RIGHT"), help="two sides; may be repeated"
    )
    parser.add_argument(
        "--wheel", action="append", type=Path, metavar="FILE", default=[], help="a wheel instead of a pair; may be repeated"
    )
    parser.add_argument(
        "--rounds", type=int, default=15, help="rounds of each benchmark and side (default: 15)"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.1, help="length of a round in seconds (default: 0.1)"
    )
    parser.add_argument(
        "--only", action="append", choices=TITLES, metavar="NAME", help="this benchmark only; may be repeated"
    )
    parser.add_argument("--hashes", action="store_true", help="the rows of hashes.py instead")
    parser.add_argument("--json", type=Path, help="write every sample to this file")
    return parser.parse_args()


def run_pair(texts: list[str], names: list[str], settings: dict, arguments: argparse.Namespace) -> dict:
    """Run the benchmarks of one pair, print the table and return the samples."""
    with ExitStack() as stack:
        pair = Side(texts[0]), Side(texts[1])
        for side in pair:
            stack.callback(side.stop)
            side.start()
        print_heading(pair)
        results = {}
        for name in names:
            left, right = compare(pair, name, settings, arguments.rounds, arguments.seconds)
            print_row(name, left, right)
            results[name] = summary(left, right)
    return {"sides": [{"label": side.label, **side.about} for side in pair], "benchmarks": results}


def main() -> int:
    """Run every pair and return the exit status."""
    arguments = parse_arguments()
    names = arguments.only or list(HASHES if arguments.hashes else BENCHMARKS)
    try:
        with tempfile.TemporaryDirectory(prefix="regraft-wheels-") as folder:
            pairs = (arguments.pair or []) + [pair_with_wheel(each, Path(folder)) for each in arguments.wheel]
            pairs = pairs or default_pairs()
            with running_server() as settings:
                report = [run_pair(texts, names, settings, arguments) for texts in pairs]
    except Failure as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
