"""Makes an environment for the demo: stock, or with regraft.

The demo runs this as a process of its own (`python -m regraft_tools.demo.preparation REQUEST`), so
that builds and installations end at once when the demo does. REQUEST and answer are JSON.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from regraft_tools import environments
from regraft_tools.demo.processes import Crew
from regraft_tools.interpreters import Interpreter

TIMEOUT = 900.0  # seconds for one environment; building takes one minute, installing a few seconds
_QUICKLY = 60.0  # seconds

PACKAGES = ("requests==2.27.1", "urllib3==1.26.20")
# On Python 3 the demo takes the pip that came with the interpreter: 20.3.4 does not run on all.
PACKAGES_OF_27 = ("pip==20.3.4",)

# Valid from 2.7 on.
_IDENTIFY = """
import json, ssl, sys
import pip, requests, urllib3
print(json.dumps({
    "ssl": ssl.__file__, "openssl": ssl.OPENSSL_VERSION, "pip": pip.__version__,
    "requests": requests.__version__, "urllib3": urllib3.__version__,
}))
"""


class PreparationFailed(RuntimeError):
    """An environment could not be made; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """Where a demo takes place.

    Args:
        crew: Runs its commands.
        home: A directory in which nothing configures Python or pip.
        certificates: The directory that holds them.
    """

    crew: Crew
    home: Path
    certificates: Path


@dataclass(frozen=True)
class Subject:
    """An environment in which the programs run.

    Args:
        python: Its executable.
        ssl: The file that `import ssl` takes in it.
        openssl: The version of OpenSSL that this uses.
        versions: Version of each package that the programs use.
    """

    python: Path
    ssl: str
    openssl: str
    versions: dict[str, str]


def prepare(interpreter: Interpreter, regraft: bool, place: Place) -> Subject:
    """Make an environment, or bring the one of an earlier demo up to date.

    Args:
        interpreter: What it is made from; nothing is changed in it.
        regraft: Whether regraft is built, installed and enabled in it.
        place: Where the demo takes place.

    Raises:
        PreparationFailed: It could not be made, or regraft does not serve `ssl` in it.
    """
    request = json.dumps({"interpreter": asdict(interpreter), "regraft": regraft}, default=str)
    environ = dict(os.environ)
    tools = str(Path(__file__).resolve().parents[2])
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, [tools, environ.get("PYTHONPATH")]))
    made = place.crew.run([sys.executable, "-m", __name__, request], environ, TIMEOUT)
    if made.status != 0:
        raise PreparationFailed(made.stderr.strip() or f"preparing took over {TIMEOUT:.0f} s")
    python = Path(json.loads(made.stdout.splitlines()[-1]))
    if regraft:
        _regraft(python, "enable", place)
    return _identify(python, regraft, place)


def restore(subject: Subject, place: Place) -> None:
    """Switch regraft off again in an environment; it stays installed.

    Raises:
        PreparationFailed: It could not be switched off.
    """
    _regraft(subject.python, "disable", place)


def plain_environ(home: Path) -> dict[str, str]:
    """The environment of each program: nothing in it steers Python, pip or OpenSSL.

    Args:
        home: An empty directory that stands for the user's.
    """
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ["HOME"] = str(home)
    environ["LANG"] = "C.UTF-8"
    environ["PIP_CONFIG_FILE"] = os.devnull
    environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    # The interpreter's own directories stay untouched.
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    return environ


def _regraft(python: Path, command: str, place: Place) -> None:
    done = place.crew.run([python, "-m", "regraft", command], plain_environ(place.home), _QUICKLY)
    if done.status != 0:
        raise PreparationFailed(
            f"python -m regraft {command} failed in {python}:\n{done.stderr}{done.stdout}"
        )


def _identify(python: Path, regraft: bool, place: Place) -> Subject:
    asked = place.crew.run([python, "-c", _IDENTIFY], plain_environ(place.home), _QUICKLY)
    if asked.status != 0:
        raise PreparationFailed(f"{python} cannot import what the programs need:\n{asked.stderr}")
    answer = json.loads(asked.stdout)
    # 2.7 names the compiled file.
    file = answer.pop("ssl").removesuffix("c")
    subject = Subject(python, file, answer.pop("openssl"), answer)
    if regraft is not ("regraft" in Path(subject.ssl).parts):
        raise PreparationFailed(
            f"in {python} `import ssl` takes {subject.ssl}, which "
            + ("is not regraft's" if regraft else "should be the standard library's")
        )
    return subject


def main(request: str) -> int:
    """Make the environment of a request and print its executable."""
    asked = json.loads(request)
    interpreter = asked["interpreter"]
    for name in ("path", "include"):
        interpreter[name] = Path(interpreter[name])
    interpreter["release"] = tuple(interpreter["release"])
    found = Interpreter(**interpreter)
    packages = PACKAGES + (PACKAGES_OF_27 if found.series == "2.7" else ())
    name = "demo-regraft" if asked["regraft"] else "demo-stock"
    try:
        made = environments.ensure(found, name, packages, regraft=asked["regraft"])
    except (environments.BuildFailed, LookupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(str(made.python)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
