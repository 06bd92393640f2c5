"""Judges a wheel by what is in it, whatever machine it is for: `judge.py WHEEL …` prints its complaints as JSON.

Runs in an environment of its own, with auditwheel, installer and cyclonedx-python-lib; and readelf, which reads the
files of all machines.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from installer.sources import WheelFile
from installer.utils import parse_wheel_filename

SBOM = "sboms/regraft.cdx.json"
_OPENSSL = re.compile(rb"OpenSSL (\d+\.\d+\.\d+) \d+ [A-Z][a-z]{2} \d{4}\0")


def judge(path: Path) -> dict[str, list[str]]:
    """Complaints about a wheel by the gate that has them; a gate without any is there, with an empty list."""
    return {gate.__name__.removeprefix("_"): list(gate(path)) for gate in GATES}


def _record(path: Path) -> Iterator[str]:
    """RECORD names each file of the wheel, with its hash and its size, and no other."""
    with WheelFile.open(path) as wheel:
        try:
            wheel.validate_record(validate_contents=True)
        except wheel.validation_error as error:
            yield from map(str, error.issues)
    with zipfile.ZipFile(path) as archive:
        text = archive.read(_find(archive, "RECORD")).decode()
        listed = {row[0] for row in csv.reader(text.splitlines())}
        # What is listed and not there, installer passes over.
        yield from ("lists %s, which is not there" % each for each in sorted(listed - set(archive.namelist())))


def _exports(path: Path) -> Iterator[str]:
    """The extension shows its init function and nothing else, so that no other library of the process reaches in."""
    wanted = "init_openssl" if parse_wheel_filename(path.name).tag.startswith("cp27-") else "PyInit__openssl"
    with _extension(path) as extension:
        shown = {symbol for symbol, section in _symbols(extension) if section != "UND"}
    yield from ("exports %s" % each for each in sorted(shown - {wanted}))
    if wanted not in shown:
        yield "does not export %s" % wanted


def _calls(path: Path) -> Iterator[str]:
    """Nothing of OpenSSL is left for the loader to find elsewhere."""
    with _extension(path) as extension:
        missing = {symbol for symbol, section in _symbols(extension) if section == "UND"}
        needed = re.findall(r"\(NEEDED\).*\[(.+?)\]", _readelf(extension, "--dynamic"))
    # The beginnings of OpenSSL's public names and of its own.
    pattern = (r"(SSL|TLS|DTLS|BIO|EVP|ERR|X509|PEM|ASN1|RAND|CRYPTO|OPENSSL|OSSL|CONF|NCONF|RSA|EC|DH|d2i|i2d"
               r"|ossl|OpenSSL)_")
    yield from ("leaves %s to another library" % each for each in sorted(missing) if re.match(pattern, each))
    yield from ("needs %s" % each for each in needed if re.match(r"lib(ssl|crypto|python)", each))


def _tag(path: Path) -> Iterator[str]:
    """auditwheel finds the wheel fit for the systems that its name promises."""
    command = [sys.executable, "-m", "auditwheel", "show", "--json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        yield done.stderr.strip().splitlines()[-1]
        return
    found = json.loads(done.stdout)
    promised = parse_wheel_filename(path.name).tag.split("-")[2].split(".")
    with zipfile.ZipFile(path) as archive:
        text = archive.read(_find(archive, "WHEEL")).decode()
    inside = set(re.findall(r"(?m)^Tag: \S+-(\S+)$", text))
    if inside != set(promised):
        yield "its name says %s, its WHEEL %s" % (", ".join(promised), ", ".join(sorted(inside)))
    for each in promised:
        if not _covers(found["overall_tag"], each):
            yield "its name says %s, auditwheel %s" % (each, found["overall_tag"])


def _covers(found: str, promised: str) -> bool:
    """Whether what fits one platform fits another."""
    old = {"manylinux1": "manylinux_2_5", "manylinux2010": "manylinux_2_12", "manylinux2014": "manylinux_2_17"}
    parts = []
    for each in (found, promised):
        name = re.sub(r"^manylinux\d+(?=_[a-z])", lambda match: old[match.group()], each)
        match = re.fullmatch(r"((?:many|musl)linux)_(\d+)_(\d+)_(\w+)", name)
        if match is None:
            return False
        parts.append((match.group(1), match.group(4), (int(match.group(2)), int(match.group(3)))))
    return parts[0][:2] == parts[1][:2] and parts[0][2] <= parts[1][2]


def _sbom(path: Path) -> Iterator[str]:
    """The SBOM is valid CycloneDX, and names regraft, and the OpenSSL that the extension says it is."""
    with zipfile.ZipFile(path) as archive:
        name = _find(archive, SBOM)
        text = archive.read(name).decode() if name else None
    if text is None:
        yield "there is no %s in the metadata" % SBOM
        return
    content = json.loads(text)
    version = SchemaVersion.from_version(content["specVersion"])
    problem = JsonStrictValidator(version).validate_str(text)
    if problem:
        yield "not valid: %s" % str(problem.data).splitlines()[0]
    subject = content.get("metadata", {}).get("component", {})
    about = parse_wheel_filename(path.name)
    if (subject.get("name"), subject.get("version")) != ("regraft", about.version):
        yield "is about %s %s" % (subject.get("name"), subject.get("version"))
    listed = [each["version"] for each in content.get("components", []) if each["name"].lower() == "openssl"]
    with _extension(path) as extension:
        said = sorted({each.decode() for each in _OPENSSL.findall(extension.read_bytes())})
    if listed != said:
        yield "lists OpenSSL %s, the extension says %s" % (
            " and ".join(listed) or "not", " and ".join(said) or "nothing")


def _size(path: Path) -> Iterator[str]:
    """It is stripped, and of the size that a wheel may have."""
    with _extension(path) as extension:
        sections = _readelf(extension, "--section-headers")
        if ".debug_info" in sections or ".symtab" in sections:
            yield "the extension is not stripped"
    if path.stat().st_size > 4 << 20:
        yield "has %d bytes" % path.stat().st_size


def _paths(path: Path) -> Iterator[str]:
    """No path of the machine that built it stands in the extension."""
    with _extension(path) as extension:
        for each in sorted(set(re.findall(rb"/(?:root|home|tmp|work|build)/[\x20-\x7e]{3,}", extension.read_bytes()))):
            yield "names %s" % each.decode()


GATES: tuple[Callable[[Path], Iterator[str]], ...] = (_record, _exports, _calls, _tag, _sbom, _size, _paths)


def _find(archive: zipfile.ZipFile, name: str) -> str | None:
    found = [each for each in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/" + re.escape(name), each)]
    return found[0] if found else None


@contextlib.contextmanager
def _extension(path: Path) -> Iterator[Path]:
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        (name,) = (each for each in archive.namelist() if re.fullmatch(r"regraft/_openssl\.(?:.+\.)?so", each))
        yield Path(archive.extract(name, folder))


def _symbols(extension: Path) -> Iterator[tuple[str, str]]:
    # 57: 0000000000075a60    11 FUNC    GLOBAL DEFAULT   12 PyInit__openssl
    for line in io.StringIO(_readelf(extension, "--dyn-syms")):
        words = line.split()
        if len(words) >= 8 and words[0][:-1].isdigit() and words[3] not in ("SECTION", "FILE"):
            yield words[7].split("@")[0], words[6]


def _readelf(path: Path, option: str) -> str:
    return subprocess.run(
        ["readelf", "--wide", option, str(path)], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    json.dump({each: judge(Path(each)) for each in sys.argv[1:]}, sys.stdout)
