"""`nox -s wheels -- [TARGET …] [--hosts 2.7,3.13] [--openssl 3.5.6] [--check-reproducible]`."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from regraft_tools import debian, environments
from regraft_tools.wheels import extension, hosts, openssl, packing, signatures, source, symbols, targets, toolchain
from regraft_tools.wheels.hosts import Host
from regraft_tools.wheels.source import Source
from regraft_tools.wheels.targets import Target
from regraft_tools.wheels.toolchain import Toolchain

class Different(RuntimeError):
    """A wheel is not reproducible."""


FAILURES = (
    Different, debian.Unavailable, environments.BuildFailed, source.NotVerified, signatures.NotSigned, toolchain.Failed,
    symbols.Unfit, hosts.NoHeaders, LookupError, ValueError,
)


def main(arguments: Sequence[str]) -> int:
    """0 if each wheel that was asked for is in the directory."""
    parser = argparse.ArgumentParser(prog="wheels", description="Makes wheels with an OpenSSL inside.")
    parser.add_argument("targets", nargs="*", metavar="TARGET",
                        help="default is all: " + ", ".join(each.name for each in targets.TARGETS))
    parser.add_argument("--hosts", default="", help="series or ABI tags, with commas; default is all")
    parser.add_argument("--openssl", default="", metavar="VERSION",
                        help="default is the newest %s.x that can be had" % source.SERIES)
    parser.add_argument("--into", type=Path, metavar="DIRECTORY", help="default is dist/ of the checkout")
    parser.add_argument("--check-reproducible", action="store_true",
                        help="build the first wheel of each target again, OpenSSL too, in another place, and compare")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        plan = choose(options.targets, [each for each in options.hosts.split(",") if each])
        found = source.find(options.openssl)
        print("OpenSSL %s" % found.name)
        for name, signer in found.signers.items():
            print("  %s, signed by %s" % (name, signer), flush=True)
        epoch = extension.epoch_of_checkout()
        wheels = make(plan, found, options.into or environments.checkout() / "dist", epoch)
        if options.check_reproducible:
            first = {target: host for host, target in reversed(plan)}
            check_again([(host, target) for target, host in first.items()], found, epoch,
                        [each for group in wheels.values() for each in group])
    except FAILURES as error:
        print(error, file=sys.stderr)
        return 1
    print("%d wheels in %d s" % (sum(map(len, wheels.values())), time.monotonic() - begun))
    return 0


def choose(names: Sequence[str], series: Sequence[str]) -> list[tuple[Host, Target]]:
    """The pairs of host and target that are meant, by target.

    Raises:
        LookupError: a name is unknown, or no pair is left.
    """
    chosen = [targets.named(each) for each in names] or list(targets.TARGETS)
    found = hosts.named(series) if series else list(hosts.HOSTS)
    plan = [(host, target) for target in chosen for host in found if target in host.targets()]
    if not plan:
        raise LookupError("there is no wheel for %s on %s" % (
            ", ".join(each.abi for each in found), ", ".join(each.name for each in chosen)))
    return plan


def make(
    plan: Sequence[tuple[Host, Target]], found: Source, into: Path, epoch: int, tools: Toolchain | None = None,
) -> dict[Target, list[Path]]:
    """Makes the wheels of a plan, and says of each what it is.

    Args:
        plan: hosts and their targets.
        found: the sources of OpenSSL.
        into: the directory of the wheels.
        epoch: the time in them, in seconds since 1970.
        tools: default is those of the cache.
    """
    tools = tools or toolchain.ensure()
    built = {target: openssl.build(found, target, tools) for target in dict.fromkeys(each for _, each in plan)}
    wheels: dict[Target, list[Path]] = {}
    room = tools.home / "rooms"
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room) as folder:
        workshop = extension.open_workshop(Path(folder), tools, epoch)
        parts = packing.prepare(workshop)
        for host in dict.fromkeys(each for each, _ in plan):
            hosts.prepared(host, workshop.room)  # here, as two targets of a host want them at once
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            modules = [
                pool.submit(extension.build, host, target, built[target], workshop) for host, target in plan]
            try:
                for each in as_completed(modules):
                    each.result()  # the first failure ends all
            finally:
                pool.shutdown(cancel_futures=True)
        for (host, target), module in zip(plan, modules, strict=True):
            layout = packing.lay_out(parts, host, target, module.result(), built[target], workshop)
            said = extension.try_out(host, target, layout, built[target])
            wheel = packing.pack(layout, into, workshop)
            wheels.setdefault(target, []).append(wheel)
            print("%s  %.1f MB, sha256 %s, %s" % (
                wheel.name, wheel.stat().st_size / 1e6, _sha256(wheel)[:16],
                "imports, " + said if said else "no interpreter for it here: not imported"), flush=True)
    return wheels


def check_again(
    plan: Sequence[tuple[Host, Target]], found: Source, epoch: int, wheels: Iterable[Path],
) -> None:
    """Makes wheels a second time, with nothing that the first time has left, and compares the bytes.

    Raises:
        Different: they are not the same.
    """
    made = {each.name: each for each in wheels}
    # A path of another length than the cache's, which no one may find in a wheel.
    with tempfile.TemporaryDirectory(prefix="regraft-wheels-made-again-") as folder:
        tools = toolchain.ensure(Path(folder, "home"))
        for each in make(plan, found, Path(folder, "dist"), epoch, tools).values():
            for wheel in each:
                if wheel.read_bytes() != made[wheel.name].read_bytes():
                    raise Different("%s comes out differently when it is made again: %s" % (
                        wheel.name, ", ".join(_differences(made[wheel.name], wheel)) or "not in its files"))
                print("%s: the same bytes when made again" % wheel.name, flush=True)


def _differences(one: Path, other: Path) -> list[str]:
    """Names of the files that differ in two wheels."""
    with zipfile.ZipFile(one) as left, zipfile.ZipFile(other) as right:
        sums = [{each.filename: (each.CRC, each.external_attr, each.date_time) for each in archive.infolist()}
                for archive in (left, right)]
    return sorted(name for name in sums[0].keys() | sums[1].keys() if sums[0].get(name) != sums[1].get(name))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
