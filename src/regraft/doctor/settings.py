"""What outside the program changes TLS: environment variables, files of configuration, modules in the way."""
from __future__ import absolute_import, division, print_function

import io
import os
import re
import sys

from regraft import _boot
from regraft.doctor import target
from regraft.doctor.configuration import Configuration

# Name, and what it does. Those in small letters are read in both cases.
VARIABLES = (
    ("REGRAFT_DISABLE", "switches regraft off"),
    ("REGRAFT_DEFAULTS", "chooses the TLS defaults of regraft: the host's or the newest"),
    ("REGRAFT_RUN", "set by `python -m regraft run` for the program and its children"),
    ("REGRAFT_INSECURE_AS", "under `run` it lowers security to what that release of Python had"),
    ("REGRAFT_INSECURE_AS_VERSION", "lets the version of Python say that release, too"),
    ("SSL_CERT_FILE", "OpenSSL reads the trusted CA certificates from this file, not from its own"),
    ("SSL_CERT_DIR", "OpenSSL looks for trusted CA certificates in these directories, not in its own"),
    ("SSLKEYLOGFILE", "the keys of each TLS connection are written to this file, for whoever can read it"),
    ("OPENSSL_CONF", "OpenSSL reads its configuration from this file"),
    ("OPENSSL_CONF_INCLUDE", "files that OpenSSL's configuration includes are looked for here"),
    ("OPENSSL_MODULES", "OpenSSL loads its providers from this directory"),
    ("OPENSSL_ENGINES", "OpenSSL loads its engines from this directory"),
    ("OPENSSL_FIPS", "some distributions switch FIPS mode on by it"),
    ("OPENSSL_FORCE_FIPS_MODE", "some distributions switch FIPS mode on by it"),
    ("OPENSSL_ia32cap", "switches instructions off that OpenSSL would use"),
    ("PYTHONHTTPSVERIFY", "0 switches the verification of HTTPS off, in Python 2.7"),
    ("PYTHONHOME", "the standard library is taken from there"),
    ("PYTHONPATH", "modules are taken from there before those of the standard library"),
    ("REQUESTS_CA_BUNDLE", "requests trusts these CA certificates"),
    ("CURL_CA_BUNDLE", "curl, and requests where REQUESTS_CA_BUNDLE is not set, trust these CA certificates"),
    ("HTTPLIB2_CA_CERTS", "httplib2 trusts these CA certificates"),
    ("PIP_CERT", "pip trusts these CA certificates"),
    ("AWS_CA_BUNDLE", "boto trusts these CA certificates"),
    ("https_proxy", "HTTPS goes through this proxy; doctor itself connects directly"),
    ("all_proxy", "connections go through this proxy; doctor itself connects directly"),
    ("LD_PRELOAD", "these libraries come before all others"),
    ("LD_LIBRARY_PATH", "libraries are looked for there first"),
    ("DYLD_INSERT_LIBRARIES", "these libraries come before all others"),
    ("DYLD_LIBRARY_PATH", "libraries are looked for there first"),
)
# Of these only such a value is told as could concern TLS.
_LIBRARIES = ("LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "DYLD_LIBRARY_PATH")
_LIBRARY = re.compile(r"lib(?:ssl|crypto)\b")
_MODULES = ("PYTHONPATH",)
# Values that name one file or directory, which had better be there.
_PATHS = ("SSL_CERT_FILE", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "REQUESTS_CA_BUNDLE",
          "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "PIP_CERT", "AWS_CA_BUNDLE")

# Distributions' own 2.7 (PEP 493) reads it; upstream's does not.
CERT_VERIFICATION = "/etc/python/cert-verification.cfg"
CRYPTO_POLICY = "/etc/crypto-policies/state/current"
FIPS = "/proc/sys/crypto/fips_enabled"
# What an OpenSSL that is part of the extension makes of them.
UNHEARD = {
    CRYPTO_POLICY: "the OpenSSL in regraft's extension does not read it",
    FIPS: "the OpenSSL in regraft's extension has no FIPS provider and is no validated module; build regraft from source"
          " to use the system's",
}


def list_variables(environment=None):
    """Return the variables that change TLS and are set.

    Args: environment (mapping), default this process's.
    Returns:
        list of dict: `name`, `value`, `effect`, and `problem` (text or None).
    """
    environment = os.environ if environment is None else environment
    found = []
    for name, effect in VARIABLES:
        for each in [name] if name.upper() == name or name == "OPENSSL_ia32cap" else [name, name.upper()]:
            value = environment.get(each)
            if value is None or not _concerns_tls(each, value):
                continue
            problem = None
            if each in _PATHS and value and not os.path.exists(value):
                problem = "there is no %s" % value
            if each == "SSL_CERT_DIR" and value and not any(map(os.path.isdir, value.split(os.pathsep))):
                problem = "there is no such directory"
            if each == "PYTHONPATH":
                problem = "it has %s, which hide the standard library's" % ", ".join(_find_hiding(value)) \
                    if _find_hiding(value) else None
            found.append({"name": each, "value": _without_password(each, value), "effect": effect, "problem": problem})
    return found


def _concerns_tls(name, value):
    if name not in _LIBRARIES:
        return True
    if _LIBRARY.search(value):
        return True
    return any(_LIBRARY.match(each) for entry in value.split(os.pathsep) if os.path.isdir(entry)
               for each in _list(entry))


def _find_hiding(value):
    """Return the files in the directories of a PYTHONPATH that are taken for covered modules."""
    found = []
    for entry in value.split(os.pathsep):
        if not entry or os.path.realpath(entry) == os.path.realpath(os.path.join(_boot.HOME, "overlay")):
            continue
        found += [os.path.join(entry, each) for each in _list(entry)
                  if each.split(".")[0] in _boot.COVERED and each.endswith((".py", ".so", ".pyd"))]
    return found


def _list(directory):
    try:
        return sorted(os.listdir(directory))
    except EnvironmentError:
        return []


def _without_password(name, value):
    if name.lower().endswith("_proxy"):
        return target.hide_password(value)
    return re.sub(r"(://)\S*@", r"\1***@", value)


def list_files(directory, is_bundled=False):
    """Return the files of configuration that change TLS.

    Args:
        directory (str or None): where OpenSSL has its own files (OPENSSLDIR).
        is_bundled (bool): whether OpenSSL is part of regraft's extension.
    Returns:
        dict: `openssl` (dict of `Configuration.describe`, or None), `others` (list of dict: `path`, `effect`).
    """
    path = os.environ.get("OPENSSL_CONF")
    if path is None and directory:
        path = os.path.join(directory, "openssl.cnf")
    openssl = None
    # An empty OPENSSL_CONF means none; a file that is not there OpenSSL passes over.
    if path and os.path.exists(path):
        openssl = Configuration(path).describe()
    others = []
    for path, find in ((CERT_VERIFICATION, _judge_verification), (CRYPTO_POLICY, _judge_policy), (FIPS, _judge_fips)):
        text = _read(path)
        effect = find(text) if text is not None else None
        if effect and is_bundled and path in UNHEARD:
            effect += "; %s" % UNHEARD[path]
        if effect:
            others.append({"path": path, "effect": effect})
    return {"openssl": openssl, "others": others}


def _read(path):
    try:
        with io.open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(1 << 20)
    except EnvironmentError:
        return None


def _judge_verification(text):
    match = re.search(r"(?m)^\s*\[https\]\s*(?:\n(?!\s*\[).*)*?^\s*verify\s*[=:]\s*(\S+)", text)
    value = match.group(1) if match else "platform_default"
    return "verify=%s: whether a distribution's own Python 2.7 verifies HTTPS; upstream's and regraft do not read it" \
        % value


def _judge_policy(text):
    return "the system-wide policy for cryptography is %s" % (text.strip() or "empty")


def _judge_fips(text):
    return "the kernel is in FIPS mode" if text.strip() == "1" else None


def list_libraries():
    """Return the files of libssl and libcrypto that this process has loaded (list of str), or None if that is hidden."""
    text = _read("/proc/self/maps")
    if text is None:
        return None
    found = set(re.findall(r"(?m)\s(/\S*/lib(?:ssl|crypto)[-.\w]*\.so[.\w]*)$", text))
    return sorted(str(each) for each in found)


def list_hiding_modules():
    """Return what hides a covered module on `sys.path` before the standard library (list of text).

    A program's own random.py is the usual case; that of a directory the program did not mean is another.
    """
    found = []
    for entry in sys.path[:_boot.find_standard_library()]:
        # An empty one is the current directory, and the first with `-m` on 2.7.
        found += _find_hiding(os.path.abspath(entry)) if os.path.isdir(entry or os.curdir) else []
    return found
