"""Makes the test server of tests/wire available here."""
from __future__ import absolute_import, division, print_function

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "wire"))
