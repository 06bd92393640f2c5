"""`run`: one program, as plain Python would run it, and its children."""
from __future__ import absolute_import, division, print_function

import os
import signal
import sys

import pytest

from throwaway import ORIGIN, is_below

PY2 = sys.version_info[0] == 2

DESCRIBE = """
import json, sys
spec = globals().get("__spec__")
print(json.dumps({
    "argv": sys.argv, "name": __name__, "file": globals().get("__file__"), "package": __package__,
    "spec": spec and spec.name, "doc": __doc__, "main": sorted(vars(sys.modules["__main__"])),
    "flags": [str(getattr(sys.flags, name)) for name in ("optimize", "dont_write_bytecode", "bytes_warning")],
    "warnoptions": sys.warnoptions, "path": sys.path,
    "customized": "sitecustomize" in sys.modules, "executable": sys.executable}))
"""

CHILDREN = """
import os, subprocess, sys
if __name__ == "__main__":
    how = sys.argv[1]
    code = "import ssl; print(ssl.__file__)"
    if how == "subprocess":
        sys.stdout.write(subprocess.check_output([sys.executable, "-c", code]).decode())
    elif how == "grandchild":
        inner = "import subprocess, sys; subprocess.check_call([sys.executable, '-c', %r])" % code
        sys.stdout.write(subprocess.check_output([sys.executable, "-c", inner]).decode())
    elif how == "execv":
        os.execv(sys.executable, [sys.executable, "-c", code])
    else:
        import multiprocessing
        context = multiprocessing
        if hasattr(multiprocessing, "get_context"):
            context = multiprocessing.get_context(how)
        import worker
        pool = context.Pool(1)
        print(pool.apply(worker.find_ssl))
        pool.close()
        pool.join()
"""


def compare(environment, arguments, flags=(), **options):
    """Run a program plainly and under `run`; return the two results."""
    plain = environment.run(*(flags + arguments), **options)
    return plain, environment.run(*(flags + ("-m", "regraft", "run") + arguments), **options)


def without_overlay(environment, text):
    return text.replace('"%s", ' % environment.overlay, "")


@pytest.fixture
def program(environment):
    environment.write("work/package/__init__.py", "")
    environment.write("work/package/__main__.py", DESCRIBE)
    return environment.write("work/program.py", DESCRIBE)


@pytest.mark.parametrize("how", ["file", "module", "package", "directory", "code", "stdin"])
def test_a_program_finds_itself_as_under_plain_python(environment, program, how):
    work = os.path.dirname(program)
    arguments, data = {
        "file": ((program,), ""), "module": (("-m", "program"), ""), "package": (("-m", "package"), ""),
        "directory": (("package",), ""), "code": (("-c", DESCRIBE), ""), "stdin": (("-",), DESCRIBE)}[how]
    plain, ours = compare(environment, arguments + ("-a", "--", "-m", "b c"), cwd=work, data=data)
    assert (plain.status, plain.err) == (0, "")
    assert '"%s"' % environment.overlay in ours.out
    assert without_overlay(environment, ours.out) == plain.out
    assert ours.err == ""


@pytest.mark.parametrize("flags", [("-O",), ("-W", "error::UserWarning"), ("-bb",)])
def test_options_of_the_interpreter_are_handed_on(environment, program, flags):
    plain, ours = compare(environment, (program,), flags)
    assert without_overlay(environment, ours.out) == plain.out


@pytest.mark.parametrize("code, status", [
    ("import sys; sys.exit(3)", 3), ("raise SystemExit('text')", 1), ("1 / 0", 1), ("import os; os._exit(7)", 7),
    ("import os; os.kill(os.getpid(), %d)" % signal.SIGTERM, -signal.SIGTERM)])
def test_a_program_ends_as_under_plain_python(environment, code, status):
    program = environment.write("program.py", "def main():\n    %s\nmain()\n" % code)
    plain, ours = compare(environment, (program,))
    assert plain.status == ours.status == status
    assert plain.err == ours.err


def test_a_program_that_is_not_there_is_plain_pythons_error(environment):
    plain, ours = compare(environment, ("nowhere.py",))
    assert (plain.status, plain.err) == (ours.status, ours.err)


@pytest.mark.parametrize("how", ["subprocess", "grandchild", "execv", "fork"] + ([] if PY2 else ["spawn", "forkserver"]))
def test_children_get_regraft(environment, how):
    environment.write("worker.py", "def find_ssl():\n    import ssl\n    return ssl.__file__\n")
    program = environment.write("program.py", CHILDREN)
    result = environment.regraft("run", program, how)
    assert result.status == 0, result
    assert is_below(result.out.strip(), environment.overlay)
    assert result.err == ""


@pytest.mark.parametrize("flag", ["-E", "-S"] + ([] if PY2 else ["-I"]))
def test_children_that_ignore_the_environment_do_not_get_it(environment, flag):
    code = "import subprocess, sys; subprocess.call([sys.executable, %r, '-c', %r])" % (flag, ORIGIN)
    result = environment.regraft("run", "-c", code)
    assert not is_below(result.out.strip() or os.sep, environment.overlay)


@pytest.mark.parametrize("flag", ["-E"] + ([] if PY2 else ["-I"]))
def test_flags_that_defeat_it_are_refused(environment, flag):
    result = environment.run(flag, "-m", "regraft", "run", "-c", ORIGIN)
    assert result.status == 125
    assert result.out == ""
    assert "enable" in result.err


def test_the_users_pythonpath_and_sitecustomize_are_kept(environment):
    environment.write("mine/sitecustomize.py", "import ssl, sys; sys.stdout.write(ssl.__file__ + '\\n'); here = 42\n")
    mine = os.path.join(environment.root, "mine")
    code = "import sitecustomize, sys; print(sitecustomize.here); print('\\n'.join(sys.path))"
    plain, ours = compare(environment, ("-c", code), PYTHONPATH=mine)
    assert plain.lines[1] == "42" and mine in plain.lines
    # The first is that of `run`'s own process.
    assert ours.lines[0] == plain.lines[0]
    assert is_below(ours.lines[1], environment.overlay)
    assert [line for line in ours.lines[2:] if line != environment.overlay] == plain.lines[1:]
    assert ours.err == ""


@pytest.mark.parametrize("text", ["1 / 0", "raise ImportError('within')", "import nowhere_at_all"])
def test_a_sitecustomize_that_fails_does_as_under_plain_python(environment, text):
    environment.write("mine/sitecustomize.py", text + "\n")
    mine = os.path.join(environment.root, "mine")
    plain = environment.run("-c", "print(42)", PYTHONPATH=mine)
    children = os.path.join(environment.package, "children")
    ours = environment.run("-c", "print(42)", PYTHONPATH=children + os.pathsep + mine)
    assert (plain.status, plain.out, plain.err) == (ours.status, ours.out, ours.err)


def test_without_a_sitecustomize_there_is_none(environment):
    plain, ours = compare(environment, ("-c", "import sitecustomize"))
    assert (plain.status, plain.err) == (ours.status, ours.err)


def test_runs_may_be_nested(environment):
    result = environment.regraft("run", "-m", "regraft", "run", "-c", ORIGIN + "; import os; print(os.environ['PYTHONPATH'])")
    assert is_below(result.lines[0], environment.overlay)
    assert os.pathsep not in result.lines[1]


def test_an_enabled_environment_takes_run_too(environment):
    environment.enable()
    result = environment.regraft("run", "-c", ORIGIN + "; import sys; print(sys.path.count(%r))" % environment.overlay)
    assert is_below(result.lines[0], environment.overlay)
    assert result.lines[1] == "1"


@pytest.mark.parametrize("arguments", [("--defaults", "newest"), ("--defaults=newest",)])
def test_the_defaults_reach_the_program(environment, arguments):
    result = environment.regraft("run", *(arguments + ("-c", "import os; print(os.environ['REGRAFT_DEFAULTS'])")))
    assert result.lines == ["newest"], result


def test_the_kill_switch_is_mentioned(environment):
    result = environment.regraft("run", "-c", ORIGIN, REGRAFT_DISABLE="1")
    assert result.status == 0
    assert not is_below(result.out.strip(), environment.overlay)
    assert result.err.splitlines() == ["regraft run: REGRAFT_DISABLE is set: running without regraft"]


def test_a_broken_regraft_runs_nothing(environment):
    environment.truncate_extension()
    result = environment.regraft("run", "-c", "print(42)")
    assert (result.status, result.out) == (125, "")
    assert "does not load in this interpreter" in result.err
    assert "Traceback" not in result.err


def test_a_regraft_that_breaks_while_children_start_says_so(environment):
    code = ("import os, subprocess, sys; os.remove(%r);"
            "sys.exit(subprocess.call([sys.executable, '-c', 'print(42)']))" % environment.find_extension())
    result = environment.regraft("run", "-c", code)
    assert (result.status, result.lines) == (0, ["42"])
    assert len(result.err.splitlines()) == 1
    assert "NOT active" in result.err


@pytest.mark.parametrize("breakage", ["missing", "truncated"])
def test_another_interpreter_for_which_there_is_no_extension_is_left_alone(environment, breakage):
    if breakage == "missing":
        os.remove(environment.find_extension())
    else:
        environment.truncate_extension()
    children = os.path.join(environment.package, "children")
    assert not environment.gets_ours(PYTHONPATH=children, REGRAFT_RUN=os.path.join(os.sep, "another", "python"))


def test_another_interpreter_for_which_there_is_an_extension_gets_it(environment):
    children = os.path.join(environment.package, "children")
    assert environment.gets_ours(PYTHONPATH=children, REGRAFT_RUN=os.path.join(os.sep, "another", "python"))


@pytest.mark.parametrize("arguments", [(), ("--defaults", "newest"), ("-m",), ("-c",), ("--defaults", "oldest", "x"), ("--what", "x")])
def test_a_wrong_command_line_is_answered_with_the_usage(environment, arguments):
    result = environment.regraft("run", *arguments)
    assert result.status == 2
    assert "usage: python -m regraft run" in result.err
    assert "Traceback" not in result.err
