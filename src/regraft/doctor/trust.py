"""The trust store: where the CA certificates that default contexts load are, and what is in them."""
from __future__ import absolute_import, division, print_function

import datetime
import errno
import glob
import os
import re
import sys
import time

from regraft.doctor import certificates, files

# Names under which OpenSSL looks for a CA in a directory: the hash of its subject, and a number.
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+$")
# A certifi older than this lacks roots that came since, and has those that were taken out.
OLD_CERTIFI = 365


def examine(places, extension):
    """Return what the trust store is like.

    Args:
        places (dict): `origin`, `file` and `directory`, as `regraft.status()` has them.
        extension (module or None): `regraft._openssl`, which has the list of distrusted keys.
    Returns:
        dict
    """
    found = dict(places, roots=0, expired=[], not_yet_valid=[], weak=[], unreadable=[], distrusted=None)
    roots = _collect(found)
    found["roots"] = len(roots)
    now = time.time()
    for root in roots:
        if root.not_after < now:
            found["expired"].append(_brief(root))
        elif root.not_before > now:
            found["not_yet_valid"].append(_brief(root))
        found["weak"] += ["%s: %s" % (root.subject, each) for each in root.list_weaknesses()]
    if extension is not None:
        keys = set(extension.list_distrusted_keys())
        if not any(root.key_digest is None for root in roots):
            found["distrusted"] = [_brief(root) for root in roots if root.key_digest in keys]
    return found


def find_places(ssl):
    """Return where a stock module looks: a dict as `places` of `examine`.

    Args: ssl (module or None)
    """
    if not hasattr(ssl, "get_default_verify_paths"):
        return {"origin": None, "file": None, "directory": None}
    paths = ssl.get_default_verify_paths()
    named = any(os.environ.get(name) for name in (paths.openssl_cafile_env, paths.openssl_capath_env))
    return {"origin": "environment" if named else "OpenSSL", "file": paths.cafile, "directory": paths.capath}


def read(path, known=()):
    """Return the certificates in a PEM file (list of `Certificate`), and how many of its parts are none.

    Args:
        path (str)
        known (container of bytes): certificates in DER to be left out.
    Raises: EnvironmentError if it cannot be read, or is DER, which OpenSSL takes for nothing.
    """
    data = files.read(path)
    pem = certificates.split_pem(data)
    if not pem and data.startswith(b"\x30"):
        raise EnvironmentError(errno.EINVAL, "it is DER; what is trusted must be PEM (openssl x509 -inform der)")
    found, bad = [], 0
    for each in pem:
        if each in known:
            continue
        try:
            found.append(certificates.Certificate(each))
        except certificates.MalformedError:
            bad += 1
    return found, bad


def _collect(found):
    paths = [found["file"]] if found["file"] else []
    for directory in (found["directory"] or "").split(os.pathsep):
        if not directory:
            continue
        try:
            names = sorted(filter(_HASHED.match, os.listdir(directory)))
        except EnvironmentError as error:
            found["unreadable"].append("%s: %s" % (directory, error.strerror))
            continue
        paths += [os.path.join(directory, name) for name in names]
    roots = {}
    for path in paths:
        try:
            # A bundle and a directory are mostly the same certificates twice.
            some, bad = read(path, roots)
        except EnvironmentError as error:
            found["unreadable"].append("%s: %s" % (path, error.strerror))
            continue
        if not some and not bad and path == found["file"]:
            found["unreadable"].append("%s: there is no certificate in it" % path)
        if bad:
            found["unreadable"].append("%s: %d of its certificates cannot be read" % (path, bad))
        for each in some:
            roots.setdefault(each.der, each)
    return list(roots.values())


def _brief(root):
    return {"subject": root.subject, "not_before": certificates.show_time(root.not_before),
            "not_after": certificates.show_time(root.not_after), "sha256": root.fingerprint}


def find_certifi(today):
    """Return what is known of certifi without importing it, which may be a program's own affair: a dict, or None.

    Args: today (datetime.date)
    """
    for entry in sys.path:
        path = os.path.join(entry or os.curdir, "certifi", "cacert.pem")
        if os.path.isfile(path):
            break
    else:
        return None
    version = _find_version(os.path.dirname(os.path.dirname(path)))
    try:
        # A version of certifi is the day of its list: 2022.12.7.
        day = datetime.date(*[int(each) for each in version.split(".")[:3]])
        by = "version"
    except (AttributeError, TypeError, ValueError):
        day = datetime.date.fromtimestamp(os.path.getmtime(path))
        by = "time of the file"
    return {"file": path, "version": version, "date": day.isoformat(), "date_by": by,
            "days_old": (today - day).days, "old": (today - day).days > OLD_CERTIFI}


def _find_version(directory):
    pattern = re.sub(r"([\[*?])", r"[\1]", directory)
    for path in sorted(glob.glob(os.path.join(pattern, "certifi-*"))):
        match = re.match(r"certifi-([\d.]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info$", os.path.basename(path))
        if match:
            return match.group(1)
    return None
