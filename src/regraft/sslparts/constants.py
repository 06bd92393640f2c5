"""The enumerations of `ssl`, made from the integers of the extension; and the numbers of the TLS registry."""
from __future__ import absolute_import, division, print_function

from regraft import _emulated, _openssl
from regraft._enums import int_enum, int_flag

def _collect():
    """Return the integers of the extension by the first part of their names, in the order of their values."""
    found = dict((prefix, []) for prefix in ("PROTOCOL", "OP", "ALERT", "SSL", "VERIFY", "CERT", "PROTO"))
    for name, value in vars(_openssl).items():
        rows = found.get(name.partition("_")[0])
        # PROTOCOL_SSLv23 is another name of PROTOCOL_TLS, which the enumeration leaves out.
        if rows is not None and name != "PROTOCOL_SSLv23" and name not in _emulated.HIDDEN:
            rows.append((value, name))
    return dict((prefix, [(name, value) for value, name in sorted(rows)]) for prefix, rows in found.items())


_MEMBERS = _collect()
_VERSIONS = [(name[len("PROTO_"):], value) for name, value in _MEMBERS["PROTO"]]
# Its number, -1, is no version: it comes after all that are.
_VERSIONS.sort(key=lambda member: member[0] == "MAXIMUM_SUPPORTED")

_SSLMethod = int_enum("_SSLMethod", _MEMBERS["PROTOCOL"], "ssl")
_SSLMethod.PROTOCOL_SSLv23 = _SSLMethod.PROTOCOL_TLS
Options = int_flag("Options", _MEMBERS["OP"], "ssl")
AlertDescription = int_enum("AlertDescription", _MEMBERS["ALERT"], "ssl")
SSLErrorNumber = int_enum("SSLErrorNumber", _MEMBERS["SSL"], "ssl")
VerifyFlags = int_flag("VerifyFlags", _MEMBERS["VERIFY"], "ssl")
VerifyMode = int_enum("VerifyMode", _MEMBERS["CERT"], "ssl")
TLSVersion = int_enum("TLSVersion", _VERSIONS, "ssl")

EXPORTED = (_SSLMethod, Options, AlertDescription, SSLErrorNumber, VerifyFlags, VerifyMode)


def _numbers(table):
    pairs = [entry.split("=") for entry in table.split()]
    return [(name, int(number)) for name, number in pairs]


# The names are 3.15's, the numbers IANA's "TLS Parameters" registry; 256 and 257 are OpenSSL's pseudo types
# (SSL3_RT_HEADER, SSL3_RT_INNER_CONTENT_TYPE, SSL3_MT_CHANGE_CIPHER_SPEC).
_TLSContentType = int_enum("_TLSContentType", _numbers(
    "CHANGE_CIPHER_SPEC=20 ALERT=21 HANDSHAKE=22 APPLICATION_DATA=23 HEADER=256 INNER_CONTENT_TYPE=257"), "ssl")
_TLSAlertType = int_enum("_TLSAlertType", _numbers(
    "CLOSE_NOTIFY=0 UNEXPECTED_MESSAGE=10 BAD_RECORD_MAC=20 DECRYPTION_FAILED=21 RECORD_OVERFLOW=22 "
    "DECOMPRESSION_FAILURE=30 HANDSHAKE_FAILURE=40 NO_CERTIFICATE=41 BAD_CERTIFICATE=42 "
    "UNSUPPORTED_CERTIFICATE=43 CERTIFICATE_REVOKED=44 CERTIFICATE_EXPIRED=45 CERTIFICATE_UNKNOWN=46 "
    "ILLEGAL_PARAMETER=47 UNKNOWN_CA=48 ACCESS_DENIED=49 DECODE_ERROR=50 DECRYPT_ERROR=51 "
    "EXPORT_RESTRICTION=60 PROTOCOL_VERSION=70 INSUFFICIENT_SECURITY=71 INTERNAL_ERROR=80 "
    "INAPPROPRIATE_FALLBACK=86 USER_CANCELED=90 NO_RENEGOTIATION=100 MISSING_EXTENSION=109 "
    "UNSUPPORTED_EXTENSION=110 CERTIFICATE_UNOBTAINABLE=111 UNRECOGNIZED_NAME=112 "
    "BAD_CERTIFICATE_STATUS_RESPONSE=113 BAD_CERTIFICATE_HASH_VALUE=114 UNKNOWN_PSK_IDENTITY=115 "
    "CERTIFICATE_REQUIRED=116 NO_APPLICATION_PROTOCOL=120"), "ssl")
_TLSMessageType = int_enum("_TLSMessageType", _numbers(
    "HELLO_REQUEST=0 CLIENT_HELLO=1 SERVER_HELLO=2 HELLO_VERIFY_REQUEST=3 NEWSESSION_TICKET=4 "
    "END_OF_EARLY_DATA=5 HELLO_RETRY_REQUEST=6 ENCRYPTED_EXTENSIONS=8 CERTIFICATE=11 "
    "SERVER_KEY_EXCHANGE=12 CERTIFICATE_REQUEST=13 SERVER_DONE=14 CERTIFICATE_VERIFY=15 "
    "CLIENT_KEY_EXCHANGE=16 FINISHED=20 CERTIFICATE_URL=21 CERTIFICATE_STATUS=22 "
    "SUPPLEMENTAL_DATA=23 KEY_UPDATE=24 NEXT_PROTO=67 MESSAGE_HASH=254 CHANGE_CIPHER_SPEC=257"), "ssl")


def describe_message(content_type, message_type):
    """Return (content type, message type) of a message callback as enumeration members where they are known.

    Args: content_type, message_type (int), as OpenSSL reports them.
    """
    # With TLS 1.3's inner content type (257) the second is a content type; 3.15 looks it up as a message all the same.
    kind = {21: _TLSAlertType, 256: _TLSContentType}.get(content_type, _TLSMessageType)
    return _member_or_number(_TLSContentType, content_type), _member_or_number(kind, message_type)


def _member_or_number(enumeration, number):
    try:
        return enumeration(number)
    except ValueError:
        return number
