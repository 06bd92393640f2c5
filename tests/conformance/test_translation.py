"""Programs in the language of Python 3, translated, print the same on 2.7 as untranslated on 3."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import libcst
import pytest
from regraft_tools import interpreters
from regraft_tools.conformance import reference, translation

FOUND = interpreters.search(["2.7"]).found
needs_27 = pytest.mark.skipif(not FOUND, reason="Python 2.7, which the translation is for, is not here")

PROGRAMS = {
    "an f-string": '''
        name, width, number = "n", 6, 255
        print(f"{name}|{name!r}|{number:x}|{number:>{width}}|{{}}|{number=}|{name + 'x'}")
        print("a" f"{name}" "b{}" f'{"q"}')
        print(f"""{
            number
        } and
        {name}""")
        ''',
    "text outside ASCII": r'''
        print(len("ä"), len("\u20ac"), len(f"{1}ß"), "ascii" == "ascii", len(b"\xe4"), len(rb"\x"))
        ''',
    "parameters by keyword only": '''
        def plain(a, *, b=2, c):
            return a, b, c
        def starred(*rest, b=2, **more):
            return rest, b, sorted(more.items())
        def closed(*rest, b):
            return rest, b
        def positional(a, /, b: int = 3, *, c: str = "x", **more: object) -> tuple:
            return a, b, c, more
        print(plain(1, c=3), plain(1, b=4, c=5), starred(1, 2, b=3, d=4), closed(1, b=2), positional(1))
        for call in (lambda: closed(1), lambda: closed(1, b=2, d=3)):
            try:
                call()
            except TypeError:
                print("TypeError")
        print((lambda x, *, y=1: x + y)(2))
        ''',
    "defaults are made with their function": '''
        made = []
        for n in range(3):
            def f(*rest, number=n, **more):
                return number, rest
            made.append(f)
        print([each(1) for each in made], made[0](number=9), f.__name__)
        ''',
    "commas after stars": '''
        def f(
            *rest,
            **more,
        ):
            return rest, more
        a, b = [1, 2], {"x": 1}
        print(f(*a,), f(**b,), f(
            *a,
            **b,
        ))
        ''',
    "several stars": '''
        def f(*rest, **more):
            return rest, sorted(more.items())
        a, b, c, d = [1, 2], (3,), {"x": 1}, {"y": 2}
        print(f(*a, 0, *b, **c, z=3, **d), [*a, 0, *b], (*b, *a), sorted({*a, *b}), sorted({**c, "w": 0, **d}))
        ''',
    "unpacking with a star": '''
        first, *middle, last = range(5)
        print(first, middle, last)
        for head, *tail in [(1, 2, 3), (4,)]:
            print(head, tail)
        try:
            a, b, *c = [1]
        except ValueError:
            print("too few")
        ''',
    "nonlocal": '''
        def outer(given):
            count, given = 0, given + 1
            def inner(step=1):
                nonlocal count, given
                count += step
                given = [given for given in range(3)][-1]
                return count
            def other(count):
                return count
            inner(); inner(5)
            return count, given, other(count=9), dict(count=count)
        print(outer(7))
        ''',
    "super without arguments": '''
        class Base:
            def __init__(self, **given):
                self.given = given
        class Outer(Base):
            class Inner(Base):
                def __init__(self):
                    super().__init__(inner=1)
            def __init__(self):
                def later():
                    super(Outer, self).__init__(outer=1)
                super().__init__(first=1)
                later()
        def local():
            class Here(Base):
                def __init__(me):
                    super().__init__(here=1)
            return Here()
        print(Outer().given, Outer.Inner().given, local().given)
        ''',
    "classes": '''
        class Meta(type):
            def __call__(cls, *given):
                return type.__call__(cls, *given, "meta")
        class Thing(metaclass=Meta):
            """Documented."""
            __slots__ = ("values", "left")
            def __init__(self, *values):
                self.values, self.left = values, 2
            def __bool__(self):
                return False
            def __eq__(self, other):
                return isinstance(other, Thing) and self.values == other.values
            __hash__ = None
            def __iter__(self):
                return self
            def __next__(self):
                if not self.left:
                    raise StopIteration
                self.left -= 1
                return self.left
        print(bool(Thing()), Thing(1) == Thing(1), Thing(1) != Thing(1), Thing(1) != Thing(2), list(Thing()),
              Thing.__doc__, isinstance(Thing, Meta))
        ''',
    "walrus": '''
        values = [1, 2, 0, 3]
        def f():
            seen = []
            while (value := values.pop(0)):
                seen.append(value)
            return seen, value
        print(f())
        if (n := len(values)) == 1:
            print(n)
        ''',
    "comprehensions have a scope": '''
        x = "kept"
        print([x for x in range(3)], x, [(x, y) for x in "ab" for y in "cd" if x != "b"], x)
        ''',
    "with in parentheses": '''
        import contextlib
        class Thing:
            def __init__(self, name):
                self.name = name
            def close(self):
                print("closed", self.name)
            def __enter__(self):
                return self
            def __exit__(self, *error):
                self.close()
        with (
            Thing("a") as a,
            Thing("b"),
        ):
            print(a.name)
        with contextlib.suppress(KeyError), contextlib.nullcontext(5) as five:
            print(five)
            {}["x"]
        ''',
    "sockets close after their block": '''
        import socket
        with socket.socket() as one, socket.create_server(("127.0.0.1", 0)) as two:
            print(one.fileno() > 0, two.getsockname()[0])
        try:
            two.getsockname()
        except OSError as error:
            print(type(error).__name__ in ("OSError", "error"), error.errno)
        ''',
    "errors are told apart by number": '''
        import errno, os, select, socket
        def caught(action):
            try:
                action()
            except FileNotFoundError as error:
                return "not found", error.errno == errno.ENOENT
            except (ConnectionResetError, BrokenPipeError) as error:
                return "connection", isinstance(error, ConnectionError), isinstance(error, FileNotFoundError)
            except TimeoutError:
                return "time-out"
            except OSError as error:
                return "other", isinstance(error, OSError)
            except ValueError:
                return "value"
        def fail(error):
            raise error
        def wait():
            one, two = socket.socketpair()
            with one, two:
                one.settimeout(0.01)
                one.recv(1)
        def broken():
            one, two = socket.socketpair()
            with one:
                two.close()
                one.send(b"x")
        print(caught(lambda: open("/nowhere/at all")), caught(lambda: os.mkdir("/")), caught(wait), caught(broken),
              caught(lambda: fail(ConnectionResetError("gone"))), caught(lambda: int("x")),
              caught(lambda: select.select([1000], [], [], 0)), issubclass(socket.timeout, OSError))
        class Own(OSError):
            pass
        try:
            raise Own(1, "mine")
        except OSError as error:
            print(type(error).__name__, error.errno, isinstance(error, Own))
        ''',
    "raise from": '''
        def f():
            try:
                {}[1]
            except KeyError as error:
                raise ValueError("v") from error
        try:
            f()
        except ValueError as error:
            print(error)
        ''',
    "annotations": '''
        from __future__ import annotations
        count: int = 1
        class Thing:
            size: int
            name: str = "n"
        def f(x: int, *y: str) -> None: ...
        print(count, Thing.name, f(1), ... is Ellipsis)
        ''',
    "numbers": '''
        print(1_000, 0x_ff, 1_0.5, 7 // 2, 7 / 2, 0o17, isinstance(2 ** 80, int), isinstance(True, int))
        ''',
    "bytes": '''
        import array
        print(bytes(3) == b"\\0" * 3, bytes([65, 66]) == b"AB", bytes.fromhex("4142") == b"AB", b"AB".hex(),
              bytearray(b"AB").hex(), bytes(bytearray(b"x")) == b"x", bytes(memoryview(b"x")) == b"x",
              bytes("x", "ascii") == b"x", bytes(array.array("B", [65])) == b"A", str(b"x", "ascii") == "x",
              (258).to_bytes(2, "big") == b"\\1\\2", int.from_bytes(b"\\1\\2", "little"),
              (-1).to_bytes(1, "big", signed=True) == b"\\xff",
              isinstance(b"", bytes), isinstance("", str), isinstance(1, bytes))
        class Name(str):
            pass
        class Data(bytes):
            pass
        print(Name("x").upper(), isinstance(Name("x"), str), isinstance(Data(b"x"), bytes))
        ''',
    "methods that 2.7 lacks": '''
        values = [1, 2]
        other = values.copy()
        values.clear()
        print(values, other, "abc".removeprefix("a"), "abc".removesuffix("c"), "a.b.c".rsplit(".", maxsplit=1),
              "abc".isascii(), {"a": 1}.keys() == {"a"}, sorted({"a": 1}.items()), (5).bit_count())
        class Own:
            def copy(self, *given):
                return "own", given
            def keys(self):
                return "keys"
        print(Own().copy(1), Own().keys())
        ''',
    "names and unions": '''
        class Outer:
            pass
        def f():
            pass
        Outer.__qualname__ = f.__qualname__ = "given"
        print(Outer.__qualname__, f.__qualname__, sorted(({"a": 1} | {"a": 2, "b": 3}).items()), 5 | 2, {1} | {2} == {1, 2},
              max([], default=0), min([3, 1], default=0), max(1, 2))
        ''',
    "temporary files": '''
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder:
            with tempfile.NamedTemporaryFile("w", dir=folder, delete_on_close=False) as file:
                file.write("x")
                file.close()
                print(os.listdir(folder) == [os.path.basename(file.name)])
            print(os.listdir(folder))
        print(os.path.exists(folder))
        ''',
    "ranges": '''
        r = range(2, 20, 3)
        print(len(r), r[1], r[-1], list(r[1:4]), 5 in r, 6 in r, list(reversed(r)), len(range(10 ** 12)), list(range(3, 0, -1)))
        ''',
    "decorators": '''
        import functools
        table = [lambda function: ("decorated", function())]
        @table[0]
        def f():
            return 1
        @functools.lru_cache
        def g(x):
            print("called", x)
            return x
        @functools.wraps(g)
        def h():
            pass
        print(f, g(1), g(1), h.__name__, h.__wrapped__ is g)
        ''',
    "yield from": '''
        def f():
            yield 0
            yield from [1, 2]
        print(list(f()))
        ''',
    "imports": '''
        import http.client, urllib.parse as parse
        import os.path
        from collections import abc, OrderedDict as Ordered
        try:
            import no_such_module
        except ImportError:
            print("none")
        try:
            from os import no_such_name
        except ImportError:
            print("none")
        print(http.client.HTTPConnection.__name__, parse.unquote("a%20b"), os.path.join("a", "b"),
              isinstance({}, abc.Mapping), list(Ordered([(1, 2)])))
        ''',
}


def run_on_3(program, folder):
    return run([sys.executable, "-c", program], folder)


def run_on_27(program, folder):
    (folder / "backport").symlink_to(reference.BACKPORT)
    (folder / "program.py").write_text(translation.translate(program).source, "utf-8")
    return run([str(FOUND[0].path), "-B", "program.py"], folder)


def run(command, folder):
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_27
@pytest.mark.parametrize("name", PROGRAMS)
def test_it_prints_the_same(name, tmp_path):
    program = textwrap.dedent(PROGRAMS[name])
    if "delete_on_close" in program and sys.version_info < (3, 12):
        program = program.replace(", delete_on_close=False", "").replace("file.close()", "file.flush()")
    expected = run_on_3(program, tmp_path)
    assert expected
    assert run_on_27(program, tmp_path) == expected


CASES = '''
import unittest, warnings
from unittest import TestCase

class Cases(TestCase):
    def test_subtests_all_run(self):
        for n in range(4):
            with self.subTest(n=n):
                self.assertNotEqual(n % 2, 1)

    def test_a_skip_in_a_subtest_skips_only_that(self):
        for n in range(2):
            with self.subTest(n=n):
                if n == 0:
                    self.skipTest("first")
                print("second")

    def test_an_error_of_another_class_is_no_success(self):
        with self.assertRaises(FileNotFoundError):
            raise PermissionError("no")

    def test_words_are_compared(self):
        with self.assertRaisesRegex(ValueError, "^right"):
            raise ValueError("wrong")

    def test_nothing_raised(self):
        self.assertRaises(OSError, len, "")

    def test_nothing_warned(self):
        with self.assertWarns(DeprecationWarning):
            warnings.warn("other", UserWarning)

    def test_good(self):
        with self.assertRaises(OSError) as caught:
            open("/nowhere/at all")
        self.assertEqual(caught.exception.errno, 2)
        for _ in range(2):
            with self.assertWarnsRegex(UserWarning, "^w") as seen:
                warnings.warn("word", UserWarning)
            self.assertEqual(str(seen.warning), "word")
        self.assertRaisesRegex(ValueError, "invalid literal", int, "x")
        self.enterContext(open("/dev/null"))
        self.assertRegex("abc", "b")
        self.assertStartsWith("abc", "ab")
        self.assertHasAttr(self, "id")
        self.assertIsSubclass(ConnectionResetError, ConnectionError)

    @unittest.skipIf(True, "never")
    def test_skipped(self):
        raise RuntimeError

result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(Cases).run(result)
print("failed", sorted({test.id().split(".")[-1].split(" ")[0] for test, _ in result.failures}))
print("errors", sorted({test.id().split(".")[-1].split(" ")[0] for test, _ in result.errors}))
print("skipped", sorted(reason for _, reason in result.skipped))
'''


@needs_27
def test_test_cases_judge_the_same(tmp_path):
    program = CASES
    if not hasattr(__import__("unittest").TestCase, "assertStartsWith"):  # 3.14's
        program = "".join(
            line for line in CASES.splitlines(keepends=True)
            if not any(each in line for each in ("assertStartsWith", "assertHasAttr", "assertIsSubclass"))
        )
    expected = run_on_3(program, tmp_path)
    assert "failed ['test_nothing_raised', 'test_nothing_warned', 'test_subtests_all_run'" in expected
    assert run_on_27(program, tmp_path) == expected


@pytest.mark.parametrize("body, what", [
    ("match x:\n        case 1: pass", "match"),
    ("await x", "await"),
    ("return x @ x", "@"),
    ("try: pass\n    except* ValueError: pass", "except*"),
    ("y = yield from x", "yield from"),
])
def test_a_function_that_cannot_be_said_raises_and_the_others_stay(body, what, tmp_path):
    head = "async def" if what == "await" else "def"
    program = "%s f(x):\n    %s\n\ndef g():\n    return 1\n" % (head, body)
    made = translation.translate(program)
    assert list(made.refused) == ["f"] and what in made.refused["f"]
    assert "def g():\n    return 1\n" in made.source
    assert "NotTranslated" in made.source.split("def g")[0]


def test_a_module_that_cannot_be_said_is_refused():
    with pytest.raises(translation.NotTranslatable, match="match"):
        translation.translate("match 1:\n    case 1: pass\n")


def test_what_is_no_python_is_refused():
    with pytest.raises(libcst.ParserSyntaxError):
        translation.translate("def f(:\n")


def test_it_tells_what_is_imported():
    made = translation.translate(
        "import a.b as c\nfrom . import d\nfrom .e import f\nfrom g import (h as i)\n", "test.package"
    )
    assert set(made.imports) >= {"a.b", "test.package.d", "test.package.e", "g"}
