"""mnemo in this process, with a home of its own: what the contract tests ask all commands."""

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from mnemo_cli.app import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Mnemo = Callable[..., Ended]


@pytest.fixture
def mnemo(tmp_path, monkeypatch) -> Mnemo:
    """Runs a command line in an empty folder. Only what mnemo writes itself is seen, not what its children write."""
    for name, folder in {"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "TMPDIR": "tmp"}.items():
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*words: str) -> Ended:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stdout", out)
            streams.setattr(sys, "stderr", err)
            streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
            code = main(words)
        return Ended(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))

    return run
