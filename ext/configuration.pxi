# Which configuration OpenSSL takes on, and when. This part comes first, and its calls are the first to OpenSSL.
#
# Without NO_ATEXIT exit() would take the library down under daemon threads that are still in it; OpenSSL 4 has given
# that up: https://github.com/openssl/openssl/issues/17469. It counts for whoever initialises the library first.
#
# The configuration is read now and not with the first digest, as a daemon may lose the file from view (chroot)
# between its imports and its work. The system's OpenSSL reads the system's openssl.cnf. One that is part of the
# extension does not: that file is written for another release, and may name providers and engines that it lacks. It
# reads what OPENSSL_CONF names, and does not start with less than was asked for.

import sys

cdef extern from "configuration.h":
    ctypedef struct CONF
    const char *RG_environment(const char *name)
    bint RG_is_directory(const char *path)
    const char *RG_missing_provider(CONF *configuration)
    void RG_report_wrong_settings()
    CONF *NCONF_new(void *method)
    int NCONF_load(CONF *configuration, const char *path, long *line)
    int CONF_modules_load(const CONF *configuration, const char *application, unsigned long flags)
    void NCONF_free(CONF *configuration)
    const unsigned long CONF_MFLAGS_DEFAULT_SECTION


cdef int read_named_configuration() except -1:
    """Take on the configuration that OPENSSL_CONF names; an empty name means none, as with the system's OpenSSL.

    Raises:
        RuntimeError: it cannot be read, or something in it cannot be done. Not an ImportError: programs that do
            without an `ssl` that is missing would go on without it, and without a word.
    """
    cdef const char *path = RG_environment(b"OPENSSL_CONF")
    cdef CONF *configuration = NULL
    cdef SSL_CTX *trial = NULL
    cdef str problem
    if path == NULL or path[0] == 0:
        return 0
    ERR_clear_error()
    try:
        configuration = NCONF_new(NULL)
        problem = _find_problem(path, configuration)
        if problem is None:
            # Settings of TLS are looked at when a context is made.
            RG_report_wrong_settings()
            ERR_clear_error()
            trial = SSL_CTX_new(TLS_method())
            problem = None if trial != NULL else _describe_queue()
    finally:
        SSL_CTX_free(trial)
        NCONF_free(configuration)
        ERR_clear_error()
    if problem is not None:
        # 2.7 would give the half-made module to whoever imports it next.
        sys.modules.pop("regraft._openssl", None)
        raise RuntimeError(
            "OPENSSL_CONF names a configuration that the OpenSSL of this regraft, %s, cannot take on: %s: %s. Correct it,"
            " or unset OPENSSL_CONF: without it this OpenSSL reads no file"
            % (native_from_c(OpenSSL_version(OPENSSL_VERSION_KIND)), native_from_c(path), problem))
    return 0


cdef object _find_problem(const char *path, CONF *configuration):
    """Take on a configuration; returns why that cannot be done (str), or None."""
    cdef long line = 0
    cdef const char *provider
    # OpenSSL reads a directory as an empty file.
    if RG_is_directory(path):
        return native_from_c(strerror(EISDIR))
    if configuration == NULL or not NCONF_load(configuration, path, &line):
        return _describe_queue()
    # A file to be included that is not there is no error to OpenSSL; but what was to be in it was asked for.
    if ERR_peek_error() != 0:
        return "a file that it includes: " + _describe_queue()
    if CONF_modules_load(configuration, NULL, CONF_MFLAGS_DEFAULT_SECTION) <= 0:
        return _describe_queue()
    provider = RG_missing_provider(configuration)
    if provider != NULL:
        return ("it activates the provider %s, which this OpenSSL does not have; it has default, base, null and legacy"
                % native_from_c(provider))
    if RG_fips_mode():
        return "it asks for FIPS-approved algorithms, and this OpenSSL has no FIPS provider"
    return None


cdef str _describe_queue():
    # The system's error if it was one; else the last error that says what it is about, for others follow from it.
    cdef const char *data = NULL
    cdef int flags = 0
    cdef unsigned long code = ERR_peek_error()
    cdef str text = "unknown error", detailed = None
    if ERR_GET_LIB(code) == ERR_LIB_SYS:
        return native_from_c(strerror(ERR_GET_REASON(code)))
    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT, NULL)
    while True:
        code = RG_next_error(&data, &flags)
        if code == 0:
            return text if detailed is None else detailed
        if ERR_reason_error_string(code) != NULL:
            text = native_from_c(ERR_reason_error_string(code))
            if data != NULL and flags & ERR_TXT_STRING and data[0] != 0:
                detailed = "%s (%s)" % (text, native_from_c(data).strip())


if RG_HAS_BUNDLED_OPENSSL:
    # Asked for even of a library that was configured so: the first call decides it for all later ones.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL)
    read_named_configuration()
else:
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL)
