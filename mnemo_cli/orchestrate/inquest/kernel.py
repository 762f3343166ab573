"""The kernel's log from the run's first moment on, shared by all of its attempts and read only when one has died."""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.model import Gap
from mnemo_cli.sampling.host import HostMemory
from mnemo_cli.sampling.kernel_log import KernelLogTail, read_kernel_log

# A report of a large group has a few hundred lines; what is older than this was told, or nobody asked for it.
_MOST_LINES = 2000
_KILLED = b"Killed process "


class KernelWatch:
    """Opened before the first attempt. What is read once is kept for those whose end is told a moment later."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tail = KernelLogTail(root)
        self._host = HostMemory(root)
        self._first_kills = self.host_kills()
        self._lines: deque[bytes] = deque(maxlen=_MOST_LINES)
        self._read_kills = 0
        self._gaps: list[Gap] = []
        self._told: Case | None = None

    def host_kills(self) -> int | None:
        """How many OOM kills the machine has counted; None where it counts none."""
        return self._host.read_paging([]).oom_kills_total

    def case(self, is_told: Callable[[bytes], bool], now: Instant, *, wait_seconds: float) -> Case:
        """What the log tells by now. A line that `is_told` knows is waited for while kills are missing in the log.

        The kernel counts and signals a victim before it prints the line that names it.
        """
        deadline = time.monotonic() + wait_seconds
        self._read(wait_seconds)
        while self._tail.is_open and not any(map(is_told, self._lines)) and self._is_behind():
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0 or not self._tail.wait(left_seconds):
                break
            self._read(left_seconds)
        if self._told is None:
            self._told = self._parsed(now)
        return self._told

    def close(self) -> None:
        self._tail.close()
        self._host.close()

    def _is_behind(self) -> bool:
        """Whether the machine has counted more kills than the log has told of."""
        kills = self.host_kills()
        return kills is not None and self._first_kills is not None and kills - self._first_kills > self._read_kills

    def _read(self, timeout_seconds: float) -> None:
        gaps: list[Gap] = []
        if self._tail.is_open:
            log = self._tail.read_new(gaps)
        elif self._told is None or self._told.kernel_log_read:
            # A program that may read it tells all of it each time; where none may, none is asked again.
            self._lines.clear()
            log = read_kernel_log(self._root, gaps, timeout_seconds=timeout_seconds, kmsg=False)
        else:
            return
        rest = b""
        for chunk in log.chunks if log is not None else ():
            *lines, rest = (rest + chunk).split(b"\n")
            self._lines.extend(lines)
            self._read_kills += sum(_KILLED in line for line in lines)
            self._told = None
        if gaps:
            self._gaps, self._told = gaps, None

    def _parsed(self, now: Instant) -> Case:
        # The rules of logs take longer to import than most jobs run.
        from mnemo_cli.forensics.live.logs import Logs

        logs = Logs(self._root, now)
        logs.gaps.extend(self._gaps)
        if self._tail.is_open or self._lines:
            logs.add("kernel log", [line + b"\n" for line in self._lines], is_kernel=True)
        else:
            logs.lacks_kernel()
        return logs.into(Case())
