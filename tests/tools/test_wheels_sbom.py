"""The bill of materials in a wheel."""

from __future__ import annotations

import hashlib
import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from regraft_tools.wheels import hosts, sbom, targets, toolchain
from regraft_tools.wheels.source import Patch, Source

EPOCH = 1700000000


@pytest.fixture
def tarball(tmp_path):
    path = tmp_path / "openssl_3.5.7.orig.tar.gz"
    path.write_bytes(b"sources")
    return path


@pytest.fixture(params=["packaged", "upstream"])
def source(request, tarball):
    if request.param == "upstream":
        return Source("3.5.6", "", tarball, signers={tarball.name: "AA"})
    patches = (Patch("pic.patch", "…"), Patch("mend.patch", "closes CVE-2026-1234"))
    return Source("3.5.7", "3.5.7-1~deb13u2", tarball, patches, {tarball.name: "AA", "x.dsc": "BB"}, "trixie-security")


def make(source: Source, abi: str = "cp313") -> str:
    return sbom.make("1.2.3", hosts.named([abi])[0], targets.X86_64, source, EPOCH)


def test_it_is_what_the_schema_of_cyclonedx_1_6_asks_for(source):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(make(source)) is None


def test_the_validator_sees_a_mistake(source):
    broken = make(source).replace('"CycloneDX"', '"CyclonDX"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_openssl_is_a_component_with_version_hash_and_names_for_scanners(source, tarball):
    (component,) = json.loads(make(source))["components"]
    assert component["version"] == source.version
    assert component["cpe"] == "cpe:2.3:a:openssl:openssl:%s:*:*:*:*:*:*:*" % source.version
    assert PackageURL.from_string(component["purl"]).to_string() == component["purl"]
    (reference,) = [each for each in component["externalReferences"] if "hashes" in each]
    assert reference["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(b"sources").hexdigest()}]
    assert {each["value"] for each in component["properties"]} >= set(source.signers.values())


def test_a_package_s_purl_has_its_whole_version_and_its_patches_are_listed(tarball):
    patches = (Patch("mend.patch", "CVE-2026-1234"),)
    patched = Source("3.5.7", "3.5.7-1~deb13u2", tarball, patches, {}, "trixie-security")
    (component,) = json.loads(make(patched))["components"]
    assert component["purl"] == "pkg:deb/debian/openssl@3.5.7-1~deb13u2?arch=source&distro=trixie"
    (patch,) = component["pedigree"]["patches"]
    assert [each["id"] for each in patch["resolves"]] == ["CVE-2026-1234"]


def test_it_is_the_same_when_made_again_and_another_for_another_wheel(source):
    assert make(source) == make(source)
    numbers = {json.loads(make(source, abi))["serialNumber"] for abi in ("cp313", "cp312")}
    assert len(numbers) == 2


def test_zig_is_named_with_the_version_that_is_pinned(source):
    tools = json.loads(make(source))["metadata"]["tools"]["components"]
    assert {each["name"]: each["version"] for each in tools}["ziglang"] == toolchain.pinned("ziglang")
