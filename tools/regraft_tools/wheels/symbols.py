"""What an extension shows to others and needs of them, read from the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection, GNUVerSymSection

from regraft_tools.wheels.hosts import Host
from regraft_tools.wheels.targets import Target

# Parts of the C library; nothing else may have to be there.
_LIBRARIES = re.compile(
    r"(libc|libm|libdl|libpthread|librt)\.so(\.\d+)?\Z|ld-linux[a-z0-9-]*\.so\.\d\Z|libc\.musl-[a-z0-9_]+\.so\.1\Z")
_OF_PYTHON = re.compile(r"_?Py[A-Z_]")


class Unfit(RuntimeError):
    """An extension is not as a wheel needs it; the message tells what is wrong."""


@dataclass(frozen=True)
class Symbol:
    """An undefined symbol.

    Attributes:
        name: without version.
        version: `GLIBC_2.4`, or empty.
        weak: whether it may be missing at run time.
    """

    name: str
    version: str
    weak: bool


def exported(path: Path) -> set[str]:
    """The names that a file shows."""
    with path.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".dynsym")
        return {each.name for each in table.iter_symbols()
                if each.name and each["st_shndx"] != "SHN_UNDEF"}


def undefined(path: Path) -> list[Symbol]:
    """The names that a file needs."""
    with path.open("rb") as stream:
        return list(_undefined(ELFFile(stream)))


def of_python(path: Path) -> list[str]:
    """The names that a file needs of Python, sorted."""
    return sorted(each.name for each in undefined(path) if _OF_PYTHON.match(each.name))


def needed(path: Path) -> list[str]:
    """The libraries that a file names."""
    with path.open("rb") as stream:
        return [tag.needed for tag in _dynamic(ELFFile(stream)) if tag.entry.d_tag == "DT_NEEDED"]


def check(path: Path, host: Host, target: Target) -> None:
    """Refuses an extension that shows more than its init function, or needs what may not be there.

    Raises:
        Unfit: with all that is wrong.
    """
    wrong = []
    shown = exported(path)
    if shown != {host.init}:
        wrong.append("it shows %s instead of %s alone" % (", ".join(sorted(shown)) or "nothing", host.init))
    wrong += ["it needs %s" % each for each in needed(path) if not _LIBRARIES.match(each)]
    for each in undefined(path):
        if _OF_PYTHON.match(each.name) or each.weak:
            continue
        # Each symbol of a glibc has a version; one without is of nobody. musl's have none: there the linker
        # is asked (extension.py).
        if target.glibc and not each.version:
            wrong.append("nobody defines %s" % each.name)
        elif target.glibc and _release(each.version) > target.glibc:
            wrong.append("%s@%s is newer than glibc %d.%d" % (each.name, each.version, *target.glibc))
    with path.open("rb") as stream:
        file = ELFFile(stream)
        tags = {tag.entry.d_tag for tag in _dynamic(file)}
        wrong += ["it has %s" % each for each in ("DT_RPATH", "DT_RUNPATH", "DT_TEXTREL") if each in tags]
        segments = {segment["p_type"]: segment["p_flags"] for segment in file.iter_segments()}
        if segments.get("PT_GNU_STACK", 1) & 1:
            wrong.append("its stack would be executable")
        if "PT_GNU_RELRO" not in segments:
            wrong.append("its tables would stay writable")
        if file.get_section_by_name(".symtab") or file.get_section_by_name(".debug_info"):
            wrong.append("it is not stripped")
    if wrong:
        raise Unfit("%s for %s: %s" % (path.name, target.name, "; ".join(wrong)))


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version))[:2] if version.startswith("GLIBC_") else (99, 0)


def _dynamic(file: ELFFile) -> Iterator:
    for section in file.iter_sections():
        if isinstance(section, DynamicSection):
            yield from section.iter_tags()


def _undefined(file: ELFFile) -> Iterator[Symbol]:
    names: dict[int, str] = {}
    versions = None
    for section in file.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, entries in section.iter_versions():
                names.update((entry["vna_other"], entry.name) for entry in entries)
        elif isinstance(section, GNUVerSymSection):
            versions = section
    for index, symbol in enumerate(file.get_section_by_name(".dynsym").iter_symbols()):
        if symbol.name and symbol["st_shndx"] == "SHN_UNDEF":
            number = versions.get_symbol(index)["ndx"] if versions else 0
            yield Symbol(
                symbol.name, names.get(number, "") if isinstance(number, int) else "",
                symbol["st_info"]["bind"] == "STB_WEAK",
            )
