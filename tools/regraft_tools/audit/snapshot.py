"""Describes the public interface of the covered modules in the interpreter that runs it, as plain data.

    python snapshot.py            prints JSON

Valid from 2.7 on, with the standard library only: it is run in interpreters of any age, stock or regrafted. What it
writes:

    interpreter  who that is, with which OpenSSL; with regraft also what the extension can do
    modules      by module and name; null for a module that is not there. Of `os` only the names for randomness
    instances    what objects have that no class of the modules shows: hash objects, sockets; null: cannot be made
    defaults     by call, what contexts start with
    differs      what docstrings of regraft's say of themselves after `Differs:`

A signature is a list such as ["a", "/", "b=1", "*", "c", "**rest"]. None (no key at all) means that the interpreter
cannot say.
"""
from __future__ import absolute_import, division, print_function

import collections
import inspect
import json
import os
import re
import shutil
import socket
import sys
import sysconfig
import tempfile
import types
import warnings
import zlib

FORMAT = 1
MODULES = ("ssl", "_ssl", "hashlib", "_hashlib", "hmac", "random", "secrets", "os")
OF_OS = re.compile("urandom|getrandom|getentropy|GRND_")
# Where what the modules above show may be written.
_HOMES = frozenset(MODULES + ("_random", "_blake2", "_md5", "_sha", "_sha1", "_sha2", "_sha256", "_sha3", "_sha512",
                              "_hmac", "_operator", "operator", "posix", "nt"))
_HANDED_DOWN = ("socket", "_socket")  # classes of which only the public members count
# What every class and module has, or what only says where and how it was written.
_INCIDENTAL = frozenset("""__builtins__ __cached__ __classcell__ __conditional_annotations__ __dict__ __doc__ __file__
    __firstlineno__ __loader__ __module__ __name__ __package__ __path__ __slots__ __spec__ __static_attributes__
    __weakref__ __getattribute__ __qualname__ __pyx_vtable__ __pyx_capi__ __test__ __annotations__ __new__ __repr__
    __str__ __hash__ __reduce_ex__ __reduce__ __reduce_cython__ __setstate_cython__ __getstate__ __setstate__
    __delattr__ __setattr__ __lazy_modules__ __annotate__ __annotate_func__ __annotations_cache__
    __classdictcell__""".split())
_OF_A_ROW = frozenset(vars(collections.namedtuple("Row", "field"))) - set(["field"])
_PRIVATE_TO_REGRAFT = ("_rg_", "_RG_", "_Rg", "__pyx_")
# Python 3 made one class of these.
_SYSTEM_ERRORS = {"error": "OSError", "IOError": None, "EnvironmentError": None, "StandardError": None}
_INTEGERS = (int,) if sys.version_info[0] > 2 else (int, long)  # noqa: F821
_CLASSES = (type,) if sys.version_info[0] > 2 else (type, types.ClassType)
# Which digests there are is a matter of the OpenSSL in use.
_OF_OPENSSL = ("algorithms_available", "openssl_md_meth_names", "_openssl_md_meths")
_SAYS_DIFFERS = re.compile(r"Differs:\s+(.*?)(?=\s(?:Since|Source|Args|Returns|Raises):|\n\s*\n|\Z)", re.S)
_LONGEST = 80  # characters of a value; of a longer one there is a checksum


def describe():
    """Return the whole description (dict)."""
    modules, differs = {}, {}
    for name in MODULES:
        try:
            module = __import__(name)
        except ImportError:
            modules[name] = None
            continue
        modules[name] = describe_module(name, module, differs)
    answer = {"format": FORMAT, "interpreter": describe_interpreter(), "modules": modules}
    answer["instances"] = describe_instances()
    answer["defaults"] = describe_defaults() if modules["ssl"] is not None else {}
    if answer["interpreter"].get("regraft"):
        answer["differs"] = differs
    return answer


def describe_interpreter():
    """Return who runs this (dict)."""
    import platform

    answer = {
        "implementation": platform.python_implementation(), "version": "%d.%d.%d" % sys.version_info[:3],
        "level": sys.version_info[3], "system": sys.platform,
    }
    arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
    suites = re.search(r"--with-ssl-default-suites=([^' ]+)", arguments)
    answer["suites"] = suites.group(1) if suites else "python"
    ssl = sys.modules.get("ssl")
    if ssl is not None:
        answer["openssl"] = ssl.OPENSSL_VERSION
    extension = getattr(ssl, "_rg_openssl", None)
    if extension is not None:
        import regraft
        answer["regraft"] = regraft.__version__
        answer["capabilities"] = dict((name, bool(value)) for name, value in extension.CAPABILITIES.items())
    return answer


def describe_module(name, module, differs):
    """Return the descriptions of a module's names (dict).

    Args: differs (dict): gets what docstrings say after `Differs:`, by dotted name.
    """
    answer = {}
    if name != "os":
        note(name, module, differs)
    for key, value in list(vars(module).items()):
        if key == "__all__" and name != "os":
            answer[key] = {"kind": "names", "names": sorted(value)}
        elif key not in _INCIDENTAL and not key.startswith(_PRIVATE_TO_REGRAFT) and key != "__all__":
            if name != "os" or OF_OS.match(key):
                answer[key] = describe_name("%s.%s" % (name, key), value, differs)
    return answer


def note(path, thing, differs):
    """Keep what the docstring of a thing says after `Differs:`."""
    text = getattr(thing, "__doc__", None)
    found = _SAYS_DIFFERS.search(text) if isinstance(text, str) else None
    if found:
        differs[path] = " ".join(found.group(1).split())


def describe_name(path, value, differs):
    """Return the description (dict) of what a name of a module stands for."""
    name = path.rpartition(".")[2]
    if isinstance(value, types.ModuleType):
        return {"kind": "module"}
    if isinstance(value, _CLASSES):
        note(path, value, differs)
        return describe_class(path, value, differs)
    if "OPENSSL_" in name:
        return {"kind": kind_of(value)}  # the numbers are the library's
    if isinstance(value, (bool, float, str, bytes, tuple, list, set, frozenset) + _INTEGERS) or value is None:
        return describe_value(name, value)
    if callable(value):
        answer = {"kind": "function"}
        if is_covered(value):
            note(path, value, differs)
            add_signature(answer, value, False)
        return answer
    return {"kind": "mapping" if hasattr(value, "keys") else "instance"}


def kind_of(value):
    """Return the name of a value's type; that of a member of an enumeration is the number's."""
    for kind in (bool, int, str, tuple):
        if isinstance(value, kind):
            return kind.__name__
    return type(value).__name__.replace("long", "int")


def describe_value(name, value):
    """Return the description (dict) of a constant."""
    answer = {"kind": kind_of(value)}
    if isinstance(value, _INTEGERS) and not isinstance(value, bool):
        answer["value"] = int(value)
        if hasattr(type(value), "__members__"):
            answer["enum"] = type(value).__name__
    elif value is None or name in _OF_OPENSSL:
        pass
    elif isinstance(value, bool):
        answer["value"] = value
    elif isinstance(value, (set, frozenset)):
        answer["value"] = sorted(str(each) for each in value)
    elif isinstance(value, (str, bytes)):
        answer["value"] = shorten(value if isinstance(value, str) else value.decode("latin-1"))
    else:
        answer["value"] = shorten(repr(value))
    return answer


def shorten(text):
    """Return a text, or what tells a long one from others."""
    if len(text) <= _LONGEST and all(" " <= each <= "~" for each in text):
        return text
    data = text if isinstance(text, bytes) else text.encode("latin-1", "replace")
    return "%d characters, CRC-32 %08x" % (len(text), zlib.crc32(data) & 0xFFFFFFFF)


def is_covered(thing):
    """Tell whether a class or a function is part of the covered modules, not only imported by them."""
    home = getattr(thing, "__module__", None)
    if home is None:
        # Methods of C types that a module shows as its functions.
        home = getattr(type(getattr(thing, "__self__", None)), "__module__", None)
    return home in _HOMES or str(home).split(".")[0] == "regraft"


def describe_class(path, cls, differs):
    """Return the description (dict) of a class: ancestors and members of its own; members and values of enumerations."""
    # 3.6 to 3.10 do not say of `Purpose` where it comes from.
    if not is_covered(cls) and not getattr(cls, "__members__", None):
        return {"kind": "class"}
    if hasattr(cls, "__members__"):
        members = list(cls.__members__.items())
        answer = {"kind": "enum", "bases": bases_of(cls)}
        if members and isinstance(members[0][1], _INTEGERS):
            answer["flags"] = type(members[0][1] | members[-1][1]) is cls
        # Further names are set from without: PROTOCOL_SSLv23 is no member of 3.15's `_SSLMethod`, and found there.
        members += [(name, value) for name, value in list(vars(cls).items())
                    if isinstance(value, cls) and not name.startswith("_")]
        answer["members"] = dict(
            (name, {"kind": "member", "value": plain(member.value)}) for name, member in members)
        for base in inspect.getmro(cls)[1:]:
            if is_covered(base) and base.__module__ in MODULES:
                for name, member in vars(base).items():
                    if not name.startswith("_") and name not in _OF_A_ROW:
                        answer["members"].setdefault(name, describe_member(cls, name, member))
        return answer
    answer = {"kind": "exception" if issubclass(cls, BaseException) else "class", "bases": bases_of(cls)}
    if answer["kind"] == "class" and hasattr(inspect, "signature"):
        add_signature(answer, cls, False)
    members = {}
    for base in reversed(inspect.getmro(cls)):
        handed_down = base.__module__ in _HANDED_DOWN
        if not handed_down and not is_covered(base):
            continue
        for name, member in list(vars(base).items()):
            if name in _INCIDENTAL or name.startswith(_PRIVATE_TO_REGRAFT) or handed_down and name.startswith("_"):
                continue
            if issubclass(cls, tuple) and name in _OF_A_ROW:
                continue
            if not hasattr(cls, name):
                continue  # what a class cannot give it has not, whoever it descends from
            inner = "%s.%s" % (path, name)
            note(inner, member, differs)
            members[name] = describe_member(cls, name, member)
    answer["members"] = members
    return answer


def bases_of(cls):
    """Return the names of the ancestors that programs can see, nearest first."""
    names = []
    for base in inspect.getmro(cls)[1:]:
        if is_covered(base):
            if not base.__module__.startswith("regraft") and base.__module__ in MODULES:
                names.append("%s.%s" % (base.__module__, base.__name__))
        elif base.__module__ in ("builtins", "__builtin__", "exceptions", "socket") and base is not object:
            names.append(_SYSTEM_ERRORS.get(base.__name__, base.__name__))
    return [name for name in names if name not in (None, "_socketobject", "socket")]


def plain(value):
    """Return a value that JSON has."""
    return int(value) if isinstance(value, _INTEGERS) else repr(value)


def describe_member(cls, name, member):
    """Return the description (dict) of a member of a class."""
    if isinstance(member, (classmethod, staticmethod)):
        return add_signature({"kind": type(member).__name__}, getattr(cls, name), False)
    if isinstance(member, _CLASSES):
        return {"kind": "class"}
    if type(member).__name__ == "property":
        return {"kind": "attribute", "settable": member.fset is not None}
    if inspect.isdatadescriptor(member):
        # Whether those of C can be set only trying tells.
        return {"kind": "attribute"}
    if callable(member):
        return add_signature({"kind": "method"}, member, True)
    if member is None or isinstance(member, (bool, float, str, bytes, tuple, list) + _INTEGERS):
        return dict(describe_value(name, member), kind="value")
    return {"kind": type(member).__name__}


def add_signature(answer, function, is_method):
    """Put the signature into a description, if the interpreter can tell it; return the description."""
    rows = parameters(function) if hasattr(inspect, "signature") else parameters_2(function)
    if rows is not None:
        bound = getattr(function, "__self__", None) is not None and not hasattr(inspect, "signature")
        answer["signature"] = write_signature(rows[1:] if rows and (is_method or bound) else rows)
    return answer


def write_signature(rows):
    """Return a signature as texts, from (name, kind, default) of each parameter."""
    answer, before = [], ""
    for name, kind, default in rows:
        if before == "/" and kind != "/":
            answer.append("/")
        if kind == "k" and before not in ("k", "*"):
            answer.append("*")
        before = kind
        mark = kind if kind in ("*", "**") else ""
        answer.append(mark + name if default is None else "%s=%s" % (name, default))
    return answer + ["/"] if before == "/" else answer


def parameters(function):
    """Return (name, kind, default) of each parameter, or None if Python 3 cannot say."""
    kinds = {"POSITIONAL_ONLY": "/", "POSITIONAL_OR_KEYWORD": "", "VAR_POSITIONAL": "*", "KEYWORD_ONLY": "k",
             "VAR_KEYWORD": "**"}
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    return [(each.name, kinds[each.kind.name], None if each.default is each.empty else show_default(each.default))
            for each in found]


def parameters_2(function):
    """Return the same as far as Python 2 can tell it."""
    function = getattr(function, "__func__", function)
    code = getattr(function, "func_code", None)
    if code is None or not hasattr(code, "co_varnames"):
        return None
    names = list(code.co_varnames[:code.co_argcount])
    # Cython counts its keyword-only parameters with the others.
    named = getattr(function, "__kwdefaults__", None) or {}
    last = [name for name in names if name in named]
    names = [name for name in names if name not in named]
    defaults = list(function.func_defaults or ())
    defaults = [None] * (len(names) - len(defaults)) + [show_default(each) for each in defaults]
    rows = [(name, "", default) for name, default in zip(names, defaults)]
    rest = list(code.co_varnames[code.co_argcount:])
    rows += [(rest.pop(0), kind, None) for flag, kind in ((4, "*"), (8, "**")) if code.co_flags & flag and rest]
    return rows + [(name, "k", show_default(named[name])) for name in last]


def show_default(value):
    """Return a default as text, the same in every interpreter."""
    if isinstance(value, _INTEGERS) and not isinstance(value, bool):
        return str(int(value))
    if hasattr(value, "shortname"):
        return value.shortname
    if isinstance(value, bytes) and not isinstance(value, str) and value == b"":
        return "''"  # on Python 2 the two are one
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__  # with an address in it `repr` would differ from run to run
    return "..." if type(value) is object else repr(value)


def describe_instances():
    """Return what objects have (dict), by how they are made."""
    answer = {}
    makers = {}
    hashlib, hmac = sys.modules.get("hashlib"), sys.modules.get("hmac")
    if hashlib is not None:
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384",
                     "sha3_512", "shake_128", "shake_256", "blake2b", "blake2s"):
            if hasattr(hashlib, name):
                makers["hashlib.%s()" % name] = getattr(hashlib, name)
        makers["hashlib.new('sha256')"] = lambda: hashlib.new("sha256")
    if hmac is not None and hashlib is not None:
        makers["hmac.new(key, msg, hashlib.sha256)"] = lambda: hmac.new(b"key", b"", hashlib.sha256)
    if sys.modules.get("ssl") is not None:
        makers["ssl.SSLContext().wrap_socket(socket)"] = make_socket
    for name, make in makers.items():
        try:
            instance = make()
        except Exception:  # noqa: B902  (a module from which something is missing)
            answer[name] = None
            continue
        found = ((each, describe_attribute(instance, each)) for each in dir(instance) if not each.startswith("_"))
        answer[name] = dict((each, described) for each, described in found if described)
        if hasattr(instance, "close"):
            instance.close()
    return answer


def make_socket():
    """Return a client's socket that is not connected."""
    ssl = sys.modules["ssl"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return context.wrap_socket(socket.socket())


def describe_attribute(instance, name):
    """Return the description (dict) of what an object has under a name; None if it has nothing there."""
    try:
        value = getattr(instance, name)
    except AttributeError:
        return None
    except Exception:  # noqa: B902  (it is there, and needs a connection)
        return {"kind": "attribute"}
    if callable(value):
        return {"kind": "method"}
    if isinstance(value, (str,) + _INTEGERS) and not isinstance(instance, socket.socket):
        return {"kind": "attribute", "value": plain(value) if isinstance(value, _INTEGERS) else value}
    return {"kind": "attribute"}


def describe_defaults():
    """Return what contexts, and HMACs without a digest, start with (dict of dict), by the call that makes them."""
    import ssl

    calls = {"ssl.SSLContext()": lambda: ssl.SSLContext()}
    for name in dir(ssl):
        if name.startswith("PROTOCOL_"):
            calls["ssl.SSLContext(%s)" % name] = lambda name=name: ssl.SSLContext(getattr(ssl, name))
    for purpose in ("SERVER_AUTH", "CLIENT_AUTH"):
        for function in ("create_default_context", "_create_unverified_context", "_create_stdlib_context",
                         "_create_default_https_context"):
            if hasattr(ssl, function):
                calls["ssl.%s(%s)" % (function, purpose)] = (
                    lambda function=function, purpose=purpose:
                        getattr(ssl, function)(purpose=getattr(ssl.Purpose, purpose)))
    calls["hmac.new(key)"] = lambda: __import__("hmac").new(b"key")
    answer = dict((name, describe_call(call)) for name, call in calls.items())
    answer["ssl.create_default_context(SERVER_AUTH) under SSLKEYLOGFILE"] = keeps_log(ssl)
    return answer


def describe_call(call):
    """Return the settings (dict) of what a call makes, or the exception that it raises."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            made = call()
        except Exception as error:  # noqa: B902  (which one is the answer)
            return {"raises": type(error).__name__}
    answer = {"warns": sorted(set(each.category.__name__ for each in caught))}
    if hasattr(made, "hexdigest"):
        answer["digest size"] = int(made.digest_size)
        return answer
    for name in ("protocol", "options", "verify_flags", "verify_mode", "minimum_version", "maximum_version",
                 "security_level", "num_tickets", "_host_flags"):
        if hasattr(made, name):
            answer[name] = int(getattr(made, name))
    for name in ("check_hostname", "post_handshake_auth", "hostname_checks_common_name"):
        if hasattr(made, name):
            answer[name] = bool(getattr(made, name))
    for name in ("sslsocket_class", "sslobject_class"):
        if hasattr(made, name):
            answer[name] = getattr(made, name).__name__
    for name in ("keylog_filename", "sni_callback"):
        if hasattr(made, name):
            answer[name] = getattr(made, name) is not None
    if hasattr(made, "get_ciphers"):
        answer["ciphers"] = [str(each["name"]) for each in made.get_ciphers()]
    return answer


def keeps_log(ssl):
    """Return whether default contexts write the file that SSLKEYLOGFILE names (dict)."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "log")
    os.environ["SSLKEYLOGFILE"] = path
    try:
        return {"keeps a log": getattr(ssl.create_default_context(), "keylog_filename", None) is not None}
    except Exception as error:  # noqa: B902  (which one is the answer)
        return {"raises": type(error).__name__}
    finally:
        del os.environ["SSLKEYLOGFILE"]
        shutil.rmtree(folder)


if __name__ == "__main__":
    # This file's directory must not be searched: its neighbours have names of their own.
    if sys.path and os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)):
        del sys.path[0]
    json.dump(describe(), sys.stdout, sort_keys=True)
