"""Keys and signatures made on the spot with gpg, for tests of what verifies them."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Signer:
    """A person with a key.

    Args:
        home: a new directory for gpg.
        name: the name in the key.
        clock: a time in gpg's form, at which the key is made and signs; default is now.
        expires: after which time the key is over, as gpg takes it (`seconds=60`, `0` for never).
    """

    def __init__(self, home: Path, name: str, clock: str = "", expires: str = "0") -> None:
        self.home, self.clock = home, clock
        home.mkdir(mode=0o700)
        self._gpg("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", expires)

    def export(self, path: Path, armour: bool = False) -> Path:
        """Writes the public key."""
        self._gpg(*(["--armor"] if armour else []), "--output", str(path), "--export")
        return path

    def sign(self, path: Path) -> Path:
        """Writes the signature of a file beside it."""
        target = path.with_name(path.name + ".asc")
        self._gpg("--armor", "--output", str(target), "--detach-sign", str(path))
        return target

    def wrap(self, text: str, path: Path) -> Path:
        """Writes a text with its signature around it."""
        self._gpg("--output", str(path), "--clearsign", text=True, input=text)
        return path

    def close(self) -> None:
        """Ends the agent that gpg started."""
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=True, timeout=60)

    def _gpg(self, *arguments: str, **options) -> None:
        clock = ["--faked-system-time", self.clock] if self.clock else []
        subprocess.run(
            ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--pinentry-mode", "loopback", *clock, *arguments],
            check=True, capture_output=True, timeout=60, **options)
