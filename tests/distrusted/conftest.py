"""Makes what unit, wire and leaks share available here."""
from __future__ import absolute_import, division, print_function

import os
import sys

_TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.extend(os.path.join(_TESTS, name) for name in ("unit", "wire", "leaks"))
