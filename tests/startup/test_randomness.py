"""os.urandom() and os.getrandom() from the start of a process: ours before the first covered module is imported."""
from __future__ import absolute_import, division, print_function

import os
import sys

import pytest

from regraft import _boot

from test_status_command import report

needs_ours = pytest.mark.skipif(
    not _boot.lacks_getrandom(), reason="this host has the system call itself, so its `os` stays as it is")
has_its_own = pytest.mark.skipif(_boot.lacks_getrandom(), reason="the `os` of this host lacks the system call")

# Prints whether os.urandom() is ours after its first call, and whether the extension was loaded before it.
FIRST_CALL = """
import os, sys
early, loaded = os.urandom, "regraft._openssl" in sys.modules
sizes = len(os.%s(16)), len(early(16))
extension = sys.modules.get("regraft._openssl")
print([os.urandom is getattr(extension, "urandom", 0), os.getrandom is getattr(extension, "getrandom", 0), loaded,
       sizes == (16, 16)])
"""
UNTOUCHED = """
import os, posix, sys
assert os.urandom is posix.urandom and not hasattr(os, "GRND_RANDOM") and "getrandom" not in os.__all__
print(len(os.urandom(16)))
"""


@needs_ours
@pytest.mark.parametrize("name", ["urandom", "getrandom"])
@pytest.mark.parametrize("way", ["enable", "run", "hook module"])
def test_the_first_call_loads_the_extension_whose_functions_serve_from_then_on(environment, way, name):
    arguments = ["-c", FIRST_CALL % name]
    if way == "run":
        arguments = ["-m", "regraft", "run"] + arguments
    else:
        environment.enable()
    if way == "hook module":
        # What the line of the .pth file leaves to the module, as when a covered module was loaded before.
        environment.write("lib/python%d.%d/site-packages/000_regraft.pth" % sys.version_info[:2],
                          'import _regraft_hook; _regraft_hook.start("pth")\n')
    result = environment.run(*arguments)
    assert result.err == "" and result.out.strip() == "[True, True, False, True]", result


@needs_ours
def test_a_covered_module_brings_the_functions_with_it(environment):
    environment.enable()
    for name in ("ssl", "hashlib", "hmac", "random", "secrets", "tempfile"):
        result = environment.run("-c", "import os, sys, %s; print(os.urandom is sys.modules['regraft._openssl'].urandom,"
                                       " os.GRND_RANDOM)" % name)
        assert result.out.strip() == "(True, 2)", (name, result)


@needs_ours
def test_the_kill_switch_and_disable_leave_os_alone(environment):
    environment.enable()
    assert environment.run("-c", UNTOUCHED, REGRAFT_DISABLE="1").out.strip() == "16"
    assert environment.regraft("disable").status == 0
    assert environment.run("-c", UNTOUCHED).out.strip() == "16"


@needs_ours
def test_importing_regraft_leaves_os_alone_and_activating_it_does_not(environment):
    result = environment.run("-c", "import regraft" + UNTOUCHED)
    assert result.out.strip() == "16", result
    result = environment.run("-c", "import regraft; regraft.activate()\n" + FIRST_CALL % "urandom")
    assert result.out.strip() == "[True, True, True, True]", result


@needs_ours
def test_a_urandom_of_the_programs_own_stays(environment):
    environment.enable()
    result = environment.run("-c", "import os\ndef mine(n): return b'mine'\nos.urandom = mine\nimport ssl, random\n"
                                   "print(os.urandom(4), random._urandom is mine)")
    assert result.out.strip() == "('mine', True)", result


@needs_ours
@pytest.mark.parametrize("way", ["enable", "run"])
def test_a_program_that_takes_our_directories_out_of_its_path_has_the_hosts_function(environment, way):
    program = ("import os, sys\nsys.path[:] = [os.path.dirname(os.__file__)]\nprint(len(os.urandom(16)))\n"
               "print('regraft._openssl' in sys.modules)\n")
    if way == "enable":
        environment.enable()
        result = environment.run("-c", program)
    else:
        result = environment.regraft("run", "-c", program)
    assert result.err == "" and result.lines == ["16", "False"], result


@needs_ours
def test_a_thread_may_draw_while_an_import_waits_for_it(environment):
    environment.enable()
    environment.write("waiting.py", "import os, threading\nsizes = []\n"
                      "thread = threading.Thread(target=lambda: sizes.append(len(os.urandom(16))))\n"
                      "thread.start(); thread.join(30); print(sizes)\n")
    result = environment.run("-c", "import waiting", PYTHONPATH=environment.root)
    assert result.out.strip() == "[16]", result


@needs_ours
def test_a_function_taken_early_serves_while_an_import_waits_for_it(environment):
    environment.enable()
    environment.write("waiting.py", "import threading, __main__\nsizes = []\n"
                      "thread = threading.Thread(target=lambda: sizes.append(len(__main__.early(16))))\n"
                      "thread.start(); thread.join(30); print(sizes)\n")
    for first in ("", "import ssl; "):
        result = environment.run("-c", "from os import urandom as early; %simport waiting" % first,
                                 PYTHONPATH=environment.root)
        assert result.out.strip() == "[16]", (first, result)


@needs_ours
def test_threads_that_draw_first_at_the_same_time_are_all_served(environment):
    environment.enable()
    program = ("import os, sys, threading\nsys.setcheckinterval(1)\nsizes = []\n"
               "threads = [threading.Thread(target=lambda: sizes.append(len(os.urandom(16)))) for _ in range(8)]\n"
               "for each in threads: each.start()\nfor each in threads: each.join(30)\nprint(sizes == [16] * 8)\n")
    result = environment.run("-c", program)
    assert result.err == "" and result.out.strip() == "True", result


@needs_ours
def test_an_extension_that_does_not_load_is_an_error_and_no_other_randomness(environment):
    environment.enable()
    extension = environment.find_extension()
    os.remove(extension)  # it may be a link to the one of other tests
    with open(extension, "w") as stream:
        stream.write("no extension")
    result = environment.run("-c", "import os; os.urandom(16)")
    assert result.status == 1 and "ImportError" in result.err, result


@needs_ours
def test_status_tells_whose_urandom_it_is(environment):
    assert report(environment)[1]["urandom"] == "host"
    environment.enable()
    assert report(environment)[1]["urandom"] == "regraft"
    assert report(environment, REGRAFT_DISABLE="1")[1]["urandom"] == "host"
    assert "os.urandom" in environment.regraft("status").out


@has_its_own
def test_os_stays_as_it_is_where_it_has_the_system_call(environment):
    environment.enable()
    result = environment.run("-c", "import os, ssl, random, posix; print(os.urandom is posix.urandom)")
    assert result.out.strip() == "True", result
    assert report(environment)[1]["urandom"] == "host"


@needs_ours
def test_modules_that_took_the_hosts_urandom_before_activation_are_named(environment):
    environment.write("early.py", "from os import urandom\n")
    result = environment.run("-c", "import early, regraft; regraft.activate(); print(regraft.status()['holders'])",
                             PYTHONPATH=environment.root)
    assert "'module': 'early'" in result.out and "'holds': 'os.urandom'" in result.out, result
