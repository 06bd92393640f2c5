"""`urlparse`, with the quoting that 2.7 has in `urllib`."""
from __future__ import absolute_import, division, print_function

from urllib import quote, quote_plus, unquote, unquote_plus, urlencode

REAL = "urlparse"
__all__ = ["quote", "quote_plus", "unquote", "unquote_plus", "urlencode"]
