"""tornado 4 under profiles; 5 cannot be in one environment with it (test_profile_libraries.py)."""
from __future__ import absolute_import, division, print_function

import profile_programs as programs
from test_profile_libraries import PAGE, RELEASES, has_context, tell


@RELEASES
def test_tornado_4_has_dictionaries_and_the_backport_where_there_is_no_context(certs, release):
    told = tell(programs.TORNADO, certs, release)
    assert told["defaults"] == ("SSLContext" if has_context(release) else "dict")
    assert told["names matched by"].startswith("backports.") is not has_context(release)
    assert (told["digests compared by"] == "tornado.web") is (release == "2.7.6")
    assert told["page"] == PAGE % ("localhost" if has_context(release) else None)
