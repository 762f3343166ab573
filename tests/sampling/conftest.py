"""A faked operating system: files below tmp_path, read through `root`."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

FakeHost = Callable[[Mapping[str, str | bytes | None]], Path]


@pytest.fixture
def fake_host(tmp_path: Path) -> FakeHost:
    """Write files below a root and return it. None makes a folder: reading it fails (EISDIR), for root too."""

    def write(files: Mapping[str, str | bytes | None]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.mkdir()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write
