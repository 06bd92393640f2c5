"""The scenarios: each a name and a function, whose first line says what happens.

Each starts in a place without regraft and ends in it. `leave` is the end of most: enable, use, uninstall, and
nothing is left.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from regraft_tools import environments
from regraft_tools.installing import Trouble
from regraft_tools.installing.artefacts import Offered
from regraft_tools.installing.index import Index
from regraft_tools.installing.places import BARE, VIRTUAL, Place
from regraft_tools.interpreters import Interpreter

_WHO = "import ssl, hashlib; print(ssl.__file__); print(hashlib.__file__)"
_SHOWN = 25  # lines
_VERSION = "import regraft; print(regraft.__version__)"


@dataclass
class Trial:
    """A place, and what can be installed in it."""

    place: Place
    offered: Offered
    index: Index
    folder: Path

    def pip(self, *arguments: str, fails: bool = False, **options) -> str:
        """Runs pip; its output. `fails`: it has to."""
        return self._run(["-m", "pip", *arguments], fails, **options)

    def from_index(self, *arguments: str, **options) -> str:
        """`pip install` from the index over TLS.

        The certificate is in the environment: up to 20.3 pip does not hand --cert on to the pip that installs
        what a build requires.
        """
        return self.pip("install", "--index-url", self.index.url, *arguments,
                        extra={"PIP_CERT": str(self.index.certificate)}, **options)

    def regraft(self, *arguments: str, **options) -> str:
        """Runs `python -m regraft`."""
        return self._run(["-m", "regraft", *arguments], **options)

    def says(self, code: str) -> str:
        """What a program prints. Nobody may complain at the start of an interpreter."""
        return self._run(["-c", code]).strip()

    def _run(self, arguments: list[str], fails: bool = False, **options) -> str:
        done = self.place.run(*arguments, **options)
        if bool(done.returncode) is not fails:
            raise Trouble("%s: exit status %d\n%s" % (
                " ".join(arguments), done.returncode, shorten([done.stdout, *self.index.complaints])))
        return done.stdout


def shorten(texts: list[str]) -> str:
    """The ends of texts, indented: the reason is there, and there may be hundreds of lines before it."""
    return "\n".join("    " + line for text in texts[-3:] for line in text.strip().splitlines()[-_SHOWN:])


@dataclass(frozen=True)
class Scenario:
    """A function, and where it is run: kinds of places, and series of interpreters (empty: all)."""

    function: Callable[[Trial], None]
    kinds: tuple[str, ...]
    series: tuple[str, ...]


SCENARIOS: dict[str, Scenario] = {}


def scenario(kinds: tuple[str, ...] = (VIRTUAL, BARE), series: tuple[str, ...] = ()) -> Callable:
    """Puts a function into the list, under its name."""

    def add(function: Callable[[Trial], None]) -> Callable[[Trial], None]:
        SCENARIOS[function.__name__.replace("_", "-")] = Scenario(function, kinds, series)
        return function

    return add


def fits(name: str, kind: str, interpreter: Interpreter) -> bool:
    """Whether a scenario is for such a place."""
    wanted = SCENARIOS[name]
    return kind in wanted.kinds and (not wanted.series or interpreter.series in wanted.series)


def run(name: str, place: Place, offered: Offered, index: Index, folder: Path) -> str:
    """Runs a scenario; what went wrong, or an empty text. The place is then as it was."""
    index.complaints.clear()
    try:
        SCENARIOS[name].function(Trial(place, offered, index, folder))
        left = place.differences()
    except (Trouble, subprocess.TimeoutExpired) as error:
        place.restore()
        return str(error)
    if left:
        place.restore()
        return "not as it was:\n    " + "\n    ".join(left)
    return ""


def expect(right: bool, what: str, shown: str) -> None:
    """Raises Trouble unless that is right."""
    if not right:
        raise Trouble("%s:\n%s" % (what, shorten([shown])))


def use(trial: Trial) -> None:
    """regraft is enabled: programs have it, and pip itself talks TLS 1.3 by it."""
    modules = trial.says(_WHO).splitlines()
    expect(len(modules) == 2 and all("/regraft/overlay/" in each for each in modules),
           "the modules are not regraft's", "\n".join(modules))
    trial.index.versions.clear()
    target = trial.folder / "downloaded"
    trial.pip("download", "--no-deps", "--index-url", trial.index.url, "--cert", str(trial.index.certificate),
              "--dest", str(target), "regraft==" + trial.offered.version)
    expect(set(trial.index.versions) == {"TLSv1.3"}, "pip's connections", str(trial.index.versions))
    shutil.rmtree(target)


def leave(trial: Trial, *enabling: str) -> None:
    """Enables, uses and uninstalls."""
    told = trial.regraft("enable", *enabling)
    expect("pip takes it away with regraft" in told, "what enable says", told)
    use(trial)
    trial.pip("check")
    shown = trial.pip("show", "-f", "regraft")
    expect("000_regraft.pth" in shown and "_regraft_hook.py" in shown, "pip does not know of the hook", shown)
    uninstall(trial)


def uninstall(trial: Trial) -> None:
    """After it programs have the old modules, and nobody complains."""
    trial.pip("uninstall", "-y", "regraft")
    modules = trial.says(_WHO)
    expect("/regraft/" not in modules, "regraft is uninstalled, and the modules are", modules)


def is_installed(trial: Trial, version: str, enabled: bool) -> None:
    """Checks the version, and whether programs have regraft."""
    expect(trial.says(_VERSION) == version, "not version %s" % version, trial.says(_VERSION))
    modules = trial.says(_WHO)
    expect(("/regraft/overlay/" in modules) is enabled, "enabled should be %s" % enabled, modules)
    trial.regraft("status", fails=not enabled)


@scenario()
def wheel_from_index(trial: Trial) -> None:
    """A wheel from an index over TLS, no compiler on PATH."""
    trial.from_index("--only-binary", "regraft", "regraft==" + trial.offered.version)
    leave(trial)


@scenario()
def wheel_from_directory(trial: Trial) -> None:
    """A wheel from a directory, without an index and without a compiler."""
    trial.pip("install", "--no-index", "--find-links", str(trial.offered.wheel.parent), "--only-binary", ":all:",
              "regraft==" + trial.offered.version)
    leave(trial)


@scenario()
def wheel_from_file(trial: Trial) -> None:
    """A wheel that lies on the disk, without an index and without a compiler."""
    trial.pip("install", "--no-index", str(trial.offered.wheel))
    leave(trial)


@scenario()
def wheel_too_new_for_pip(trial: Trial) -> None:
    """A wheel in dist/ that the pip is too old for; run where there is one. A newer pip takes it."""
    told = trial.pip("install", "--no-index", str(trial.offered.refused), fails=True)
    expect("is not a supported wheel on this platform" in told, "what pip says of a wheel that it does not know", told)


@scenario(kinds=(BARE,))
def wheel_for_user(trial: Trial) -> None:
    """`--user`, enabled for that user."""
    trial.pip("install", "--no-index", "--user", str(trial.offered.wheel))
    told = trial.regraft("enable", fails=True)
    expect("Use --user" in told, "enable without --user", told)
    leave(trial, "--user")


@scenario(kinds=(BARE,))
def wheel_for_everybody_enabled_for_user(trial: Trial) -> None:
    """regraft in the interpreter's site-packages, the hook in the user's."""
    trial.pip("install", "--no-index", str(trial.offered.wheel))
    leave(trial, "--user")


@scenario()
def disabled_before(trial: Trial) -> None:
    """Enabled, disabled and uninstalled: what disable leaves is what pip has written."""
    trial.pip("install", "--no-index", str(trial.offered.wheel))
    trial.regraft("enable")
    trial.regraft("disable")
    expect("000_regraft" not in trial.pip("show", "-f", "regraft"), "after disable", "the hook is in the record")
    uninstall(trial)


@scenario()
def upgrade(trial: Trial) -> None:
    """An upgrade while regraft is active and pip runs on it; then it has to be enabled again."""
    trial.from_index("regraft==" + trial.offered.version)
    trial.regraft("enable")
    trial.from_index("--upgrade", "regraft")
    is_installed(trial, trial.offered.newer_version, enabled=False)
    leave(trial)


@scenario()
def upgrade_keeping(trial: Trial) -> None:
    """An upgrade while regraft is active, and enabled to be kept."""
    trial.from_index("regraft==" + trial.offered.version)
    trial.regraft("enable", "--keep")
    trial.from_index("--upgrade", "regraft")
    is_installed(trial, trial.offered.newer_version, enabled=True)
    use(trial)
    trial.regraft("disable")
    uninstall(trial)


@scenario()
def uninstall_keeping(trial: Trial) -> None:
    """Uninstalled without `disable` though it was to be kept: each start says what is to be deleted, and that helps."""
    trial.pip("install", "--no-index", str(trial.offered.wheel))
    trial.regraft("enable", "--keep")
    trial.pip("uninstall", "-y", "regraft")
    told = trial.says("print(42)")
    expect("is gone; reinstall regraft" in told and told.endswith("42"), "what a start says", told)
    trial.pip("install", "--no-index", str(trial.offered.wheel))
    is_installed(trial, trial.offered.version, enabled=True)
    trial.regraft("disable")
    uninstall(trial)


@scenario()
def downgrade(trial: Trial) -> None:
    """The older version in the place of the newer one, while regraft is active."""
    trial.from_index("regraft")
    trial.regraft("enable")
    trial.from_index("regraft==" + trial.offered.version)
    is_installed(trial, trial.offered.version, enabled=False)
    leave(trial)


@scenario()
def reinstall(trial: Trial) -> None:
    """The same version once more while regraft is active, which replaces the extension that pip has loaded."""
    trial.pip("install", "--no-index", str(trial.offered.wheel))
    trial.regraft("enable", "--keep")
    trial.from_index("--force-reinstall", "--no-deps", "regraft==" + trial.offered.version)
    is_installed(trial, trial.offered.version, enabled=True)
    trial.regraft("disable")
    leave(trial)


@scenario()
def sdist_from_index(trial: Trial) -> None:
    """An sdist from an index that has what builds require, but no Cython."""
    trial.from_index("--no-binary", "regraft", "regraft==" + trial.offered.version, compiler=True)
    leave(trial)


@scenario(kinds=(VIRTUAL,), series=("2.7", "3.6"))
def sdist_offline(trial: Trial) -> None:
    """An sdist without an index, built by the environment's own setuptools and wheel."""
    trial.pip("install", "--no-index", "--no-build-isolation", str(trial.offered.source), compiler=True)
    leave(trial)


@scenario(kinds=(BARE,), series=("2.7", "3.6"))
def sdist_offline_without_wheel(trial: Trial) -> None:
    """An sdist without an index on a bare interpreter, which has setuptools and no wheel: setup.py installs it."""
    # What it switches off came with the option; 18.1 of 3.6 has neither.
    legacy = ["--no-use-pep517"] if trial.place.pip >= (19, 0) else []
    trial.pip("install", "--no-index", "--no-build-isolation", *legacy, str(trial.offered.source), compiler=True)
    leave(trial)


@scenario(kinds=(VIRTUAL,))
def sdist_without_compiler(trial: Trial) -> None:
    """An sdist where there is no compiler: a clear text, and nothing is installed."""
    told = trial.from_index("--no-binary", "regraft", "regraft==" + trial.offered.version, fails=True)
    for words in ("regraft cannot be built.", "build-essential"):
        expect(words in told, "without a compiler pip does not say %r" % words, told)


@scenario(kinds=(VIRTUAL,))
def checkout(trial: Trial) -> None:
    """`pip install .` in a clone, with this machine's settings of pip and its index."""
    install_checkout(trial)
    leave(trial)


def install_checkout(trial: Trial) -> None:
    """Installs from a copy of the checkout's sources."""
    sources = trial.folder / "sources"
    environments.copy_sources(sources)
    trial.pip("install", str(sources), compiler=True, settings=True)
    shutil.rmtree(sources)
