"""Rows of the registry: certificates, and who is trusted."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "hostname-checking",
        "title": "checking the host name of a certificate",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.check_hostname", "ssl.match_hostname", "ssl.CertificateError"],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "Whoever has a valid certificate for any name at all cannot stand in for the host that was asked "
            "for."),
        "beyond": "A server's certificate is worth nothing with clients that take another's for it.",
        "sources": ["bpo-21308", "bpo-1589 (match_hostname, 3.2)", "bpo-19509 (check_hostname, 3.4)", "RFC 9525"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "check_hostname")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.check_hostname = True  # wrap_socket() needs server_hostname now
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.check_hostname = False  # the chain is still verified; compare the certificate yourself
""",
        "default": """\
import ssl
default = ssl.create_default_context().check_hostname
""",
        "without": {},
    },
    {
        "name": "verified-by-default",
        "title": "verifying HTTPS servers by default (PEP 476)",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.9", "first_3": ["3.4.3", "3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2014-9365"],
        "defends": "Nobody on the way can answer for the server of a program that only opens a URL.",
        "beyond": "Package indexes, updates and other services are trusted through programs that never mention TLS.",
        "sources": ["PEP 476", "bpo-22417", "RFC 9525"],
        "detect": """\
import ssl
make = getattr(ssl, "_create_default_https_context", None)
available = make is not None and make is not getattr(ssl, "_create_unverified_context", None)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()  # urlopen(url, context=context)
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
# First: context.load_verify_locations("authority-of-this-server.pem"), which weakens nothing else.
context.check_hostname = False  # if the name is wrong; urlopen(url, context=context)
""",
        "default": """\
import ssl
default = ssl._create_default_https_context is not ssl._create_unverified_context
""",
        "without": {},
    },
    {
        "name": "https-verification-switch",
        "title": "the switch for verifying HTTPS servers (PEP 493)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl._https_verify_certificates"],
        "first_2_7": "2.7.12", "first_3": [], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "Who runs a program that cannot verify yet switches that program off, not the whole system.",
        "beyond": "Systems were held at 2.7.8 for the sake of one program, without any of the later fixes.",
        "sources": ["PEP 493", "bpo-23857"],
        "detect": """\
import ssl
available = hasattr(ssl, "_https_verify_certificates")
""",
        "harden": """\
import ssl
ssl._https_verify_certificates(True)  # whatever PYTHONHTTPSVERIFY says
""",
        "relax": None,
        "default": """\
import ssl
default = ssl._create_default_https_context is ssl.create_default_context
""",
        "without": {
            "relax": (
                "It would switch verification off for all of the process; give one request a context instead "
                "(verified-by-default)."),
        },
    },
    {
        "name": "common-name",
        "title": "judging by alternative names alone (hostname_checks_common_name)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.hostname_checks_common_name", "ssl.HAS_NEVER_CHECK_COMMON_NAME"],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.0", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A name that an authority did not mean as a host name, in the subject, is not taken for one.",
        "beyond": (
            "Authorities check alternative names as names of hosts; what they let into the subject need not "
            "be one."),
        "sources": ["bpo-31399", "RFC 9525, section 2"],
        "detect": """\
import ssl
available = (hasattr(getattr(ssl, "SSLContext", None), "hostname_checks_common_name")
             and getattr(ssl, "HAS_NEVER_CHECK_COMMON_NAME", False))
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if context.hostname_checks_common_name:  # fails where there is no such setting; assigning would not
    context.hostname_checks_common_name = False
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.hostname_checks_common_name = True  # only for certificates without alternative names
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.hostname_checks_common_name
""",
        "without": {},
    },
    {
        "name": "verification-errors",
        "title": "errors that say why a certificate was refused (SSLCertVerificationError)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLCertVerificationError", "ssl.SSLCertVerificationError.verify_code",
            "ssl.SSLCertVerificationError.verify_message",
        ],
        "first_2_7": None, "first_3": ["3.7"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A program can tell a certificate that has expired from an attack, and need not ignore both.",
        "beyond": "People who get no reason switch verification off, for good and for everything.",
        "sources": ["bpo-31399", "bpo-28182", "ssl documentation, SSLCertVerificationError"],
        "detect": """\
import ssl
available = hasattr(ssl, "SSLCertVerificationError")
""",
        "harden": """\
import ssl
REFUSED = ssl.SSLCertVerificationError
def explain(error):  # of `except REFUSED as error`
    return "error %d: %s" % (error.verify_code, error.verify_message)
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "Whoever catches SSLError catches it too.",
            "default": "Nothing is on or off.",
        },
    },
    {
        "name": "certificate-chains",
        "title": "the chain that a peer sent, and the one that was verified (get_verified_chain)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLSocket.get_verified_chain", "ssl.SSLSocket.get_unverified_chain",
            "ssl.SSLObject.get_verified_chain", "ssl.SSLObject.get_unverified_chain",
        ],
        "first_2_7": None, "first_3": ["3.13"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A program that pins an authority looks at the chain that was verified, not at what the peer "
            "claims."),
        "beyond": "An authority that is misused is noticed by those who look at chains.",
        "sources": ["gh-109109", "ssl documentation, SSLSocket.get_verified_chain"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLSocket", None), "get_verified_chain")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="example.org")
chain = connection.get_verified_chain()  # DER, the peer's first; empty until the handshake is done
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "It only tells.",
            "default": "It only tells.",
        },
    },
    {
        "name": "verify-flags",
        "title": "refusing revoked certificates, and other rules of verification (verify_flags)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLContext.verify_flags", "ssl.VerifyFlags", "ssl.VERIFY_DEFAULT", "ssl.VERIFY_CRL_CHECK_LEAF",
            "ssl.VERIFY_CRL_CHECK_CHAIN", "ssl.VERIFY_X509_STRICT",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A certificate whose key was stolen is refused once its authority has said so.",
        "beyond": "A stolen certificate works against everybody who does not ask.",
        "sources": ["bpo-21308", "bpo-8813 (3.4)", "RFC 5280, section 5"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "verify_flags")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
# The lists come from context.load_verify_locations("revoked.pem"); without one nothing verifies.
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.verify_flags &= ~ssl.VERIFY_CRL_CHECK_LEAF  # the chain is still verified
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = int(context.verify_flags)
""",
        "without": {},
    },
    {
        "name": "strict-x509",
        "title": "demanding that certificates follow the standard, by default (VERIFY_X509_STRICT)",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": None, "first_3": ["3.13"], "first_regraft": None, "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A certificate that breaks the rules of RFC 5280 is refused, before two programs read it in two "
            "ways."),
        "beyond": "Authorities that issue malformed certificates mend that when clients refuse them.",
        "sources": ["gh-107361", "RFC 5280"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "VERIFY_X509_STRICT"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    available = bool(context.verify_flags & ssl.VERIFY_X509_STRICT)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_STRICT
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # for a private authority; the rest is verified
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.verify_flags & ssl.VERIFY_X509_STRICT)
""",
        "without": {},
    },
    {
        "name": "partial-chains",
        "title": "trusting an authority below the root (VERIFY_X509_PARTIAL_CHAIN)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.VERIFY_X509_PARTIAL_CHAIN"],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": ["That OpenSSL 1.0.2 is the oldest with it."],
        "openssl": "1.0.2", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A program trusts the one authority that issues its peers' certificates, not all that a root "
            "ever signs."),
        "beyond": "The fewer authorities are trusted, the fewer can be misused.",
        "sources": ["bpo-40849", "gh-107361 (default of 3.13)"],
        "detect": """\
import ssl
available = hasattr(ssl, "VERIFY_X509_PARTIAL_CHAIN")
""",
        "harden": """\
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody so far
context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
# The one authority comes from context.load_verify_locations("authority.pem").
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN  # chains must end at a root
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN)
""",
        "without": {},
    },
    {
        "name": "proxy-certificates",
        "title": "proxy certificates only where they are wanted (VERIFY_ALLOW_PROXY_CERTS)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.VERIFY_ALLOW_PROXY_CERTS"],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A certificate that a user, not an authority, has issued is refused unless it was asked for.",
        "beyond": "Grids that let users issue certificates need no verification of their own making.",
        "sources": ["bpo-39342", "RFC 3820"],
        "detect": """\
import ssl
available = hasattr(ssl, "VERIFY_ALLOW_PROXY_CERTS")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.verify_flags &= ~ssl.VERIFY_ALLOW_PROXY_CERTS
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_ALLOW_PROXY_CERTS
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = not context.verify_flags & ssl.VERIFY_ALLOW_PROXY_CERTS
""",
        "without": {},
    },
    {
        "name": "trusted-first",
        "title": "looking first among the trusted, by default (VERIFY_X509_TRUSTED_FIRST)",
        "kind": "default",
        "module": "ssl",
        "names": ["ssl.VERIFY_X509_TRUSTED_FIRST"],
        "first_2_7": "2.7.10", "first_3": ["3.4.4", "3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": ["That OpenSSL 1.0.2 is the oldest with it."],
        "openssl": "1.0.2", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A chain for which there is a trusted root verifies, even if the peer also sent an old way to "
            "one that is gone."),
        "beyond": (
            "Old roots can be taken out of the store without cutting off the servers that still send their "
            "chains."),
        "sources": ["bpo-23476"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "VERIFY_X509_TRUSTED_FIRST"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    available = bool(context.verify_flags & ssl.VERIFY_X509_TRUSTED_FIRST)
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_TRUSTED_FIRST
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.verify_flags &= ~ssl.VERIFY_X509_TRUSTED_FIRST  # OpenSSL 1.1.0 and newer do it all the same
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.verify_flags & ssl.VERIFY_X509_TRUSTED_FIRST)
""",
        "without": {},
    },
    {
        "name": "trust-store",
        "title": "the authorities that are trusted (load_default_certs, get_ca_certs)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLContext.load_default_certs", "ssl.SSLContext.load_verify_locations",
            "ssl.SSLContext.set_default_verify_paths", "ssl.SSLContext.get_ca_certs",
            "ssl.SSLContext.cert_store_stats", "ssl.get_default_verify_paths", "ssl.DefaultVerifyPaths",
            "ssl.enum_certificates", "ssl.enum_crls",
        ],
        "first_2_7": "2.7.9", "first_3": ["3.4"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A program trusts the system's authorities, which are kept up to date, or exactly those that it "
            "names."),
        "beyond": "Programs that bring lists of their own go on trusting authorities long after they were found out.",
        "sources": [
            "bpo-21308", "bpo-19292 (3.4)", "bpo-18147 (3.4)", "bpo-18143 (3.4)",
            "ssl documentation, SSLContext.load_default_certs",
        ],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "load_default_certs")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if not context.cert_store_stats()["x509_ca"] and not ssl.get_default_verify_paths().capath:
    raise ssl.SSLError("no authority is trusted; set SSL_CERT_FILE")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
add = context.load_verify_locations  # add("authority.pem"): one more, for this context alone
""",
        "default": """\
import ssl
default = list(ssl.get_default_verify_paths()[:2])
""",
        "without": {},
    },
    {
        "name": "key-passwords",
        "title": "encrypted private keys (load_cert_chain with a password)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.load_cert_chain"],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A server's key can lie encrypted on disk, with its password somewhere else.",
        "beyond": "A key that leaks with a backup lets its finder be the server, for all its clients.",
        "sources": ["bpo-21308", "bpo-12803 (3.3)"],
        "detect": """\
import os
import ssl
available = False
if hasattr(ssl, "SSLContext"):
    context = ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))
    try:
        context.load_cert_chain(os.devnull, password="")
    except (ssl.SSLError, EnvironmentError):
        available = True  # it came as far as the file, which holds no key
    except TypeError:
        pass  # it takes no password
""",
        "harden": """\
import getpass
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
load = context.load_cert_chain  # load("server.pem", password=getpass.getpass)
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "A key that is not encrypted needs no setting.",
            "default": "OpenSSL asks at the terminal for a password that was not given.",
        },
    },
    {
        "name": "server-certificate-fetch",
        "title": "fetching a server's certificate by name and in time (get_server_certificate)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.get_server_certificate"],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "The certificate is that of the host that was asked for, and a server that says nothing does not "
            "hold us."),
        "beyond": "What is fetched is often pinned: another host's certificate would be trusted from then on.",
        "sources": ["bpo-36076", "bpo-31870", "ssl documentation, get_server_certificate"],
        "detect": """\
import ssl
code = ssl.get_server_certificate.__code__
available = "timeout" in code.co_varnames[:code.co_argcount]
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "It fetches; whoever pins what it returns must compare it with what the owner says.",
            "relax": "Nothing is on or off.",
            "default": "It verifies only if it is given ca_certs.",
        },
    },
    {
        "name": "certificate-times",
        "title": "reading the times of certificates as UTC (cert_time_to_seconds)",
        "kind": "default",
        "module": "ssl",
        "names": ["ssl.cert_time_to_seconds"],
        "first_2_7": "2.7.9", "first_3": ["3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A certificate that has expired is not taken for valid for the hours between here and Greenwich.",
        "beyond": "Certificates that live for days are worth little if each place reads their end differently.",
        "sources": ["bpo-19940", "ssl documentation, cert_time_to_seconds"],
        "detect": """\
import ssl
# Where the local time is UTC, both ways give the same.
available = ssl.cert_time_to_seconds("Jul  1 00:00:00 2001 GMT") == 993945600
""",
        "harden": None,
        "relax": None,
        "default": None,
        "without": {
            "harden": "Nothing is to be switched on.",
            "relax": "It cannot be switched off.",
            "default": "It is always on.",
        },
    },
]
