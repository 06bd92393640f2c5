"""What all trials share."""

from __future__ import annotations

from pathlib import Path

import pytest

from regraft_tools import testing


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Path:
    return testing.make_certificates(tmp_path_factory.mktemp("certificates"))
