"""The large parts of `ssl`: `overlay/ssl.py` is the module that programs see and puts them together."""
from __future__ import absolute_import, division, print_function
