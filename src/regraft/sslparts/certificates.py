"""Certificates as text, times of certificates, and names against certificates."""
from __future__ import absolute_import, division, print_function

import binascii
import socket

from regraft import _behavior
from regraft._compat import string_types
from regraft._openssl import SSLCertVerificationError

PEM_HEADER = "-----BEGIN CERTIFICATE-----"
PEM_FOOTER = "-----END CERTIFICATE-----"

# What the system's functions say to a text that is no address; the last two to one with a NUL in it.
_NO_ADDRESS = (socket.error, UnicodeError, ValueError, TypeError)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def cert_time_to_seconds(cert_time):
    """Return the seconds since the epoch, UTC, of a time as certificates give it.

    Args: cert_time (str), such as "Jan  5 09:34:43 2018 GMT", months in English whatever the locale.
    Returns: int, seconds.
    Raises: ValueError if it is not such a time.
    Since: 2.6, 3.0. Source: ssl documentation, RFC 5280 section 4.1.2.5.
    Differs: nothing.
    """
    # Imported here: a program that looks at no certificate need not pay for them at `import ssl`.
    from calendar import timegm
    from time import strptime
    time_format = " %d %H:%M:%S %Y GMT"
    month = cert_time[:3].lower()
    if month not in _MONTHS:
        raise ValueError("time data %r does not match format \"%%b%s\"" % (cert_time, time_format))
    parsed = strptime(cert_time[3:], time_format)
    # Not through a time tuple with the month's name: strptime would want it in the locale's language.
    return timegm((parsed[0], _MONTHS.index(month) + 1) + parsed[2:6])


def DER_cert_to_PEM_cert(der_cert_bytes):
    """Return a certificate in DER (bytes) as PEM (str), 64 characters a line.

    Since: 2.6, 3.0. Source: ssl documentation, RFC 7468.
    Differs: nothing.
    """
    # binascii and not base64, which costs more than all of `ssl` to import on 2.7; 48 bytes make 64 characters.
    lines = [binascii.b2a_base64(der_cert_bytes[start:start + 48]).decode("ascii")
             for start in range(0, len(der_cert_bytes), 48)]
    return str("%s\n%s%s\n" % (PEM_HEADER, "".join(lines) or "\n", PEM_FOOTER))


def PEM_cert_to_DER_cert(pem_cert_string):
    """Return the certificate of a PEM text (str) as DER (bytes).

    Raises: ValueError if the text does not begin and end with the lines of a certificate.
    Since: 2.6, 3.0. Source: ssl documentation, RFC 7468.
    Differs: nothing.
    """
    if not pem_cert_string.startswith(PEM_HEADER):
        raise ValueError("Invalid PEM encoding; must start with %s" % PEM_HEADER)
    if not pem_cert_string.strip().endswith(PEM_FOOTER):
        raise ValueError("Invalid PEM encoding; must end with %s" % PEM_FOOTER)
    body = pem_cert_string.strip()[len(PEM_HEADER):-len(PEM_FOOTER)]
    return binascii.a2b_base64(body.encode("ASCII", "strict"))


def _dnsname_match(dn, hostname, max_wildcards=1):
    """Say whether a DNS name of a certificate, perhaps with a wildcard, stands for a host name.

    Args: dn, hostname (str), as A-labels; max_wildcards (int), wildcards that one label may hold.
    Raises: CertificateError for a wildcard where none may be.
    Source: RFC 6125 section 6.4.3.
    Differs: nothing where the host matches whole labels only; 2.7 and 3.6 let "f*.example" match.
    """
    if not dn:
        return False
    wildcards = dn.count("*")
    if not wildcards:
        return dn.lower() == hostname.lower()
    pattern_labels, host_labels = dn.split("."), hostname.split(".")
    first = pattern_labels[0]
    if _behavior.NAMES_MATCH_PARTIAL_WILDCARDS:
        if first.count("*") > max_wildcards:
            # Each more wildcard multiplies the time of matching: CVE-2013-2099.
            raise SSLCertVerificationError("too many wildcards in certificate DNS name: %r" % (dn,))
        if "*" not in first:
            return False
    else:
        _refuse_wildcard(dn, wildcards, pattern_labels)
    if len(pattern_labels) != len(host_labels):
        return False
    if [label.lower() for label in pattern_labels[1:]] != [label.lower() for label in host_labels[1:]]:
        return False
    return _label_match(first.lower(), host_labels[0].lower())


def _refuse_wildcard(dn, wildcards, labels):
    if wildcards > 1:
        raise SSLCertVerificationError("too many wildcards in certificate DNS name: %r." % (dn,))
    if "*" not in labels[0] or len(labels) < 2:
        raise SSLCertVerificationError("wildcard can only be present in the leftmost label: %r." % (dn,)
                                       if len(labels) > 1 else
                                       "sole wildcard without additional labels are not support: %r." % (dn,))
    if labels[0] != "*":
        raise SSLCertVerificationError("partial wildcards in leftmost label are not supported: %r." % (dn,))


def _label_match(pattern, label):
    if pattern == "*":
        return bool(label)
    if pattern.startswith("xn--") or label.startswith("xn--"):
        # A wildcard must not stand for a part of an A-label: RFC 6125 section 6.4.3 (CVE-2013-7440).
        return pattern == label
    if "*" not in pattern:
        return pattern == label
    before, _, after = pattern.partition("*")
    return len(label) >= len(before) + len(after) and label.startswith(before) and label.endswith(after)


def _inet_paton(ipname):
    """Return an IP address (str) as bytes, 4 or 16 of them.

    Raises: ValueError if the text is not a whole address; nothing may follow it (https://bugs.python.org/issue37463).
    """
    try:
        packed = socket.inet_aton(ipname)
    except _NO_ADDRESS:
        packed = None
    if packed is not None:
        # inet_aton() takes "127.1" and text after a blank too.
        if socket.inet_ntoa(packed) == ipname:
            return packed
        raise ValueError("%r is not a quad-dotted IPv4 address." % (ipname,))
    try:
        return socket.inet_pton(socket.AF_INET6, ipname)
    except _NO_ADDRESS:
        raise ValueError("%r is neither an IPv4 nor an IP6 address." % (ipname,))
    except AttributeError:
        raise ValueError("%r is not an IPv4 address." % (ipname,))


def _ipaddress_match(cert_ipaddress, host_ip):
    """Say whether an address of a certificate (str) is the host's (bytes, of `_inet_paton`)."""
    # OpenSSL before 1.1.1 ended an IPv6 address with a line feed.
    return _inet_paton(cert_ipaddress.rstrip()) == host_ip


def match_hostname(cert, hostname):
    """Check that a certificate is one of a host, by RFC 6125 and RFC 2818.

    Args: cert (dict), what `getpeercert()` gave; hostname (str), a name or an IP address.
    Raises: CertificateError if it is another host's; ValueError if there is no certificate.
    Since: 2.7.9, 3.2 to 3.11. Source: ssl documentation.
    Differs: not in 3.15, which checks in the handshake; so do we, and this is for programs that call it.
    """
    if not cert:
        raise ValueError("empty or no certificate, match_hostname needs a SSL socket or SSL context with "
                         "either CERT_OPTIONAL or CERT_REQUIRED")
    try:
        host_ip = _inet_paton(hostname)
    except ValueError:
        host_ip = None
    tried = []
    for kind, value in cert.get("subjectAltName", ()):
        if kind == "DNS":
            if host_ip is None and _dnsname_match(value, hostname):
                return
        elif kind == "IP Address":
            if host_ip is not None and _ipaddress_match(value, host_ip):
                return
        else:
            continue
        tried.append(value)
    if not tried:
        # Only a certificate without any name of these kinds is judged by its subject.
        for part in cert.get("subject", ()):
            for key, value in part:
                if key == "commonName":
                    if _dnsname_match(value, hostname):
                        return
                    tried.append(value)
    raise SSLCertVerificationError(_explain_mismatch(hostname, tried))


def _explain_mismatch(hostname, tried):
    if len(tried) > 1:
        return "hostname %r doesn't match either of %s" % (hostname, ", ".join(map(repr, tried)))
    if tried:
        return "hostname %r doesn't match %r" % (hostname, tried[0])
    return "no appropriate commonName or subjectAltName fields were found"


def encode_hostname(hostname):
    """Return a host name as an A-label in the host's `str`, or None for None.

    Args: hostname (str, unicode, bytes or None).
    Raises: UnicodeError if it is not a host name; TypeError if it is no text.
    """
    if hostname is None:
        return None
    if isinstance(hostname, string_types) and not (isinstance(hostname, str) and isinstance(hostname, bytes)):
        return str(hostname.encode("idna").decode("ascii"))
    # What is bytes already (2.7's str too) is the A-label.
    return str(hostname.decode("ascii"))
