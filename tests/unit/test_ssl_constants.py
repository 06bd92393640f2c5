"""The constants of `ssl` behave as the enumerations of the newest Python, on 2.7 too."""
from __future__ import absolute_import, division, print_function

import copy
import json
import os
import pickle
import ssl
import subprocess
import sys

import pytest

ENUMERATIONS = [ssl._SSLMethod, ssl.Options, ssl.AlertDescription, ssl.SSLErrorNumber, ssl.VerifyFlags,
                ssl.VerifyMode, ssl.TLSVersion]
# Before 3.11 the host's own enumerations print names: they are kept, for programs that read them.
PRINTS_NUMBERS = bytes is str or hasattr(__import__("enum"), "ReprEnum")


@pytest.mark.parametrize("enumeration", ENUMERATIONS)
def test_members_are_integers_with_a_name_and_a_class(enumeration):
    assert len(enumeration.__members__) >= 3
    for name, member in enumeration.__members__.items():
        assert isinstance(member, int) and isinstance(member, enumeration)
        assert enumeration(int(member)) is member
        assert enumeration[name] is member
        assert member.value == int(member)
        assert type(member).__module__ == "ssl"


def test_members_are_names_of_the_module():
    for enumeration in ENUMERATIONS[:-1]:
        for name, member in enumeration.__members__.items():
            assert getattr(ssl, name) is member


def test_repr_shows_class_name_and_number():
    assert repr(ssl.CERT_REQUIRED) == "<VerifyMode.CERT_REQUIRED: 2>"
    assert repr(ssl.TLSVersion.TLSv1_2) in ("<TLSVersion.TLSv1_2: 771>",)
    assert repr(ssl.OP_NO_SSLv3) == "<Options.OP_NO_SSLv3: 33554432>"
    assert "OP_NO_SSLv3" in repr(ssl.OP_NO_SSLv3 | ssl.OP_NO_TICKET)
    assert "OP_NO_TICKET" in repr(ssl.OP_NO_SSLv3 | ssl.OP_NO_TICKET)


@pytest.mark.skipif(not PRINTS_NUMBERS, reason="enumerations of Python 3.6 to 3.10 print their names")
def test_str_shows_the_number():
    assert str(ssl.CERT_REQUIRED) == "2"
    assert "%s %d" % (ssl.OP_NO_SSLv3, ssl.OP_NO_SSLv3) == "33554432 33554432"
    assert "{0} {0:x}".format(ssl.TLSVersion.TLSv1_2) == "771 303"
    assert json.dumps([ssl.CERT_NONE]) == "[0]"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_name_the_module_ssl(protocol):
    for value in (ssl.CERT_REQUIRED, ssl.OP_ALL, ssl.OP_ALL | ssl.OP_NO_TICKET, ssl.PROTOCOL_TLS):
        text = pickle.dumps(value, protocol)
        assert b"ssl" in text and b"regraft" not in text
        assert pickle.loads(text) == value
        assert type(pickle.loads(text)) is type(value)
        assert copy.deepcopy(value) == value


def test_flags_combine_into_flags():
    both = ssl.OP_NO_SSLv3 | ssl.OP_NO_TICKET
    assert type(both) is ssl.Options
    assert both & ssl.OP_NO_TICKET == ssl.OP_NO_TICKET
    assert type(both & ~ssl.OP_NO_TICKET) is ssl.Options
    assert both & ~ssl.OP_NO_TICKET == ssl.OP_NO_SSLv3
    assert both ^ ssl.OP_NO_TICKET == ssl.OP_NO_SSLv3
    assert type(1 | ssl.OP_NO_TICKET) is ssl.Options
    assert ssl.OP_NO_TICKET in both
    assert not ssl.Options(0)


def test_wrong_look_ups_say_so():
    with pytest.raises(ValueError, match="17 is not a valid VerifyMode"):
        ssl.VerifyMode(17)
    with pytest.raises(KeyError):
        ssl.VerifyMode["CERT_MAYBE"]
    with pytest.raises(AttributeError):
        ssl.VerifyMode.CERT_NONE = 1


def test_forbidding_a_version_forbids_just_that_one():
    # Stock 2.7.18 built with old headers has no number for 1.3 and a wrong idea of the rest.
    numbers = [getattr(ssl, "OP_NO_" + name) for name in ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")]
    assert len(set(numbers)) == 4 and all(number & (number - 1) == 0 for number in map(int, numbers))


def test_contexts_answer_with_members():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert context.protocol is ssl.PROTOCOL_TLS_CLIENT
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert type(context.options) is ssl.Options
    assert type(context.verify_flags) is ssl.VerifyFlags
    assert isinstance(context.minimum_version, ssl.TLSVersion)
    assert context.maximum_version is ssl.TLSVersion.MAXIMUM_SUPPORTED


def test_purposes_are_objects_of_openssl():
    assert ssl.Purpose.SERVER_AUTH.shortname == "serverAuth"
    assert ssl.Purpose.CLIENT_AUTH.oid == "1.3.6.1.5.5.7.3.2"
    assert isinstance(ssl.Purpose.SERVER_AUTH, ssl._ASN1Object)
    assert ssl._ASN1Object.fromname("TLS Web Server Authentication").nid == ssl.Purpose.SERVER_AUTH.nid
    with pytest.raises(ValueError):
        ssl._ASN1Object("1.2.3.4.5.6.7.8.9.999999")


@pytest.mark.skipif(sys.version_info[0] > 2, reason="Python 3 has enumerations of its own")
def test_on_python_2_no_enum_package_is_imported():
    # Asked in a process without the packages of the tests, among which is an `enum`.
    program = "import hashlib, hmac, secrets, ssl, sys; sys.exit('enum' in sys.modules)"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    assert subprocess.call([sys.executable, "-c", program], env=environment) == 0


def test_purposes_are_an_enumeration():
    assert list(ssl.Purpose) == [ssl.Purpose.SERVER_AUTH, ssl.Purpose.CLIENT_AUTH]
    assert len(ssl.Purpose) == 2 and list(ssl.Purpose.__members__) == ["SERVER_AUTH", "CLIENT_AUTH"]
    assert ssl.Purpose["CLIENT_AUTH"] is ssl.Purpose.CLIENT_AUTH
    assert ssl.Purpose.SERVER_AUTH.name == "SERVER_AUTH"
    assert type(ssl.Purpose.SERVER_AUTH.value) is ssl._ASN1Object
    assert ssl.Purpose.SERVER_AUTH.value == ssl.Purpose.SERVER_AUTH
    assert ssl.Purpose.SERVER_AUTH in ssl.Purpose
    assert repr(ssl.Purpose) == "<enum 'Purpose'>"
    assert str(ssl.Purpose.SERVER_AUTH) == "Purpose.SERVER_AUTH"
    assert repr(ssl.Purpose.SERVER_AUTH).startswith("<Purpose.SERVER_AUTH: _ASN1Object(nid=129, ")


@pytest.mark.skipif(sys.version_info[0] > 2, reason="purposes of 3.15 do not pickle with protocol 2 and later")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_purposes_pickle(protocol):
    assert pickle.loads(pickle.dumps(ssl.Purpose.CLIENT_AUTH, protocol)) == ssl.Purpose.CLIENT_AUTH


def test_on_python_2_a_purpose_is_made_from_its_number_as_there():
    if sys.version_info[0] > 2:
        with pytest.raises(ValueError):
            ssl.Purpose("1.3.6.1.5.5.7.3.1")
    else:
        assert ssl.Purpose("1.3.6.1.5.5.7.3.1") == ssl.Purpose.SERVER_AUTH


def test_the_same_bits_are_the_same_flag():
    assert ssl.VerifyFlags(0x80020) is ssl.VerifyFlags(0x80020)
    assert repr(ssl.VerifyFlags(8)) == ("<VerifyFlags: 8>" if PRINTS_NUMBERS else "<VerifyFlags.8: 8>")


@pytest.mark.skipif(not PRINTS_NUMBERS, reason="enumerations of Python 3.6 to 3.10 are the host's own")
def test_flags_contain_flags_only():
    with pytest.raises(TypeError, match="unsupported operand"):
        0x4000 in ssl.OP_NO_TICKET
    assert not (ssl.OP_NO_TICKET in ssl.OP_NO_SSLv3)


def test_numbers_too_large_for_a_flag_of_the_host_stay_numbers():
    assert ssl.OP_NO_TICKET | 2 ** 70 == 2 ** 70 + 0x4000
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_flags = -1
    assert context.verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.skipif(not PRINTS_NUMBERS, reason="enumerations of Python 3.6 to 3.10 are the host's own")
def test_members_cannot_be_changed_or_deleted_nor_enumerations_extended():
    for enumeration in ENUMERATIONS:
        name, member = sorted(enumeration.__members__.items())[0]
        with pytest.raises(AttributeError):
            member.name = "x"
        with pytest.raises(AttributeError):
            member.value = 5
        with pytest.raises(AttributeError):
            delattr(enumeration, name)
        with pytest.raises(TypeError):
            class Extended(enumeration):
                pass
        assert enumeration[name] is member


def test_enumerations_show_their_kind():
    assert repr(ssl.VerifyMode) == "<enum 'VerifyMode'>"
    assert repr(ssl.Options) == ("<flag 'Options'>" if PRINTS_NUMBERS else "<enum 'Options'>")
    assert list(reversed(ssl.VerifyMode))[0] is ssl.CERT_REQUIRED
