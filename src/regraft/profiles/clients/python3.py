"""The clients of 3.x: parameters that 3.12 and 3.13 took out, and what a default context of `http.client` offers.

A release before 3.12 takes files with a key and a certificate where later ones take a context. On a newer host they are
taken again, as files for a context; on an older host under a newer release they are a TypeError. What else changed
between 3.6 and 3.14 has nothing to do with TLS, and stays the host's.
"""
from __future__ import absolute_import, division, print_function

FILES_GONE = (3, 12)
TRUST_GONE = (3, 13)
ALPN_SENT = (3, 10)
# https://bugs.python.org/issue37440
HANDSHAKE_AFTERWARDS = (3, 7, 5)


class Taken(object):
    """What was given to a client's function, by the names of its parameters."""

    def __init__(self, named, gone):
        self.named = named
        self.gone = dict((name, named.pop(name, None)) for name in gone)

    def has_any(self):
        """Tell whether one of the parameters that are gone was given."""
        return any(value is not None and value is not False for value in self.gone.values())


def adapt(owner, name, order, gone, wanted, convert, always=False):
    """Let a function of a client take parameters that the host's has not any more, or refuse what it still has.

    Args:
        owner (class or module), name (str): where the function is.
        order (str): all parameters that the older function takes by position.
        gone (str): those that the newer has not.
        wanted (bool): whether the release takes them.
        convert (callable): is given `Taken`, and turns what is gone into what the newer function takes. It may return
            attributes of the client by name.
        always (bool): it has to convert even where the host's takes all of them.
    """
    from functools import wraps
    from inspect import signature

    original = getattr(owner, name)
    order, gone = order.split(), gone.split()
    has = gone[0] in signature(original).parameters
    if wanted == has and not (wanted and always):
        return
    places = order if wanted else order[:min([order.index(each) for each in gone if each in order] or [len(order)])]

    @wraps(original)
    def function(*arguments, **named):
        if len(arguments) > len(places):
            raise TypeError("%s() takes at most %d positional arguments but %d were given"
                            % (name, len(places), len(arguments)))
        for place, value in zip(places, arguments):
            if place in named:
                raise TypeError("%s() got multiple values for argument %r" % (name, place))
            named[place] = value
        if wanted:
            taken = Taken(named, gone)
            attributes = convert(taken)
            if not attributes:
                return original(**named)
            # Before, for what runs in there; and after, as a host that knows the parameters sets them itself.
            vars(named["self"]).update(attributes)
            answer = original(**named)
            vars(named["self"]).update(attributes)
            return answer
        for each in gone:
            if each in named:
                raise TypeError("%s() got an unexpected keyword argument %r" % (name, each))
        return original(**named)

    if wanted != has:
        function.__signature__ = _sign(original, places, gone, wanted)
    setattr(owner, name, function)


def _sign(original, places, gone, wanted):
    """Return the signature with the parameters that are gone, or without."""
    from inspect import Parameter, signature

    known = dict(signature(original).parameters)
    for each in gone:
        known.pop(each, None)
        if wanted:
            known[each] = Parameter(each, Parameter.KEYWORD_ONLY, default=None)
    made = [known[each].replace(kind=Parameter.POSITIONAL_OR_KEYWORD) for each in places if each in known]
    made += [known[each].replace(kind=Parameter.KEYWORD_ONLY) for each in known if each not in places]
    return signature(original).replace(parameters=made)


def warn_of(what):
    """Say, at the line of the program, what its release said of a parameter."""
    import warnings

    warnings.warn(what, DeprecationWarning, 4)


def make_of_files(context, make=None):
    """Return a `convert` for `adapt`: files with a key and a certificate make a context.

    Args:
        context (str): the parameter that takes one.
        make (callable): returns it; takes what was given by name, the certificate's file and the key's.
    """
    def convert(taken):
        import ssl

        key, certificate = taken.gone["keyfile"], taken.gone["certfile"]
        for name in ("keyfile", "certfile"):
            if taken.named.get(context) is not None and taken.gone[name] is not None:
                raise ValueError("%s and %s arguments are mutually exclusive" % (context, name))
        if taken.has_any():
            warn_of("keyfile and certfile are deprecated, use a custom %s instead" % context)
        if taken.named.get(context) is None:
            protocol = getattr(taken.named["self"], "ssl_version", None)
            extra = () if protocol is None else (protocol,)
            taken.named[context] = ssl._create_stdlib_context(*extra, certfile=certificate, keyfile=key)
        return {"keyfile": key, "certfile": certificate}

    return convert


def change_ftplib(module, release):
    """FTP_TLS, its files and its `ssl_version`."""
    kind = module.FTP_TLS
    if release < FILES_GONE and not hasattr(kind, "ssl_version"):
        kind.ssl_version = module.ssl.PROTOCOL_TLS_CLIENT if release >= (3, 7) else module.ssl.PROTOCOL_SSLv23
    adapt(kind, "__init__", "self host user passwd acct keyfile certfile context timeout source_address",
          "keyfile certfile", release < FILES_GONE, make_of_files("context"))


def change_imaplib(module, release):
    """IMAP4_SSL and its files."""
    adapt(module.IMAP4_SSL, "__init__", "self host port keyfile certfile ssl_context timeout",
          "keyfile certfile", release < FILES_GONE, make_of_files("ssl_context"))


def change_poplib(module, release):
    """POP3_SSL and its files."""
    adapt(module.POP3_SSL, "__init__", "self host port keyfile certfile timeout context",
          "keyfile certfile", release < FILES_GONE, make_of_files("context"))


def change_smtplib(module, release):
    """SMTP_SSL, starttls() and their files."""
    adapt(module.SMTP_SSL, "__init__",
          "self host port local_hostname keyfile certfile timeout source_address context",
          "keyfile certfile", release < FILES_GONE, make_of_files("context"))
    adapt(module.SMTP, "starttls", "self keyfile certfile context",
          "keyfile certfile", release < FILES_GONE, make_of_files("context"))


def change_client(client, release):
    """HTTPSConnection of `http.client`: its files, and its default context."""
    kind = client.HTTPSConnection

    def make_context(http_version):
        context = client.ssl._create_default_https_context()
        if http_version == 11 and release >= ALPN_SENT:
            context.set_alpn_protocols(["http/1.1"])
        if release >= HANDSHAKE_AFTERWARDS:
            ask_for_later_handshakes(context)
        return context

    def convert(taken):
        named, gone = taken.named, taken.gone
        if taken.has_any():
            warn_of("key_file, cert_file and check_hostname are deprecated, use a custom context instead.")
        context = named.get("context")
        if context is None:
            context = named["context"] = make_context(named["self"]._http_vsn)
        check = context.check_hostname if gone["check_hostname"] is None else gone["check_hostname"]
        if check and context.verify_mode == client.ssl.CERT_NONE:
            raise ValueError("check_hostname needs a SSL context with either CERT_OPTIONAL or CERT_REQUIRED")
        if gone["key_file"] or gone["cert_file"]:
            context.load_cert_chain(gone["cert_file"], gone["key_file"])
            if release >= HANDSHAKE_AFTERWARDS:
                ask_for_later_handshakes(context)
        if check is not None:
            context.check_hostname = check
        return {"key_file": gone["key_file"], "cert_file": gone["cert_file"]}

    offers_otherwise = False
    if hasattr(client, "_create_https_context"):
        client._create_https_context = make_context
    else:
        # Up to 3.11 the constructor makes the context itself.
        names = kind.__init__.__code__.co_names
        offers_otherwise = [name in names for name in ("set_alpn_protocols", "post_handshake_auth")] != [
            release >= ALPN_SENT, release >= HANDSHAKE_AFTERWARDS]
    adapt(kind, "__init__", "self host port key_file cert_file timeout source_address",
          "key_file cert_file check_hostname", release < FILES_GONE, convert, offers_otherwise)
    if offers_otherwise and release >= FILES_GONE:
        offer(kind, make_context)


def offer(kind, make_context):
    """Let HTTPSConnection have a context of the release's where none is given."""
    from functools import wraps

    original = kind.__init__

    @wraps(original)
    def __init__(self, *arguments, **named):
        if named.get("context") is None:
            named["context"] = make_context(self._http_vsn)
        original(self, *arguments, **named)

    kind.__init__ = __init__


def ask_for_later_handshakes(context):
    """Offer the server to ask for a certificate after the handshake, where context and release know of that."""
    if getattr(context, "post_handshake_auth", None) is not None:
        context.post_handshake_auth = True


def change_request(request, release):
    """urlopen() of `urllib.request` and its places of trust; HTTPSHandler hands on what HTTPSConnection takes."""
    def convert(taken):
        ssl = request.ssl
        if not taken.has_any():
            return None
        warn_of("cafile, capath and cadefault are deprecated, use a custom context instead.")
        if taken.named.get("context") is not None:
            raise ValueError("You can't pass both context and any of cafile, capath, and cadefault")
        context = taken.named["context"] = ssl.create_default_context(
            ssl.Purpose.SERVER_AUTH, cafile=taken.gone["cafile"], capath=taken.gone["capath"])
        if release >= ALPN_SENT:
            context.set_alpn_protocols(["http/1.1"])
        return None

    offers = "set_alpn_protocols" in request.urlopen.__code__.co_names
    adapt(request, "urlopen", "url data timeout", "cafile capath cadefault", release < TRUST_GONE, convert,
          offers != (release >= ALPN_SENT))
    start = request.HTTPSHandler.__init__
    if release < FILES_GONE or "_create_https_context" in start.__code__.co_names:
        return
    client = request.http.client

    def https_open(self, req):
        context = self._context
        if context is None:
            context = self._context = client.ssl._create_default_https_context()
            context.set_alpn_protocols(["http/1.1"])
            ask_for_later_handshakes(context)
        if self._check_hostname is not None:
            context.check_hostname = self._check_hostname
        return self.do_open(client.HTTPSConnection, req, context=context)

    https_open.__module__ = request.__name__
    request.HTTPSHandler.https_open = https_open


# Module, None as each function looks at the host's for itself, what brings it to a release.
ROWS = [
    ("http.client", None, change_client),
    ("urllib.request", None, change_request),
    ("ftplib", None, change_ftplib),
    ("imaplib", None, change_imaplib),
    ("poplib", None, change_poplib),
    ("smtplib", None, change_smtplib),
]

# Module of the host, the first release with what it asks of the covered modules, which these are. 3.14's `smtplib` calls
# hmac.digest() when it is imported; `uuid` says usedforsecurity since 3.9.
WHOLE = [
    ("smtplib", (3, 7), ("hmac",)),
    ("uuid", (3, 9), ("hashlib",)),
]
