"""The processes of a sample: some described in full, and with everyone the others with what is cheap.

A command and a group are two files, everything but PSS seven: of a thousand processes that nobody looks at, some
are read in each sample, those longest unread first. Until then a process has its name, its user and its RSS.
"""

import heapq
import time
from collections.abc import Collection, Mapping
from typing import NamedTuple

from mnemo_cli.model import Gap, Process
from mnemo_cli.sampling.asked import Asked, PssMode
from mnemo_cli.sampling.details import DetailReader, Known
from mnemo_cli.sampling.index import Entry
from mnemo_cli.sampling.resident import Tracked

# Per sample, where one is taken each second: 1.5 % of a core for the commands, and 0.4 % for the details.
_LABELS_AT_ONCE, _DETAILS_AT_ONCE = 250, 20
# Once everything of everyone was read: of a thousand each is at most two minutes old, and less on the screen.
_AGAIN_AT_ONCE = 8
# With the PSS of all, who asks for it is shown what it costs.
_PSS_AT_ONCE, _PSS_SECONDS = 100, 0.05


class Made(NamedTuple):
    """A process in short, and what it was made of."""

    pages: int | None
    known: Known | None
    fresh: bool
    process: Process


class Describer:
    """Turns what the sweep tracks into processes, with the details that are asked for."""

    def __init__(self, details: DetailReader, *, page_bytes: int) -> None:
        self._details = details
        self._page_bytes = page_bytes
        self._made: dict[Tracked, Made] = {}

    def describe(
        self, tracked: Mapping[int, Tracked], asked: Asked, gaps: list[Gap], clock_seconds: float
    ) -> tuple[Process, ...]:
        """The largest first, by PSS, with RSS where PSS is not known."""
        largest = heapq.nlargest(asked.rows, tracked.values(), key=_pages)
        chosen = {process.entry.pid: process for process in largest}
        chosen.update((pid, tracked[pid]) for pid in asked.pids if pid in tracked)
        pss = asked.pss is not PssMode.OFF
        full = [self._in_full(process, clock_seconds, pss=pss) for process in chosen.values()]
        _tell_unread(full, gaps, pss=pss)
        if not asked.everyone:
            self._made = {}
            return tuple(sorted(full, key=_weight, reverse=True))
        others = [process for pid, process in tracked.items() if pid not in chosen]
        self._read_some(others, clock_seconds, pss=asked.pss is PssMode.ALL)
        cheap = self._in_short(others, clock_seconds, stale_pss=asked.pss is PssMode.ALL)
        _tell_unread_of_others(cheap, gaps)
        return tuple(sorted(full + cheap, key=_weight, reverse=True))

    def rss_bytes(self, process: Tracked) -> int | None:
        """Its RSS when it was last swept."""
        return None if process.pages is None else process.pages * self._page_bytes

    def _in_full(self, process: Tracked, clock_seconds: float, *, pss: bool) -> Process:
        entry = process.entry
        details = self._details.read(entry.pid, entry.started, clock_seconds, pss=pss)
        return Process(
            pid=entry.pid,
            ppid=entry.ppid,
            started=entry.started,
            name=details.name or entry.name,
            uid=entry.uid,
            rss_bytes=self.rss_bytes(process),
            pss_bytes=details.pss_bytes,
            uss_bytes=details.uss_bytes,
            swap_bytes=details.swap_bytes,
            command=details.command,
            threads=details.threads,
            fds=details.fds,
            fd_soft_limit=details.fd_soft_limit,
            oom_score_adj=details.oom_score_adj,
            cgroup=details.cgroup,
        )

    def _in_short(self, others: Collection[Tracked], clock_seconds: float, *, stale_pss: bool) -> list[Process]:
        """What is known of them anyway; a PSS that nobody keeps fresh is not known any more.

        Of a thousand processes few have changed since the last sample: the others are those of then.
        """
        before, self._made = self._made, {}
        known_of, made = self._details.known, self._made
        found = []
        for process in others:
            known = known_of(process.entry.pid, process.entry.started)
            fresh = known is not None and known.with_pss and (stale_pss or clock_seconds < known.due_seconds)
            last = before.get(process)
            if last is None or last.pages != process.pages or last.known is not known or last.fresh != fresh:
                last = Made(process.pages, known, fresh, self._short(process, known, fresh=fresh))
            made[process] = last
            found.append(last.process)
        return found

    def _short(self, process: Tracked, known: Known | None, *, fresh: bool) -> Process:
        entry = process.entry
        if known is None:
            return Process(entry.pid, entry.ppid, entry.started, entry.name, entry.uid, self.rss_bytes(process))
        details = known.details
        return Process(
            entry.pid,
            entry.ppid,
            entry.started,
            details.name or entry.name,
            entry.uid,
            self.rss_bytes(process),
            details.pss_bytes if fresh else None,
            details.uss_bytes if fresh else None,
            details.swap_bytes,
            details.command,
            details.threads,
            details.fds,
            details.fd_soft_limit,
            details.oom_score_adj,
            details.cgroup,
        )

    def _read_some(self, others: Collection[Tracked], clock_seconds: float, *, pss: bool) -> None:
        """The commands that nobody has read yet; unless these take up the sample, the details that are due longest.

        On a busy machine there is a new process in every sample.
        """
        known_of = self._details.known
        nameless: list[Entry] = []
        due: list[tuple[float, Entry]] = []
        for process in others:
            entry = process.entry
            known = known_of(entry.pid, entry.started)
            if known is None:
                nameless.append(entry)
            elif pss and not known.with_pss:
                due.append((0.0, entry))
            elif known.due_seconds <= clock_seconds:
                due.append((known.due_seconds, entry))
        for entry in nameless[:_LABELS_AT_ONCE]:
            self._details.read_label(entry.pid, entry.started)
        if len(nameless) >= _LABELS_AT_ONCE:
            return
        until_seconds = time.perf_counter() + _PSS_SECONDS
        if pss:
            most = _PSS_AT_ONCE
        else:
            most = _DETAILS_AT_ONCE if any(seconds == 0.0 for seconds, _ in due) else _AGAIN_AT_ONCE
        for _, entry in heapq.nsmallest(most, due):
            self._details.read(entry.pid, entry.started, clock_seconds, pss=pss)
            if pss and time.perf_counter() > until_seconds:
                return


def _tell_unread(full: Collection[Process], gaps: list[Gap], *, pss: bool) -> None:
    denied = sum(process.pss_bytes is None and process.rss_bytes != 0 for process in full)
    unread = sum(process.rss_bytes is None for process in full)
    if denied:
        reason = f"PSS is denied for {denied} of the rows" if pss else "PSS was not asked for"
        gaps.append(Gap("processes.pss_bytes", "/proc/PID/smaps_rollup", reason))
    if unread:
        gaps.append(Gap("processes.rss_bytes", "/proc/PID/statm", f"RSS cannot be read for {unread} of the rows"))


def _tell_unread_of_others(others: Collection[Process], gaps: list[Gap]) -> None:
    """Of a thread of the kernel, which holds nothing, there is nothing to tell."""
    without_pss = without_rss = without_details = 0
    for process in others:
        if process.rss_bytes != 0:
            without_pss += process.pss_bytes is None
            without_rss += process.rss_bytes is None
            without_details += process.threads is None
    if without_pss:
        gaps.append(Gap("processes.pss_bytes", "/proc/PID/smaps_rollup", f"PSS was not read for {without_pss} others"))
    if without_rss:
        gaps.append(Gap("processes.rss_bytes", "/proc/PID/statm", f"RSS cannot be read for {without_rss} others"))
    if without_details:
        gaps.append(Gap("processes", "/proc/PID", f"details were not read yet for {without_details} others"))


def _pages(process: Tracked) -> int:
    return process.pages or 0


def _weight(process: Process) -> int:
    return process.rss_bytes or 0 if process.pss_bytes is None else process.pss_bytes
