# Certificates: the dictionary that getpeercert() gives, DER, PEM and the class Certificate.
#
# A dictionary is whole or an exception: a field that is there but cannot be read
# raises, since a check of what is missing would pass (CVE-2013-4238 and its kind).


# ---- pieces ----------------------------------------------------------------------

cdef int check_pointer(const void *pointer) except -1:
    """Raise the SSLError of the queue when a call gave NULL."""
    if pointer == NULL:
        raise_ssl_error()
    return 0


cdef bytes _written(BIO *bio):
    # What was written to a memory BIO.
    cdef char *data = NULL
    cdef long size = BIO_get_mem_data(bio, &data)
    if size < 0:
        raise_ssl_error()
    return PyBytes_FromStringAndSize(data, size)


# Stock 2.7 gave names of hosts as str, byte for byte, and most other fields as unicode;
# programs saw that, so it stays. On 3 both are str, and what is not UTF-8 is refused: a
# replaced character could make two names equal.

cdef str _host_text(const ASN1_STRING *string):
    cdef bytes raw = PyBytes_FromStringAndSize(
        <const char *>ASN1_STRING_get0_data(string), ASN1_STRING_length(string))
    if RG_STR_IS_BYTES:
        return <str>raw
    return <str>raw.decode("utf-8")


cdef unicode _field_text(bytes raw):
    return raw.decode("utf-8")


cdef str object_text(const ASN1_OBJECT *obj, bint no_name):
    """Name or dotted numbers of an ASN.1 object."""
    cdef int size = OBJ_obj2txt(NULL, 0, obj, no_name), written
    cdef bytearray buffer
    cdef char *start
    if size < 0:
        raise_ssl_error()
    buffer = bytearray(size + 1)
    start = buffer
    written = OBJ_obj2txt(start, size + 1, obj, no_name)
    if written < 0 or written > size:
        raise_ssl_error()
    return native_from_bytes(bytes(buffer[:written]))


cdef unicode _string_utf8(const ASN1_STRING *string):
    cdef unsigned char *data = NULL
    cdef int size
    ERR_clear_error()
    size = ASN1_STRING_to_UTF8(&data, string)
    if size < 0:
        raise_ssl_error()
    try:
        return _field_text(PyBytes_FromStringAndSize(<char *>data, size))
    finally:
        OPENSSL_free(data)


cdef tuple _name_tuple(const X509_NAME *name):
    # A name is a sequence of sets of (attribute, value).
    cdef list sets = [], current = []
    cdef int i, level = -1, this_level
    cdef const X509_NAME_ENTRY *entry
    check_pointer(name)
    for i in range(X509_NAME_entry_count(name)):
        entry = X509_NAME_get_entry(name, i)
        check_pointer(entry)
        this_level = X509_NAME_ENTRY_set(entry)
        if level >= 0 and this_level != level:
            sets.append(tuple(current))
            current = []
        level = this_level
        current.append((object_text(X509_NAME_ENTRY_get_object(entry), 0),
                        _string_utf8(X509_NAME_ENTRY_get_data(entry))))
    if current:
        sets.append(tuple(current))
    return tuple(sets)


cdef str _address_text(const unsigned char *data, int size):
    # The full form of an address, as getpeercert() always gave it: no "::".
    if size == 4:
        return "%d.%d.%d.%d" % (data[0], data[1], data[2], data[3])
    if size == 16:
        return ":".join(["%X" % (data[i] << 8 | data[i + 1]) for i in range(0, 16, 2)])
    return "<invalid>"


cdef tuple _general_name(GENERAL_NAME *name):
    cdef int kind = -1
    cdef void *value = GENERAL_NAME_get0_value(name, &kind)
    cdef const ASN1_STRING *string
    cdef str label
    if kind == GEN_OTHERNAME:
        return ("othername", "<unsupported>")
    if kind == GEN_X400:
        return ("X400Name", "<unsupported>")
    if kind == GEN_EDIPARTY:
        return ("EdiPartyName", "<unsupported>")
    check_pointer(value)
    if kind == GEN_DIRNAME:
        return ("DirName", _name_tuple(<const X509_NAME *>value))
    if kind == GEN_RID:
        return ("Registered ID", object_text(<const ASN1_OBJECT *>value, 0))
    string = <const ASN1_STRING *>value
    if kind == GEN_IPADD:
        return ("IP Address", _address_text(ASN1_STRING_get0_data(string), ASN1_STRING_length(string)))
    if kind == GEN_EMAIL:
        label = "email"
    elif kind == GEN_DNS:
        label = "DNS"
    elif kind == GEN_URI:
        label = "URI"
    else:
        raise SSLError("general name of unknown type %d in a certificate" % kind)
    # By its length and not to its first NUL (CVE-2013-4238).
    return (label, _host_text(string))


cdef int _extension(X509 *x, int nid, void **value) except -1:
    # 1 and the extension decoded, or 0 if there is none; -1 from OpenSSL means "none",
    # anything else that a certificate has it but it cannot be read, or has it twice.
    cdef int status = 0
    ERR_clear_error()
    value[0] = X509_get_ext_d2i(x, nid, &status, NULL)
    if value[0] != NULL:
        return 1
    if status == -1:
        return 0
    if ERR_peek_last_error() == 0:
        raise SSLError("certificate extension %s cannot be read" % native_from_c(OBJ_nid2sn(nid)))
    raise_ssl_error()


cdef tuple _alternative_names(X509 *x):
    cdef void *value
    cdef GENERAL_NAMES *names
    cdef int i
    cdef list found = []
    if not _extension(x, NID_subject_alt_name, &value):
        return None
    names = <GENERAL_NAMES *>value
    try:
        for i in range(sk_GENERAL_NAME_num(names)):
            found.append(_general_name(sk_GENERAL_NAME_value(names, i)))
    finally:
        GENERAL_NAMES_free(names)
    return tuple(found)


cdef unicode _uri(GENERAL_NAME *name):
    cdef int kind = -1
    cdef void *value = GENERAL_NAME_get0_value(name, &kind)
    if kind != GEN_URI:
        return None
    return _field_text(PyBytes_FromStringAndSize(
        <const char *>ASN1_STRING_get0_data(<const ASN1_STRING *>value),
        ASN1_STRING_length(<const ASN1_STRING *>value)))


cdef dict _authority_access(X509 *x):
    cdef void *value
    cdef AUTHORITY_INFO_ACCESS *info
    cdef ACCESS_DESCRIPTION *entry
    cdef int i, method
    cdef unicode uri
    cdef dict found = {NID_ad_OCSP: [], NID_ad_ca_issuers: []}
    if not _extension(x, NID_info_access, &value):
        return found
    info = <AUTHORITY_INFO_ACCESS *>value
    try:
        for i in range(sk_ACCESS_DESCRIPTION_num(info)):
            entry = sk_ACCESS_DESCRIPTION_value(info, i)
            method = OBJ_obj2nid(entry.method)
            uri = _uri(entry.location)
            if method in found and uri is not None:
                found[method].append(uri)
    finally:
        AUTHORITY_INFO_ACCESS_free(info)
    return found


cdef list _revocation_lists(X509 *x):
    cdef void *value
    cdef CRL_DIST_POINTS *points
    cdef GENERAL_NAMES *names
    cdef int i, j
    cdef unicode uri
    cdef list found = []
    if not _extension(x, NID_crl_distribution_points, &value):
        return found
    points = <CRL_DIST_POINTS *>value
    try:
        for i in range(sk_DIST_POINT_num(points)):
            # A point may have no full name at all (CVE-2019-5010).
            names = RG_dist_point_names(points, i)
            if names == NULL:
                continue
            for j in range(sk_GENERAL_NAME_num(names)):
                uri = _uri(sk_GENERAL_NAME_value(names, j))
                if uri is not None:
                    found.append(uri)
    finally:
        CRL_DIST_POINTS_free(points)
    return found


cdef bytes _printed_time(const ASN1_TIME *time):
    cdef BIO *bio = BIO_new(BIO_s_mem())
    check_pointer(bio)
    try:
        if not ASN1_TIME_print(bio, time):
            raise_ssl_error("certificate has an invalid date")
        return _written(bio)
    finally:
        BIO_free(bio)


cdef bytes _printed_serial(X509 *x):
    cdef BIO *bio = BIO_new(BIO_s_mem())
    check_pointer(bio)
    try:
        if i2a_ASN1_INTEGER(bio, X509_get_serialNumber(x)) < 0:
            raise_ssl_error()
        return _written(bio)
    finally:
        BIO_free(bio)


# ---- the whole -------------------------------------------------------------------

cdef dict certificate_dict(X509 *x):
    """The fields of a certificate as getpeercert() gives them."""
    cdef dict access, info
    cdef tuple names
    cdef list points
    ERR_clear_error()
    info = {
        "subject": _name_tuple(X509_get_subject_name(x)),
        "issuer": _name_tuple(X509_get_issuer_name(x)),
        "version": int(X509_get_version(x)) + 1,
        "serialNumber": _field_text(_printed_serial(x)),
        "notBefore": _field_text(_printed_time(X509_get0_notBefore(x))),
        "notAfter": native_from_bytes(_printed_time(X509_get0_notAfter(x))),
    }
    names = _alternative_names(x)
    if names is not None:
        info["subjectAltName"] = names
    access = _authority_access(x)
    if access[NID_ad_OCSP]:
        info["OCSP"] = tuple(access[NID_ad_OCSP])
    if access[NID_ad_ca_issuers]:
        info["caIssuers"] = tuple(access[NID_ad_ca_issuers])
    points = _revocation_lists(x)
    if points:
        info["crlDistributionPoints"] = tuple(points)
    ERR_clear_error()
    return info


cdef bytes certificate_der(X509 *x):
    """The DER form of a certificate."""
    cdef unsigned char *data = NULL
    cdef int size
    ERR_clear_error()
    size = i2d_X509(x, &data)
    if size < 0:
        raise_ssl_error()
    try:
        return PyBytes_FromStringAndSize(<char *>data, size)
    finally:
        OPENSSL_free(data)


cdef str _certificate_pem(X509 *x, bint with_trust):
    cdef BIO *bio = BIO_new(BIO_s_mem())
    cdef int done
    check_pointer(bio)
    try:
        ERR_clear_error()
        done = PEM_write_bio_X509_AUX(bio, x) if with_trust else PEM_write_bio_X509(bio, x)
        if not done:
            raise_ssl_error()
        return native_from_bytes(_written(bio))
    finally:
        BIO_free(bio)


cdef object _made_here = object()


@cython.final
cdef class Certificate:
    """A certificate of a connection; connections make them.

    Since: 3.10 (private class of `_ssl`).
    """

    cdef X509 *x

    def __cinit__(self, token=None):
        self.x = NULL
        if token is not _made_here:
            raise TypeError("cannot create '_ssl.Certificate' instances")

    def __dealloc__(self):
        X509_free(self.x)

    def __reduce_ex__(self, protocol, /):
        refuse_to_pickle("_ssl.Certificate")

    def public_bytes(self, /, format=ENCODING_PEM):
        """The certificate in one of its forms.

        Args:
            format: ENCODING_PEM, ENCODING_DER, or 257 for PEM with its trust settings.
        Returns:
            str for PEM, bytes for DER.
        Raises:
            ValueError: for any other format.
        Since: 3.10.
        """
        cdef int wanted = int_argument(format)
        if wanted == ENCODING_PEM:
            return _certificate_pem(self.x, False)
        if wanted == ENCODING_PEM | 0x100:
            return _certificate_pem(self.x, True)
        if wanted == ENCODING_DER:
            return certificate_der(self.x)
        raise ValueError("Unsupported format")

    def get_info(self, /):
        """The fields as a dictionary, as SSLSocket.getpeercert() gives them.

        Since: 3.10.
        """
        return certificate_dict(self.x)

    def __richcmp__(self, other, int operation):
        cdef bint equal
        if not isinstance(other, Certificate) or operation not in (2, 3):
            return NotImplemented
        equal = X509_cmp(self.x, (<Certificate>other).x) == 0
        return equal if operation == 2 else not equal

    def __hash__(self):
        cdef Py_hash_t value = <Py_hash_t>X509_subject_name_hash(self.x)
        ERR_clear_error()
        return value if value != -1 else -2

    def __repr__(self):
        cdef BIO *bio = BIO_new(BIO_s_mem())
        check_pointer(bio)
        try:
            if X509_NAME_print_ex(bio, X509_get_subject_name(self.x), 0, XN_FLAG_RFC2253) < 0:
                raise_ssl_error()
            return "<_ssl.Certificate '%s'>" % native_from_bytes(_written(bio))
        finally:
            BIO_free(bio)


cdef object wrap_certificate(X509 *x):
    """A Certificate for `x`, with a reference of its own."""
    cdef Certificate certificate = Certificate.__new__(Certificate, _made_here)
    if not X509_up_ref(x):
        raise_ssl_error()
    certificate.x = x
    return certificate


RG_name_type(Certificate, b"_ssl.Certificate")


# ---- functions of the module -----------------------------------------------------

cdef tuple _object_tuple(const ASN1_OBJECT *obj):
    cdef int nid = OBJ_obj2nid(obj)
    if nid == NID_undef:
        raise ValueError("Unknown object")
    return (nid, native_from_c(OBJ_nid2sn(nid)), native_from_c(OBJ_nid2ln(nid)), object_text(obj, 1))


def txt2obj(txt, name=False):
    """Look an ASN.1 object up by its dotted numbers or, with `name`, by its names too.

    Returns:
        (nid, short name, long name, dotted numbers).
    Raises:
        ValueError: if there is no such object.
    Since: 2.7.9, 3.4.
    """
    cdef bytes raw = encoded_text(txt, "txt2obj() argument 'txt'", "utf-8")
    cdef ASN1_OBJECT *obj = OBJ_txt2obj(raw, 0 if name else 1)
    ERR_clear_error()
    if obj == NULL:
        raise ValueError("unknown object '%.100s'" % (txt,))
    try:
        return _object_tuple(obj)
    finally:
        ASN1_OBJECT_free(obj)


def nid2obj(nid, /):
    """Look an ASN.1 object up by OpenSSL's number for it.

    Returns:
        (nid, short name, long name, dotted numbers).
    Raises:
        ValueError: if there is no such object.
    Since: 2.7.9, 3.4.
    """
    cdef int number = int_argument(nid)
    cdef ASN1_OBJECT *obj
    if number < NID_undef:
        raise ValueError("NID must be positive.")
    obj = OBJ_nid2obj(number)
    ERR_clear_error()
    if obj == NULL:
        raise ValueError("unknown NID %i" % number)
    return _object_tuple(obj)


def _test_decode_cert(path, /):
    """The dictionary of the certificate in a PEM file: the test suites' door to it."""
    cdef bytes name = RG_filesystem_path(path)
    cdef BIO *bio
    cdef X509 *x
    ERR_clear_error()
    bio = BIO_new_file(name, b"rb")
    if bio == NULL:
        ERR_clear_error()
        raise SSLError("Can't open file")
    x = PEM_read_bio_X509(bio, NULL, refuse_password, NULL)
    BIO_free(bio)
    ERR_clear_error()
    if x == NULL:
        raise SSLError("Error decoding PEM-encoded file")
    try:
        return certificate_dict(x)
    finally:
        X509_free(x)
