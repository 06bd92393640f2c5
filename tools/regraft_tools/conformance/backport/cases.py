"""`unittest.TestCase` as in 3."""
from __future__ import absolute_import, division, print_function

import re
import sys
import unittest
import warnings

from backport.errors import matches
from backport.language import enter, raise_again

_module_cleanups = []


def addModuleCleanup(function, *arguments, **keywords):
    """Has a function called when all tests have run."""
    _module_cleanups.append((function, arguments, keywords))


def do_module_cleanups():
    """Calls what addModuleCleanup took, the last first."""
    while _module_cleanups:
        function, arguments, keywords = _module_cleanups.pop()
        function(*arguments, **keywords)


def _native(text):
    return text.encode("utf-8") if isinstance(text, unicode) else text


class _Raises(object):
    """Context of assertRaises and its kin."""

    def __init__(self, case, wanted, pattern=None):
        self._case, self._wanted, self._pattern = case, wanted, pattern
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            raise self._case.failureException("%r not raised" % (self._wanted,))
        if not matches(error, self._wanted):
            return False
        self.exception = error
        if self._pattern is not None and not re.search(self._pattern, str(error)):
            pattern = getattr(self._pattern, "pattern", self._pattern)
            raise self._case.failureException('"%s" does not match "%s"' % (pattern, error))
        return True


class _Warns(object):
    """Context of assertWarns and its kin."""

    def __init__(self, case, wanted, pattern=None):
        self._case, self._wanted, self._pattern = case, wanted, pattern

    def __enter__(self):
        for module in list(sys.modules.values()):
            # A warning that was given once would not be given again, whatever the filters say.
            registry = getattr(module, "__warningregistry__", None)
            if registry:
                registry.clear()
        self._manager = warnings.catch_warnings(record=True)
        self._seen = self._manager.__enter__()
        warnings.simplefilter("always", self._wanted)
        return self

    def __exit__(self, kind, error, trace):
        self._manager.__exit__(kind, error, trace)
        if kind is not None:
            return
        of_kind = [each for each in self._seen if isinstance(each.message, self._wanted)]
        fit = [
            each for each in of_kind
            if self._pattern is None or re.search(self._pattern, str(each.message))
        ]
        self.warnings = self._seen
        if not fit:
            raise self._case.failureException("%r not triggered; there were %r" % (
                self._wanted, [str(each.message) for each in self._seen]))
        self.warning, self.filename, self.lineno = fit[0].message, fit[0].filename, fit[0].lineno


class _SubTest(object):
    """Context of subTest: a failure in it is kept until the test ends."""

    def __init__(self, case, label):
        self._case, self._label = case, label

    def __enter__(self):
        return None

    def __exit__(self, kind, error, trace):
        if kind is None or issubclass(kind, KeyboardInterrupt):
            return False
        if isinstance(error, unittest.SkipTest):
            self._case._result.addSkip(self._case, str(error))
        else:
            self._case._kept.append((self._label, (kind, error, trace)))
        return True


class TestCase(unittest.TestCase):
    """A test case whose assertions are those of Python 3."""

    def run(self, result=None):
        self._result, self._kept = result, []
        name = self._testMethodName
        method = getattr(self, name)

        def with_subtests():
            method()
            if self._kept:
                label, (kind, error, trace) = self._kept[0]
                others = "; ".join("%s: %r" % (each[0], each[1][1]) for each in self._kept[1:])
                text = "in %s: %s: %s\n(also %s)" % (label, kind.__name__, error, others or "none")
                raise_again(self.failureException, self.failureException(text), trace)

        # unittest asks the method whether the test is skipped.
        with_subtests.__dict__.update(getattr(method, "__dict__", {}))
        setattr(self, name, with_subtests)
        try:
            return unittest.TestCase.run(self, result)
        finally:
            delattr(self, name)
            self._result, self._kept = None, []

    def subTest(self, message=None, **parameters):
        label = " ".join(["%s=%r" % item for item in sorted(parameters.items())])
        return _SubTest(self, "%s (%s)" % (message or "", label))

    def enterContext(self, manager):
        manager = enter(manager)
        result = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return result

    @classmethod
    def enterClassContext(cls, manager):
        manager = enter(manager)
        result = manager.__enter__()
        cls.addClassCleanup(manager.__exit__, None, None, None)
        return result

    @classmethod
    def addClassCleanup(cls, function, *arguments, **keywords):
        if "_class_cleanups" not in cls.__dict__:
            cls._class_cleanups = []
        cls._class_cleanups.append((function, arguments, keywords))

    @classmethod
    def tearDownClass(cls):
        while cls.__dict__.get("_class_cleanups"):
            function, arguments, keywords = cls._class_cleanups.pop()
            function(*arguments, **keywords)

    def _call(self, context, arguments, keywords):
        if not arguments:
            return context
        with context:
            arguments[0](*arguments[1:], **keywords)

    def assertRaises(self, wanted, *arguments, **keywords):
        return self._call(_Raises(self, wanted), arguments, keywords)

    def assertRaisesRegex(self, wanted, pattern, *arguments, **keywords):
        return self._call(_Raises(self, wanted, pattern), arguments, keywords)

    def assertWarns(self, wanted, *arguments, **keywords):
        return self._call(_Warns(self, wanted), arguments, keywords)

    def assertWarnsRegex(self, wanted, pattern, *arguments, **keywords):
        return self._call(_Warns(self, wanted, pattern), arguments, keywords)

    def assertEqual(self, first, second, msg=None):
        kinds = (str, unicode)
        if isinstance(first, kinds) and isinstance(second, kinds):
            # A literal outside ASCII is unicode; what regraft gives is native.
            first, second = _native(first), _native(second)
        unittest.TestCase.assertEqual(self, first, second, msg)

    def assertRegex(self, text, pattern, msg=None):
        self.assertRegexpMatches(text, pattern, msg)

    def assertNotRegex(self, text, pattern, msg=None):
        self.assertNotRegexpMatches(text, pattern, msg)

    def assertCountEqual(self, first, second, msg=None):
        self.assertItemsEqual(first, second, msg)

    def assertHasAttr(self, thing, name, msg=None):
        if not hasattr(thing, name):
            self.fail(self._formatMessage(msg, "%r has no attribute %r" % (thing, name)))

    def assertNotHasAttr(self, thing, name, msg=None):
        if hasattr(thing, name):
            self.fail(self._formatMessage(msg, "%r has the attribute %r" % (thing, name)))

    def assertIsSubclass(self, kind, parent, msg=None):
        if not issubclass(kind, parent):
            self.fail(self._formatMessage(msg, "%r is no subclass of %r" % (kind, parent)))

    def assertStartsWith(self, text, front, msg=None):
        if not text.startswith(front):
            self.fail(self._formatMessage(msg, "%r does not start with %r" % (text, front)))

    def assertEndsWith(self, text, end, msg=None):
        if not text.endswith(end):
            self.fail(self._formatMessage(msg, "%r does not end with %r" % (text, end)))
