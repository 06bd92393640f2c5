"""The report about this process: what the other modules here find, put together."""
from __future__ import absolute_import, division, print_function

import datetime
import os
import sys
import time

from regraft import _behavior, _boot, __version__, activation, inspection
from regraft.doctor import CONDITIONS, FORMAT, coverage, lifetimes, observation, settings, strength, trust
from regraft.libraries import parse_library


def examine():
    """Return the report about this process, without a host.

    Returns:
        dict: what `python -m regraft doctor --json` prints.
    """
    today = datetime.date(*time.gmtime()[:3])
    libraries = None
    if activation.find_overlay() is None:
        # Before `status` loads the extension, which brings a library of its own.
        find_ssl()
        libraries = settings.list_libraries()
    status = inspection.examine()
    if status["extension"]["error"]:
        # It was found broken. To load it all the same may end the process, and each recipe would try.
        sys.modules["regraft._openssl"] = None
    stock = coverage.Stock() if status["active"] else None
    ssl, error = find_ssl()
    error = status["ssl"]["error"] or error
    extension = sys.modules.get("regraft._openssl")
    openssl = _examine_openssl(ssl, today, libraries or settings.list_libraries())
    if status["active"]:
        openssl.update((name, status["extension"][name]) for name in ("bundled", "sbom"))
    places = status["trust"] if status["active"] else trust.find_places(ssl)
    if ssl is None and extension is not None:
        places = status["trust"]
    # An OpenSSL that is part of the extension reads no file but the one that OPENSSL_CONF names.
    files = settings.list_files(None if openssl["bundled"] else _find_home(ssl), openssl["bundled"])
    defaults, weak = None, []
    if ssl is not None:
        defaults, weak = strength.examine(ssl, openssl["loaded"], files["openssl"])
    now = observation.observe()
    report = {
        "format": FORMAT,
        "regraft": __version__,
        "date": today.isoformat(),
        "interpreter": _examine_interpreter(today),
        "status": status,
        "modules": list_modules(),
        "ssl_error": error,
        "openssl": openssl,
        "trust": trust.examine(places, extension),
        "certifi": trust.find_certifi(today),
        "defaults": defaults,
        "weak": weak,
        "variables": settings.list_variables(),
        "files": files,
        "hiding": settings.list_hiding_modules(),
        "holders": status["holders"],
        "cves": coverage.list_holes(now),
        "host": None,
    }
    there, report["stock_error"] = stock.collect() if stock else (now, None)
    report["features"] = coverage.list_features(now, there)
    return report


def find_ssl():
    """Return the module `ssl` that this process gets, or None, and why not (text or None)."""
    try:
        import ssl
    except Exception as error:  # noqa: B902  (a broken build may fail in any way; the report says how)
        return None, "%s: %s" % (type(error).__name__, error)
    if not hasattr(ssl, "OPENSSL_VERSION"):
        return None, "%s is another module of that name" % getattr(ssl, "__file__", "what is imported")
    return ssl, None


def list_conditions(report):
    """Return which of CONDITIONS a report meets (list of str).

    Args: report (dict), of `examine`.
    """
    host = report["host"] or {"weak": []}
    holds = {
        "cve": any(each["open"] for each in report["cves"]),
        "eol": bool(report["interpreter"]["ended"] or report["openssl"]["ended"]),
        "weak": bool(report["weak"] or host["weak"]),
    }
    return [each for each in CONDITIONS if holds[each]]


def list_modules():
    """Return whose each covered module is (list of dict: `name`, `whose`, `file`, `error`)."""
    import importlib

    found, hiding = [], settings.list_hiding_modules()
    for name in _boot.COVERED:
        if name.startswith("_"):
            continue
        row = {"name": name, "whose": "missing", "file": None, "error": None}
        try:
            module = importlib.import_module(name)
        except Exception as error:  # noqa: B902  (as above)
            row["error"] = "%s: %s" % (type(error).__name__, error)
        else:
            row["file"] = getattr(module, "__file__", None)
            row["whose"] = "regraft" if activation.is_ours(module) else "host"
            if _find_source(row["file"]) in hiding:
                row["whose"] = "other"
        found.append(row)
    return found


def _find_source(path):
    """Return the source of a module's file: 2.7 names the compiled one, and by a relative path in the current directory."""
    return path and os.path.abspath(path[:-1] if path.endswith((".pyc", ".pyo")) else path)


def _examine_interpreter(today):
    # As text, for people. `platform`, which has it too, takes 2.7 longer to load than the report takes.
    release = sys.version.split()[0]
    implementation = getattr(getattr(sys, "implementation", None), "name", "cpython")
    series = "%d.%d" % _behavior.HOST_SERIES
    end, ended = lifetimes.judge(lifetimes.PYTHON, series, today)
    return {"implementation": {"cpython": "CPython"}.get(implementation, implementation), "release": release,
            "series": series, "executable": sys.executable, "end_of_life": end, "ended": ended}


def _examine_openssl(ssl, today, libraries):
    loaded = getattr(ssl, "OPENSSL_VERSION", None)
    library, release, series = parse_library(loaded)
    built = getattr(sys.modules.get("_ssl"), "_OPENSSL_API_VERSION", None)
    end = ended = None
    if library == "OpenSSL":
        end, ended = lifetimes.judge(lifetimes.OPENSSL, series, today)
    return {"loaded": loaded, "built_with": activation.name_version(*built[:4]) if built else None,
            "library": library, "release": release, "series": series, "end_of_support": end, "ended": ended,
            "long_term": series in lifetimes.LONG_TERM, "files": libraries, "bundled": False, "sbom": None}


def _find_home(ssl):
    """Return the directory of OpenSSL's own files, or None."""
    if not hasattr(ssl, "get_default_verify_paths"):
        return None
    return os.path.dirname(ssl.get_default_verify_paths().openssl_cafile)
