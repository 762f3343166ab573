"""A machine of the tests' own: a /dev/shm below the real one, the real /proc, and programs that end with the test."""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mnemo_cli.model import Gap, Tracker
from mnemo_cli.tracker.reader import TrackerReader
from mnemo_cli.tracker.storage import SHARED_MEMORY

PROGRAMS = Path(__file__).parent / "programs"
_DEADLINE_SECONDS = 120.0


class Program:
    """A child that talks in lines."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._said = b""
        self.pid = self._process.pid

    def line(self) -> str:
        """What it says next; fails when it says nothing more."""
        assert self._process.stdout is not None
        while b"\n" not in self._said:
            ready, _, _ = select.select([self._process.stdout], [], [], _DEADLINE_SECONDS)
            assert ready, "the program said nothing in time"
            more = self._process.stdout.read(4096)
            assert more, f"the program ended with {self._process.wait(_DEADLINE_SECONDS)}"
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return line.decode()

    def ask(self, *words: object) -> str:
        """Say a line and hear the answer."""
        self.say(*words)
        return self.line()

    def say(self, *words: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)).encode() + b"\n")

    def wait(self) -> int:
        return self._process.wait(_DEADLINE_SECONDS)

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self._process.kill()
        self._process.wait(_DEADLINE_SECONDS)

    def remove(self) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


class Host:
    """A root directory with /dev/shm on tmpfs and a /proc."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shared_memory = str(root / "dev/shm")
        self.folder = root / f"dev/shm/mnemosyne-{os.geteuid()}"
        self._programs: list[Program] = []
        (root / "dev/shm").mkdir(parents=True)
        (root / "proc").symlink_to("/proc")

    def start(self, program: str, *arguments: object) -> Program:
        """One of programs/*.py, with this /dev/shm as its first argument."""
        return self.run([sys.executable, str(PROGRAMS / program), self.shared_memory, *map(str, arguments)])

    def run(self, argv: Sequence[str]) -> Program:
        self._programs.append(Program(argv))
        return self._programs[-1]

    def read(self, *pids: int, time_seconds: float | None = None) -> tuple[tuple[Tracker, ...], list[Gap]]:
        """What a fresh reader shows of these processes."""
        gaps: list[Gap] = []
        now_seconds = time.time() + 1 if time_seconds is None else time_seconds
        return TrackerReader(self.root).read(set(pids), gaps, time_seconds=now_seconds), gaps

    @contextlib.contextmanager
    def open_folder(self) -> Iterator[tuple[int, str]]:
        """What tidy() and clean() take: the folder as a descriptor, and what to call it."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield descriptor, str(self.folder)
        finally:
            os.close(descriptor)

    def file_names(self) -> list[str]:
        """The counters files, and not the lock beside them."""
        return sorted(name for name in os.listdir(self.folder) if not name.startswith("."))

    def remove(self) -> None:
        for program in self._programs:
            program.remove()
        shutil.rmtree(self.root)


@pytest.fixture
def host() -> Iterator[Host]:
    if not Path(SHARED_MEMORY).is_dir():
        pytest.skip(f"no {SHARED_MEMORY} here, and so nothing to publish in")
    made = Host(Path(tempfile.mkdtemp(prefix="mnemo-test-", dir=SHARED_MEMORY)))
    try:
        yield made
    finally:
        made.remove()
