"""What two processes of pytest say to each other: lines of JSON, with reports as pytest itself writes them down."""
from __future__ import absolute_import, division, print_function

import json

import pytest

from regraft import _compat


def encode(message):
    """Return a message as a line.

    Args: message (dict); what JSON does not know is written as its `repr`.
    Returns:
        bytes
    """
    return json.dumps(_as_text(message), default=repr).encode("ascii") + b"\n"


def decode(line):
    """Return the message of a line.

    Args: line (bytes)
    Returns:
        dict; on Python 2 with texts of type `str` wherever they are ASCII, as pytest has them there.
    """
    return _as_native(json.loads(line.decode("ascii")))


def describe(value):
    """Return `str(value)`; on Python 2 of what says something beyond ASCII `unicode(value)`."""
    try:
        return str(value)
    except UnicodeError:
        return _compat.text_type(value)


def pack(config, report):
    """Return a report of pytest as a dict that `encode` takes."""
    return config.hook.pytest_report_to_serializable(config=config, report=report)


def unpack(config, data):
    """Return the report of pytest that `pack` wrote down, with the tuples that JSON has made lists."""
    report = config.hook.pytest_report_from_serializable(config=config, data=data)
    if isinstance(report.longrepr, list):  # of a skip: file, line, reason
        report.longrepr = tuple(report.longrepr)
    report.sections = [tuple(each) for each in report.sections]
    if isinstance(report, pytest_report_class()):
        report.location = tuple(report.location)
        report.user_properties = [tuple(each) for each in report.user_properties]
    return report


def make_report(nodeid, location, outcome, longrepr, when, sections=()):
    """Return a report for what no test has reported itself.

    Args:
        nodeid (str), location (tuple of str, int or None, str): of the test.
        outcome (str): passed, failed, skipped.
        longrepr (object): the text, or what pytest made of it; None if there is nothing to say.
        when (str): setup, call, teardown.
        sections (list of (str, str)): what was printed.
    """
    return pytest_report_class()(nodeid, location, {}, outcome, longrepr, when, sections=list(sections), duration=0.0)


def pytest_report_class():
    """Return pytest's class of reports, which has no public name before 7.0."""
    found = getattr(pytest, "TestReport", None)
    if found is None:
        from _pytest.reports import TestReport as found
    return found


def _as_text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return dict((_as_text(key), _as_text(each)) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return [_as_text(each) for each in value]
    return value


def _as_native(value):
    if _compat.PY2 and isinstance(value, _compat.text_type):
        try:
            return value.encode("ascii")
        except UnicodeError:
            return value
    if isinstance(value, dict):
        return dict((_as_native(key), _as_native(each)) for key, each in value.items())
    if isinstance(value, list):
        return [_as_native(each) for each in value]
    return value
