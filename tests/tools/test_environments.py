"""regraft_tools.environments: made once, kept, brought up to date."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from regraft_tools import environments, interpreters

OLDEST = interpreters.oldest()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Environments of this test only."""
    monkeypatch.setenv(environments.VARIABLE, str(tmp_path / "environments"))
    return tmp_path / "environments"


@pytest.fixture
def quick(monkeypatch):
    """Environments that are no more than a directory with a Python: made in no time."""

    def make(interpreter, path):
        shutil.rmtree(path, ignore_errors=True)
        (path / "bin").mkdir(parents=True)
        (path / "bin" / "python").symlink_to(interpreter.path)

    monkeypatch.setattr(environments, "_make", make)


def commands_run(monkeypatch) -> list[list[str]]:
    """The commands that are run from now on; they are run."""
    run, commands = environments._run, []

    def note(command, **options):
        commands.append(list(command))
        return run(command, **options)

    monkeypatch.setattr(environments, "_run", note)
    return commands


def test_an_environment_is_made_once_and_leaves_the_interpreter_alone(elsewhere, monkeypatch):
    first = environments.ensure(OLDEST, "trial", regraft=False)
    assert first.created
    assert first.path.parent == elsewhere
    where = first.run("-c", "import sys; print(sys.prefix)", stdout=subprocess.PIPE, text=True)
    assert where.stdout.strip() == str(first.path)
    commands = commands_run(monkeypatch)
    second = environments.ensure(OLDEST, "trial", regraft=False)
    assert not second.created
    assert second.python == first.python
    assert commands == []


def test_an_environment_is_made_again_when_other_packages_are_asked_for(elsewhere, quick, monkeypatch):
    monkeypatch.setattr(environments, "_pip", lambda *arguments, **options: None)
    environments.ensure(OLDEST, "trial", packages=["a"], regraft=False)
    (elsewhere / ("%s-trial" % OLDEST.version) / "left-over").write_text("")
    assert environments.ensure(OLDEST, "trial", packages=["b"], regraft=False).created
    assert not (elsewhere / ("%s-trial" % OLDEST.version) / "left-over").exists()


def test_new_sources_put_in_a_new_wheel_and_keep_the_environment(elsewhere, quick, monkeypatch):
    installed = []
    monkeypatch.setattr(
        environments, "_pip", lambda python, *arguments, **options: installed.append(arguments[-1])
    )
    wheels = iter(["first.whl", "second.whl", "second.whl"])
    monkeypatch.setattr(environments, "wheel", lambda interpreter: next(wheels))
    path = environments.ensure(OLDEST, "trial").path
    (path / "left-over").write_text("")
    assert environments.ensure(OLDEST, "trial").created
    assert not environments.ensure(OLDEST, "trial").created
    assert installed == ["first.whl", "second.whl"]
    assert (path / "left-over").exists()


def test_an_installation_that_fails_is_not_taken_for_done(elsewhere, quick, monkeypatch):
    def fail(*arguments, **options):
        raise environments.BuildFailed("no")

    monkeypatch.setattr(environments, "wheel", lambda interpreter: "first.whl")
    with monkeypatch.context() as patch:
        patch.setattr(environments, "_pip", fail)
        with pytest.raises(environments.BuildFailed):
            environments.ensure(OLDEST, "trial")
    monkeypatch.setattr(environments, "_pip", lambda *arguments, **options: None)
    assert environments.ensure(OLDEST, "trial").created


def test_a_command_that_fails_gives_its_last_words(elsewhere, quick):
    environment = environments.ensure(OLDEST, "trial", regraft=False)
    with pytest.raises(environments.BuildFailed, match="exit status 3") as caught:
        environments._run([str(environment.python), "-c", "print('alas'); raise SystemExit(3)"])
    assert "alas" in str(caught.value)


def test_variables_that_steer_another_python_do_not_reach_the_environment(elsewhere, quick, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("REGRAFT_DISABLE", "1")
    monkeypatch.setenv("REGRAFT_OPENSSL", "/opt/openssl")
    environment = environments.ensure(OLDEST, "trial", regraft=False)
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    done = environment.run("-c", code, env={"EXTRA": "1"}, stdout=subprocess.PIPE, text=True)
    seen = json.loads(done.stdout)
    assert "PYTHONPATH" not in seen
    assert "REGRAFT_DISABLE" not in seen
    assert seen["REGRAFT_OPENSSL"] == "/opt/openssl"
    assert seen["EXTRA"] == "1"
    assert seen["PATH"].startswith(str(environment.bin))


def test_an_interpreter_without_headers_is_refused_before_anything_is_built(tmp_path, elsewhere):
    bare = interpreters.Interpreter(tmp_path / "python", (3, 9, 1), tmp_path, False, "PATH")
    with pytest.raises(environments.BuildFailed, match="python3.9-dev"):
        environments.wheel(bare)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small checkout."""
    for name in ("src/regraft/__init__.py", "src/regraft/module.py", "ext/_openssl.pyx", "setup.py"):
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setenv(environments.CHECKOUT_VARIABLE, str(tmp_path / "checkout"))
    return tmp_path / "checkout"


@pytest.mark.parametrize("change", ["ext/_openssl.pyx", "src/regraft/new.py", "setup.py"])
def test_the_key_of_a_wheel_changes_with_any_source(checkout, change):
    before = environments.source_key()
    (checkout / change).write_text("changed")
    assert environments.source_key() != before


@pytest.mark.parametrize("product", [
    "src/regraft/_openssl.so", "src/regraft/module.pyc", "build/lib/regraft.py", "docs/index.rst",
])
def test_the_key_of_a_wheel_does_not_depend_on_what_no_build_reads(checkout, product):
    before = environments.source_key()
    (checkout / product).parent.mkdir(parents=True, exist_ok=True)
    (checkout / product).write_text("made")
    assert environments.source_key() == before


def test_the_key_of_a_wheel_changes_with_the_openssl_that_is_asked_for(checkout, monkeypatch):
    before = environments.source_key()
    monkeypatch.setenv("REGRAFT_OPENSSL", "/opt/openssl")
    assert environments.source_key() != before


def test_a_directory_that_is_no_checkout_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv(environments.CHECKOUT_VARIABLE, str(tmp_path / "nothing"))
    with pytest.raises(LookupError, match="nothing"):
        environments.checkout()
