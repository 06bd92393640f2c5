"""Packs the files of a wheel: what setup.py packs, the extension, and the bill of materials."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from regraft_tools.wheels import sbom, toolchain
from regraft_tools.wheels.extension import Workshop
from regraft_tools.wheels.hosts import SERIES_27, Host
from regraft_tools.wheels.openssl import Built
from regraft_tools.wheels.targets import Target


@dataclass(frozen=True)
class Parts:
    """What all wheels of one state of the checkout have in common.

    Attributes:
        modules: a directory with the package, as setup.py packs it, without extension.
        metadata: the .dist-info directory.
        version: regraft's.
    """

    modules: Path
    metadata: Path
    version: str


def prepare(workshop: Workshop) -> Parts:
    """Has setup.py list the files and write the metadata.

    Raises:
        toolchain.Failed: it fails.
    """
    modules, information = workshop.room / "modules", workshop.room / "information"
    information.mkdir()
    environ = workshop.tools.variables(workshop.room, workshop.epoch)
    setup = [str(workshop.tools.python), "setup.py", "--quiet"]
    toolchain.run([*setup, "build_py", "--build-lib", str(modules)], workshop.checkout, environ)
    toolchain.run([*setup, "dist_info", "--output-dir", str(information)], workshop.checkout, environ)
    (metadata,) = information.glob("*.dist-info")
    return Parts(modules, metadata, Parser().parsestr((metadata / "METADATA").read_text("utf-8"))["Version"])


def lay_out(parts: Parts, host: Host, target: Target, extension: Path, openssl: Built, workshop: Workshop) -> Path:
    """A directory with the files of a wheel, but for the list of them."""
    folder = Path(tempfile.mkdtemp(dir=workshop.room, prefix="wheel-"))
    shutil.copytree(parts.modules, folder, dirs_exist_ok=True)
    shutil.copyfile(extension, folder / "regraft" / extension.name)
    if host.series != SERIES_27 and host.tag[2:] not in extension.name:
        (folder / "regraft" / host.mark).write_text("%s is for this Python.\n" % extension.name)
    information = folder / parts.metadata.name
    shutil.copytree(parts.metadata, information)
    # Its licence wants a copy wherever it goes.
    licences = information / "licenses" / "openssl"
    licences.mkdir(parents=True)
    shutil.copyfile(openssl.folder / "LICENSE.txt", licences / "LICENSE.txt")
    document = information / "sboms" / sbom.NAME
    document.parent.mkdir()
    document.write_text(sbom.make(parts.version, host, target, openssl.source, workshop.epoch), "utf-8")
    tags = ["%s-%s-%s" % (host.tag, host.abi, each) for each in target.platforms]
    (information / "WHEEL").write_text(
        "Wheel-Version: 1.0\nGenerator: regraft-tools\nRoot-Is-Purelib: false\n"
        + "".join("Tag: %s\n" % each for each in tags))
    for each in folder.rglob("*"):
        each.chmod(0o755 if each.is_dir() or each.suffix == ".so" else 0o644)
    return folder


def pack(folder: Path, target: Path, workshop: Workshop) -> Path:
    """Makes the wheel of a directory that `lay_out` made; an older one of the same name is replaced.

    Args:
        target: the directory for it.
    """
    product = Path(tempfile.mkdtemp(dir=workshop.room, prefix="packed-"))
    # It sorts, and takes the time from SOURCE_DATE_EPOCH.
    toolchain.run(
        [str(workshop.tools.python), "-m", "wheel", "pack", "--dest-dir", str(product), str(folder)],
        workshop.room, workshop.tools.variables(workshop.room, workshop.epoch))
    (made,) = product.glob("*.whl")
    target.mkdir(parents=True, exist_ok=True)
    part = target / (made.name + ".part")
    shutil.copyfile(made, part)
    return part.replace(target / made.name)
