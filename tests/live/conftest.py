"""Real memory groups: made below this process's own group or at the hierarchy's top, and removed with the test."""

import contextlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from mnemo_cli.sampling.mounts import Mount, parse_membership, parse_mounts
from tests.alone import MEMORY_GROUPS, alone_with

MIB = 1 << 20
_NUMBERS = itertools.count(1)
_DEADLINE_SECONDS = 10.0


@pytest.fixture(autouse=True)
def nobody_else_is_killed() -> Iterator[None]:
    """The kernel counts the kills of all groups in one counter, and tells of them in one log."""
    with alone_with(MEMORY_GROUPS):
        yield


class MemoryGroup:
    """One group of v1 or v2, with the processes that the test put into it."""

    def __init__(self, mount: Mount, path: PurePosixPath) -> None:
        self.mount = mount
        self.path = str(path)
        self.directory = Path(mount.point, *path.parts[1:])
        self._below: list[MemoryGroup] = []
        self._programs: list[subprocess.Popen[str]] = []
        self.directory.mkdir()

    def limit(self, limit_bytes: int) -> None:
        """The memory limit; without swap beside it where swap is counted."""
        if self.mount.version == 2:
            self._write("memory.max", limit_bytes)
            with contextlib.suppress(OSError):
                self._write("memory.swap.max", 0)
            return
        # That of memory alone may never be above that of both: whether it is raised or lowered, one order works.
        with contextlib.suppress(OSError):
            self._write("memory.memsw.limit_in_bytes", limit_bytes)
        self._write("memory.limit_in_bytes", limit_bytes)
        with contextlib.suppress(OSError):
            self._write("memory.memsw.limit_in_bytes", limit_bytes)

    def below(self, name: str) -> "MemoryGroup":
        """A group inside this one."""
        if self.mount.version == 2:
            (self.directory / "cgroup.subtree_control").write_text("+memory")
        self._below.append(MemoryGroup(self.mount, PurePosixPath(self.path, name)))
        return self._below[-1]

    def run(self, code: str) -> subprocess.Popen[str]:
        """A Python program that is in the group before its first line runs."""
        enter = f"open({str(self.directory / 'cgroup.procs')!r}, 'w').write('0')\n"
        program = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", enter + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._programs.append(program)
        return program

    def remove(self) -> None:
        """The groups below first; only processes that were started here are ended."""
        for group in self._below:
            group.remove()
        for program in self._programs:
            program.kill()  # nothing happens to one that has been waited for
            with program:
                pass
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while self.directory.exists():
            try:
                self.directory.rmdir()
            except OSError:
                # The kernel lets go of an ended process a moment after it was waited for.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.001)

    def _write(self, name: str, number: int) -> None:
        (self.directory / name).write_text(f"{number}\n")


def make_group() -> MemoryGroup:
    """Skips the test, with the reason, where no memory group can be made."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may make a memory group")
    memberships = Path("/proc/self/cgroup").read_text()
    refusals = ["no memory controller is mounted"]
    for mount in parse_mounts(Path("/proc/self/mountinfo").read_text()):
        own = parse_membership(memberships, mount.version) or "/"
        for parent in dict.fromkeys((own, "/")):
            path = PurePosixPath(parent, f"mnemo-test-{os.getpid()}-{next(_NUMBERS)}")
            try:
                group = MemoryGroup(mount, path)
            except OSError as err:
                refusals.append(f"{path}: {err.strerror}")
                continue
            if (group.directory / ("memory.limit_in_bytes" if mount.version == 1 else "memory.max")).exists():
                return group
            group.remove()
            refusals.append(f"{path}: the memory controller is not enabled there")
    pytest.skip("no memory group can be made: " + "; ".join(refusals))


@pytest.fixture
def memory_group() -> Iterator[MemoryGroup]:
    group = make_group()
    try:
        yield group
    finally:
        group.remove()
