"""What a program imports from mnemo_cli.bounded."""

import subprocess
import sys

import pytest

import mnemo_cli.bounded


@pytest.mark.parametrize("name", mnemo_cli.bounded.__all__)
def test_every_name_that_is_offered_is_there_and_documented(name):
    assert getattr(mnemo_cli.bounded, name).__doc__


def test_a_name_that_is_not_offered_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="no attribute 'WorkStack'"):
        mnemo_cli.bounded.WorkStack  # noqa: B018


def test_a_program_that_wants_a_queue_loads_neither_pool_nor_asyncio_nor_numpy():
    code = "import sys; from mnemo_cli.bounded import WorkQueue; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"mnemo_cli.bounded.pool", "asyncio", "numpy", "sqlalchemy"} & set(loaded)
