"""Builds for systems of which there is no machine here, as far as each comes: `python -m regraft_tools.wheels.crossing`.

Nothing of it is ever run; what comes out is read. crossing.toml says how far each system comes and what stops it.
Nothing goes into dist/.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import struct
import sys
import tempfile
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lief

from regraft_tools import debian, environments
from regraft_tools.wheels import extension, hosts, openssl, packing, signatures, source, symbols, toolchain
from regraft_tools.wheels.extension import INCLUDES, Workshop
from regraft_tools.wheels.hosts import Host
from regraft_tools.wheels.openssl import Built
from regraft_tools.wheels.source import Source
from regraft_tools.wheels.symbols import Unfit
from regraft_tools.wheels.targets import Target
from regraft_tools.wheels.toolchain import AR, CC

TABLE = Path(__file__).with_name("crossing.toml")
SERIES = "3.13"
# In their order. OpenSSL is built; Python's headers are there and fit; the extension compiles, links, is as a wheel
# needs it; there is a wheel.
STAGES = ("nothing", "openssl", "headers", "compiled", "linked", "checked", "packed")

SYSTEM_LIBRARY = "/usr/lib/libSystem.B.dylib"
# What zig's linker itself puts into every library and shows, whatever list of names it is given: two addresses in
# the file. A library finds its own ones at link time, so nobody's are taken for another's.
OF_THE_LINKER = frozenset({"__mh_dylib_header", "___dso_handle"})
# Called by what the compiler and the linker write, so no header declares them.
_OF_THE_COMPILER = frozenset({
    "dyld_stub_binder", "___stack_chk_fail", "___stack_chk_guard", "___memcpy_chk", "___memmove_chk", "___memset_chk"})
_PATHS = re.compile(rb"/(?:root|home|tmp|work|build|Users)/[\x20-\x7e]{3,}")
_NOTE = (
    "**Nobody has run this wheel.** It is a trial of a cross-build on Linux: compiled and linked for %s, and read, "
    "but never imported anywhere.\n\n"
)


class Undecided(RuntimeError):
    """The headers of Python ask for a setting of which crossing.toml does not say what it is on the system."""


STOPPED = (toolchain.Failed, Unfit, Undecided)  # by the system; anything else is a fault of this machine


@dataclass(frozen=True)
class System:
    """A system and how far a build for it comes.

    Attributes:
        target: as zig, OpenSSL and pip know it.
        reaches: the last stage that succeeds.
        stopped_by: expressions for what the next one says, all of which are found there.
        reason: the same in a sentence.
    """

    target: Target
    reaches: str
    stopped_by: tuple[str, ...] = ()
    reason: str = ""


def load(text: str) -> tuple[dict[str, System], dict[str, str]]:
    """(systems by name, settings of macOS' pyconfig.h) of a table.

    Raises:
        ValueError: a row contradicts itself.
    """
    table = tomllib.loads(text)
    systems = {}
    for row in table["system"]:
        name, reaches, stopped_by = row["name"], row["reaches"], tuple(row.get("stopped_by", ()))
        if reaches not in STAGES:
            raise ValueError("%s: no stage %r; there are %s" % (name, reaches, ", ".join(STAGES)))
        if (reaches == STAGES[-1]) == bool(stopped_by and row.get("reason")):
            raise ValueError("%s: what stops it (stopped_by, reason) is said where it does not come to the end, and "
                             "only there" % name)
        target = Target(name, row["triple"], row["configure"], (name,), row["suffix"])
        systems[name] = System(target, reaches, stopped_by, row.get("reason", ""))
    return systems, table["pyconfig"]


def judge(system: System, reached: str, complaint: str) -> str | None:
    """What is wrong about how far a build came; None if it is as the table says.

    Args:
        reached: the last stage that succeeded.
        complaint: what the next one said; empty if there is none.
    """
    name = system.target.name
    if STAGES.index(reached) > STAGES.index(system.reaches):
        return "%s comes further than %s says: to %r instead of %r. Change its row." % (
            name, TABLE.name, reached, system.reaches)
    if reached != system.reaches:
        return "%s comes to %r only; %s says %r. It is stopped by:\n%s" % (
            name, reached, TABLE.name, system.reaches, complaint)
    missing = [each for each in system.stopped_by if not re.search(each, complaint)]
    if missing:
        return "%s comes to %r as it should, but is not stopped by %s:\n%s" % (
            name, reached, ", ".join(missing), complaint or "nothing")
    return None


def attempt(system: System, pyconfig: Mapping[str, str], found: Source, workshop: Workshop,
            into: Path) -> tuple[str, str]:
    """(last stage that succeeded, what the next one said) of a build."""
    reached, stages = STAGES[0], _stages(system.target, pyconfig, found, workshop, into)
    try:
        for reached in stages:
            print("%s: %s" % (system.target.name, reached), flush=True)
    except STOPPED as error:
        return reached, str(error)
    return reached, ""


def _stages(target: Target, pyconfig: Mapping[str, str], found: Source, workshop: Workshop,
            into: Path) -> Iterator[str]:
    """Does the work of one stage after the other, and tells the name of each when it is done."""
    (host,) = hosts.named([SERIES])
    built = openssl.build(found, target, workshop.tools)
    yield "openssl"
    with tempfile.TemporaryDirectory(dir=workshop.room) as folder:
        making = Path(folder)
        flags, _ = extension.flags_for(host, workshop)
        headers = making / "headers"
        if "windows" in target.triple:
            _copy_windows_headers(headers)
            environ = extension.furnish(making, target, built, workshop, headers)
        else:
            shutil.copytree(hosts.prepared(host, workshop.room)[0], headers)
            environ = extension.furnish(making, target, built, workshop, headers)
            _settle(making, flags, environ, pyconfig)
        yield "headers"
        # A function that is newer than the oldest system meant is an error; zig's list of symbols is the newest's.
        toolchain.run([CC, *flags, "-Werror=unguarded-availability", *INCLUDES, "-c", "_openssl.c", "-o", "_openssl.o"],
                      making, environ)
        yield "compiled"
        if "windows" in target.triple:
            return  # nothing is known of linking there
        python = names_of_python()
        check_object((making / "_openssl.o").read_bytes(), python)
        module = _link(making, host.extension_name(target), host.init, environ)
        yield "linked"
        image = read(module)
        check(image, host, target, python)
        _check_age(image, making, environ)
        yield "checked"
        print("%s: wrote %s" % (target.name, _pack(host, target, module, built, workshop, into)), flush=True)
        yield "packed"


def _copy_windows_headers(folder: Path) -> None:
    tree = debian.unpack_source(hosts.SUITES[SERIES], "python" + SERIES)
    shutil.copytree(tree / "Include", folder)
    # Complete as it is, although its name says that something is to be filled in.
    shutil.copyfile(tree / "PC" / "pyconfig.h.in", folder / "pyconfig.h")


def _settle(making: Path, flags: Sequence[str], environ: Mapping[str, str], pyconfig: Mapping[str, str]) -> None:
    """Makes macOS' pyconfig.h of Linux', and has the compiler compare the sizes with the system's.

    Raises:
        Undecided: the headers ask for what the table does not have.
        toolchain.Failed: a size is another.
    """
    path = making / "headers" / "pyconfig.h"
    text = path.read_text(errors="replace")
    dependencies = toolchain.run([CC, *flags, *INCLUDES, "-M", "_openssl.c"], making, environ)
    read_files = {each for each in re.findall(r"[^\s\\]+", dependencies) if each.startswith("python/")}
    asked = asked_for(text, {
        each: (making / each).read_text(errors="replace")
        for each in {*read_files, "_openssl.c"} - {"python/pyconfig.h"}})
    settled = settle(text, asked, pyconfig)
    path.write_text(settled)
    # As Python.h leaves them, after pymacconfig.h has had its say.
    sizes = sorted(each for each in asked if each.startswith(("SIZEOF_", "ALIGNOF_")))
    (making / "sizes.c").write_text("#include <Python.h>\n" + hosts.assert_sizes((each, each) for each in sizes))
    toolchain.run([CC, *INCLUDES, "-c", "sizes.c", "-o", "sizes.o"], making, environ)


def asked_for(pyconfig: str, texts: Mapping[str, str]) -> set[str]:
    """The names in a pyconfig.h that C texts mention outside comments, without what pymacconfig.h decides.

    Args:
        pyconfig: its text.
        texts: by file name.
    """
    names = set(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)|^/\* #undef (\w+) \*/", pyconfig, re.M))
    # Keywords and types (const, size_t) are there for compilers that lack them.
    known = {each for pair in names for each in pair if re.search("[A-Z]", each)}
    asked, decided = set(), set()
    for name, text in texts.items():
        plain = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
        if Path(name).name == "pymacconfig.h":
            decided |= set(re.findall(r"#[ \t]*undef[ \t]+(\w+)", plain))
        else:
            asked |= known & set(re.findall(r"\w+", plain))
    return {each for each in asked if each not in decided or each.startswith(("SIZEOF_", "ALIGNOF_"))}


def settle(pyconfig: str, asked: Iterable[str], settings: Mapping[str, str]) -> str:
    """A pyconfig.h with the settings in it.

    Args:
        pyconfig: the text of another system's.
        asked: the names that count.
        settings: name to value; an empty one is not defined.

    Raises:
        Undecided: a name has no setting, or is a size of no known type.
    """
    for name in sorted(asked):
        if name.startswith(("SIZEOF_", "ALIGNOF_")):
            if not hosts.c_type(name):
                raise Undecided("the headers ask for %s, of which the type is not known" % name)
        elif name not in settings:
            raise Undecided("the headers ask for %s; what it is on the system has to stand in %s" % (name, TABLE.name))
    lines = "".join(
        "#undef %s\n" % name + ("#define %s %s\n" % (name, value) if value else "") for name, value in settings.items())
    return pyconfig + "\n" + lines


def _hide_archive(making: Path, name: str, environ: Mapping[str, str]) -> str:
    """Unpacks an OpenSSL's library, hides what its files show, and packs it again; returns its name."""
    folder = making / name
    folder.mkdir()
    toolchain.run([AR, "x", "../openssl/lib/%s.a" % name], folder, environ)
    members = sorted(folder.glob("*.o"))
    for each in members:
        each.write_bytes(hide(each.read_bytes()))
    toolchain.run([AR, "rcs", name + ".a", *(str(each.relative_to(making)) for each in members)], making, environ)
    return name + ".a"


def hide(data: bytes, but: Collection[str] = ()) -> bytes:
    """A Mach-O object file in which each name that it defines is seen by the linker alone.

    Args:
        data: its bytes.
        but: names that stay as they are.
    """
    result = bytearray(data)
    for place, name in _defined(data):
        if name not in but:
            result[place + 4] |= 0x10  # private to what it is linked into
    return bytes(result)


def check_object(data: bytes, python: frozenset[str]) -> None:
    """Refuses an object file that defines what Python defines: calls of Python's function would come here.

    Raises:
        Unfit: it does.
    """
    taken = sorted(name for _, name in _defined(data) if name.removeprefix("_") in python)
    if taken:
        raise Unfit("the extension defines %s, which Python does" % ", ".join(taken))


def _defined(data: bytes) -> Iterator[tuple[int, str]]:
    """(offset of the entry, name) of each symbol that an object file defines for others."""
    lief.logging.disable()
    table = lief.MachO.parse(data).at(0).symbol_command
    # An entry has 16 bytes: where its name is (4), its kind (1), and more.
    external, kinds = 0x01, 0x0E
    for start in range(table.symbol_offset, table.symbol_offset + 16 * table.numberof_symbols, 16):
        (place,) = struct.unpack_from("<I", data, start)
        place += table.strings_offset
        if data[start + 4] & external and data[start + 4] & kinds:
            yield start, data[place:data.index(b"\0", place)].decode()


def _link(making: Path, name: str, init: str, environ: Mapping[str, str]) -> Path:
    # zig makes libraries only, no bundles; the loader takes either for an extension. What nobody defines is looked up
    # in the process when it is loaded, as Pythons on macOS link their own; `check` tells whose these are.
    # OpenSSL's parts in assembly know no -fvisibility, and this linker takes no list of what may be shown.
    archives = [_hide_archive(making, each, environ) for each in ("libssl", "libcrypto")]
    module = making / "_openssl.o"
    module.write_bytes(hide(module.read_bytes(), {"_" + init}))
    (making / "product").mkdir()
    toolchain.run(
        [CC, "-shared", module.name, *archives,
         "-Wl,-undefined,dynamic_lookup", "-Wl,-dead_strip", "-Wl,-x", "-Wl,-install_name," + name,
         "-o", "product/" + name],
        making, environ)
    return making / "product" / name


@dataclass(frozen=True)
class Signature:
    """The code signature of a file, without which macOS on arm64 loads none.

    Attributes:
        ad_hoc: whether it is nobody's, as of a linker.
        fits: whether it has the hashes of the bytes that are there.
    """

    ad_hoc: bool
    fits: bool


@dataclass(frozen=True)
class Image:
    """What a Mach-O file says of itself.

    Attributes:
        name: of the file.
        kind: the type of the file, `DYLIB`.
        machine: `ARM64`.
        system: `MACOS`.
        oldest: the oldest version of the system, as numbers.
        two_levels: whether names are bound to libraries.
        libraries: those that it names, itself left out.
        run_paths: directories in which it has libraries looked for.
        exported: names that it shows, with C's underscore.
        imported: names that it needs, to the library they are bound to; empty if any may define them.
        locals: names that only a debugger would read.
        loose: segments that are both writable and executable.
        signature: None if there is none.
        paths: what looks like a path of the machine that built it.
    """

    name: str
    kind: str
    machine: str
    system: str
    oldest: tuple[int, ...]
    two_levels: bool
    libraries: tuple[str, ...]
    run_paths: tuple[str, ...]
    exported: frozenset[str]
    imported: Mapping[str, str]
    locals: frozenset[str]
    loose: tuple[str, ...]
    signature: Signature | None
    paths: tuple[str, ...]


def read(path: Path) -> Image:
    """Reads a Mach-O file of one architecture.

    Raises:
        Unfit: it is none.
    """
    lief.logging.disable()
    data = path.read_bytes()
    fat = lief.MachO.parse(str(path)) if lief.is_macho(str(path)) else None
    if fat is None or fat.size != 1:
        raise Unfit("%s is no Mach-O file of one architecture" % path.name)
    binary = fat.at(0)
    trie = binary.dyld_info if binary.has_dyld_info else binary.dyld_exports_trie
    shown = {each.symbol.name for each in trie.exports if each.has_symbol} if trie else set()
    commands, names = lief.MachO.LoadCommand.TYPE, lief.MachO.Symbol.CATEGORY
    bound = {}
    for each in binary.bindings:
        if each.has_symbol:
            # The table of symbols has names, too, that only parts wanted which the linker has dropped.
            bound[each.symbol.name] = each.library.name if each.has_library else ""
    build = binary.build_version if binary.has_build_version else None
    write, execute = 2, 4
    return Image(
        path.name, binary.header.file_type.name, binary.header.cpu_type.name,
        build.platform.name if build else "", tuple(build.minos) if build else (),
        lief.MachO.Header.FLAGS.TWOLEVEL in binary.header.flags_list,
        tuple(each.name for each in binary.libraries if each.command != commands.ID_DYLIB),
        tuple(each.path for each in binary.rpaths),
        frozenset(shown | {each.name for each in binary.exported_symbols}),
        bound,
        frozenset(each.name for each in binary.symbols if each.category == names.LOCAL and each.name),
        tuple(each.name for each in binary.segments
              if int(each.init_protection) & write and int(each.init_protection) & execute),
        _read_signature(data, binary.code_signature.data_offset) if binary.has_code_signature else None,
        tuple(sorted({each.decode("latin-1") for each in _PATHS.findall(data)})),
    )


def _read_signature(data: bytes, start_of_it: int) -> Signature:
    # An index (magic, length, count; kind and offset of each), and what the loader reads: kind 0, the directory of
    # hashes. All numbers have the high byte first.
    blob = data[start_of_it:]
    _, _, count = struct.unpack_from(">3I", blob)
    offsets = dict(struct.unpack_from(">2I", blob, 12 + 8 * each) for each in range(count))
    if 0 not in offsets:
        return Signature(False, False)
    directory = blob[offsets[0]:]
    _, _, _, flags, first, _, _, slots, limit, size, kind, _, page = struct.unpack_from(">9I4B", directory)
    hashes = [directory[first + size * each:first + size * (each + 1)] for each in range(slots)]
    pages = [data[start:min(start + (1 << page), limit)] for start in range(0, limit, 1 << page)]
    sha256, ad_hoc = 2, 2
    fits = kind == sha256 and limit == start_of_it and hashes == [hashlib.sha256(each).digest() for each in pages]
    return Signature(bool(flags & ad_hoc), fits)


def check(image: Image, host: Host, target: Target, python: frozenset[str]) -> None:
    """Refuses an extension for macOS that is not as a wheel needs it.

    Args:
        python: the names that Python defines, without C's underscore.

    Raises:
        Unfit: with all that is wrong.
    """
    machine, version = re.fullmatch(r"(\w+)-macos\.([\d.]+)", target.triple).groups()
    oldest = tuple(int(each) for each in version.split("."))
    wrong = []
    if (image.kind, image.machine, image.system) != (
            "DYLIB", {"aarch64": "ARM64", "x86_64": "X86_64"}[machine], "MACOS"):
        wrong.append("it is a %s for %s on %s" % (image.kind, image.machine, image.system or "no system"))
    if image.oldest[:len(oldest)] != oldest or any(image.oldest[len(oldest):]):
        wrong.append("it needs system %s instead of %s" % (".".join(map(str, image.oldest)), version))
    if not image.two_levels:
        wrong.append("its names are bound to no library")
    wrong += ["it needs %s" % each for each in image.libraries if each != SYSTEM_LIBRARY]
    wrong += ["it looks for libraries in %s" % each for each in image.run_paths]
    shown = image.exported - OF_THE_LINKER
    if shown != {"_" + host.init}:
        wrong.append("it shows %s instead of _%s alone" % (", ".join(sorted(shown)) or "nothing", host.init))
    wrong += ["nobody defines %s" % name for name, library in sorted(image.imported.items())
              if not library and name.removeprefix("_") not in python]
    # The linker's own ways to what is far off keep their names.
    left = image.locals - {each + "__thunk" for each in image.imported}
    if left:
        wrong.append("it is not stripped of %s" % ", ".join(sorted(left)[:5]))
    wrong += ["%s is both writable and executable" % each for each in image.loose]
    if image.signature is None:
        wrong.append("it is not signed")
    else:
        wrong += ["its signature is not ad hoc"] * (not image.signature.ad_hoc)
        wrong += ["its signature is of other bytes"] * (not image.signature.fits)
    wrong += ["it names %s" % each for each in image.paths]
    if wrong:
        raise Unfit("%s for %s: %s" % (image.name, target.name, "; ".join(wrong)))


def names_of_python() -> frozenset[str]:
    """What Python's library for Linux shows; macOS' has the same interface."""
    tree = debian.unpack(hosts.SUITES[SERIES], ["libpython" + SERIES])
    (library,) = tree.glob("usr/lib/*/libpython%s.so.1.0" % SERIES)
    return frozenset(symbols.exported(library))


_HEADERS = (
    "CommonCrypto/CommonRandom.h", "ctype.h", "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "poll.h", "pthread.h",
    "signal.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "sys/socket.h", "sys/stat.h", "sys/sysctl.h",
    "sys/time.h", "termios.h", "time.h", "unistd.h",
)


def _check_age(image: Image, making: Path, environ: Mapping[str, str]) -> None:
    """Has the compiler refuse functions of the system that came after the oldest version that is meant.

    OpenSSL's calls are among them; it is compiled without that question.
    """
    used = sorted(name for name, library in image.imported.items()
                  if library == SYSTEM_LIBRARY and name not in _OF_THE_COMPILER)
    (making / "age.c").write_text(age_program(used))
    toolchain.run([CC, "-Werror=unguarded-availability", "-c", "age.c", "-o", "age.o"], making, environ)


def age_program(names: Iterable[str]) -> str:
    """A C program that names symbols of the system, so that the compiler tells which are too new.

    Args:
        names: with C's underscore and what stands after `$`.
    """
    plain = sorted({each.removeprefix("_").split("$")[0] for each in names})
    return "".join("#include <%s>\n" % each for each in _HEADERS) + "".join(
        "const void *used_%d(void) { return (const void *)&%s; }\n" % pair for pair in enumerate(plain))


def _pack(host: Host, target: Target, module: Path, built: Built, workshop: Workshop, into: Path) -> Path:
    layout = packing.lay_out(packing.prepare(workshop), host, target, module, built, workshop)
    (metadata,) = layout.glob("*.dist-info/METADATA")
    metadata.write_text(add_note(metadata.read_text("utf-8"), target), "utf-8")
    return packing.pack(layout, into, workshop)


def add_note(metadata: str, target: Target) -> str:
    """The metadata of a wheel with a first paragraph of the description that says that nobody has run it."""
    headers, found, description = metadata.partition("\n\n")
    if not found:
        raise ValueError("the metadata has no description")
    return headers + "\n\n" + _NOTE % target.name + description


def main(arguments: Sequence[str]) -> int:
    """0 if each system comes exactly as far as the table says."""
    systems, pyconfig = load(TABLE.read_text("utf-8"))
    parser = argparse.ArgumentParser(
        prog="crossing", description="Builds for macOS and Windows as far as it goes. Nobody has run what comes out.")
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="default is all: " + ", ".join(systems))
    parser.add_argument("--openssl", default="", metavar="VERSION",
                        help="default is the newest %s.x that can be had" % source.SERIES)
    parser.add_argument("--into", type=Path, metavar="DIRECTORY", help="of the wheels; default is in the cache")
    options = parser.parse_args(arguments)
    unknown = [each for each in options.systems if each not in systems]
    if unknown:
        print("no system %s; there are %s" % (", ".join(unknown), ", ".join(systems)), file=sys.stderr)
        return 1
    try:
        found = source.find(options.openssl)
        print("OpenSSL %s" % found.name, flush=True)
        tools = toolchain.ensure()
        into = options.into or tools.home / "crossing"
        wrong = []
        room = tools.home / "rooms"
        room.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=room) as folder:
            workshop = extension.open_workshop(Path(folder), tools, extension.epoch_of_checkout())
            for name in options.systems or systems:
                reached, complaint = attempt(systems[name], pyconfig, found, workshop, into)
                fault = judge(systems[name], reached, complaint)
                wrong += [fault] if fault else []
                if not fault and systems[name].reason:
                    print("%s: stops here, as listed: %s" % (name, systems[name].reason), flush=True)
    except (debian.Unavailable, environments.BuildFailed, source.NotVerified, signatures.NotSigned, hosts.NoHeaders,
            toolchain.Failed, ValueError) as error:
        wrong = [str(error)]
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
