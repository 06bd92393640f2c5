"""regraft_tools.wheels.signatures, with keys that are made here."""

from __future__ import annotations

import shutil

import pytest
from signing import Signer

from regraft_tools.wheels import signatures

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("gpg", "gpgv"))), reason="no gpg or gpgv to make and verify signatures with")


@pytest.fixture(scope="module")
def signers(tmp_path_factory):
    room = tmp_path_factory.mktemp("signers")
    made = {
        "known": Signer(room / "known", "known"),
        "other": Signer(room / "other", "other"),
        # Over long ago; it signed while it was not, and after.
        "over": Signer(room / "over", "over", "20200101T000000!", "seconds=86400"),
    }
    yield made
    for each in made.values():
        each.close()


@pytest.fixture(params=[False, True], ids=["plain", "armoured"])
def keyring(request, signers, tmp_path):
    return signers["known"].export(tmp_path / "known.key", armour=request.param)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_text("what was signed\n")
    return path


def test_who_signed_is_told_by_the_fingerprint(signers, keyring, file):
    fingerprint = signatures.verify_detached(signers["known"].sign(file), file, [keyring])
    assert len(fingerprint) == 40 and set(fingerprint) <= set("0123456789ABCDEF")


def test_one_of_several_keys_is_enough(signers, keyring, file, tmp_path):
    other = signers["other"].export(tmp_path / "other.key")
    assert signatures.verify_detached(signers["other"].sign(file), file, [keyring, other])


def test_a_file_that_was_changed_is_refused(signers, keyring, file):
    signature = signers["known"].sign(file)
    file.write_text("what was not signed\n")
    with pytest.raises(signatures.NotSigned, match="file has no valid signature by a key of known.key"):
        signatures.verify_detached(signature, file, [keyring])


def test_a_signature_by_a_key_that_nobody_named_is_refused(signers, keyring, file):
    with pytest.raises(signatures.NotSigned):
        signatures.verify_detached(signers["other"].sign(file), file, [keyring])


def test_what_is_no_signature_is_refused(keyring, file, tmp_path):
    nothing = tmp_path / "file.asc"
    nothing.write_text("")
    with pytest.raises(signatures.NotSigned):
        signatures.verify_detached(nothing, file, [keyring])


def test_a_keyring_without_keys_verifies_nothing(signers, file, tmp_path):
    empty = tmp_path / "empty.key"
    empty.write_text("")
    with pytest.raises(signatures.NotSigned):
        signatures.verify_detached(signers["known"].sign(file), file, [empty])


def test_what_a_key_signed_before_it_was_over_stays_signed(signers, file, tmp_path):
    keyring = signers["over"].export(tmp_path / "over.key")
    assert signatures.verify_detached(signers["over"].sign(file), file, [keyring])


def test_a_time_of_signing_after_the_end_of_the_key_does_not_count():
    statuses = [("KEYEXPIRED", " 1577923200"), ("EXPKEYSIG", " …")]
    assert signatures._made_in_time(["FINGERPRINT", "2020-01-01", "1577923199"], statuses)
    assert not signatures._made_in_time(["FINGERPRINT", "2020-01-02", "1577923200"], statuses)
    assert not signatures._made_in_time(["FINGERPRINT", "2020-01-01", "1577836800"], [("EXPKEYSIG", " …")])


def test_only_the_signed_part_of_a_text_is_given(signers, keyring, tmp_path):
    path = signers["known"].wrap("signed: yes\n", tmp_path / "text")
    path.write_text(path.read_text() + "signed: no\n")
    text = signatures.verify_inline(path, [keyring])[1]
    assert text == "signed: yes\n"


def test_a_text_that_was_changed_within_its_signature_is_refused(signers, keyring, tmp_path):
    path = signers["known"].wrap("signed: yes\n", tmp_path / "text")
    path.write_text(path.read_text().replace("yes", "no"))
    with pytest.raises(signatures.NotSigned):
        signatures.verify_inline(path, [keyring])


def test_a_text_without_a_signature_is_refused(keyring, tmp_path):
    path = tmp_path / "text"
    path.write_text("signed: no\n")
    with pytest.raises(signatures.NotSigned):
        signatures.verify_inline(path, [keyring])
