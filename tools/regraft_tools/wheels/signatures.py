"""OpenPGP signatures, verified by gpgv with keys that somebody named."""

from __future__ import annotations

import base64
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

LONGEST = 60  # seconds
# Besides a wrong signature: one that ended, or is by a key that was withdrawn.
_BAD = ("BADSIG", "ERRSIG", "EXPSIG", "REVKEYSIG", "NODATA", "NO_PUBKEY")


class NotSigned(RuntimeError):
    """A file has no valid signature by one of the keys; the message tells what gpgv found."""


def verify_detached(signature: Path, data: Path, keyrings: Sequence[Path]) -> str:
    """The fingerprint of the primary key that signed a file.

    Args:
        signature: the file of the signature.
        data: what is signed.
        keyrings: files of keys, armoured or not; one of these must have signed.

    Raises:
        NotSigned: none of them has, or gpgv is missing.
    """
    return _verify([str(signature), str(data)], keyrings, data)[0]


def verify_inline(path: Path, keyrings: Sequence[Path]) -> tuple[str, str]:
    """(fingerprint of the primary key, the text that it signed) of a file with its signature around it.

    Only the text that is returned is signed: a file may have more before and after it.

    Raises:
        NotSigned: as `verify_detached`.
    """
    return _verify([str(path)], keyrings, path)


def _verify(arguments: list[str], keyrings: Sequence[Path], what: Path) -> tuple[str, str]:
    with tempfile.TemporaryDirectory(prefix="regraft-keys-") as folder:
        words = ["gpgv", "--homedir", folder, "--status-fd", "2"]
        if len(arguments) == 1:
            words += ["--output", "-"]
        for number, keyring in enumerate(keyrings):
            words += ["--keyring", str(_plain(keyring, Path(folder, "%d.gpg" % number)))]
        try:
            done = subprocess.run(
                words + arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False)
        except OSError as error:
            raise NotSigned("gpgv, which verifies signatures, does not run: %s" % error.strerror) from None
    complaints = done.stderr.decode("utf-8", "replace")
    statuses = re.findall(r"^\[GNUPG:\] (\w+)(.*)$", complaints, re.M)
    valid = [words.split() for name, words in statuses if name == "VALIDSIG"]
    if (done.returncode or len(valid) != 1 or any(name in _BAD for name, _ in statuses)
            or not _made_in_time(valid[0], statuses)):
        told = [line for line in complaints.splitlines() if not line.startswith("[GNUPG:]")]
        raise NotSigned(
            "%s has no valid signature by a key of %s:\n%s" % (
                what.name, ", ".join(each.name for each in keyrings), "\n".join("    " + each for each in told))
        )
    return valid[0][-1], done.stdout.decode("utf-8", "replace")


def _made_in_time(valid: list[str], statuses: list[tuple[str, str]]) -> bool:
    """Whether the key was not over when it signed. Keys end; what they signed before stays signed."""
    over = [int(words.split()[0]) for name, words in statuses if name == "KEYEXPIRED"]
    if not over and any(name == "EXPKEYSIG" for name, _ in statuses):
        return False
    return all(int(valid[2]) < each for each in over)


def _plain(keyring: Path, target: Path) -> Path:
    """The keyring without armour, which gpgv does not take off."""
    data = keyring.read_bytes()
    blocks = re.findall(
        rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]+\n)*?\s*\r?\n(.*?)\n(?:=[^\n]*\n)?-----END", data, re.S)
    if not blocks:
        return keyring.resolve()
    target.write_bytes(b"".join(base64.b64decode(each) for each in blocks))
    return target
