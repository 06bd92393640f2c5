"""How Python was built. Of 3's settings, suites ask whose choice the default ciphers are: with regraft, Python's."""
from __future__ import absolute_import, division, print_function

import sysconfig

__all__ = ["get_config_var"]


def get_config_var(name):
    """A setting of the build, None if there is none of that name."""
    return 1 if name == "PY_SSL_DEFAULT_CIPHERS" else sysconfig.get_config_var(name)
