"""The bill of materials of a wheel, in CycloneDX 1.6, as PEP 770 has it in the wheel."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from regraft_tools.wheels import toolchain
from regraft_tools.wheels.hosts import Host
from regraft_tools.wheels.source import Patch, Source
from regraft_tools.wheels.targets import Target

NAME = "regraft.cdx.json"
_HOME = "https://openssl-library.org"


def make(version: str, host: Host, target: Target, source: Source, epoch: int) -> str:
    """The document as text; the same for the same arguments.

    Args:
        version: regraft's.
        epoch: the time that it shows, in seconds since 1970.
    """
    itself = "pkg:pypi/regraft@" + version
    openssl = _openssl(source)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # It must be unique to what it describes, and the same when that is built again.
        "serialNumber": "urn:uuid:%s" % uuid.uuid5(
            uuid.NAMESPACE_URL, "%s#%s-%s#%s" % (itself, host.abi, target.name, source.name)),
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [
                _tool("ziglang", "compiled and linked"), _tool("Cython", "made the C source")]},
            "component": {
                "type": "library", "bom-ref": itself, "name": "regraft", "version": version, "purl": itself,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [
                    {"name": "regraft:python", "value": host.abi},
                    {"name": "regraft:platform", "value": target.name},
                ],
            },
        },
        "components": [openssl],
        "dependencies": [
            {"ref": itself, "dependsOn": [openssl["bom-ref"]]}, {"ref": openssl["bom-ref"]}],
    }
    return json.dumps(document, indent=1) + "\n"


def _openssl(source: Source) -> dict:
    # By Debian's version a scanner knows which holes its patches have closed; by upstream's it does not.
    if source.debian:
        purl = "pkg:deb/debian/openssl@%s?arch=source&distro=%s" % (
            source.debian.replace("+", "%2B"), source.suite.removesuffix("-security"))
    else:
        purl = "pkg:generic/openssl@%s?checksum=sha256:%s" % (source.version, source.sha256)
    component = {
        "type": "library", "bom-ref": "openssl", "name": "openssl", "version": source.version,
        "description": "libssl and libcrypto, linked into regraft/_openssl; no symbol of them is exported",
        "cpe": "cpe:2.3:a:openssl:openssl:%s:*:*:*:*:*:*:*" % source.version,
        "purl": purl,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "externalReferences": [
            {"type": "website", "url": _HOME},
            {"type": "source-distribution", "url": "%s/source/openssl-%s.tar.gz" % (_HOME, source.version),
             "hashes": [{"alg": "SHA-256", "content": source.sha256}]},
        ],
        "properties": [
            {"name": "regraft:signed:" + name, "value": signer} for name, signer in sorted(source.signers.items())],
    }
    if source.debian:
        component["properties"].insert(0, {"name": "regraft:debian-version", "value": source.debian})
    if source.patches:
        component["pedigree"] = {
            "patches": [_patch(each) for each in source.patches],
            "notes": "Debian's patches, all of them, in their order",
        }
    return component


def _patch(patch: Patch) -> dict:
    result: dict = {"type": "backport" if patch.resolves else "unofficial"}
    if patch.resolves:
        result["resolves"] = [
            {"type": "security", "id": each, "name": each, "description": patch.name} for each in patch.resolves]
    else:
        result["resolves"] = [{"type": "defect", "name": patch.name}]
    return result


def _tool(package: str, what: str) -> dict:
    version = toolchain.pinned(package)
    return {"type": "application", "name": package, "version": version, "description": what,
            "purl": "pkg:pypi/%s@%s" % (package.lower(), version)}
