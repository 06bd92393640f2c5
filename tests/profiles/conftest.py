"""Makes the test server of tests/wire available here; the clients of 2.7 and of 3 have a file each."""
from __future__ import absolute_import, division, print_function

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "wire"))

collect_ignore = ["test_clients.py" if sys.version_info[0] > 2 else "test_clients3.py"]
