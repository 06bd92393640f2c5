"""Which release first had a name, where the registry does not say it: data.

The registry (`regraft.features`) has the names of each feature and the releases that first had the feature. Here is
what is missing there: names that are no feature of their own, and names of a feature that are older or younger than it.

On 2.7 a name of `ssl`, `_ssl`, `hashlib`, `_hashlib` or `hmac` that stands neither here nor in the registry is in none
of its releases; what the host's `random` and `os` have is in all of them. On 3.x what stands nowhere is in all.
"""
from __future__ import absolute_import, division, print_function

# (release of 2.7 that first had them, or None for none of them; names).
FIRST_2_7 = (
    ("2.7.0", """
     ssl.CERT_NONE ssl.CERT_OPTIONAL ssl.CERT_REQUIRED ssl.DER_cert_to_PEM_cert ssl.PEM_FOOTER ssl.PEM_HEADER
     ssl.PEM_cert_to_DER_cert ssl.PROTOCOL_SSLv2 ssl.PROTOCOL_SSLv3 ssl.PROTOCOL_SSLv23 ssl.PROTOCOL_TLSv1
     ssl.RAND_add ssl.RAND_egd ssl.RAND_status ssl.SSLError ssl.SSLSocket ssl._PROTOCOL_NAMES ssl._delegate_methods
     ssl._fileobject ssl._ssl ssl.base64 ssl.cert_time_to_seconds ssl.errno ssl.get_protocol_name
     ssl.get_server_certificate ssl.socket ssl.socket_error ssl.sslwrap_simple ssl.textwrap ssl.wrap_socket
     ssl.SSL_ERROR_EOF ssl.SSL_ERROR_INVALID_ERROR_CODE ssl.SSL_ERROR_SSL ssl.SSL_ERROR_SYSCALL
     ssl.SSL_ERROR_WANT_CONNECT ssl.SSL_ERROR_WANT_READ ssl.SSL_ERROR_WANT_WRITE ssl.SSL_ERROR_WANT_X509_LOOKUP
     ssl.SSL_ERROR_ZERO_RETURN
     _ssl.SSLType _ssl._test_decode_cert _ssl.sslwrap
     hashlib.__get_builtin_constructor hashlib.algorithms hashlib.md5 hashlib.new hashlib.sha1 hashlib.sha224
     hashlib.sha256 hashlib.sha384 hashlib.sha512
     _hashlib.new _hashlib.openssl_md5 _hashlib.openssl_sha1 _hashlib.openssl_sha224 _hashlib.openssl_sha256
     _hashlib.openssl_sha384 _hashlib.openssl_sha512
     hmac.HMAC hmac._secret_backdoor_key hmac._warnings hmac.digest_size hmac.new hmac.trans_36 hmac.trans_5C
     os.urandom random.SystemRandom.choice random.SystemRandom.randint random.SystemRandom.randrange
     random.SystemRandom.sample random.SystemRandom.shuffle"""),
    ("2.7.3", "ssl._DEFAULT_CIPHERS ssl._SSLv2_IF_EXISTS"),
    ("2.7.7", "ssl.SOCK_STREAM ssl.SOL_SOCKET ssl.SO_TYPE _hashlib.compare_digest"),
    ("2.7.8", "_hashlib.pbkdf2_hmac"),
    ("2.7.9", """
     ssl.AF_INET ssl.OP_ALL ssl.OP_NO_COMPRESSION ssl.OP_NO_SSLv2 ssl.OP_NO_SSLv3 ssl._ASN1Object
     ssl._OPENSSL_API_VERSION ssl._RESTRICTED_SERVER_CIPHERS ssl._SSLContext ssl._create_default_https_context
     ssl._create_stdlib_context ssl._create_unverified_context ssl._dnsname_match ssl._import_symbols ssl._nid2obj
     ssl._txt2obj ssl.closing ssl.create_connection ssl.namedtuple ssl.os ssl.re ssl.sys ssl.warnings
     ssl.SSLContext._load_windows_store_certs ssl.SSLContext._windows_cert_stores
     _ssl.HAS_TLS_UNIQUE _ssl._SSLSocket _ssl.err_codes_to_names _ssl.err_names_to_codes _ssl.get_default_verify_paths
     _ssl.lib_codes_to_names _ssl.nid2obj _ssl.txt2obj
     _hashlib.openssl_md_meth_names"""),
    ("2.7.12", "ssl._get_https_context_factory ssl._https_verify_envvar"),
    (None, """
     ssl.AlertDescription ssl.Options ssl.SSLErrorNumber ssl.VerifyFlags ssl.VerifyMode
     ssl.SSLSocket._create ssl.SSLSocket.sendfile ssl.SSLSocket.timeout ssl.SSLSocket.get_inheritable
     ssl.SSLSocket.set_inheritable ssl.SSLSocket.getblocking ssl.SSLSocket.detach ssl.SSLSocket.recvmsg
     ssl.SSLSocket.recvmsg_into ssl.SSLSocket.sendmsg ssl.SSLSocket.__enter__ ssl.SSLSocket.__exit__
     _ssl._DEFAULT_CIPHERS
     hmac.HMAC.block_size hmac.HMAC.name
     random.SystemRandom.binomialvariate"""),
)

# Names that a release of 2.7 was the last to have.
LAST_2_7 = (
    ("2.7.8", "_ssl.SSLType _ssl.sslwrap"),
)

# (release of 3.x that first had them, names). What is older than the oldest that can be emulated stands under 3.0.
FIRST_3 = (
    ("3.0", "ssl.SSLSocket ssl.get_server_certificate"),
    ("3.7", """
     _hashlib.hmac_digest ssl.SSLSocket.getblocking
     _ssl.HOSTFLAG_ALWAYS_CHECK_SUBJECT _ssl.HOSTFLAG_MULTI_LABEL_WILDCARDS _ssl.HOSTFLAG_NEVER_CHECK_SUBJECT
     _ssl.HOSTFLAG_NO_PARTIAL_WILDCARDS _ssl.HOSTFLAG_NO_WILDCARDS _ssl.HOSTFLAG_SINGLE_LABEL_SUBDOMAINS
     _ssl.PROTO_MAXIMUM_SUPPORTED _ssl.PROTO_MINIMUM_SUPPORTED _ssl.PROTO_SSLv3 _ssl.PROTO_TLSv1 _ssl.PROTO_TLSv1_1
     _ssl.PROTO_TLSv1_2 _ssl.PROTO_TLSv1_3"""),
    ("3.9", """
     _hashlib.HASHXOF _hashlib.HMAC _hashlib.compare_digest _hashlib.get_fips_mode _hashlib.hmac_new
     _hashlib.openssl_sha3_224 _hashlib.openssl_sha3_256 _hashlib.openssl_sha3_384 _hashlib.openssl_sha3_512
     _hashlib.openssl_shake_128 _hashlib.openssl_shake_256
     random.Random.randbytes random.randbytes"""),
    ("3.10", "_hashlib.UnsupportedDigestmodError _ssl.Certificate _ssl.ENCODING_DER _ssl.ENCODING_PEM"),
    ("3.12", "random.Random.binomialvariate random.SystemRandom.binomialvariate random.binomialvariate"),
    ("3.13", "random.main"),
    ("3.14", "ssl.HAS_PHA"),
)

# (last release of 3.x that had them, names).
LAST_3 = (
    ("3.8", "ssl.AF_INET"),
    ("3.9", "hmac.HMAC.digest_cons hmac.HMAC.inner hmac.HMAC.outer"),
    ("3.11", "_ssl.err_codes_to_names _ssl.err_names_to_codes _ssl.lib_codes_to_names"),
)
