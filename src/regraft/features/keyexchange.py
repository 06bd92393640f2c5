"""Rows of the registry: the exchange of keys."""
from __future__ import absolute_import, division, print_function

ROWS = [
    {
        "name": "groups",
        "title": "choosing the groups of the key exchange (set_groups)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.set_groups"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "1.1.1", "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "A group that is too weak is not agreed on, and one that a policy demands is.",
        "beyond": (
            "Peers move to stronger groups, those against quantum computers too, only when both sides can "
            "choose."),
        "sources": ["gh-136306", "ssl documentation, SSLContext.set_groups"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "set_groups")
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
context.set_groups("X25519:P-384")  # X25519MLKEM768 first, if it is there: see post-quantum
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.set_groups("X25519:P-256:P-384:P-521")  # for a peer that has only P-256 or P-521
""",
        "default": None,
        "without": {
            "default": "OpenSSL's own list is in force; nothing tells it.",
        },
    },
    {
        "name": "post-quantum",
        "title": "choosing groups that quantum computers do not break (get_groups, ML-KEM)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.get_groups"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "3.5", "openssl_fixed": None, "capabilities": ["GROUPS_LIST"],
        "cves": [],
        "defends": "What is recorded today cannot be read by a quantum computer that is built later.",
        "beyond": (
            "Recordings of today's traffic are kept for that day; each side that cannot exchange such keys is "
            "readable then."),
        "sources": ["gh-136306", "ssl documentation, SSLContext.get_groups", "FIPS 203"],
        "detect": """\
import ssl
available = False
if hasattr(getattr(ssl, "SSLContext", None), "get_groups"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    try:
        available = "X25519MLKEM768" in context.get_groups()
    except NotImplementedError:
        pass  # an OpenSSL without these groups
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
if "X25519MLKEM768" not in context.get_groups():
    raise ssl.SSLError("%s has no X25519MLKEM768" % ssl.OPENSSL_VERSION)
context.set_groups("X25519MLKEM768")  # and nothing else: who has it not is refused
""",
        "relax": """\
import ssl
context = ssl.create_default_context()
context.set_groups("X25519:P-256:P-384")  # for a peer that fails at long first messages
""",
        "default": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
default = context.get_groups()  # what there is; OpenSSL offers X25519MLKEM768 first
""",
        "without": {},
    },
    {
        "name": "group-in-use",
        "title": "asking for the group of a connection (group)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLSocket.group", "ssl.SSLObject.group"],
        "first_2_7": None, "first_3": ["3.15"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": "3.2", "openssl_fixed": None, "capabilities": ["GROUP"],
        "cves": [],
        "defends": "A program can refuse, or report, a key exchange weaker than it should be.",
        "beyond": "How far the move to post-quantum groups has come can be counted only where it can be asked.",
        "sources": ["gh-136306", "ssl documentation, SSLSocket.group"],
        "detect": """\
import ssl
available = False
if hasattr(ssl, "MemoryBIO"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)  # loads no CA certificates
    connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    try:
        available = hasattr(connection, "group") and connection.group() is None
    except NotImplementedError:
        pass  # an OpenSSL that does not tell
""",
        "harden": """\
import ssl
context = ssl.create_default_context()
connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="example.org")
if connection.group() not in (None, "X25519MLKEM768", "x25519"):  # None until the handshake is done
    raise ssl.SSLError("the connection uses %s" % connection.group())
""",
        "relax": None,
        "default": None,
        "without": {
            "relax": "It only tells.",
            "default": "It only tells.",
        },
    },
    {
        "name": "dh-parameters",
        "title": "Diffie-Hellman parameters of the server's own (load_dh_params)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.SSLContext.load_dh_params", "ssl.OP_SINGLE_DH_USE"],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": (
            "Small and shared groups, for which most of the work has been done already, are not used "
            "(Logjam)."),
        "beyond": "Work done once for a shared group of 1024 bits opens the connections of all servers that use it.",
        "sources": ["bpo-21308", "bpo-13626 (3.3)", "RFC 9325, section 4.5", "CVE-2015-4000"],
        "detect": """\
import ssl
available = hasattr(getattr(ssl, "SSLContext", None), "load_dh_params")
""",
        "harden": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.options |= ssl.OP_SINGLE_DH_USE
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL")  # or context.load_dh_params("dh3072.pem")
""",
        "relax": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.set_ciphers("DEFAULT:!aNULL")  # with context.load_dh_params("dh2048.pem"), for old clients
""",
        "default": None,
        "without": {
            "default": "Contexts have no parameters; OpenSSL 3 has its own for servers.",
        },
    },
    {
        "name": "ecdh-curve",
        "title": "key exchange on elliptic curves (ECDHE)",
        "kind": "feature",
        "module": "ssl",
        "names": ["ssl.HAS_ECDH", "ssl.SSLContext.set_ecdh_curve", "ssl.OP_SINGLE_ECDH_USE"],
        "first_2_7": "2.7.9", "first_3": ["3.3"], "first_regraft": "0.1.0", "affected": None,
        "unconfirmed": [],
        "openssl": None, "openssl_fixed": None, "capabilities": [],
        "cves": [],
        "defends": "Connections have forward secrecy at a cost that servers can bear.",
        "beyond": (
            "Servers that cannot offer it keep their clients at RSA key exchange, whose recordings open with "
            "one key."),
        "sources": ["bpo-21308", "bpo-13627 (3.3)", "RFC 8422"],
        "detect": """\
import ssl
available = bool(getattr(ssl, "HAS_ECDH", False))
""",
        "harden": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.options |= ssl.OP_SINGLE_ECDH_USE
context.set_ecdh_curve("secp384r1")  # this one alone; set_groups() takes several
""",
        "relax": """\
import ssl
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.set_ecdh_curve("prime256v1")
""",
        "default": None,
        "without": {
            "default": "OpenSSL's own list of curves is in force; nothing tells it.",
        },
    },
]
