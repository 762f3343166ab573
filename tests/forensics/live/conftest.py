"""A machine of either version of control groups."""

from pathlib import Path

import pytest

from tests.forensics.live.machines import Machine


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
def machine(tmp_path: Path, request: pytest.FixtureRequest) -> Machine:
    return Machine(tmp_path / "machine", version=request.param)
