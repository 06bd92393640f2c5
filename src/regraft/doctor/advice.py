"""What would let a connection pass: opt-ins, the narrowest first, none of which switches verification off.

An opt-in is a line of code of the standard library. The doctor tries the very line that it shows.
"""
from __future__ import absolute_import, division, print_function

# X509_V_FLAG_* of OpenSSL, for which older `ssl` have no name.
_NO_CHECK_TIME = 0x200000
_PARTIAL_CHAIN = 0x80000


class OptIn(object):
    """A setting with which a context accepts what it refused.

    Attributes:
        name (str)
        feature (str or None): the row of the registry that is about it.
        code (str): to be run with `ssl`, `context` and, if it says so, `cafile`, `certfile` or `server_hostname`.
        why (str): what it gives up.
        fits (function of `ssl`): whether this `ssl` can do it.
    """

    def __init__(self, name, feature, code, why, fits=None):
        self.name, self.feature, self.code, self.why = name, feature, code, why
        self.fits = fits or (lambda ssl: True)


def _has_minimum(ssl):
    return hasattr(ssl, "TLSVersion")


_LEVEL = "security-level"
_OLD = "minimum-version"

NO_STRICT = OptIn(
    "no-strict-x509", "strict-x509", "context.verify_flags &= ~ssl.VERIFY_X509_STRICT",
    "certificates need not keep to all of RFC 5280", lambda ssl: hasattr(ssl, "VERIFY_X509_STRICT"))
LEGACY_RENEGOTIATION = OptIn(
    "legacy-renegotiation", "legacy-server-connect",
    "context.options |= 0x4  # ssl.OP_LEGACY_SERVER_CONNECT",
    "the server lacks RFC 5746, so that others may put their data before this client's (CVE-2009-3555)")
LEVEL_1 = OptIn("security-level-1", _LEVEL, 'context.set_ciphers("DEFAULT:@SECLEVEL=1")',
                "keys of 1024 bits are accepted from this server")
LEVEL_0 = OptIn("security-level-0", _LEVEL, 'context.set_ciphers("DEFAULT:@SECLEVEL=0")',
                "keys of any length, SHA-1 and MD5 are accepted from this server")
OLD_CIPHERS = OptIn("old-ciphers", "default-ciphers", 'context.set_ciphers("ALL:!aNULL:!eNULL:@SECLEVEL=0")',
                    "every cipher that OpenSSL still has is accepted, without forward secrecy or with a broken one")
_TLS_1_1 = OptIn(
    "tls-1.1", _OLD, 'context.minimum_version = ssl.TLSVersion.TLSv1_1\ncontext.set_ciphers("DEFAULT:@SECLEVEL=0")',
    "TLS 1.1, which is obsolete (RFC 8996), and with it SHA-1", _has_minimum)
_TLS_1_0 = OptIn(
    "tls-1.0", _OLD, 'context.minimum_version = ssl.TLSVersion.TLSv1\ncontext.set_ciphers("DEFAULT:@SECLEVEL=0")',
    "TLS 1.0, which is obsolete (RFC 8996), and with it SHA-1", _has_minimum)
# Before 3.7 there is nothing to lower but the level, with which OpenSSL refuses these versions.
_OLD_TLS = OptIn("security-level-0", _LEVEL, LEVEL_0.code, "TLS 1.0 and 1.1, which are obsolete (RFC 8996), and SHA-1",
                 lambda ssl: not _has_minimum(ssl))
NO_DATES = OptIn(
    "no-check-time", "verify-flags",
    "context.verify_flags |= 0x%x  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL" % _NO_CHECK_TIME,
    "the dates of certificates are not looked at; a stolen key that has run out is good again")
TRUST = OptIn(
    "trust", "trust-store", "context.load_verify_locations(cafile=cafile)",
    "the CA in the file may vouch for every host: take it from somebody you trust, not from the connection")
SERVER_NAME = OptIn(
    "server-name", "hostname-checking", "server_hostname = %r",
    "another host is asked for: do it only if that is the name of the server you mean")
CLIENT_CERTIFICATE = OptIn(
    "client-certificate", None, "context.load_cert_chain(certfile)",
    "nothing; the operator of the server gives you the certificate")

# What to try by the kind of the fault, in this order.
LADDERS = {
    "protocol-version": (_OLD_TLS, _TLS_1_1, _TLS_1_0),
    "security-level": (LEVEL_1, LEVEL_0),
    "weak-certificate": (LEVEL_1, LEVEL_0),
    "handshake-failure": (LEVEL_1, OLD_CIPHERS, _OLD_TLS, _TLS_1_1, _TLS_1_0),
    "legacy-renegotiation": (LEGACY_RENEGOTIATION,),
    "closed": (_OLD_TLS, _TLS_1_0),
    "strict": (NO_STRICT,),
    "verification": (NO_STRICT,),
    "expired": (NO_DATES,),
    "not-yet-valid": (NO_DATES,),
}
# Faults that end with a trusted certificate, which the doctor does not have.
OF_TRUST = ("self-signed", "untrusted-root", "unknown-issuer")

# What to mend, before anything is lowered, by kind. `explain` fills in what is named.
_MENDS = {
    "expired": "renew the certificate of %(culprit)s, which ended on %(not_after)s; or is this machine's clock right?"
               " It says %(now)s",
    "not-yet-valid": "set this machine's clock, which says %(now)s: the certificate of %(culprit)s begins on"
                     " %(not_before)s",
    "self-signed": "get a certificate from a CA that clients trust; or trust this very certificate: its SHA-256 is"
                   " %(sha256)s, compare it with what the operator says",
    "untrusted-root": "if %(root)s is a CA of yours, name its certificate: --cafile FILE here, SSL_CERT_FILE for"
                      " programs; a proxy that reads along has such a root too",
    "unknown-issuer": "let the server send the certificate of %(issuer)s with its own, if that is an intermediate CA;"
                      " if it is a root of yours, name its certificate: --cafile FILE here, SSL_CERT_FILE for programs",
    "wrong-name": "ask for a name that the certificate has (%(names)s), or let the server's certificate have %(host)s",
    "weak-certificate": "let the server have a new key and certificate: %(weak)s",
    "security-level": "let the server have longer keys and SHA-256; OpenSSL finds them too weak",
    "protocol-version": "let the server speak TLS 1.2 or newer",
    "handshake-failure": "let the server offer ciphers of today (ECDHE with AES-GCM or ChaCha20)",
    "legacy-renegotiation": "let the server have a TLS library with RFC 5746 (of 2010)",
    "strict": "let the CA issue certificates as RFC 5280 says: %(text)s",
    "revoked": "the CA took the certificate back; the server needs another, and its key may be stolen",
    "rejected": "a key in the chain is distrusted everywhere, or the trust store rejects it; the server needs a"
                " certificate of another CA",
    "wrong-purpose": "let the server have a certificate for servers; this one is for something else",
    "not-allowed": "a CA in the chain was not allowed to issue this: %(text)s",
    "client-certificate": "get a client certificate for this server",
    "server-name": "the server does not know the name %(host)s; ask for the one that it has",
    "application-protocol": "offer a protocol that the server speaks: --alpn",
    "starttls-injection": "do not send anything over this connection: ask the operator what stands between",
    "no-revocation-list": "load the CRL of the CA into the context, or do not ask for one",
    "no-context": "look at what is under \"Settings from outside\", OPENSSL_CONF and openssl.cnf first",
    "timeout": "is the address right, and does a firewall drop the packets?",
    "refused": "is the port right, and does the server run?",
    "no-such-host": "is the name right, and does this machine's resolver work?",
    "unreachable": "is there a network to this host?",
    "closed": "ask the operator why it ends connections: a limit, a firewall, or a server that knows no newer TLS",
}


def explain(fault, target, chain, now):
    """Return what to mend, as the first thing to do (text), or None.

    Args:
        fault (Fault)
        target (Target)
        chain (list of dict): of `Certificate.describe`, the server's first; may be empty.
        now (str): the time.
    """
    text = _MENDS.get(fault.kind)
    if text is None:
        return None
    leaf = chain[0] if chain else {"subject": "the server", "not_after": "?", "not_before": "?", "names": [],
                                   "sha256": "?", "issuer": "its CA"}
    culprit = leaf
    for each in chain:
        if fault.kind == "expired" and each["days_left"] < 0 or fault.kind == "not-yet-valid" and each["not_before"] > now:
            culprit = each
            break
    last = chain[-1] if chain else leaf
    return text % {
        "culprit": culprit["subject"], "not_after": culprit["not_after"], "not_before": culprit["not_before"],
        "now": now, "sha256": leaf["sha256"], "root": last["subject"], "issuer": last["issuer"],
        "names": ", ".join(leaf["names"]) or "it has none", "host": target.host, "text": fault.text,
        "weak": "; ".join("%s: %s" % (each["subject"], "; ".join(each["weak"])) for each in chain if each["weak"])
                or fault.text}
