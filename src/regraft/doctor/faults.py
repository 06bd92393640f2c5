"""Why a connection failed: what `ssl` and the system raise, sorted into kinds."""
from __future__ import absolute_import, division, print_function

import errno
import re
import socket

# Reasons of OpenSSL by kind, as Python spells them; the first pattern that is found in a reason decides.
_REASONS = (
    ("legacy-renegotiation", r"UNSAFE_LEGACY_RENEGOTIATION"),
    ("protocol-version", r"UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE|WRONG_SSL_VERSION"
                         r"|UNKNOWN_SSL_VERSION|VERSION_TOO_LOW|UNSUPPORTED_SSL_VERSION"),
    ("security-level", r"(?:DH|EE|CA)_KEY_TOO_SMALL|MD_TOO_WEAK|WRONG_SIGNATURE_TYPE|NO_SUITABLE_SIGNATURE"
                       r"|LEGACY_SIGALG|BAD_DH_VALUE|UNKNOWN_DIGEST"),
    ("client-certificate", r"CERTIFICATE_REQUIRED|ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+"
                           r"|UNKNOWN_CA|NO_CERTIFICATE|ACCESS_DENIED)"),
    ("server-name", r"UNRECOGNIZED_NAME"),
    ("application-protocol", r"NO_APPLICATION_PROTOCOL"),
    ("handshake-failure", r"ALERT_HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER|NO_CIPHERS"
                          r"|NO_SHARED_GROUP|NO_SUITABLE_(?:KEY_SHARE|GROUPS)|UNKNOWN_CIPHER|WRONG_CIPHER"),
    ("closed", r"UNEXPECTED_EOF"),
    ("not-tls", r"WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTPS?_(?:PROXY_)?REQUEST|RECORD_LAYER_FAILURE"
                r"|PACKET_LENGTH_TOO_LONG|BAD_RECORD|RECORD_TOO_SMALL|UNEXPECTED_RECORD|INVALID_RECORD|LENGTH_MISMATCH"
                r"|BAD_PACKET|UNEXPECTED_MESSAGE|BAD_CHANGE_CIPHER_SPEC|NOT_ENOUGH_DATA"),
)
# X509_V_ERR_* of OpenSSL's x509_vfy.h, which never change.
_VERIFICATION = {
    "expired": (10,), "not-yet-valid": (9,), "self-signed": (18,), "untrusted-root": (19,),
    "unknown-issuer": (2, 20, 21, 27), "wrong-name": (62, 63, 64), "weak-certificate": (66, 67, 68),
    "revoked": (23,), "no-revocation-list": (3, 11, 12, 33), "wrong-purpose": (26,), "rejected": (28,),
    # Errors of X509_V_FLAG_X509_STRICT.
    "strict": (76, 77, 78) + tuple(range(80, 94)),
    "not-allowed": (24, 25, 32, 34, 37, 40, 41, 42, 47, 48, 49, 50, 51, 52, 53, 79, 94),
}
_BY_CODE = dict((code, kind) for kind, codes in _VERIFICATION.items() for code in codes)

# A stock module before 3.7 says only that a chain was refused.
UNEXPLAINED = "unverified"

# What is no SSLError, and still the peer's doing; 0 is what stock modules make of an early end with OpenSSL 1.1.1.
_CLOSED = (0, errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)


class Fault(Exception):
    """A connection that came to nothing.

    Attributes: kind (str); text (str); code (int or None), X509_V_ERR_*; error (str or None), what `ssl` said.
    """

    def __init__(self, kind, text, code=None, error=None):
        Exception.__init__(self, text)
        self.kind, self.text, self.code, self.error = kind, text, code, error

    @property
    def mark(self):
        """What tells this fault from another: after an opt-in that helps, the next fault has another mark."""
        return self.kind, self.code

    @property
    def is_verification(self):
        """Whether the handshake went well but for the certificates."""
        return self.kind in _VERIFICATION or self.kind in (UNEXPLAINED, "verification")

    def describe(self):
        """Return what the report has of it: a dict."""
        return {"kind": self.kind, "text": self.text, "verify_code": self.code, "error": self.error}


def classify(error, ssl):
    """Return the `Fault` that an exception stands for.

    Args: error (Exception); ssl (module).
    """
    if isinstance(error, Fault):
        return error
    said = _say(error)
    if isinstance(error, getattr(ssl, "CertificateError", ())) and not getattr(error, "verify_code", None):
        return Fault("wrong-name", said, 62, said)  # from match_hostname(), before 3.7
    if isinstance(error, ssl.SSLError):
        return _classify_tls(error, ssl, said)
    if isinstance(error, socket.timeout):
        return Fault("timeout", "the server does not answer", error=said)
    if getattr(error, "errno", None) in _CLOSED:
        return Fault("closed", "the server ends the connection in the handshake", error=said)
    return Fault("other", said, error=said)


def _classify_tls(error, ssl, said):
    code = getattr(error, "verify_code", None)
    reason = getattr(error, "reason", None) or ""
    if code:
        return Fault(_BY_CODE.get(code, "verification"), getattr(error, "verify_message", said), code, said)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return Fault(UNEXPLAINED, "the certificate cannot be verified, and this ssl does not say why", error=said)
    if isinstance(error, (getattr(ssl, "SSLEOFError", ()), getattr(ssl, "SSLZeroReturnError", ()))):
        return Fault("closed", "the server ends the connection in the handshake", error=said)
    # OpenSSL's words go before Python's name for them: 2.7 with OpenSSL 3 takes the names from a wrong table.
    words = re.sub(r"^\[[^]]*\]\s*", "", said).upper().replace(" ", "_")
    for text in (words, str(reason)):
        for kind, pattern in _REASONS:
            if re.search(pattern, text):
                return Fault(kind, said, error=said)
    if isinstance(error, getattr(ssl, "SSLSyscallError", ())) or getattr(error, "errno", None) in _CLOSED:
        return Fault("closed", "the server ends the connection in the handshake", error=said)
    return Fault("other", said, error=said)


def _say(error):
    return re.sub(r"\s*\(_?ssl\.c:\d+\)", "", str(error)) or type(error).__name__
