"""Rows of the registry: ciphers and signature algorithms."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "ciphers-list",
        "title": "asking for the ciphers (get_ciphers, shared_ciphers)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.get_ciphers", "ssl.SSLSocket.shared_ciphers", "ssl.SSLObject.shared_ciphers"],
        "first_2_7": None, "first_3": ["3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "A program can check that no weak cipher is offered, instead of trusting a string that nobody "
            "reads."),
        "beyond": "What is offered can be seen and reported before somebody else finds it.",
        "sources": ["bpo-27866", "ssl documentation, SSLSocket.shared_ciphers (3.5)"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "get_ciphers")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
strong = [each["name"] for each in context.get_ciphers() if each["strength_bits"] >= 128]
context.set_ciphers(":".join(strong))  # OpenSSL counts 64 bits for those with a tag of 8 bytes
""",
        "relax": None,
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = [each["name"] for each in context.get_ciphers()]
""",
        "without": {
            "relax": "It only tells.",
        },
    },
    {
        "name": "default-ciphers",
        "title": "ciphers with forward secrecy only, by default",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": None, "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "Whoever records connections and gets the server's key later still cannot read them.",
        "beyond": "All that was ever sent to a server is lost with its key if one side insists on RSA key exchange.",
        "sources": ["bpo-43998", "RFC 9325, section 4.1"],
        "detect": """\
import ssl
available = False
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    available = not any("Kx=RSA " in each["description"] for each in context.get_ciphers())
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL:!aDSS")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
# RSA+AES comes last: what is sent with it is readable once the server's key is stolen.
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AES:!aNULL:!aDSS")
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = [each["name"] for each in context.get_ciphers()]
""",
        "without": {},
    },
    {
        "name": "no-anonymous-ciphers",
        "title": "leaving out ciphers without authentication or encryption, by default",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.3", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": ["Whether 3.2.3 has it too."],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A connection cannot be brought to a cipher that hides nothing, or that anybody can answer.",
        "beyond": (
            "Export and anonymous ciphers that one side still offers were used against the other (FREAK, "
            "Logjam)."),
        "sources": ["bpo-13636"],
        "detect": """\
import ssl
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # clients' may have more than servers'
    available = not any(each["alg_bits"] < 112 or "Au=None" in each["description"]
                        for each in context.get_ciphers())
else:
    available = "!aNULL" in getattr(ssl, "_DEFAULT_CIPHERS", "")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_ciphers("HIGH:!aNULL:!eNULL:!MD5")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.set_ciphers("DEFAULT:!aNULL:!eNULL")  # OpenSSL's own list; these two never
""",
        "default": """\
import ssl
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    default = [each["name"] for each in context.get_ciphers()]
else:
    default = ssl._DEFAULT_CIPHERS
""",
        "without": {},
    },
    {
        "name": "no-rc4",
        "title": "leaving RC4 out by default",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.10", "first_3": ["3.4.4", "3.5"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2013-2566", "CVE-2015-2808"],
        "defends": "What is sent again and again, a cookie for instance, cannot be found from the biases of RC4.",
        "beyond": "Servers kept RC4 on as long as clients offered it, for all their clients.",
        "sources": ["bpo-23481", "RFC 7465"],
        "detect": """\
import ssl
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # clients' may have more than servers'
    available = not any("RC4" in each["name"] for each in context.get_ciphers())
else:
    names = getattr(ssl, "_DEFAULT_CIPHERS", "DEFAULT")
    available = "RC4" not in names and "DEFAULT" not in names
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AES:!aNULL:!RC4")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
# RC4 comes last, for a peer that has nothing else: what is sent often can be found out.
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AES:!aNULL:RC4")
""",
        "default": """\
import ssl
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    default = [each["name"] for each in context.get_ciphers()]
else:
    default = ssl._DEFAULT_CIPHERS
""",
        "without": {},
    },
    {
        "name": "no-3des",
        "title": "leaving 3DES out by default",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": "2.7.13", "first_3": ["3.4.7", "3.5.3", "3.6"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": ["CVE-2016-2183"],
        "defends": (
            "Long connections do not give parts of themselves away by blocks of 64 bits that repeat "
            "(Sweet32)."),
        "beyond": "Servers keep 3DES on for clients that offer nothing else, and others can be led to it.",
        "sources": ["bpo-27850"],
        "detect": """\
import ssl
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # clients' may have more than servers'
    available = not any("DES-CBC3" in each["name"] for each in context.get_ciphers())
else:
    available = "!3DES" in getattr(ssl, "_DEFAULT_CIPHERS", "")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AES:!aNULL:!3DES")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
# 3DES comes last, for a peer that has nothing else: keep such connections short.
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AES:!aNULL:3DES")
""",
        "default": """\
import ssl
if hasattr(getattr(ssl, "SSLContext", None), "get_ciphers"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    default = [each["name"] for each in context.get_ciphers()]
else:
    default = ssl._DEFAULT_CIPHERS
""",
        "without": {},
    },
    {
        "name": "server-preference",
        "title": "the server's order of ciphers (OP_CIPHER_SERVER_PREFERENCE)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.OP_CIPHER_SERVER_PREFERENCE"],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A server gets the best cipher that both sides have, not the one that an old client likes best.",
        "beyond": "Clients that cannot be updated are still served as well as possible.",
        "sources": ["bpo-21308", "bpo-13635 (3.3)"],
        "detect": """\
import ssl
available = hasattr(ssl, "OP_CIPHER_SERVER_PREFERENCE")
""",
        "harden": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
""",
        "relax": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = bool(context.options & ssl.OP_CIPHER_SERVER_PREFERENCE)
""",
        "without": {},
    },
    {
        "name": "ciphersuites",
        "title": "choosing the ciphers of TLS 1.3 (set_ciphersuites)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.set_ciphersuites"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": ["TLSv1_3"],
        "cves": [],
        "defends": (
            "A cipher of TLS 1.3 in which a weakness is found can be switched off, which set_ciphers() "
            "cannot."),
        "beyond": "Between the day a cipher breaks and a new library, peers need not go on using it.",
        "sources": ["gh-137197", "ssl documentation, SSLContext.set_ciphersuites"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "set_ciphersuites")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_ciphersuites("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.set_ciphersuites("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384")
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = [each["name"] for each in context.get_ciphers() if each["protocol"] == "TLSv1.3"]
""",
        "without": {},
    },
    {
        "name": "security-level",
        "title": "the least strength of keys and hashes (security_level)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.security_level"],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.0", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "Keys that can be computed and signatures that can be forged by now are refused, whatever else "
            "is configured."),
        "beyond": "Short keys and SHA-1 go away only when peers stop accepting them.",
        "sources": ["bpo-41195", "ssl documentation, SSLContext.security_level"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "security_level")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
names = [each["name"] for each in context.get_ciphers()]
context.set_ciphers(":".join(names) + ":@SECLEVEL=2")
if context.security_level < 2:
    raise ssl.SSLError("the security level is %d" % context.security_level)
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
names = [each["name"] for each in context.get_ciphers()]
context.set_ciphers(":".join(names) + ":@SECLEVEL=1")  # the ciphers stay as they were
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.security_level
""",
        "without": {},
    },
    {
        "name": "security-level-2",
        "title": "security level 2 by default",
        "kind": "default",
        "module": "ssl",
        "names": [],
        "first_2_7": None, "first_3": ["3.10"], "first_regraft": None, "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "RSA keys below 2048 bits and SHA-1 signatures are refused unless a program asks for them.",
        "beyond": "Authorities and servers renew weak keys when clients begin to fail at them.",
        "sources": ["bpo-43998", "What's New in Python 3.10"],
        "detect": """\
import ssl
available = False
if hasattr(getattr(ssl, "SSLContext", None), "security_level"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    available = context.security_level >= 2
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL:!aDSS:@SECLEVEL=2")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
names = [each["name"] for each in context.get_ciphers()]
context.set_ciphers(":".join(names) + ":@SECLEVEL=1")  # the ciphers stay as they were
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.security_level
""",
        "without": {},
    },
    {
        "name": "sigalgs",
        "title": "choosing the signature algorithms (set_server_sigalgs)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.set_client_sigalgs", "ssl.SSLContext.set_server_sigalgs"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A handshake that is signed with a hash in which collisions are found is refused.",
        "beyond": "A signature algorithm goes away when peers stop accepting it, not when it is broken.",
        "sources": ["gh-138252", "ssl documentation, SSLContext.set_server_sigalgs"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "set_server_sigalgs")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_server_sigalgs("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256")
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
# SHA-1 comes last, for a peer that has nothing else: it has collisions.
context.set_server_sigalgs("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256:RSA+SHA1")
""",
        "default": None,
        "without": {
            "default": "OpenSSL's own list, cut down by the security level, is in force.",
        },
    },
    {
        "name": "sigalgs-list",
        "title": "asking for the signature algorithms (get_sigalgs)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.get_sigalgs"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "3.4", "openssl_fixed": None, "capabilities": ["SIGALGS_LIST"],
        "cves": [],
        "defends": "A program knows before it connects whether the algorithms that a policy demands are there.",
        "beyond": "A policy for many machines can be checked on each without a peer.",
        "sources": ["gh-138252", "ssl documentation, get_sigalgs"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "get_sigalgs"):
    try:
        available = bool(ssl.get_sigalgs())
    except NotImplementedError:
        pass  # an OpenSSL that does not tell
""",
        "harden": """\
import ssl
if "ecdsa_secp256r1_sha256" not in ssl.get_sigalgs():
    raise ssl.SSLError("%s cannot verify what this program needs" % ssl.OPENSSL_VERSION)
""",
        "relax": None,
        "default": """\
import ssl
default = ssl.get_sigalgs()
""",
        "without": {
            "relax": "It only tells.",
        },
    },
    {
        "name": "sigalg-in-use",
        "title": "asking for the signature algorithm of a connection (server_sigalg)",
        "kind": "feature",
        "module": "ssl",
        "names": [
            "ssl.SSLSocket.client_sigalg", "ssl.SSLSocket.server_sigalg", "ssl.SSLObject.client_sigalg",
            "ssl.SSLObject.server_sigalg",
        ],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "3.5", "openssl_fixed": None, "capabilities": ["SIGALG_NAMES"],
        "cves": [],
        "defends": "A program can refuse, or report, a handshake that was signed weaker than it should be.",
        "beyond": "Who still signs with an old algorithm is found before it is switched off.",
        "sources": ["gh-138252", "ssl documentation, SSLSocket.server_sigalg"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "MemoryBIO"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    try:
        available = hasattr(connection, "server_sigalg") and connection.server_sigalg() is None
    except NotImplementedError:
        pass  # an OpenSSL that does not tell
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="example.org")
algorithm = connection.server_sigalg()  # None until the handshake is done
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "It only tells.",
            "default": "It only tells.",
        },
    },
]
