"""A run keeps its name and its supervisors count on; what cannot be read is not begun again from one."""

from pathlib import Path

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.epoch import next_epoch, run_of


def test_a_run_keeps_its_name_and_two_runs_have_two(tmp_path: Path):
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    names = [run_of(folder) for folder in folders]
    assert names == [run_of(folder) for folder in folders] and names[0] != names[1]


def test_each_supervisor_has_a_larger_number(tmp_path: Path):
    assert [next_epoch(tmp_path) for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("damaged", ["", "x\n", "\u0663\n", "-1"])
def test_a_number_that_cannot_be_read_is_not_guessed(tmp_path: Path, damaged: str):
    (tmp_path / "epoch").write_text(damaged)
    with pytest.raises(EngineError, match="has no number in it"):
        next_epoch(tmp_path)


@pytest.mark.parametrize("damaged", ["", "\n", "../x"])
def test_a_name_that_is_none_is_not_used(tmp_path: Path, damaged: str):
    (tmp_path / "run").write_text(damaged)
    with pytest.raises(EngineError, match="has no name of a run in it"):
        run_of(tmp_path)


@pytest.mark.parametrize(("name", "ask"), [("epoch", next_epoch), ("run", run_of)])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, ask):
    (tmp_path / name).mkdir()
    with pytest.raises(EngineError, match=rf"cannot read .*{name}: Is a directory"):
        ask(tmp_path)
    with pytest.raises(EngineError, match=r"cannot write .*: No such file or directory"):
        ask(tmp_path / "removed")
