"""A file of metrics: replaced in one step, or left as it was."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.output.prometheus.textfile import TextFile


@contextmanager
def nobody() -> Iterator[None]:
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_the_text_takes_the_place_of_the_old_one_and_everybody_may_read_it(tmp_path):
    file = TextFile(tmp_path, "a.prom")
    for text in (b"old\n", b"new\n"):
        file.write(text)
        assert (tmp_path / "a.prom").read_bytes() == text
    assert (tmp_path / "a.prom").stat().st_mode & 0o777 == 0o644 and os.listdir(tmp_path) == ["a.prom"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "ours").mkdir(mode=0o755)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    with nobody(), pytest.raises(OutputError, match=r"a\.prom: Permission denied; name a folder that you may write to"):
        TextFile(tmp_path / "ours", "a.prom").write(b"x")
    assert not os.listdir(tmp_path / "ours")


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "a.prom").mkdir()
    with pytest.raises(OutputError, match="Is a directory"):
        TextFile(tmp_path, "a.prom").write(b"x")
    assert os.listdir(tmp_path) == ["a.prom"]


def test_a_disk_without_room_leaves_the_old_file(tmp_path):
    file = TextFile(tmp_path, "a.prom")
    file.write(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(OutputError, match="File too large"):
            file.write(b"x" * (2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "a.prom").read_bytes() == b"old" and os.listdir(tmp_path) == ["a.prom"]


def test_a_name_in_another_folder_is_refused(tmp_path):
    with pytest.raises(UsageError):
        TextFile(tmp_path, "../a.prom")
