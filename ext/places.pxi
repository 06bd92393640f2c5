# Where the system's CA certificates are, for set_default_verify_paths().
#
# OpenSSL has a file and a directory built in. Those of a library that was built elsewhere do not exist on the
# machine it runs on. Those of the one in a wheel (/etc/ssl, the most common) may exist by chance, and not be where
# the platform has its certificates: there the platforms' places alone count.

# Platform, file, directory: what the platform's own OpenSSL uses there, or the file that is made for
# all programs. Both are made by the same tool. Sources: update-ca-certificates(8) of Debian and of
# SUSE, update-ca-trust(8) of Fedora, https://fedoraproject.org/wiki/Changes/dropingOfCertPemFile,
# certctl(8) of FreeBSD and of NetBSD, OpenBSD's ssl(8), Alpine's package ca-certificates-bundle; all
# but the last line of each also in https://go.dev/src/crypto/x509/root_linux.go and root_bsd.go.
cdef tuple _KNOWN_PLACES = (
    ("Debian, Ubuntu, Arch, Gentoo", b"/etc/ssl/certs/ca-certificates.crt", b"/etc/ssl/certs"),
    ("Fedora, RHEL 7 and newer", b"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", b"/etc/pki/tls/certs"),
    ("RHEL 6", b"/etc/pki/tls/certs/ca-bundle.crt", b"/etc/pki/tls/certs"),
    ("SUSE", b"/etc/ssl/ca-bundle.pem", b"/etc/ssl/certs"),
    ("FreeBSD, from packages", b"/usr/local/etc/ssl/cert.pem", b"/etc/ssl/certs"),
    ("Alpine, OpenBSD, FreeBSD, macOS", b"/etc/ssl/cert.pem", b"/etc/ssl/certs"),
    ("DragonFly BSD", b"/usr/local/share/certs/ca-root-nss.crt", b"/etc/ssl/certs"),
    ("NetBSD", b"/etc/openssl/certs/ca-certificates.crt", b"/etc/openssl/certs"),
)


cdef tuple _choose_places(bytes root, bytes built_file, bytes built_directory, bint bundled):
    """(origin, file, directory) of what is trusted by default; see find_default_trust()."""
    cdef const char *named_file = RG_environment(X509_get_default_cert_file_env())
    cdef const char *named_directory = RG_environment(X509_get_default_cert_dir_env())
    cdef bytes path, directory
    # Whoever sets one of the variables has decided, even if it names nothing.
    if named_file != NULL or named_directory != NULL:
        return ("environment", built_file if named_file == NULL else <bytes>named_file,
                built_directory if named_directory == NULL else <bytes>named_directory)
    if not bundled and (RG_is_file(built_file) or RG_is_directory(built_directory)):
        return "OpenSSL", built_file, built_directory
    for platform, path, directory in _KNOWN_PLACES:
        path, directory = root + path, root + directory
        if RG_is_file(path):
            return platform, path, directory if RG_is_directory(directory) else b""
    for platform, path, directory in _KNOWN_PLACES:
        path, directory = root + path, root + directory
        if RG_has_certificates(directory):
            return platform, b"", directory
    return None, built_file, built_directory


cdef tuple _default_places():
    return _choose_places(
        b"", <bytes>X509_get_default_cert_file(), <bytes>X509_get_default_cert_dir(), RG_HAS_BUNDLED_OPENSSL)


cdef str _path_text(bytes path):
    return <str>path if RG_STR_IS_BYTES else path.decode(sys.getfilesystemencoding(), "surrogateescape")


def find_default_trust(*, root=None, built_in=None, bundled=RG_HAS_BUNDLED_OPENSSL):
    """Which file and which directory set_default_verify_paths() loads.

    Args:
        root: directory (str) to look below for the platforms' known places, for tests.
        built_in: pair of the file and the directory (str) to take for OpenSSL's own, for tests.
        bundled: whether OpenSSL is part of the extension, and its own places do not count; for tests.
    Returns: (origin, file, directory), all str. The origin is "environment" (SSL_CERT_FILE or
        SSL_CERT_DIR is set), "OpenSSL" (what is built in) or None (nothing is known), and then
        neither path need exist; or the name of the platform whose known places these are, "" for
        one that does not exist.
    """
    cdef bytes where = b"" if root is None else path_argument(root, "root")
    if built_in is None:
        origin, path, directory = _choose_places(
            where, <bytes>X509_get_default_cert_file(), <bytes>X509_get_default_cert_dir(), bundled)
    else:
        origin, path, directory = _choose_places(
            where, path_argument(built_in[0], "built_in"), path_argument(built_in[1], "built_in"), bundled)
    return origin, _path_text(path), _path_text(directory)


def get_default_verify_paths():
    """Where the library looks for CA certificates, and which variables move it.

    Returns:
        (variable for the file, file, variable for the directory, directory), all str.
    Since: 2.7.9, 3.4.
    """
    return (native_from_c(X509_get_default_cert_file_env()), native_from_c(X509_get_default_cert_file()),
            native_from_c(X509_get_default_cert_dir_env()), native_from_c(X509_get_default_cert_dir()))


cdef int load_default_trust(SSL_CTX *ctx) except -1:
    """SSLContext.set_default_verify_paths(): what cannot be loaded is no error, as with OpenSSL."""
    cdef bytes path, directory
    cdef X509_STORE *bundle
    cdef int saved_errno = 0
    _origin, path, directory = _default_places()
    bundle = borrow_bundle(path, &saved_errno)
    ERR_clear_error()
    try:
        # An empty name is no directory.
        add_trust(ctx, bundle, NULL, <const char *>directory if directory else <const char *>NULL)
    finally:
        X509_STORE_free(bundle)
    return 0
