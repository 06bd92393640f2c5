"""Takes the snapshot of an interpreter: runs the script in it and reads what it prints."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regraft_tools import environments
from regraft_tools.environments import Environment

SCRIPT = Path(__file__).with_name("snapshot.py")
LONGEST = 60  # seconds for a snapshot
WITHIN = 20  # seconds for the version
LARGEST = 64 * 1024 * 1024  # bytes that may be printed; a snapshot has 1 MiB
_OFTEN = 0.2  # seconds between two looks at how much it is
_SHOWN = 200  # characters of what a failing interpreter said
# What changes defaults or trust must not be the machine's: facts are to be the interpreter's.
_STEERING = ("SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONHTTPSVERIFY", "OPENSSL_CONF", "PYTHONWARNINGS")


class NotTaken(RuntimeError):
    """An interpreter gave no snapshot; the message is one line and tells why."""


@dataclass(frozen=True)
class Subject:
    """What can be asked for a snapshot.

    Attributes:
        title: how people call it: `2.7.18 + regraft`.
        command: the interpreter; what the script's path is put after.
        variables: its environment variables.
    """

    title: str
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(repr=False)


def of_path(path: Path | str) -> Subject:
    """The interpreter that a person names, as it is: regrafted if regraft is enabled there.

    Raises:
        NotTaken: there is no such file, or it is no Python.
    """
    found = str(path) if Path(path).exists() else shutil.which(str(path))
    if found is None:
        raise NotTaken("%s: there is no such file" % path)
    subject = Subject(str(path), (os.path.abspath(found),), environments.clean_environ())
    # Asked first: what is no Python, such as a shell, would do who knows what with the script.
    status, said, complaint = _run(subject, ["-V"], WITHIN)
    if status < 0:
        raise NotTaken("%s gives no snapshot: %s" % (path, _say_end(status, complaint)))
    if not re.match(r"Python \d+\.\d+", said.decode("utf-8", "replace") + complaint):
        raise NotTaken("%s is no Python interpreter" % path)
    return subject


def of_environment(
    environment: Environment, newest: bool = False, extra: Mapping[str, str] | None = None
) -> Subject:
    """An environment in which regraft is installed, regrafted.

    Args:
        newest: with the newest defaults.
        extra: further variables, such as LD_LIBRARY_PATH.
    """
    title = "%s + regraft%s" % (environment.interpreter.version, ", newest defaults" if newest else "")
    variables = {**(extra or {}), **({"REGRAFT_DEFAULTS": "newest"} if newest else {})}
    return Subject(
        title, (str(environment.python), "-m", "regraft", "run"), environment.variables(variables))


def take(subject: Subject, script: Path | str = SCRIPT) -> dict[str, Any]:
    """The snapshot of an interpreter.

    Args:
        script: where the script is for the subject; elsewhere in a system of its own.

    Raises:
        NotTaken: it does not run, crashes, hangs, has no `ssl`, or is no Python.
    """
    status, said, complaint = _run(subject, [str(script)], LONGEST)
    if status:
        raise NotTaken("%s gives no snapshot: %s" % (subject.title, _say_end(status, complaint)))
    try:
        snapshot = json.loads(said)
        modules, version = snapshot["modules"], snapshot["interpreter"]["version"]
    except (ValueError, KeyError, TypeError):
        raise NotTaken("%s does not answer as a Python does" % subject.title) from None
    if modules["ssl"] is None:
        raise NotTaken("%s (Python %s) has no ssl: it was built without OpenSSL" % (subject.title, version))
    return snapshot


def _run(subject: Subject, arguments: Sequence[str], longest: float) -> tuple[int, bytes, str]:
    """Exit status, standard output and standard error of a run that ends within so many seconds."""
    variables = {name: value for name, value in subject.variables.items() if name not in _STEERING}
    variables["OPENSSL_CONF"] = os.devnull
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                [*subject.command, *arguments], env=variables, stdin=subprocess.DEVNULL,
                stdout=output, stderr=errors, start_new_session=True,
            )
        except OSError as error:
            raise NotTaken("%s does not run: %s" % (subject.title, error.strerror)) from None
        status, end = None, time.monotonic() + longest
        while status is None:
            try:
                status = process.wait(_OFTEN)
            except subprocess.TimeoutExpired:
                printed = max(os.fstat(each.fileno()).st_size for each in (output, errors))
                if printed <= LARGEST and time.monotonic() < end:
                    continue
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                reason = "prints without end" if printed > LARGEST else "gave no answer within %d s" % longest
                raise NotTaken("%s %s" % (subject.title, reason)) from None
        output.seek(0)
        errors.seek(0)
        return status, output.read(), errors.read().decode("utf-8", "replace").strip()


def _say_end(status: int, complaint: str) -> str:
    if status < 0:
        try:
            return "it crashed (%s)" % signal.Signals(-status).name
        except ValueError:
            return "it was ended by signal %d" % -status
    last = complaint.splitlines()[-1:] or ["exit status %d" % status]
    # Whatever it is that was called, it must not move the cursor of the terminal.
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in last[0][:_SHOWN])
