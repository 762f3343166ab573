"""A machine of its own for each test: folders below tmp_path, an empty environment, and who we are."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mnemo_cli.settings import Places


@pytest.fixture
def places_with(tmp_path: Path) -> Callable[..., Places]:
    """The places of a machine with these variables; its folders are there, its files are not."""

    def make(environment: Mapping[str, str] | None = None) -> Places:
        for folder in ("work", "user/mnemosyne", "etc/mnemosyne"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        return Places(
            folder=tmp_path / "work",
            environment=environment or {},
            user_file=tmp_path / "user/mnemosyne/config.toml",
            system_file=tmp_path / "etc/mnemosyne/config.toml",
            data_folder=tmp_path / "data",
            user_id=os.geteuid(),
        )

    return make


@pytest.fixture
def places(places_with: Callable[..., Places]) -> Places:
    return places_with()
