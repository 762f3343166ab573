"""What keys put into files, where a file cannot be written whole: what is said, and what is left."""

import errno
import fcntl
import logging
import os
from pathlib import Path

import pytest

from mnemo_cli.commands.keeping import Keeping
from mnemo_cli.errors import OutputError
from mnemo_cli.recording.memory_log import MemoryLog, MemoryLogSettings
from tests.output.plot.builders import moments, process


class NoRecordings:
    """Nothing is recorded."""

    is_on = False

    def tell(self, event):
        pass


@pytest.fixture
def log_path(tmp_path):
    return tmp_path / "memory.log"


@pytest.fixture
def keeping(log_path):
    log = MemoryLog(MemoryLogSettings(log_path, 30.0, 1 << 30), logging.getLogger("mnemo.test").warning)
    yield Keeping(log, NoRecordings(), logging.getLogger("mnemo.test"), lambda: 1_700_000_000.0)
    log.close()


def test_a_mark_is_in_the_log(keeping, log_path):
    assert keeping.mark("mark 1") == "mark 1 is in the memory log"
    assert '"text":"mark 1"' in log_path.read_text()


def test_a_mark_waits_while_another_program_has_the_log(keeping, log_path):
    log_path.touch()
    with log_path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert keeping.mark("mark 1") == "mark 1 waits for the memory log"
    assert keeping.mark("mark 2") == "mark 2 is in the memory log"
    assert log_path.read_text().count('"event":"mark"') == 2


def test_a_mark_waits_while_the_log_cannot_be_written(keeping, log_path):
    log_path.mkdir()
    assert keeping.mark("mark 1") == "mark 1 waits for the memory log"
    log_path.rmdir()
    assert keeping.mark("mark 2") == "mark 2 is in the memory log"


def test_half_a_snapshot_is_not_left_behind(keeping):
    """The limit on file sizes stands for the disk; it is a child's, since a process cannot take it back."""
    (moment,) = moments(100, processes=lambda position: [process(pid, 50) for pid in range(1000)])
    keeping.note(moment)
    child = os.fork()
    if child == 0:
        os._exit(snapshot_beyond_the_limit(keeping))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert list(Path().iterdir()) == []


def snapshot_beyond_the_limit(keeping):
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        keeping.snapshot()
    except OutputError as err:
        return 7 if os.strerror(errno.EFBIG) in str(err) else 1
    return 0


def test_a_snapshot_takes_no_other_files_name(keeping):
    (moment,) = moments(100)
    keeping.note(moment)
    first, second = keeping.snapshot(), keeping.snapshot()
    assert first.endswith(" is in mnemo-20231114-221320Z.json") and second != first
    assert len(list(Path().glob("*.json"))) == 2
