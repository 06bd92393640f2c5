"""How an emulation is set up, handed on, and refused."""
from __future__ import absolute_import, division, print_function

import json
import os
import sys

import pytest
import shown

from regraft import profiles
from regraft._compat import PY2

OLD = "2.7.6" if PY2 else "3.6"
OTHER = "3.6" if PY2 else "2.7.6"
LACKING = "SSLContext" if PY2 else "TLSVersion"
SHOWS = "import ssl, sys; sys.stdout.write(str(hasattr(ssl, %r)))" % LACKING
EMULATE = "from regraft import profiles; profiles.emulate(%r); " % OLD


def emulate(code, *arguments, **variables):
    """Run code; a regraft.profiles.EmulationError that it raises is told."""
    program = "from regraft import profiles\ntry:\n    %s\nexcept profiles.EmulationError as error: print(error)" % code
    result = shown.run("-c", program, *arguments, **variables)
    assert result.status == 0, result
    warnings = [line for line in result.err.splitlines() if "INSECURE on purpose" in line]
    assert len(result.err.splitlines()) == len(warnings) <= 1, result
    return result.out.strip()


def test_run_shows_a_program_a_release_and_says_so_in_one_line():
    result = shown.show(OLD, SHOWS)
    assert result.out == "False"
    line, = result.err.splitlines()
    assert "INSECURE on purpose" in line and OLD in line


def test_children_are_shown_it_too_and_say_nothing():
    code = ("import subprocess, sys; sys.stdout.write(subprocess.check_output([sys.executable, '-c', %r],"
            " stderr=subprocess.STDOUT).decode())" % SHOWS)
    assert shown.show(OLD, code).out == "False"


def test_a_program_can_emulate_by_itself():
    assert emulate("profiles.emulate(%r); %s" % (OLD, SHOWS)) == "False"


def test_a_program_that_emulates_by_itself_says_so():
    result = shown.run("-c", EMULATE)
    line, = result.err.splitlines()
    assert "INSECURE on purpose" in line and "this process" in line and OLD in line
    assert "INSECURE" not in shown.run("-c", EMULATE.replace(OLD, "newest")).err


def test_an_unknown_setting_of_a_context_is_refused_as_it_was_then():
    code = """
import json, ssl
context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
try:
    context.minimum_version = 0x303
    print(json.dumps(None))
except AttributeError as error:
    print(json.dumps(str(error)))
"""
    assert shown.answer("2.7.9" if PY2 else "3.6", code) == "'SSLContext' object has no attribute 'minimum_version'"
    if not PY2:
        code = code.replace("minimum_version", "security_level_")
        assert shown.answer("3.7", code) is None


def test_what_a_release_lacks_is_no_attribute_and_cannot_be_imported():
    code = """
import json, ssl
found = []
try:
    ssl.%s
except AttributeError as error:
    found.append(str(error))
try:
    from ssl import %s
except ImportError as error:
    found.append(str(error))
print(json.dumps(found))
""" % (LACKING, LACKING)
    first, second = shown.answer(OLD, code)
    assert "has no attribute '%s'" % LACKING in first and "cannot import name" in second


def test_arguments_that_a_release_lacks_are_type_errors():
    code = """
import json, socket, ssl
found = []
for call in (
        lambda: ssl.wrap_socket(socket.socket(), server_hostname="x"),
        lambda: ssl.get_server_certificate(("127.0.0.1", 1), timeout=1),
        lambda: __import__("hashlib").sha256(usedforsecurity=False),
        lambda: __import__("hashlib").sha256(data=b"")):
    try:
        call()
    except TypeError as error:
        found.append(str(error))
print(json.dumps(found))
"""
    found = shown.answer(OLD, code)
    assert len(found) == 4 and all("unexpected keyword argument" in each for each in found), found


def test_all_names_of_all_are_there():
    code = """
import hashlib, json, random
print(json.dumps([name for module in (hashlib, random) for name in module.__all__ if not hasattr(module, name)]))
"""
    for release in (OLD, profiles.releases()[0], profiles.releases()[-3]):
        assert shown.answer(release, code) == []


def test_what_a_program_puts_into_ssl_is_used_by_ssl():
    release = "2.7.9" if PY2 else "3.7"
    code = """
import json, ssl
class Marked(ssl.SSLContext):
    pass
ssl.SSLContext = Marked
print(json.dumps(type(ssl.create_default_context()).__name__))
"""
    assert shown.answer(release, code) == "Marked"


def test_the_whole_module_stays_within_reach():
    code = EMULATE + "sys_ = __import__('sys'); whole = profiles.implementation('ssl'); import ssl; sys_.stdout.write(str(" \
        "[hasattr(whole, %r), hasattr(ssl, %r)]))" % (LACKING, LACKING)
    assert emulate(code) == "[True, False]"


def test_threads_that_import_a_module_at_the_same_time_get_the_one_that_is_shown():
    code = """
import json, sys, threading, time
found = []
def look(delay):
    time.sleep(delay)
    import ssl
    found.append(hasattr(ssl, %r) or ssl is not sys.modules["ssl"])
threads = [threading.Thread(target=look, args=(number * 0.001,)) for number in range(40)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(json.dumps([len(found), sum(found)]))
""" % LACKING
    assert shown.answer(OLD, code) == [40, 0]


def test_a_module_that_is_loaded_again_is_the_same_and_shows_no_more():
    code = """
import hashlib, hmac, json, ssl
try:
    from importlib import reload
except ImportError:
    pass
before = [dir(each) for each in (ssl, hashlib, hmac)]
same = [reload(each) is each for each in (ssl, hashlib, hmac)]
print(json.dumps([same, before == [dir(each) for each in (ssl, hashlib, hmac)], hasattr(ssl, %r),
                  hmac.new(b"key", b"message", hashlib.md5).hexdigest()]))
""" % LACKING
    assert shown.answer(OLD, code) == [[True] * 3, True, False, "4e4748e62b463521f6775fbf921234b5"]


def test_functions_of_the_modules_can_be_pickled():
    code = """
import hashlib, hmac, json, pickle, ssl
functions = [hashlib.md5, hashlib.new, hmac.new, ssl.get_server_certificate]
print(json.dumps([pickle.loads(pickle.dumps(each, 2)) is each for each in functions]))
"""
    assert shown.answer(OLD, code) == [True] * 4


OWN_DIGEST = """
import hashlib, hmac, json
class Own(object):
    digest_size, block_size = 16, 64
    def __init__(self, data=b""):
        self._inner = hashlib.md5(data)
    def update(self, data):
        self._inner.update(data)
    def digest(self):
        return self._inner.digest()
    def hexdigest(self):
        return self._inner.hexdigest()
    def copy(self):
        other = Own()
        other._inner = self._inner.copy()
        return other
keyed = [hmac.new(b"key", b"message", digest) for digest in (Own, hashlib.md5)]
print(json.dumps([each.copy().hexdigest() for each in keyed] + [hasattr(keyed[0], "inner"), hasattr(hashlib, "sha3_256")]))
"""


def test_keyed_hashes_take_constructors_of_the_module_and_others():
    known = "4e4748e62b463521f6775fbf921234b5"
    assert shown.answer(OLD, OWN_DIGEST) == [known, known, True, not PY2]
    if not PY2:
        assert shown.answer("3.10", OWN_DIGEST) == [known, known, False, True]


def test_verification_can_be_asked_for_together_with_names():
    code = """
import json, ssl
context = ssl._create_stdlib_context(ssl.PROTOCOL_TLSv1, cert_reqs=ssl.CERT_REQUIRED, check_hostname=True)
print(json.dumps([context.check_hostname, int(context.verify_mode)]))
"""
    for release in (["2.7.9", "2.7.18"] if PY2 else ["3.6"]):
        assert shown.answer(release, code, PYTHONWARNINGS="ignore") == [True, 2]


if PY2:
    def test_the_switch_of_pep_493_came_with_2_7_12():
        code = """
import json, os, ssl
before = ssl._create_default_https_context is ssl.create_default_context
if hasattr(ssl, "_https_verify_certificates"):
    ssl._https_verify_certificates(False)
print(json.dumps([before, ssl._create_default_https_context is ssl._create_unverified_context]))
"""
        assert shown.answer("2.7.12", code) == [True, True]
        assert shown.answer("2.7.12", code, PYTHONHTTPSVERIFY="0") == [False, True]
        assert shown.answer("2.7.11", code, PYTHONHTTPSVERIFY="0") == [True, False]


def test_randomness_of_os_is_the_hosts():
    code = "import json, os, posix; print(json.dumps([os.urandom is posix.urandom, hasattr(os, 'getrandom'), len(os.urandom(8))]))"
    assert shown.answer(OLD, code) == [True, not PY2, 8]


# ---- the version ----------------------------------------------------------------

VERSION = """
import json, platform, sys
print(json.dumps([list(sys.version_info), sys.hexversion, platform.python_version(), sys.version_info >= (%d, %d),
                  sys.version.split()[0], sys.version_info.major]))
"""


def test_the_version_is_the_interpreters_unless_that_is_asked_for():
    own = list(sys.version_info)
    code = VERSION % sys.version_info[:2]
    assert shown.answer(OLD, code)[0] == own
    number = profiles.describe(OLD)["number"]
    wanted = [int(each) for each in number.split(".")]
    found = shown.answer(OLD, code, "--as-version")
    assert found[0] == wanted + ["final", 0]
    assert found[1] == wanted[0] << 24 | wanted[1] << 16 | wanted[2] << 8 | 0xF0
    assert found[2:] == [number, tuple(wanted) >= sys.version_info[:2], number, wanted[0]]


def test_children_get_the_version_too():
    code = ("import subprocess, sys; sys.stdout.write(subprocess.check_output([sys.executable, '-c',"
            " 'import json, sys; print(json.dumps(list(sys.version_info[:3])))']).decode())")
    assert ".".join(map(str, shown.answer(OLD, code, "--as-version"))) == profiles.describe(OLD)["number"]


# ---- refusals ---------------------------------------------------------------------

def test_an_imported_module_is_named_with_whoever_imported_it():
    text = emulate("import tempfile, ssl; profiles.emulate(%r)" % OLD)
    assert "already imported" in text and "random (by tempfile)" in text and "ssl (by" in text
    assert "run --as %s" % OLD in text


def test_an_unknown_release_is_refused_with_those_that_there_are():
    text = emulate("profiles.emulate('2.6.6')")
    assert all(each in text for each in profiles.releases())
    text = emulate("profiles.emulate('%s')" % ("2.7.66" if PY2 else "3.77"))
    assert "did you mean" in text


def test_a_release_of_the_other_language_is_refused_with_the_reason():
    assert "another language" in emulate("profiles.emulate(%r)" % OTHER)
    result = shown.run("-m", "regraft", "run", "--as", OTHER, "-c", "pass")
    assert result.status == 2 and "another language" in result.err


def test_a_process_is_one_release_only():
    newer = profiles.releases()[-3]
    assert "already" in emulate("profiles.emulate(%r); profiles.emulate(%r)" % (OLD, newer))
    assert emulate("profiles.emulate(%r); profiles.emulate(%r); print(profiles.active())" % (OLD, OLD)) == OLD


def test_a_refusal_changes_nothing():
    code = """
import json, sys
from regraft import profiles
import random
before = (list(sys.path), sorted(sys.modules))
try:
    profiles.emulate(%r)
except profiles.EmulationError:
    import ssl
    print(json.dumps([sys.path == before[0], profiles.active(), hasattr(ssl, "CERT_NONE"), "regraft" in ssl.__file__]))
""" % OLD
    assert json.loads(shown.run("-c", code).out) == [True, None, True, False]


def test_an_interruption_leaves_nothing_half_done():
    code = """
import json, sys
from regraft import _emulated, activation, profiles
def activate(how):
    raise KeyboardInterrupt
activation.activate = activate
before = list(sys.meta_path)
try:
    profiles.emulate(%r)
except KeyboardInterrupt:
    import ssl
    print(json.dumps([_emulated.RELEASE, profiles.active(), sys.meta_path == before, hasattr(ssl, "CERT_NONE")]))
""" % OLD
    assert json.loads(shown.run("-c", code).out) == [None, None, True, True]


def test_the_kill_switch_stops_the_program_instead_of_showing_something_newer():
    assert "REGRAFT_DISABLE" in emulate("profiles.emulate(%r)" % OLD, REGRAFT_DISABLE="1")
    result = shown.run("-m", "regraft", "run", "--as", OLD, "-c", "print('ran')", REGRAFT_DISABLE="1")
    assert (result.status, result.out) == (125, "") and "REGRAFT_DISABLE" in result.err
    child = "import os, subprocess, sys; os.environ['REGRAFT_DISABLE'] = '1'; sys.exit(subprocess.call([sys.executable," \
        " '-c', 'print(1)']))"
    result = shown.run("-m", "regraft", "run", "--as", OLD, "-c", child)
    assert (result.status, result.out) == (125, "") and "does not run" in result.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a file that takes nothing")
def test_a_program_that_cannot_be_shown_its_release_does_not_run_though_nobody_can_be_told():
    code = """
import os, subprocess, sys
os.environ["REGRAFT_DISABLE"] = "1"
with open("/dev/full", "w") as full:
    sys.stdout.write(str(subprocess.call([sys.executable, "-c", "print('ran')"], stderr=full)))
"""
    assert shown.show(OLD, code).out == "125"


def test_options_that_do_not_go_together_are_refused():
    for words, part in ((("--as", OLD, "--defaults", "newest"), "leave --defaults out"),
                        (("--as-version",), "--as-version needs"), (("--as", "1.5"), "no release '1.5'")):
        result = shown.run("-m", "regraft", "run", *(words + ("-c", "print('ran')")))
        assert (result.status, result.out) == (2, "") and part in result.err, result


def test_the_variable_alone_does_nothing():
    result = shown.run("-c", SHOWS, REGRAFT_INSECURE_AS=OLD)
    assert (result.status, result.err) == (0, "")
    assert result.out == shown.run("-c", SHOWS).out


# ---- newest, host, and processes that do not ask -------------------------------------

def test_newest_and_host_are_regraft_with_either_defaults():
    code = ("import json, os, sys; from regraft import policy; import ssl; print(json.dumps([policy.CHOICE,"
            " hasattr(ssl.SSLContext, 'set_groups'), 'regraft.profiles' in sys.modules, 'REGRAFT_INSECURE_AS' in os.environ]))")
    for name in ("newest", "host"):
        result = shown.show(name, code, REGRAFT_INSECURE_AS=OLD, REGRAFT_DEFAULTS="newest")
        assert (json.loads(result.out), result.err) == ([name, True, False, False], "")
        assert emulate("profiles.emulate(%r); import ssl; from regraft import policy; print(policy.CHOICE)" % name) == name


def test_who_does_not_ask_pays_nothing():
    code = ("import json, sys; import ssl, hashlib, hmac, random, secrets; print(json.dumps([name for name in sys.modules if"
            " name.startswith('regraft.profiles')]))")
    assert json.loads(shown.run("-m", "regraft", "run", "-c", code).out) == []


def test_status_and_doctor_tell_of_it():
    report = shown.answer(OLD, "import json, regraft; print(json.dumps(regraft.status()))")
    number = profiles.describe(OLD)["number"]
    assert (report["emulates"], report["defaults"], report["active"]) == (number, number, True)
    text = shown.run("-m", "regraft", "run", "--as", OLD, "-m", "regraft", "status").out
    assert "INSECURE on purpose" in text.splitlines()[0]
    doctor = shown.run("-m", "regraft", "run", "--as", OLD, "-m", "regraft", "doctor").out
    assert "INSECURE on" in doctor and "those of Python %s, which is emulated" % number in " ".join(doctor.split())
    assert "could not be asked" not in doctor
    assert shown.run("-c", "import json, regraft; print(json.dumps(regraft.status()['emulates']))").out.strip() == "null"


# ---- the list -------------------------------------------------------------------------

def test_the_command_lists_releases_and_tells_of_one():
    text = shown.run("-m", "regraft", "profiles").out
    assert [line.split()[0] for line in text.splitlines() if not line.startswith(" ")] == profiles.releases()
    text = shown.run("-m", "regraft", "profiles", OLD).out
    for row in profiles.describe(OLD)["lacks"]:
        assert row["name"] in text
    found = json.loads(shown.run("-m", "regraft", "profiles", OLD, "--json").out)
    assert found == profiles.describe(OLD)
    result = shown.run("-m", "regraft", "profiles", "1.5")
    assert result.status == 2 and "no release '1.5'" in result.err


def changing():
    """Return the releases that brought a feature, the first and the last one."""
    named = [each for each in profiles.releases() if each not in (profiles.HOST, profiles.NEWEST)]
    found = [each for each in named if profiles.describe(each)["brought"]]
    # On 3.x the series and its maintenance release are the same.
    known = dict((profiles.find(each), each) for each in named[:1] + found + named[-1:])
    return [known[each] for each in sorted(known)]


@pytest.mark.parametrize("release", changing())
def test_each_feature_is_there_or_not_as_the_registry_says(release):
    code = """
import json
from regraft import features, profiles
number = profiles.find(profiles.active())
found = {}
for row in features.rows():
    if row["kind"] != "fix" and row["detect"] is not None:
        if features.has(row["name"]) != features.release_has(row, number):
            found[row["name"]] = features.has(row["name"])
print(json.dumps(found))
"""
    found = shown.answer(release, code, TZ="EST+5", PYTHONWARNINGS="ignore")
    number = profiles.find(release)
    expected = {}
    # What no OpenSSL has any more.
    if PY2 and number >= (2, 7, 9) or not PY2:
        expected["npn"] = False
    if PY2 and number < (2, 7, 7):
        expected["no-sslv2"] = True
    if PY2 and number < (2, 7, 11) and not shown.has_sslv3():
        expected["no-sslv3"] = True
    if PY2 and (2, 7, 3) <= number < (2, 7, 9):
        # The recipe looks at a context.
        expected["empty-fragments"] = False
    assert found == expected


@pytest.mark.parametrize("release", ["newest"] if PY2 else ["3.6", "3.8", "3.9", "newest"])
def test_each_function_of_secrets_works(release):
    code = ("import json, secrets; print(json.dumps([len(secrets.token_hex(4)), len(secrets.token_bytes(5)), len("
            "secrets.token_urlsafe(6)), secrets.randbelow(1), secrets.randbits(1) < 2, secrets.choice([3])]))")
    assert json.loads(shown.show(release, code).out) == [8, 5, 8, 0, True, 3]
