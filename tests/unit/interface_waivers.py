"""Where `ssl` and `_ssl` differ from 3.15.2's, or from the stock host's, on purpose.

Each row: the hosts (a function of the series), what the OpenSSL in use lacks for it (a key of
`_openssl.CAPABILITIES`, None for any OpenSSL), the names (a pattern of `fnmatch`), the reason. A row that no
difference needs fails the test.
"""
from __future__ import absolute_import, division, print_function

import sysconfig


def on_2(series):
    return series[0] == 2


def everywhere(series):
    return True


def before_37(series):
    return series < (3, 7)


def on_36(series):
    return series == (3, 6)


def from_37(series):
    return series >= (3, 7)


def before_310(series):
    return series < (3, 10)


def from_310(series):
    return series >= (3, 10)


def from_311(series):
    return series >= (3, 11)


def from_312(series):
    return series >= (3, 12)


def with_suites_of_its_own(series):
    return "--with-ssl-default-suites" in (sysconfig.get_config_var("CONFIG_ARGS") or "")


NEWEST = [
    (everywhere, None, "*ssl._DEFAULT_CIPHERS", "the host's default; the reference is a distribution's build"),
    (everywhere, None, "ssl._RESTRICTED_SERVER_CIPHERS", "the host's default"),
    (everywhere, None, "*._wrap_socket", "takes 2.7's keyword `ssl_sock` too: gevent and eventlet use it"),
    (everywhere, None, "ssl._dnsname_match", "takes the second argument of 2.7 and 3.6 too"),
    (everywhere, None, "ssl._simple_enum", "a tool of the standard library that the reference imports"),
    (everywhere, None, "ssl._sslcopydoc", "copies docstrings between classes; ours have their own"),
    (everywhere, None, "ssl._socket", "a module that the reference imports for its own use"),
    (on_2, None, "ssl._*Enum", "2.7 has no `enum`"),
    (on_2, None, "ssl._IntFlag", "2.7 has no `enum`"),
    (on_2, None, "ssl.namedtuple", "an import for the reference's own use; `collections` costs a third of `import ssl`"),
    (on_2, None, "ssl.SSLSocket.makefile", "2.7's file objects take (mode, bufsize)"),
    (on_2, None, "ssl.SSLSocket.sendmsg_afalg", "2.7's sockets cannot be of AF_ALG, which TLS is not spoken over"),
    (before_37, None, "ssl.SSLSocket.__init__", "the host's constructor can be called"),
    (before_310, None, "ssl.get_server_certificate", "default protocol PROTOCOL_TLS, as the host's contexts"),
    (before_37, None, "ssl._create_*_context", "cert_reqs=None leaves what the protocol brings, as the host"),
    (everywhere, "OPENSSL3", "*ssl*.OP_ALL", "OpenSSL 1.1.1 counts OP_LEGACY_SERVER_CONNECT among them"),
    (everywhere, "OP_ENABLE_KTLS", "*ssl*.OP_ENABLE_KTLS", "new in OpenSSL 3.0"),
    (everywhere, "OP_IGNORE_UNEXPECTED_EOF", "*ssl*.OP_IGNORE_UNEXPECTED_EOF", "new in OpenSSL 3.0"),
]

STOCK = [
    (on_2, None, "ssl.Purpose*", "an enumeration as in 3.15; test_ssl_constants has what both kinds must do"),
    (on_36, None, "ssl._ipaddress_match", "private; parameters named as from 3.7 on"),
    (on_36, None, "ssl.ipaddress", "a module that the host imports for its own use"),
    (on_2, None, "ssl.namedtuple", "an import for the host's own use; `collections` costs a third of `import ssl`"),
    (from_37, None, "ssl._sslcopydoc", "copies docstrings between classes; ours have their own"),
    (from_311, None, "ssl._simple_enum", "a tool of the standard library that the host imports"),
    (from_37, None, "ssl._socket", "a module that the host imports for its own use"),
    (everywhere, "OPENSSL3", "*ssl*.OP_ALL", "OpenSSL 1.1.1 counts OP_LEGACY_SERVER_CONNECT among them"),
    (from_312, "OP_ENABLE_KTLS", "*ssl*.OP_ENABLE_KTLS", "new in OpenSSL 3.0"),
    (from_310, "OP_IGNORE_UNEXPECTED_EOF", "*ssl*.OP_IGNORE_UNEXPECTED_EOF", "new in OpenSSL 3.0"),
    (with_suites_of_its_own, None, "*ssl._DEFAULT_CIPHERS", "upstream's defaults are kept: docs/limits.rst"),
    (with_suites_of_its_own, None, "ssl._RESTRICTED_SERVER_CIPHERS", "upstream's defaults are kept: docs/limits.rst"),
]
