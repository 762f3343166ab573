"""A real group whose files do not fit: it is named as the one that suffers, and its limit as the cause."""

import os
import tempfile
from pathlib import Path

import pytest

from mnemo_cli.forensics.slow import slow_page
from mnemo_cli.forensics.slowness import watch_slowness
from mnemo_cli.sampling.descriptors import parse_shared_folders
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock

pytestmark = pytest.mark.memory_group

MIB = 1 << 20
FILE_BYTES, LIMIT_BYTES = 64 * MIB, 32 * MIB
# Reads a file twice the size of its group again and again, and says so after the first time.
READ = """
file = open({path!r}, "rb", buffering=0)
while True:
    file.seek(0)
    while file.read(1 << 20):
        pass
    print("again", flush=True)
"""
_ATTEMPTS = 10


def test_the_group_whose_files_do_not_fit_suffers_by_its_own_limit(memory_group, tmp_path):
    if str(tmp_path).startswith(parse_shared_folders(Path("/proc/self/mountinfo").read_bytes())):
        pytest.skip("temporary files are in memory here: nothing of them can be taken away and read back")
    memory_group.limit(LIMIT_BYTES)
    with tempfile.NamedTemporaryFile(dir=tmp_path) as file:
        file.write(os.urandom(MIB) * (FILE_BYTES // MIB))
        file.flush()
        os.fsync(file.fileno())
        # Pages that are cached already belong to us and not to the group that will read them.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        program = memory_group.run(READ.format(path=file.name))
        assert program.stdout is not None and program.stdout.readline() == "again\n"
        for _ in range(_ATTEMPTS):  # a busy machine may not read a whole round in the time
            found = watch_slowness(TargetChoice(kind="process", pid=program.pid), clock=WaitingClock())
            if found.sufferer is not None and found.cause is not None:
                break
        program.kill()
    name = f"cgroup {memory_group.path}"
    assert found.sufferer is not None and found.sufferer.name == name
    assert found.sufferer.refaults is not None and found.sufferer.refaults > 100
    assert found.cause is not None and found.cause.name == name
    assert f"{name} suffers: " in " ".join(slow_page(found).paragraphs)
