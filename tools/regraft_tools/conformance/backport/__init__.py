"""What translated suites need to run on Python 2.7. Runs there and nowhere else; `translation` writes its calls.

Modules of the standard library stay as they are, for regraft and the library itself must find the 2.7 that
they will find elsewhere. What a suite imports is a view of a module: it shows a few names more.

    language    what stands for syntax
    builtins3   what a translated module has besides 2.7's own built-in names
    errors      the exceptions of Python 3 that 2.7 has not
    views       modules as suites see them; `library` has the names that they gain, one file for each module
    support     stands for `test.support`, which suites bring along; it lies in `test` when a suite runs
"""
from __future__ import absolute_import, division, print_function

from backport.errors import caught  # noqa: F401
from backport.language import (  # noqa: F401
    REQUIRED, Cell, NotTranslated, either, enter, format, keyword_defaults, make_list, make_set, make_tuple,
    merge, method, not_equal, qualified_name, same, take, take_nothing, unpack, unpack_each,
)
from backport.views import load, load_name, load_top  # noqa: F401
