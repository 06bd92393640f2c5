"""A plugin of pytest: writes down which `ssl` a run has had, so that nobody has to believe it.

It asks when all tests are done. Earlier would be a disturbance: gevent's tests want to be the first to import ssl.
"""
from __future__ import absolute_import, division, print_function

import json
import os


def pytest_sessionfinish(session):
    import hashlib
    import ssl

    files = {"ssl": ssl.__file__, "hashlib": hashlib.__file__, "openssl": ssl.OPENSSL_VERSION}
    with open(os.environ["REGRAFT_WITNESS"], "w") as stream:
        json.dump(files, stream)
