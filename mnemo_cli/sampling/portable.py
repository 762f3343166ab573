"""The same samples through psutil, for macOS and every other system that Linux's own files do not describe.

On Linux it is there for comparison only: it sees neither control groups nor PSI, and it costs several
times as much. What psutil cannot tell is None with a gap, as everywhere.
"""

import os
import re
import sys
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

import psutil

from mnemo_cli.errors import TargetError
from mnemo_cli.model import UNLIMITED, Gap, Limit, Memory, Process, Sample
from mnemo_cli.redact import printable, redact_command
from mnemo_cli.sampling.asked import LARGEST, Asked
from mnemo_cli.sampling.census import AskedIndex, Census
from mnemo_cli.sampling.index import Entry
from mnemo_cli.sampling.macos import Run, read_pressure_level, read_vm_stat, run_tool
from mnemo_cli.sampling.portable_host import SWAP, VIRTUAL, glance_at_host, host_memory
from mnemo_cli.sampling.target import TargetChoice

_T = TypeVar("_T")

# psutil lets a damaged or missing source through as any of these.
_UNREADABLE = (psutil.Error, OSError, RuntimeError, LookupError, ValueError)


class Portable:
    """A Sampler through psutil. Raises TargetError at the start when there is no such target.

    `run` starts macOS's own tools; left out, it is there on macOS only.
    """

    def __init__(self, choice: TargetChoice, *, asked: Asked = LARGEST, run: Run | None = None) -> None:
        if choice.kind == "cgroup":
            raise TargetError(
                f"cannot watch the control group {choice.path}: control groups exist on Linux only, and the portable "
                "sampler does not read them; use --pid, --name or --host"
            )
        self._choice = choice
        self.asked = asked
        self._run = run_tool if run is None and sys.platform == "darwin" else run
        self._census = Census(choice, PsutilIndex())

    @property
    def pids(self) -> Collection[int]:
        if not self._choice.is_tree and not self.asked.anyone:
            self._census.follow([])
        return self._census.pids

    def sample(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        gaps = _beyond_reach()
        host = self._read_host(gaps)
        processes, target = self._census.read(self.asked, gaps, host_used_bytes=host.used_bytes)
        return Sample(
            time_seconds=time_seconds,
            clock_seconds=clock_seconds,
            scope=self._choice.scope(),
            limits=(*self._choice.budget(target, gaps), host),
            target=target,
            processes=processes,
            process_count=target.processes,
            vm_pressure_level=None if self._run is None else read_pressure_level(self._run, gaps),
            gaps=tuple(gaps),
        )

    def glance(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        """The machine's use and, under a budget, that of the processes which the last whole sample found."""
        gaps: list[Gap] = []
        host = glance_at_host(_numbers(psutil.virtual_memory, VIRTUAL, gaps), gaps)
        target = None
        if self._choice.budget_bytes is not None:
            target = self._census.glance(gaps, host_used_bytes=host.used_bytes)
        return Sample(
            time_seconds=time_seconds,
            clock_seconds=clock_seconds,
            scope=self._choice.scope(),
            limits=(*self._choice.budget(target, gaps), host),
            target=target,
            gaps=tuple(gaps),
        )

    def close(self) -> None:
        """Nothing is kept open: psutil opens and closes for each reading."""

    def _read_host(self, gaps: list[Gap]) -> Memory:
        make_up = None if self._run is None else read_vm_stat(self._run, gaps)
        virtual = _numbers(psutil.virtual_memory, VIRTUAL, gaps)
        return host_memory(virtual, _numbers(psutil.swap_memory, SWAP, gaps), make_up, gaps)


class PsutilIndex(AskedIndex):
    """Every process that psutil lists, read anew at each refresh."""

    def __init__(self) -> None:
        super().__init__(Path("/"))
        self._processes: dict[int, psutil.Process] = {}

    def refresh(self, gaps: list[Gap]) -> bool:
        """Always looks: psutil has no cheap sign that somebody forked."""
        try:
            boot_seconds = psutil.boot_time()
            pids = psutil.pids()
        except _UNREADABLE as err:
            gaps.append(Gap("processes", "psutil", f"processes cannot be listed: {err}"))
            return False
        before, self._processes = self._processes, {}
        known, self.entries = self.entries, {}
        unread = 0
        for pid in pids:
            try:
                process = psutil.Process(pid)
                same = known.get(pid) if before.get(pid) == process else None
                started = same.started if same else _started(process, boot_seconds)
                self.entries[pid] = _entry(process, started)
                self._processes[pid] = process
            except psutil.NoSuchProcess:
                continue
            except _UNREADABLE:
                unread += 1
        if unread:
            gaps.append(Gap("processes", "psutil", f"{unread} processes cannot be read"))
        return True

    def is_running(self, pid: int) -> bool:
        return self._processes[pid].is_running()

    def resident_bytes(self, pid: int) -> int | None:
        try:
            return self._processes[pid].memory_info().rss
        except psutil.ZombieProcess:
            return 0  # it has given all its memory back
        except _UNREADABLE:
            return None

    def describe(self, entry: Entry, *, pss: bool = True) -> Process | None:
        process = self._processes[entry.pid]
        try:
            with process.oneshot():
                if _asked(process.status) == psutil.STATUS_ZOMBIE:
                    return _zombie(entry)
                return _process(process, entry, pss=pss)
        except psutil.NoSuchProcess:
            return None


def _beyond_reach() -> list[Gap]:
    gaps = [
        Gap("pressure", "psutil", "PSI exists on Linux only, and psutil does not read it"),
        Gap("host_oom_kills_total", "psutil", "psutil does not count OOM kills"),
    ]
    if psutil.LINUX:
        gaps.append(Gap("limits", "psutil", "psutil does not see control groups: only the machine's memory is judged"))
    return gaps


def _numbers(read: Callable[[], object], fields: tuple[str, ...], gaps: list[Gap]) -> dict[str, int | None]:
    """Fields of a psutil answer; None where this system has no such field, or psutil made it up."""
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            answer = read()
    except _UNREADABLE as err:
        gaps.append(Gap("limits.host", f"psutil.{read.__name__}", f"it cannot be read: {err!r}"))
        return dict.fromkeys(fields)
    # psutil sets to 0 what it cannot find, and names it in a warning.
    made_up = set(re.findall(r"\w+", " ".join(str(warning.message) for warning in warned)))
    return {field: None if field in made_up else getattr(answer, field, None) for field in fields}


def _started(process: psutil.Process, boot_seconds: float) -> int:
    return round((process.create_time() - boot_seconds) * os.sysconf("SC_CLK_TCK"))


def _entry(process: psutil.Process, started: int) -> Entry:
    with process.oneshot():
        name = printable(process.name())
        return Entry(process.pid, process.ppid(), started, name, process.uids().effective, inode=0)


def _zombie(entry: Entry) -> Process:
    """It holds nothing, and only waits for its parent to ask for its exit code."""
    return Process(pid=entry.pid, ppid=entry.ppid, started=entry.started, name=entry.name, uid=entry.uid, rss_bytes=0)


def _process(process: psutil.Process, entry: Entry, *, pss: bool) -> Process:
    footprint, argv = _asked(_footprint(process)) if pss else None, _asked(process.cmdline)
    return Process(
        pid=entry.pid,
        ppid=entry.ppid,
        started=entry.started,
        name=entry.name,
        uid=entry.uid,
        rss_bytes=_asked(lambda: process.memory_info().rss),
        pss_bytes=getattr(footprint, "pss", None),
        uss_bytes=getattr(footprint, "uss", None),
        swap_bytes=getattr(footprint, "swap", None),
        command=redact_command(argv) if argv else None,
        threads=_asked(process.num_threads),
        fds=_asked(process.num_fds),
        fd_soft_limit=_fd_soft_limit(process),
    )


def _asked(question: Callable[[], _T]) -> _T | None:
    """None where it is denied or this system has no answer; raises NoSuchProcess when the process is gone."""
    try:
        return question()
    except psutil.NoSuchProcess:
        raise
    except _UNREADABLE:
        return None


def _footprint(process: psutil.Process) -> Callable[[], object]:
    """psutil 8 has a new name for it and warns of the old one. https://github.com/giampaolo/psutil/pull/2737"""
    return process.memory_footprint if hasattr(process, "memory_footprint") else process.memory_full_info


def _fd_soft_limit(process: psutil.Process) -> Limit | None:
    """Only Linux and FreeBSD tell the limits of another process."""
    if not hasattr(process, "rlimit"):
        return None
    limits = _asked(lambda: process.rlimit(psutil.RLIMIT_NOFILE))
    if limits is None:
        return None
    return UNLIMITED if limits[0] == psutil.RLIM_INFINITY else limits[0]
