"""Holds conversations with the processes that speak TLS, line by line and within bounds of time."""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from regraft_tools.differential.parties import Party, end_group

HERE = Path(__file__).parent
SUBJECT = HERE / "subject.py"
LONGEST = 10  # seconds for one answer; who needs more hangs


class Hangs(RuntimeError):
    """No answer came in time, or the process has ended."""


class Conversation:
    """A process that answers lines of JSON with lines of JSON."""

    def __init__(self, start):
        self._start = start
        self._process: subprocess.Popen | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()

    def tell(self, order: Mapping | str) -> None:
        """Send a line."""
        if self._process is None:
            self._open()
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def hear(self) -> dict:
        """Wait for a line.

        Raises:
            Hangs: there is none; the process is ended then.
        """
        try:
            line = self._lines.get(timeout=LONGEST)
        except queue.Empty:
            line = b""
        if not line:
            status = self._process.poll() if self._process else None
            self.close()
            raise Hangs("it hangs" if status is None else "it ended with status %d" % status)
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        if self._process is None:
            return
        end_group(self._process)
        self._process.wait()
        self._process = None

    def _open(self) -> None:
        self._lines = queue.Queue()
        self._errors = tempfile.TemporaryFile()
        self._process = self._start(
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        threading.Thread(
            target=_pump, args=(self._process.stdout, self._lines), daemon=True
        ).start()


def _pump(stream, lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


class Subject:
    """An interpreter whose `ssl` is put to the test.

    Attributes:
        party: which one.
        openssl: what it runs on.
    """

    def __init__(self, party: Party):
        self.party = party
        self.conversation = Conversation(lambda **pipes: party.start(SUBJECT, **pipes))
        self.openssl = ""

    def tell(self, order: Mapping) -> None:
        """Give it an order; a server then says its port."""
        fresh = self.conversation._process is None
        self.conversation.tell(order)
        if fresh:
            self.openssl = self.conversation.hear()["openssl"]

    def hear(self) -> dict:
        """What came of it."""
        return self.conversation.hear()

    def forget(self) -> None:
        """Let it drop contexts and sessions."""
        self.conversation.tell("forget")

    def close(self) -> None:
        """End the process."""
        self.conversation.close()


def client(port: int, settings: Mapping, *steps: list) -> dict:
    """The order for a client."""
    return {"role": "client", "port": port, "settings": settings, "steps": list(steps)}


def server(settings: Mapping, *steps: list) -> dict:
    """The order for a server."""
    return {"role": "server", "settings": settings, "steps": list(steps)}
