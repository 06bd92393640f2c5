"""`nox -s wheels -- [TARGET …] [--hosts 2.7,3.13] [--openssl 3.5.6] [--check-reproducible]`."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from regraft_tools import debian, environments
from regraft_tools.wheels import extension, hosts, openssl, packing, signatures, source, symbols, targets, toolchain
from regraft_tools.wheels.hosts import Host
from regraft_tools.wheels.source import Source
from regraft_tools.wheels.targets import Target

FAILURES = (
    debian.Unavailable, environments.BuildFailed, source.NotVerified, signatures.NotSigned, toolchain.Failed,
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
        made = make(plan, source.find(options.openssl), options.into or environments.checkout() / "dist",
                    options.check_reproducible)
    except FAILURES as error:
        print(error, file=sys.stderr)
        return 1
    print("%d wheels in %d s" % (made, time.monotonic() - begun))
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


def make(plan: Sequence[tuple[Host, Target]], found: Source, into: Path, again: bool = False) -> int:
    """Makes the wheels of a plan, and says of each what it is; the number of them."""
    tools = toolchain.ensure()
    print("OpenSSL %s" % found.name)
    for name, signer in found.signers.items():
        print("  %s, signed by %s" % (name, signer))
    built = {target: openssl.build(found, target, tools) for target in dict.fromkeys(each for _, each in plan)}
    room = debian.cache() / "wheels" / "rooms"
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room) as folder:
        workshop = extension.open_workshop(Path(folder), tools, extension.epoch_of_checkout())
        parts = packing.prepare(workshop)
        for host, target in plan:
            module = extension.build(host, target, built[target], workshop)
            layout = packing.lay_out(parts, host, target, module, built[target], workshop)
            said = extension.try_out(host, target, layout)
            if said is not None and not said.startswith("OpenSSL %s " % found.version):
                raise symbols.Unfit("the extension for %s says that it has %s" % (host.abi, said))
            wheel = packing.pack(layout, into, workshop)
            print("%s  %.1f MB, sha256 %s, %s" % (
                wheel.name, wheel.stat().st_size / 1e6, hashlib.sha256(wheel.read_bytes()).hexdigest()[:16],
                "imports, " + said if said else "no interpreter for it here: not imported"), flush=True)
    return len(plan)
