"""What one process shows of itself beyond its resident size: PSS, swap, descriptors, limits, command line.

PSS is dear (the kernel walks the page tables under the target's own lock, 40 µs for a small process
and milliseconds for a large one), so details are for the rows that are shown, and refreshed 5 s apart
or, where one reading costs more than a hundredth of that, as much more rarely.
"""

import os
import time
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Limit
from mnemo_cli.redact import printable, redact_command
from mnemo_cli.sampling.files import Table, parse_number
from mnemo_cli.sampling.mounts import parse_membership
from mnemo_cli.sampling.rlimits import parse_soft_nofile

REFRESH_SECONDS = 5.0
_LARGEST_SHARE_OF_TIME = 0.01
_ROLLUP = Table("Rss", "Pss", "Private_Clean", "Private_Dirty", "Swap")
_KIB = 1024
# All of these files are smaller, but for the longest of command lines.
_LARGEST_BYTES = 65536


class Details(NamedTuple):
    """None where the kernel denies it to us, or the process has just ended."""

    name: str | None
    command: str | None
    rss_bytes: int | None
    pss_bytes: int | None
    uss_bytes: int | None
    swap_bytes: int | None
    threads: int | None
    fds: int | None
    fd_soft_limit: Limit | None
    oom_score_adj: int | None
    cgroup: str | None


_UNKNOWN = Details(
    name=None, command=None, rss_bytes=None, pss_bytes=None, uss_bytes=None, swap_bytes=None, threads=None, fds=None,
    fd_soft_limit=None, oom_score_adj=None, cgroup=None,
)  # fmt: skip


class Known(NamedTuple):
    """What was read of a process, whether its PSS was, and when it is to be read again."""

    due_seconds: float
    with_pss: bool
    details: Details


class DetailReader:
    """Reads and remembers the details of the processes that are shown.

    `refresh_seconds` is how long they are good for. Where that is long, the first refreshes are spread over it, so
    that no sample pays for all of them. `pss_seconds` is what the reading of PSS took so far.
    """

    def __init__(self, root: Path, *, refresh_seconds: float = REFRESH_SECONDS) -> None:
        self._proc = os.fspath(root / "proc")
        self._refresh_seconds = refresh_seconds
        self._known: dict[tuple[int, int], Known] = {}
        self.pss_seconds = 0.0

    def read(self, pid: int, started: int, clock_seconds: float, *, pss: bool = True, fresh: bool = False) -> Details:
        """The details of one process, at most a few seconds old (or read now, if `fresh`)."""
        known = self._known.get((pid, started))
        if known is None or fresh or clock_seconds >= known.due_seconds or (pss and not known.with_pss):
            begin = time.perf_counter()
            details = self._read(f"{self._proc}/{pid}", pss=pss)
            cost = time.perf_counter() - begin
            good_seconds = self._refresh_seconds if known else self._first_refresh_seconds(pid)
            due_seconds = clock_seconds + max(good_seconds, cost / _LARGEST_SHARE_OF_TIME)
            known = self._known[pid, started] = Known(due_seconds, pss, details)
        return known.details

    def known(self, pid: int, started: int) -> Known | None:
        """What was read of it so far, however long ago that was."""
        return self._known.get((pid, started))

    def read_label(self, pid: int, started: int) -> Known:
        """Only its command and group, for a process of which nothing else is known; the rest is due at once."""
        known = self._known[pid, started] = Known(0.0, False, _label(f"{self._proc}/{pid}"))
        return known

    def keep_only(self, shown: set[tuple[int, int]]) -> None:
        """Forget the processes that are shown no more."""
        for key in self._known.keys() - shown:
            del self._known[key]

    def _read(self, folder: str, *, pss: bool) -> Details:
        if not pss:
            return _details(folder, b"")
        begin = time.perf_counter()
        rollup = _bytes(f"{folder}/smaps_rollup")
        self.pss_seconds += time.perf_counter() - begin
        return _details(folder, rollup)

    def _first_refresh_seconds(self, pid: int) -> float:
        """Neighbours in time have neighbouring pids: sixteen of them are due one after the other."""
        late_seconds = max(0.0, self._refresh_seconds - REFRESH_SECONDS)
        return self._refresh_seconds - late_seconds * (pid % 16) / 16


def _label(folder: str) -> Details:
    """Only the command and the group: what a person looks for a process by."""
    return _UNKNOWN._replace(command=_command(_bytes(f"{folder}/cmdline")), cgroup=_cgroup(_bytes(f"{folder}/cgroup")))


def _details(folder: str, rollup: bytes) -> Details:
    status = b"\n" + _bytes(f"{folder}/status").replace(b"\t", b" ")
    rss, pss, clean, dirty, swap = _ROLLUP.values(rollup)
    vm_swap, threads = _line_value(status, b"\nVmSwap:"), _line_value(status, b"\nThreads:")
    comm = _bytes(f"{folder}/comm")
    return Details(
        name=printable(os.fsdecode(comm.removesuffix(b"\n"))) if comm else None,
        command=_command(_bytes(f"{folder}/cmdline")),
        rss_bytes=_kib(rss),
        pss_bytes=_kib(pss),
        uss_bytes=None if clean is None or dirty is None else (clean + dirty) * _KIB,
        # Where PSS is denied, VmSwap is still open to everybody.
        swap_bytes=_kib(vm_swap if swap is None else swap),
        threads=threads,
        fds=_fd_count(f"{folder}/fd"),
        fd_soft_limit=parse_soft_nofile(_bytes(f"{folder}/limits")),
        oom_score_adj=_signed(_bytes(f"{folder}/oom_score_adj")),
        cgroup=_cgroup(_bytes(f"{folder}/cgroup")),
    )


def _line_value(text: bytes, key: bytes) -> int | None:
    """The number of one line, at a tenth of what it costs to look at all of them; None of one that is cut."""
    begin = text.find(key)
    end = text.find(b"\n", begin + 1)
    word = text[begin + len(key) : end].removesuffix(b" kB").strip(b" ")
    return int(word) if begin >= 0 and end >= 0 and word.isdigit() and len(word) < 20 else None


def _command(argv: bytes) -> str | None:
    """Its words, with secrets masked; None of a thread of the kernel, which has none."""
    return redact_command([os.fsdecode(word) for word in argv.rstrip(b"\0").split(b"\0")]) if argv else None


def _fd_count(folder: str) -> int | None:
    """From Linux 6.2 on the size of /proc/PID/fd is the count, open to everybody; before, it is 0."""
    try:
        return Path(folder).stat().st_size or sum(1 for _ in Path(folder).iterdir())
    except OSError:
        return None


def _cgroup(text: bytes | None) -> str | None:
    """The memory controller's group if it has one of its own (v1), else the unified one."""
    memberships = os.fsdecode(text or b"")
    path = parse_membership(memberships, 1) or parse_membership(memberships, 2)
    return None if path is None else printable(path)


def _signed(text: bytes | None) -> int | None:
    try:
        return -parse_number(text[1:]) if text and text[:1] == b"-" else parse_number(text or b"")
    except ValueError:
        return None


def _kib(number: int | None) -> int | None:
    return None if number is None else number * _KIB


def _bytes(path: str) -> bytes:
    """Nothing where it is denied or gone: the reader of a Details says so by showing RSS, never 0."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _LARGEST_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
