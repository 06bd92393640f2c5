"""The classes of servers in one module, and new-style."""
from __future__ import absolute_import, division, print_function

import BaseHTTPServer
import SimpleHTTPServer

REAL = None
__all__ = ["BaseHTTPRequestHandler", "HTTPServer", "SimpleHTTPRequestHandler"]


class HTTPServer(BaseHTTPServer.HTTPServer, object):
    """A server."""


class BaseHTTPRequestHandler(BaseHTTPServer.BaseHTTPRequestHandler, object):
    """Its handler."""


class SimpleHTTPRequestHandler(SimpleHTTPServer.SimpleHTTPRequestHandler, object):
    """A handler that serves files."""
