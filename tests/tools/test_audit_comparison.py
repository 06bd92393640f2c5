"""regraft_tools.audit.comparison: drift of every kind is found, by its name, and nothing else is."""

from __future__ import annotations

import copy

import pytest

from regraft_tools.audit import comparison, storage
from regraft_tools.audit.comparison import Drift, Kind

PLAIN = {
    "interpreter": {"version": "3.15.2"},
    "modules": {
        "ssl": {
            "__all__": {"kind": "names", "names": ["one", "two"]},
            "CERT_NONE": {"kind": "int", "value": 0, "enum": "VerifyMode"},
            "TEXT": {"kind": "bytes", "value": "x"},
            "helper": {"kind": "module"},
            "_private": {"kind": "int", "value": 7},
            "make": {"kind": "function", "signature": ["purpose=1", "*", "cafile=None"]},
            "quiet": {"kind": "function"},
            "VerifyMode": {"kind": "enum", "bases": ["int"], "flags": False, "members": {
                "CERT_NONE": {"kind": "member", "value": 0}, "CERT_REQUIRED": {"kind": "member", "value": 2}}},
            "SSLError": {"kind": "exception", "bases": ["OSError", "Exception"], "members": {}},
            "SSLContext": {"kind": "class", "bases": ["_ssl._SSLContext"], "members": {
                "options": {"kind": "attribute", "settable": True},
                "protocol": {"kind": "attribute", "settable": False},
                "wrap": {"kind": "method", "signature": ["sock", "/", "name=None"]}}},
        },
        "secrets": None,
    },
    "instances": {"hashlib.md5()": {"name": {"kind": "attribute", "value": "md5"}, "copy": {"kind": "method"}}},
    "defaults": {
        "ssl.SSLContext()": {"options": 3, "verify_mode": 0, "ciphers": ["A", "B"], "warns": []},
        "hmac.new(key)": {"raises": "TypeError"},
    },
}


def changed(path, value):
    """A copy of PLAIN with something else at a path; None takes it out."""
    made = copy.deepcopy(PLAIN)
    *way, last = path
    place = made
    for each in way:
        place = place[each]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return made


SSL = ("modules", "ssl")
DRIFTS = [
    ("a missing name", (*SSL, "CERT_NONE"), None, "ssl.CERT_NONE", Kind.MISSING),
    ("a missing module", SSL, None, "ssl", Kind.MISSING),
    ("a missing member", (*SSL, "SSLContext", "members", "wrap"), None, "ssl.SSLContext.wrap", Kind.MISSING),
    ("a missing member of an enumeration", (*SSL, "VerifyMode", "members", "CERT_NONE"), None,
     "ssl.VerifyMode.CERT_NONE", Kind.MISSING),
    ("a missing attribute of objects", ("instances", "hashlib.md5()", "copy"), None, "hashlib.md5().copy", Kind.MISSING),
    ("objects that cannot be made", ("instances", "hashlib.md5()"), None, "hashlib.md5()", Kind.MISSING),
    ("an extra public name", (*SSL, "third"), {"kind": "int", "value": 1}, "ssl.third", Kind.EXTRA),
    ("an extra public member", (*SSL, "SSLContext", "members", "third"), {"kind": "method"}, "ssl.SSLContext.third",
     Kind.EXTRA),
    ("an extra member of an enumeration", (*SSL, "VerifyMode", "members", "MORE"), {"kind": "member", "value": 9},
     "ssl.VerifyMode.MORE", Kind.EXTRA),
    ("an extra attribute of objects", ("instances", "hashlib.md5()", "third"), {"kind": "method"},
     "hashlib.md5().third", Kind.EXTRA),
    ("another kind", (*SSL, "make"), {"kind": "int", "value": 1}, "ssl.make", Kind.KIND),
    ("a plain number for a member", (*SSL, "CERT_NONE"), {"kind": "int", "value": 0}, "ssl.CERT_NONE", Kind.KIND),
    ("numbers for flags", (*SSL, "VerifyMode", "flags"), True, "ssl.VerifyMode", Kind.KIND),
    ("another value", (*SSL, "_private", "value"), 8, "ssl._private", Kind.VALUE),
    ("another value of a member", (*SSL, "VerifyMode", "members", "CERT_REQUIRED", "value"), 3,
     "ssl.VerifyMode.CERT_REQUIRED", Kind.VALUE),
    ("another value of an object", ("instances", "hashlib.md5()", "name", "value"), "MD5", "hashlib.md5().name", Kind.VALUE),
    ("a name that is not exported", (*SSL, "__all__", "names"), ["one"], "ssl.__all__", Kind.VALUE),
    ("a name that is exported besides", (*SSL, "__all__", "names"), ["one", "two", "three"], "ssl.__all__", Kind.VALUE),
    ("a new keyword", (*SSL, "make", "signature"), ["purpose=1", "*", "cafile=None", "capath=None"], "ssl.make",
     Kind.SIGNATURE),
    ("a changed default", (*SSL, "make", "signature"), ["purpose=2", "*", "cafile=None"], "ssl.make", Kind.SIGNATURE),
    ("a keyword by position", (*SSL, "make", "signature"), ["purpose=1", "cafile=None"], "ssl.make", Kind.SIGNATURE),
    ("a renamed parameter", (*SSL, "SSLContext", "members", "wrap", "signature"), ["sock", "/", "host=None"],
     "ssl.SSLContext.wrap", Kind.SIGNATURE),
    ("a lost ancestor of an exception", (*SSL, "SSLError", "bases"), ["Exception"], "ssl.SSLError", Kind.BASES),
    ("a further ancestor of an exception", (*SSL, "SSLError", "bases"), ["OSError", "ValueError", "Exception"],
     "ssl.SSLError", Kind.BASES),
    ("an attribute that cannot be set", (*SSL, "SSLContext", "members", "options", "settable"), False,
     "ssl.SSLContext.options", Kind.SETTABLE),
    ("an attribute that can be set", (*SSL, "SSLContext", "members", "protocol", "settable"), True,
     "ssl.SSLContext.protocol", Kind.SETTABLE),
]


def test_equal_snapshots_do_not_drift():
    assert comparison.compare_interfaces(PLAIN, copy.deepcopy(PLAIN)) == []
    assert comparison.compare_defaults(PLAIN, copy.deepcopy(PLAIN)) == []


@pytest.mark.parametrize("where, value, path, kind", [each[1:] for each in DRIFTS], ids=[each[0] for each in DRIFTS])
def test_drift_of_each_kind_is_found_and_named(where, value, path, kind):
    drift, = comparison.compare_interfaces(PLAIN, changed(where, value))
    assert (drift.path, drift.kind) == (path, kind)
    assert str(drift).startswith(path + " ")


@pytest.mark.parametrize("release", [storage.API, "2.7.18", "3.6.15"])
def test_a_name_taken_out_of_any_module_of_a_recorded_release_is_found(release):
    whole = storage.recorded(release)
    for module, items in whole["modules"].items():
        if items:
            name = sorted(items)[len(items) // 2]
            lacking = dict(whole, modules={**whole["modules"], module: {k: v for k, v in items.items() if k != name}})
            found = comparison.compare_interfaces(whole, lacking, lenient=True)
            assert found == [Drift("%s.%s" % (module, name), Kind.MISSING, "is missing")]


@pytest.mark.parametrize("where, value", [
    ((*SSL, "third"), {"kind": "int", "value": 1}),
    ((*SSL, "SSLError", "bases"), ["OSError", "ValueError", "Exception"]),
    ((*SSL, "make", "signature"), ["purpose=1", "cafile=None", "capath=None"]),
    ((*SSL, "SSLContext", "members", "protocol", "settable"), True),
    ((*SSL, "__all__", "names"), ["one", "two", "three"]),
])
def test_what_only_adds_is_nothing_lost(where, value):
    assert comparison.compare_interfaces(PLAIN, changed(where, value))
    assert comparison.compare_interfaces(PLAIN, changed(where, value), lenient=True) == []


def test_names_of_the_host_and_private_names_and_imported_modules_are_not_extra():
    ours = changed((*SSL, "third"), {"kind": "int", "value": 1})
    ours["modules"]["ssl"]["_fourth"] = {"kind": "int", "value": 1}
    ours["modules"]["ssl"]["fifth"] = {"kind": "module"}
    assert [each.path for each in comparison.compare_interfaces(PLAIN, ours)] == ["ssl.third"]
    assert comparison.compare_interfaces(PLAIN, ours, beside=[PLAIN, ours]) == []


def test_a_signature_that_an_interpreter_cannot_tell_is_no_drift():
    assert comparison.compare_interfaces(PLAIN, changed((*SSL, "make"), {"kind": "function"})) == []
    assert comparison.compare_interfaces(changed((*SSL, "quiet", "signature"), ["a"]), PLAIN) == []


def test_python_2_is_not_blamed_for_what_it_cannot_tell():
    two = changed((*SSL, "make", "signature"), ["purpose=1", "cafile=None"])
    two["interpreter"] = {"version": "2.7.18"}
    two["modules"]["ssl"]["TEXT"] = {"kind": "str", "value": "x"}
    assert comparison.compare_interfaces(PLAIN, two) == []
    two["modules"]["ssl"]["TEXT"] = {"kind": "str", "value": "y"}
    assert [each.kind for each in comparison.compare_interfaces(PLAIN, two)] == [Kind.VALUE]


@pytest.mark.parametrize("theirs, ours, fits", [
    ([], [], True),
    (["a", "b=1"], ["a", "b=1", "c=None"], True),
    (["a", "b=1"], ["a", "b=1", "c"], False),
    (["a", "b=1"], ["a", "b"], False),
    (["a", "b=1"], ["a", "c=1"], False),
    (["a", "b"], ["b", "a"], False),
    (["a", "/"], ["b"], True),
    (["a"], ["a", "/"], False),
    (["*", "a=1"], ["a=1"], True),
    (["a=1"], ["*", "a=1"], False),
    (["a", "b=1"], ["*args", "**kwargs"], True),
    (["a", "b=1"], ["a", "*args", "**kwargs"], True),
    (["a", "b=1"], ["a", "*args"], False),
    (["a", "**rest"], ["a"], False),
    (["string=''", "*", "use=True"], ["data=''", "*", "use=True", "string=None"], True),
    (["string=''", "*", "use=True"], ["data=''", "*", "use=True"], False),
    (["*", "salt=None"], ["*", "salt"], False),
])
def test_whether_old_calls_still_fit(theirs, ours, fits):
    assert comparison.takes_as_well(theirs, ours) is fits


def test_a_changed_default_is_found_and_bits_are_named():
    ours = changed(("defaults", "ssl.SSLContext()", "options"), 6)
    ours["modules"]["ssl"]["Options"] = {"kind": "enum", "members": {"OP_ONE": {"value": 1}, "OP_FOUR": {"value": 4}}}
    ours["defaults"]["ssl.SSLContext()"]["ciphers"] = ["A", "C"]
    ours["defaults"]["ssl.SSLContext()"]["verify_mode"] = 2
    assert [(each.path, each.kind, each.sentence) for each in comparison.compare_defaults(PLAIN, ours)] == [
        ("ssl.SSLContext().ciphers", Kind.DEFAULT, "is without B and with C"),
        ("ssl.SSLContext().options", Kind.DEFAULT, "is without OP_ONE and with OP_FOUR"),
        ("ssl.SSLContext().verify_mode", Kind.DEFAULT, "is 2, not 0"),
    ]


def test_a_call_that_fails_now_or_fails_no_more_is_another_default():
    gone = changed(("defaults", "ssl.SSLContext()"), None)
    assert [each.kind for each in comparison.compare_defaults(PLAIN, gone)] == [Kind.MISSING]
    failing = changed(("defaults", "ssl.SSLContext()"), {"raises": "ValueError"})
    assert [each.path for each in comparison.compare_defaults(PLAIN, failing)] == ["ssl.SSLContext()"]
    working = changed(("defaults", "hmac.new(key)"), {"digest size": 16, "warns": []})
    assert [each.path for each in comparison.compare_defaults(PLAIN, working)] == ["hmac.new(key)"]
    assert comparison.compare_defaults(PLAIN, working, lenient=True) == []


def test_a_new_warning_is_another_default():
    ours = changed(("defaults", "ssl.SSLContext()", "warns"), ["DeprecationWarning"])
    assert [each.path for each in comparison.compare_defaults(PLAIN, ours)] == ["ssl.SSLContext().warns"]
