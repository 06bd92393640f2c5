"""benchmarks/run.py, as far as it takes a wheel: the sides that a wheel stands for, and what is no wheel."""

from __future__ import annotations

import sys
import zipfile

import pytest

from regraft_tools import environments, interpreters

sys.path.insert(0, str(environments.checkout() / "benchmarks"))
import run  # noqa: E402


def make_wheel(folder, name):
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("regraft/overlay/ssl.py", "")
    return path


def test_a_wheel_stands_for_its_python_with_it_unpacked_and_the_newest_one_stock(tmp_path):
    oldest, newest = interpreters.find()[0], interpreters.find()[-1]
    series = oldest.series.replace(".", "")
    wheel = make_wheel(tmp_path, "regraft-1.0-cp%s-none-any.whl" % series)
    left, right = map(run.Side, run.pair_with_wheel(wheel, tmp_path / "it's here"))
    assert (left.label, left.command) == (newest.series, [str(newest.path)])
    assert (right.label, right.command) == (oldest.series + run.MARK, [str(oldest.path)])
    overlay = right.environment["PYTHONPATH"].split(":")[0]
    assert overlay.startswith(str(tmp_path)) and zipfile.is_zipfile(wheel)
    with open(overlay + "/ssl.py") as stream:
        assert stream.read() == ""


@pytest.mark.parametrize("name, words", [
    ("other-1.0-cp27-cp27mu-any.whl", "not the name of a wheel of regraft"),
    ("regraft-1.0-cp21-none-any.whl", "no Python 2.1 here"),
    ("regraft-1.0-cp%s-gone-any.whl", "cannot be unpacked")])
def test_what_is_no_wheel_for_here_is_refused(tmp_path, name, words):
    name = name % interpreters.find()[0].series.replace(".", "") if "%s" in name else name
    with pytest.raises(run.Failure, match=words):
        run.pair_with_wheel(tmp_path / name, tmp_path)
