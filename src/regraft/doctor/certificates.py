"""Certificates as the doctor sees them: read from their DER, with no `ssl` in the way.

A trust store has to be read where `ssl` cannot be imported, and what the stock modules tell of a certificate has
neither its key nor the algorithm of its signature. Nothing is verified here.
"""
from __future__ import absolute_import, division, print_function

import binascii
import calendar
import datetime
import re
import time

_SEQUENCE, _BOOLEAN, _OCTET_STRING = 0x30, 0x01, 0x04
_VERSION, _EXTENSIONS, _UTC_TIME = 0xA0, 0xA3, 0x17
_DNS_NAME, _IP_ADDRESS, _KEY_NUMBER = 0x82, 0x87, 0x80
_BMP_STRING, _UNIVERSAL_STRING, _T61_STRING = 0x1E, 0x1C, 0x14

_COMMON_NAME = b"\x55\x04\x03"
_ATTRIBUTES = {_COMMON_NAME: "CN", b"\x55\x04\x0a": "O", b"\x55\x04\x0b": "OU", b"\x55\x04\x06": "C",
               b"\x55\x04\x07": "L", b"\x55\x04\x08": "ST"}
_ALTERNATIVE_NAMES, _BASIC_CONSTRAINTS = b"\x55\x1d\x11", b"\x55\x1d\x13"
_SUBJECT_KEY, _AUTHORITY_KEY, _EXTENDED_USAGE = b"\x55\x1d\x0e", b"\x55\x1d\x23", b"\x55\x1d\x25"
_FOR_SERVERS = (b"\x2b\x06\x01\x05\x05\x07\x03\x01", b"\x55\x1d\x25\x00")  # serverAuth, any purpose

_PKCS1, _X962 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01", b"\x2a\x86\x48\xce\x3d"
_RSA_PSS = _PKCS1 + b"\x0a"
# OIDs of signatures: RFC 3279, 4055, 5758, 8410, 9881. The second is the digest, where one is named.
_SIGNATURES = {
    _PKCS1 + b"\x02": ("md2WithRSA", "md2"), _PKCS1 + b"\x04": ("md5WithRSA", "md5"),
    _PKCS1 + b"\x05": ("sha1WithRSA", "sha1"), _PKCS1 + b"\x0b": ("sha256WithRSA", "sha256"),
    _PKCS1 + b"\x0c": ("sha384WithRSA", "sha384"), _PKCS1 + b"\x0d": ("sha512WithRSA", "sha512"),
    _PKCS1 + b"\x0e": ("sha224WithRSA", "sha224"), _RSA_PSS: ("RSASSA-PSS", None),
    _X962 + b"\x04\x01": ("ecdsaWithSHA1", "sha1"), _X962 + b"\x04\x03\x01": ("ecdsaWithSHA224", "sha224"),
    _X962 + b"\x04\x03\x02": ("ecdsaWithSHA256", "sha256"), _X962 + b"\x04\x03\x03": ("ecdsaWithSHA384", "sha384"),
    _X962 + b"\x04\x03\x04": ("ecdsaWithSHA512", "sha512"), b"\x2a\x86\x48\xce\x38\x04\x03": ("dsaWithSHA1", "sha1"),
    b"\x60\x86\x48\x01\x65\x03\x04\x03\x02": ("dsaWithSHA256", "sha256"),
    b"\x2b\x65\x70": ("Ed25519", None), b"\x2b\x65\x71": ("Ed448", None),
    b"\x60\x86\x48\x01\x65\x03\x04\x03\x11": ("ML-DSA-44", None),
    b"\x60\x86\x48\x01\x65\x03\x04\x03\x12": ("ML-DSA-65", None),
    b"\x60\x86\x48\x01\x65\x03\x04\x03\x13": ("ML-DSA-87", None),
}
# OIDs of keys without a size of their own, with the bits by which people know them.
_KEYS = dict((oid, (name, None)) for oid, (name, digest) in _SIGNATURES.items() if name.startswith("ML-DSA"))
_KEYS.update({b"\x2b\x65\x70": ("Ed25519", 256), b"\x2b\x65\x71": ("Ed448", 456)})
_CURVES = {
    _X962 + b"\x03\x01\x01": ("P-192", 192), b"\x2b\x81\x04\x00\x21": ("P-224", 224),
    _X962 + b"\x03\x01\x07": ("P-256", 256), b"\x2b\x81\x04\x00\x22": ("P-384", 384),
    b"\x2b\x81\x04\x00\x23": ("P-521", 521), b"\x2b\x81\x04\x00\x0a": ("secp256k1", 256),
}
_BROKEN_DIGESTS = ("md2", "md5", "sha1")
# What NIST SP 800-131A disallows: RSA and DSA below 2048 bits, elliptic curves below 224.
_SHORTEST = {"RSA": 2048, "DSA": 2048, "EC": 224}

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_PEM = re.compile(b"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.*?)-----END (?:TRUSTED |X509 )?CERTIFICATE-----",
                  re.DOTALL)


class MalformedError(ValueError):
    """What should be a certificate is none."""


class Certificate(object):
    """A certificate: what of it the doctor speaks of.

    Attributes:
        der (bytes), without what a "TRUSTED CERTIFICATE" has behind it
        key_info (bytes): the SubjectPublicKeyInfo in DER.
        subject_der, issuer_der (bytes)
        subject, issuer (text): the common name, else all of the name.
        not_before, not_after (int): seconds since the epoch.
        key ((str, str or None, int or None)): its kind, curve, and size in bits.
        signature ((str, str or None)): the algorithm, and its digest where one is named.
        names (list of text): the host names and addresses of its subjectAltName.
        is_self_issued (bool): whether it is signed by who it is for, as a root is: by the names, and by the numbers
            of the keys where it has them.
        is_authority (bool): whether it may sign others, as its basicConstraints say.
        is_for_servers (bool): whether a server may use it, as far as its extendedKeyUsage says.
    """

    def __init__(self, data):
        """Read it. Args: data (bytes), DER. Raises: MalformedError."""
        try:
            self._read(data)
        except (IndexError, ValueError, OverflowError) as error:
            raise MalformedError("not a certificate: %s" % error)

    def _read(self, data):
        start, end = _enter(data, 0, _SEQUENCE)
        self.der = data[:end]
        at, signed_end = _enter(data, start, _SEQUENCE)
        self._algorithm = data[signed_end:_enter(data, signed_end, _SEQUENCE)[1]]
        if _tag(data, at) == _VERSION:
            at = _next(data, at)
        at = _next(data, _next(data, at))  # behind the serial number and the algorithm
        self.issuer_der, at = _take(data, at)
        times, after = _enter(data, at, _SEQUENCE)
        self.not_before = _read_time(data, times)
        self.not_after = _read_time(data, _next(data, times))
        for each in (self.not_before, self.not_after):
            show_time(each)  # a day 99 of the last month of 9999 is in no calendar
        self.subject_der, at = _take(data, after)
        self.key_info, at = _take(data, at)
        self._extensions = b""
        while at < signed_end:
            if _tag(data, at) == _EXTENSIONS:
                inner, _end = _enter(data, at, _EXTENSIONS)
                self._extensions = _take(data, inner)[0]
            at = _next(data, at)
        # All of it now: what is no certificate must be found out here, and nowhere else.
        self.subject, self.issuer = _name(self.subject_der), _name(self.issuer_der)
        self.is_self_issued, self.is_for_servers = self._read_is_self_issued(), self._read_is_for_servers()
        self.key, self.signature = self._read_key(), self._read_signature()
        self.names, self.is_authority = self._read_names(), self._read_is_authority()

    def _read_is_self_issued(self):
        if self.subject_der != self.issuer_der:
            return False
        own, authority = self._find_extension(_SUBJECT_KEY), self._find_extension(_AUTHORITY_KEY)
        if not own or not authority:
            return True
        start, end = _enter(authority, 0, _SEQUENCE)
        if start == end or _tag(authority, start) != _KEY_NUMBER:
            return True
        return _take_content(authority, start)[0] == _take_content(own, 0)[0]

    def _read_is_for_servers(self):
        value = self._find_extension(_EXTENDED_USAGE)
        if not value:
            return True
        at, end = _enter(value, 0, _SEQUENCE)
        while at < end:
            oid, at = _take_content(value, at)
            if oid in _FOR_SERVERS:
                return True
        return False

    @property
    def key_digest(self):
        """The SHA-256 of its key (bytes); None where there is none."""
        digest = _sha256(self.key_info)
        return digest and digest.digest()

    @property
    def fingerprint(self):
        """The SHA-256 of the whole (hexadecimal digits); None where there is none."""
        digest = _sha256(self.der)
        return digest and digest.hexdigest()

    def _read_key(self):
        start, _end = _enter(self.key_info, 0, _SEQUENCE)
        inner, after = _enter(self.key_info, start, _SEQUENCE)
        oid, parameters = _take_content(self.key_info, inner)
        if oid in (_PKCS1 + b"\x01", _RSA_PSS):
            return "RSA", None, _bits_of_first(_open_bits(self.key_info, after))
        if oid == _X962 + b"\x02\x01":
            curve = _take_content(self.key_info, parameters)[0]
            return ("EC",) + _CURVES.get(curve, (_dotted(curve), None))
        if oid == b"\x2a\x86\x48\xce\x38\x04\x01":
            size = _bits_of_first(self.key_info[parameters:after]) if parameters < after else None
            return "DSA", None, size
        name, bits = _KEYS.get(oid, (_dotted(oid), None))
        return name, None, bits

    def _read_signature(self):
        inner, _end = _enter(self._algorithm, 0, _SEQUENCE)
        oid = _take_content(self._algorithm, inner)[0]
        return _SIGNATURES.get(oid, (_dotted(oid), None))

    def _read_names(self):
        found = []
        value = self._find_extension(_ALTERNATIVE_NAMES)
        if value:
            at, end = _enter(value, 0, _SEQUENCE)
            while at < end:
                tag = _tag(value, at)
                content, at = _take_content(value, at)
                if tag == _DNS_NAME:
                    found.append(content.decode("latin-1"))
                elif tag == _IP_ADDRESS:
                    found.append(_address(content))
        return found

    def _read_is_authority(self):
        value = self._find_extension(_BASIC_CONSTRAINTS)
        if not value:
            return False
        start, end = _enter(value, 0, _SEQUENCE)
        return start < end and _tag(value, start) == _BOOLEAN and _take_content(value, start)[0] not in (b"", b"\0")

    def list_weaknesses(self):
        """Return why its key and its signature would be refused today (list of text); a root's signature counts not."""
        kind, curve, bits = self.key
        found = []
        if bits is not None and bits < _SHORTEST.get(kind, 0):
            found.append("its %s key has %d bits only, %d are the least" % (kind, bits, _SHORTEST[kind]))
        name, digest = self.signature
        if digest in _BROKEN_DIGESTS and not self.is_self_issued:
            found.append("it is signed with %s (%s)" % (digest.upper().replace("SHA1", "SHA-1"), name))
        return found

    def describe(self):
        """Return what the report has of it: a dict of text, numbers, bool and lists."""
        kind, curve, bits = self.key
        return {
            "subject": self.subject, "issuer": self.issuer, "self_issued": self.is_self_issued,
            "not_before": show_time(self.not_before), "not_after": show_time(self.not_after),
            "days_left": int((self.not_after - time.time()) // 86400),
            "key": {"kind": kind, "curve": curve, "bits": bits}, "signature": self.signature[0],
            "names": self.names, "authority": self.is_authority, "sha256": self.fingerprint,
            "weak": self.list_weaknesses(),
        }

    def _find_extension(self, wanted):
        if not self._extensions:
            return None
        at, end = _enter(self._extensions, 0, _SEQUENCE)
        while at < end:
            inner, at = _enter(self._extensions, at, _SEQUENCE)
            oid, inner = _take_content(self._extensions, inner)
            if oid == wanted:
                if _tag(self._extensions, inner) != _OCTET_STRING:
                    inner = _next(self._extensions, inner)  # behind "critical"
                return _take_content(self._extensions, inner)[0]
        return None


def split_pem(data):
    """Return the certificates in a PEM file (list of bytes, DER); b"" for what is no base64.

    Args: data (bytes)
    """
    found = []
    for body in _PEM.findall(data):
        try:
            found.append(binascii.a2b_base64(body))
        except binascii.Error:
            found.append(b"")
    return found


def show_time(seconds):
    """Return a time (int, seconds since the epoch) as "2026-11-25T18:00:00Z"."""
    days, rest = divmod(seconds, 86400)
    # Not time.strftime(): certificates are valid up to the year 9999, and 32 bits end in 2038.
    date = datetime.date.fromordinal(_EPOCH + days)
    return "%sT%02d:%02d:%02dZ" % (date.isoformat(), rest // 3600, rest % 3600 // 60, rest % 60)


def _sha256(data):
    """Return a hash object, or None: `hashlib` may be what is broken, and OpenSSL may be configured to give no SHA-256."""
    try:
        import hashlib

        return hashlib.sha256(data)
    except (ImportError, ValueError):
        return None


def _tag(data, at):
    return bytearray(data[at:at + 1])[0]


def _enter(data, at, wanted=None):
    """Return where the content of the element at an index begins and ends."""
    head = bytearray(data[at:at + 6])
    if wanted is not None and head[0] != wanted:
        raise ValueError("tag 0x%02x where 0x%02x should be" % (head[0], wanted))
    size, start = head[1], at + 2
    if size & 0x80:
        count = size & 0x7F
        if not 0 < count <= 4:
            raise ValueError("a length of %d bytes" % count)
        size = 0
        for each in head[2:2 + count]:
            size = size << 8 | each
        start += count
    if start + size > len(data):
        raise ValueError("it is cut off")
    return start, start + size


def _next(data, at):
    return _enter(data, at)[1]


def _take(data, at):
    end = _next(data, at)
    return data[at:end], end


def _take_content(data, at):
    start, end = _enter(data, at)
    return data[start:end], end


def _open_bits(data, at):
    content = _take_content(data, at)[0]
    return content[1:]


def _bits_of_first(data):
    """Return the bits of the first number in a sequence."""
    start, _end = _enter(data, 0, _SEQUENCE)
    number = bytearray(_take_content(data, start)[0].lstrip(b"\0"))
    return (len(number) - 1) * 8 + len(bin(number[0])) - 2 if number else 0


def _read_time(data, at):
    tag = _tag(data, at)
    text = _take_content(data, at)[0].decode("ascii")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    if not re.match(r"\d{14}Z$", text):
        raise ValueError("the time %r" % text)
    parts = [int(text[:4])] + [int(text[each:each + 2]) for each in range(4, 14, 2)]
    return calendar.timegm(tuple(parts) + (0, 0, 0))


def _name(data):
    pairs = []
    at, end = _enter(data, 0, _SEQUENCE)
    while at < end:
        inner, at = _enter(data, at)
        while inner < at:
            pair, inner = _enter(data, inner, _SEQUENCE)
            oid, pair = _take_content(data, pair)
            pairs.append((oid, _text(data, pair)))
    common = [text for oid, text in pairs if oid == _COMMON_NAME]
    if common:
        return common[-1]
    return u", ".join(u"%s=%s" % (_ATTRIBUTES.get(oid, _dotted(oid)), text) for oid, text in pairs) or u"(no name)"


def _text(data, at):
    tag = _tag(data, at)
    content = _take_content(data, at)[0]
    encoding = {_BMP_STRING: "utf-16-be", _UNIVERSAL_STRING: "utf-32-be", _T61_STRING: "latin-1"}.get(tag, "utf-8")
    return content.decode(encoding, "replace")


def _address(content):
    octets = bytearray(content)
    if len(octets) == 4:
        return u".".join(str(each) for each in octets)
    pairs = [u"%x" % (octets[each] << 8 | octets[each + 1]) for each in range(0, len(octets) - 1, 2)]
    text = u":".join(pairs)
    # The longest run of zeros is left out: RFC 5952.
    runs = sorted(re.findall(r"(?:(?<=:)|^)0(?::0)+(?=:|$)", text), key=len)
    if not runs:
        return text
    before, after = text.split(runs[-1], 1)
    return before.rstrip(u":") + u"::" + after.lstrip(u":")


def _dotted(oid):
    numbers, number = [], 0
    for each in bytearray(oid):
        number = number << 7 | each & 0x7F
        if not each & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        return "?"
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first] + numbers[1:]))
