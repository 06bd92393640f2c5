"""The clients of 2.7 before they knew contexts: 2.7.9, for `FTP_TLS` 2.7.10.

They called `ssl.wrap_socket()` and nothing else, and so do these. Therefore a program that replaces that function, as
programs of that time did to choose the protocol or to verify, reaches them.
`imaplib`, `poplib`, `smtplib` and `socket.ssl()` do so to this day, and need nothing.
"""
from __future__ import absolute_import, division, print_function


def give(owner, function, module):
    """Put a function into a class or a module, as if it had been written there.

    Args:
        owner (class or module).
        function (function): its name is where it goes.
        module (module): whose it is to be.
    """
    function.__module__ = module.__name__
    setattr(owner, function.__name__, function)


def change_httplib(httplib, release):
    """HTTPSConnection and HTTPS take no `context`, verify nothing and send no server name."""

    def __init__(self, host, port=None, key_file=None, cert_file=None, strict=None,
                 timeout=httplib.socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None):
        httplib.HTTPConnection.__init__(self, host, port, strict, timeout, source_address)
        self.key_file, self.cert_file = key_file, cert_file

    def connect(self):
        httplib.HTTPConnection.connect(self)
        self.sock = httplib.ssl.wrap_socket(self.sock, self.key_file, self.cert_file)

    give(httplib.HTTPSConnection, __init__, httplib)
    give(httplib.HTTPSConnection, connect, httplib)

    def __init__(self, host="", port=None, key_file=None, cert_file=None, strict=None):  # noqa: F811
        self._setup(self._connection_class(host, port or None, key_file, cert_file, strict))
        self.key_file, self.cert_file = key_file, cert_file

    give(httplib.HTTPS, __init__, httplib)


def change_urllib2(urllib2, release):
    """urlopen() and HTTPSHandler take neither `context` nor trusted certificates."""

    def urlopen(url, data=None, timeout=urllib2.socket._GLOBAL_DEFAULT_TIMEOUT):
        if urllib2._opener is None:
            urllib2._opener = urllib2.build_opener()
        return urllib2._opener.open(url, data, timeout)

    give(urllib2, urlopen, urllib2)
    open_with = urllib2.AbstractHTTPHandler.do_open.__func__

    def do_open(self, http_class, req):
        return open_with(self, http_class, req)

    give(urllib2.AbstractHTTPHandler, do_open, urllib2)
    # AbstractHTTPHandler's serves.
    del urllib2.HTTPSHandler.__init__

    def https_open(self, req):
        return self.do_open(urllib2.httplib.HTTPSConnection, req)

    give(urllib2.HTTPSHandler, https_open, urllib2)


def change_urllib(urllib, release):
    """urlopen() and urlretrieve() take no `context`; URLopener takes it for one more of the names that it ignores."""

    def urlopen(url, data=None, proxies=None):
        from warnings import warnpy3k
        warnpy3k("urllib.urlopen() has been removed in Python 3.0 in favor of urllib2.urlopen()", stacklevel=2)
        opener = find_opener() if proxies is None else urllib.FancyURLopener(proxies=proxies)
        return opener.open(url) if data is None else opener.open(url, data)

    def urlretrieve(url, filename=None, reporthook=None, data=None):
        return find_opener().retrieve(url, filename, reporthook, data)

    def find_opener():
        if not urllib._urlopener:
            urllib._urlopener = urllib.FancyURLopener()
        return urllib._urlopener

    give(urllib, urlopen, urllib)
    give(urllib, urlretrieve, urllib)
    start = urllib.URLopener.__init__.__func__

    def __init__(self, proxies=None, **x509):
        x509.pop("context", None)
        start(self, proxies, **x509)
        del self.context

    def open_https(self, url, data=None):
        import httplib

        target = _find_target(urllib, url)
        connection = httplib.HTTPS(target["host"], 0, key_file=self.key_file, cert_file=self.cert_file)
        if data is None:
            connection.putrequest("GET", target["selector"])
        else:
            connection.putrequest("POST", target["selector"])
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", "%d" % len(data))
        for header, value in target["headers"] + self.addheaders:
            connection.putheader(header, value)
        connection.endheaders(data)
        status, reason, headers = connection.getreply()
        stream = connection.getfile()
        if status == -1:
            if stream:
                stream.close()
            raise IOError("http protocol error", 0, "got a bad status line", None)
        if 200 <= status < 300:
            return urllib.addinfourl(stream, headers, "https:" + target["url"], status)
        extra = () if data is None else (data,)
        return self.http_error(target["url"], stream, status, reason, headers, *extra)

    give(urllib.URLopener, __init__, urllib)
    give(urllib.URLopener, open_https, urllib)


def _find_target(urllib, url):
    """Return where a request of URLopener goes: `host`, `selector`, `url`, and `headers` that come first.

    Args: url (str, without the scheme; or the proxy's host and the whole URL).
    """
    from base64 import b64encode

    user = proxy_user = None
    if isinstance(url, str):
        host, selector = urllib.splithost(url)
        if host:
            user, host = urllib.splituser(host)
            host = urllib.unquote(host)
        real_host = host
    else:
        host, selector = url
        proxy_user, host = urllib.splituser(host)
        scheme, url = urllib.splittype(selector)
        real_host = None
        if scheme.lower() == "https":
            real_host, rest = urllib.splithost(url)
            if real_host:
                user, real_host = urllib.splituser(real_host)
            if user:
                selector = "%s://%s%s" % (scheme, real_host, rest)
    if not host:
        raise IOError("https error", "no host given")
    headers = [(name, "Basic %s" % b64encode(urllib.unquote(secret)).strip())
               for name, secret in [("Proxy-Authorization", proxy_user), ("Authorization", user)] if secret]
    if real_host:
        headers.append(("Host", real_host))
    return {"host": host, "selector": selector, "url": url, "headers": headers}


def change_xmlrpclib(xmlrpclib, release):
    """ServerProxy and SafeTransport take no `context`."""
    start = xmlrpclib.ServerProxy.__init__.__func__

    def __init__(self, uri, transport=None, encoding=None, verbose=0, allow_none=0, use_datetime=0):
        if transport is None and uri[:6].lower() == "https:":
            transport = xmlrpclib.SafeTransport(use_datetime=use_datetime)
        start(self, uri, transport, encoding, verbose, allow_none, use_datetime)

    give(xmlrpclib.ServerProxy, __init__, xmlrpclib)
    # Transport's serves.
    del xmlrpclib.SafeTransport.__init__

    def make_connection(self, host):
        if not self._connection or host != self._connection[0]:
            address, self._extra_headers, x509 = self.get_host_info(host)
            self._connection = host, xmlrpclib.httplib.HTTPSConnection(address, None, **(x509 or {}))
        return self._connection[1]

    give(xmlrpclib.SafeTransport, make_connection, xmlrpclib)


def change_ftplib(ftplib, release):
    """FTP_TLS takes no `context`, speaks TLS 1.0 only, and sends no server name."""
    kind = ftplib.FTP_TLS

    def __init__(self, host="", user="", passwd="", acct="", keyfile=None, certfile=None,
                 timeout=ftplib._GLOBAL_DEFAULT_TIMEOUT):
        self.keyfile, self.certfile = keyfile, certfile
        self._prot_p = False
        ftplib.FTP.__init__(self, host, user, passwd, acct, timeout)

    def auth(self):
        if isinstance(self.sock, ftplib.ssl.SSLSocket):
            raise ValueError("Already using TLS")
        answer = self.voidcmd("AUTH TLS" if self.ssl_version == ftplib.ssl.PROTOCOL_TLSv1 else "AUTH SSL")
        self.sock = wrap(self, self.sock)
        self.file = self.sock.makefile(mode="rb")
        return answer

    def ntransfercmd(self, cmd, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return (wrap(self, connection) if self._prot_p else connection), size

    def wrap(self, plain):
        return ftplib.ssl.wrap_socket(plain, self.keyfile, self.certfile, ssl_version=self.ssl_version)

    kind.ssl_version = ftplib.ssl.PROTOCOL_TLSv1
    for each in (__init__, auth, ntransfercmd):
        give(kind, each, ftplib)


# Module, the release that is the first to have it as it is in 2.7.18, what brings it to those before.
ROWS = [
    ("httplib", (2, 7, 9), change_httplib),
    ("urllib2", (2, 7, 9), change_urllib2),
    ("urllib", (2, 7, 9), change_urllib),
    ("xmlrpclib", (2, 7, 9), change_xmlrpclib),
    ("ftplib", (2, 7, 10), change_ftplib),
]
