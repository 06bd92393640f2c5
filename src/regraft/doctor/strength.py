"""How strong the defaults in force are: what a program gets that asks for nothing."""
from __future__ import absolute_import, division, print_function

import os
import re
import warnings

from regraft import activation, libraries
from regraft.doctor import observation

# Names of openssl.cnf for versions, oldest first, and those that `ssl` has for switching them off.
VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_SWITCHES = ("OP_NO_SSLv3", "OP_NO_TLSv1", "OP_NO_TLSv1_1", "OP_NO_TLSv1_2", "OP_NO_TLSv1_3")
_NUMBERS = (0x0300, 0x0301, 0x0302, 0x0303, 0x0304)
GOOD_ENOUGH = "TLSv1.2"


def examine(ssl, openssl, configuration):
    """Return what default contexts are like, and what is weak about them.

    Args:
        ssl (module)
        openssl (str or None): the OPENSSL_VERSION in force.
        configuration (dict or None): of `Configuration.describe`.
    Returns:
        (dict, list of dict): the second has `name`, `text` and `do`.
    """
    tls = configuration["tls"] if configuration else {}
    found = dict.fromkeys(("verifies", "checks_hostname", "oldest_version", "security_level", "verify_flags",
                           "https_verifies", "error"))
    found["key_log"] = os.environ.get("SSLKEYLOGFILE") if _logs_keys(ssl) else None
    try:
        found["https_verifies"] = _https_verifies(ssl)
        context = _make_context(ssl)
    except (EnvironmentError, ValueError) as error:
        # OpenSSL's configuration can leave no algorithms, or name what is not there.
        found["error"] = "%s: %s" % (type(error).__name__, error)
        return found, _list_weak(found, _say_newer(ssl))
    if context is not None:
        found["verifies"] = context.verify_mode == ssl.CERT_REQUIRED
        found["checks_hostname"] = context.check_hostname
        found["verify_flags"] = int(context.verify_flags)
        found["security_level"] = _find_level(context, openssl, tls)
        found["oldest_version"] = _find_oldest(ssl, context, openssl, tls, found["security_level"])
    return found, _list_weak(found, _say_newer(ssl))


def _make_context(ssl):
    """Return a default context, or None before 2.7.9, where there are none."""
    if not hasattr(ssl, "create_default_context"):
        return None
    with observation.without_files(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ssl.create_default_context()


def _say_newer(ssl):
    """Return how contexts of this `ssl` are kept from old versions (str)."""
    if activation.is_ours(ssl):
        return "REGRAFT_DEFAULTS=newest, or context.minimum_version = ssl.TLSVersion.TLSv1_2"
    if hasattr(ssl, "TLSVersion"):
        return "context.minimum_version = ssl.TLSVersion.TLSv1_2"
    return "context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1"


def _https_verifies(ssl):
    make = getattr(ssl, "_create_default_https_context", None)
    if make is None:
        return False  # before 2.7.9
    if make is getattr(ssl, "_create_unverified_context", None):
        return False
    if make is getattr(ssl, "create_default_context", None):
        return True
    with observation.without_files():
        return make().verify_mode == ssl.CERT_REQUIRED


def _logs_keys(ssl):
    if activation.is_ours(ssl):
        from regraft import policy
        return policy.DEFAULTS.keylog_from_environment
    return hasattr(getattr(ssl, "SSLContext", None), "keylog_filename")


def _find_level(context, openssl, tls):
    level = getattr(context, "security_level", None)
    if level is not None:
        return level
    match = re.search(r"@SECLEVEL=(\d)", tls.get("CipherString", ""))
    if match:
        return int(match.group(1))
    library, release, _series = libraries.parse_library(openssl)
    if library == "OpenSSL" and libraries.order_release(release) < (1, 1, 0):
        return 0  # it had no levels
    return None


def _find_oldest(ssl, context, openssl, tls, level):
    """Return the oldest version that a default context may agree on (str), or None if there is none."""
    library, release, _series = libraries.parse_library(openssl)
    is_new = library == "OpenSSL" and libraries.order_release(release) >= (3, 0, 0)
    least = getattr(context, "minimum_version", -2)
    allowed = []
    for version, number, switch in zip(VERSIONS, _NUMBERS, _SWITCHES):
        if least >= 0 and number < least or context.options & getattr(ssl, switch, 0):
            continue
        if tls.get("MinProtocol") in VERSIONS and VERSIONS.index(version) < VERSIONS.index(tls["MinProtocol"]):
            continue
        # Since OpenSSL 3.0 what is older than TLS 1.2 needs security level 0, and 1 is the least that is built in.
        if is_new and number < 0x0303 and level != 0:
            continue
        if not getattr(ssl, "HAS_" + version.replace(".", "_"), True):
            continue
        allowed.append(version)
    return allowed[0] if allowed else None


def _list_weak(found, newer):
    weak = []

    def add(name, text, do):
        weak.append({"name": name, "text": text, "do": do})

    if found["https_verifies"] is False:
        add("https-verification", "HTTPS clients of the standard library verify no certificate",
            "unset PYTHONHTTPSVERIFY, and call nobody's ssl._https_verify_certificates(False); before 2.7.9 use regraft")
    if found["verifies"] is False or found["checks_hostname"] is False:
        add("default-context", "default contexts verify no certificate, or no host name",
            "find out what replaces ssl.create_default_context()")
    oldest = found["oldest_version"]
    if oldest in VERSIONS and VERSIONS.index(oldest) < VERSIONS.index(GOOD_ENOUGH):
        add("old-tls", "default contexts agree on %s, which is obsolete (RFC 8996)" % oldest,
            newer)
    if found["security_level"] == 0:
        add("security-level", "OpenSSL's security level is 0: short keys, MD5 and SHA-1 are accepted",
            "take @SECLEVEL=0 out of the cipher list or of openssl.cnf")
    if found["key_log"]:
        add("key-log", "the keys of each connection go to %s" % found["key_log"], "unset SSLKEYLOGFILE")
    return weak
