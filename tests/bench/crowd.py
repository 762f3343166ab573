"""Idle processes by the thousand, in a memory group of their own, gone at the end."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MEMORY = Path("/sys/fs/cgroup/memory")
# Each is a sleep of its own: 150 KiB with all that the kernel keeps for it, where a forked Python takes 260.
_FARM = """
import os, signal, sys
for _ in range(int(sys.argv[1])):
    os.posix_spawn("/bin/sleep", ["sleep", "3600"], {})
print("ready", flush=True)
signal.pause()
"""


@contextlib.contextmanager
def memory_group(name: str, limit_bytes: int | None = None) -> Iterator[Path]:
    """A v1 memory group below ours, removed at the end."""
    own = next(
        line.split(":", 2)[2] for line in Path("/proc/self/cgroup").read_text().splitlines() if ":memory:" in line
    )
    group = MEMORY / own.lstrip("/") / f"mnemo-bench-{os.getpid()}-{name}"
    group.mkdir()
    try:
        if limit_bytes is not None:
            (group / "memory.limit_in_bytes").write_text(str(limit_bytes))
        yield group
    finally:
        for folder in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
            folder.rmdir()
        group.rmdir()


@contextlib.contextmanager
def crowd(count: int) -> Iterator[int]:
    """`count` idle processes, at most 1 GiB in all; yields the pid of their parent."""
    with memory_group("crowd", 1 << 30) as group:
        farm = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _FARM, str(count)],
            stdout=subprocess.PIPE,
            preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())),  # type: ignore[func-returns-value]
            start_new_session=True,
        )
        try:
            assert farm.stdout is not None
            assert farm.stdout.readline() == b"ready\n"
            yield farm.pid
        finally:
            os.killpg(farm.pid, signal.SIGKILL)
            farm.wait()
            farm.stdout.close() if farm.stdout else None
            _wait_until_empty(group)


def _wait_until_empty(group: Path) -> None:
    """Killed children are reaped by init: the group can be removed only after that."""
    while (group / "cgroup.procs").read_text():
        os.sched_yield()
