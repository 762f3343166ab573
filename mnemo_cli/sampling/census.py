"""The processes of a target where each is asked anew: who they are, what they use together, the largest of them.

Nothing is kept open and nothing rests. For Linux, where both pay, the same is done by population.
"""

import heapq
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import TargetError
from mnemo_cli.model import Gap, Process, Target, sum_of
from mnemo_cli.sampling.asked import Asked, PssMode
from mnemo_cli.sampling.index import Entry, ProcessIndex
from mnemo_cli.sampling.members import Members
from mnemo_cli.sampling.target import TargetChoice

_WANTED = (
    "rss_bytes", "pss_bytes", "uss_bytes", "swap_bytes", "command", "threads", "fds", "fd_soft_limit", "oom_score_adj",
    "cgroup",
)  # fmt: skip


_WANTED_WITHOUT_PSS = tuple(field for field in _WANTED if field not in ("pss_bytes", "uss_bytes", "swap_bytes"))
# psutil takes a tenth of a millisecond and more for each.
_MOST_WITH_PSS = 200


class AskedIndex(ProcessIndex):
    """An index that also answers for each of its processes."""

    def is_running(self, pid: int) -> bool:
        """Whether it is still the process that was listed, and not a stranger with its pid."""
        raise NotImplementedError

    def resident_bytes(self, pid: int) -> int | None:
        """None where it is denied, or the process is gone."""
        raise NotImplementedError

    def describe(self, entry: Entry, *, pss: bool = True) -> Process | None:
        """Everything about one process, but PSS only if asked for; None when it is gone."""
        raise NotImplementedError


class Use(NamedTuple):
    """What one process counted for in the last whole sample, and its RSS then."""

    share_bytes: int | None
    rss_bytes: int | None


class Census:
    """Counts the processes of one target. Raises TargetError at the start when it is a tree of nobody."""

    def __init__(self, choice: TargetChoice, index: AskedIndex) -> None:
        self._choice = choice
        self._index = index
        self._members = Members(choice, Path("/"))
        self._uses: dict[int, Use] = {}
        self._counts_rss = False
        self.pids: tuple[int, ...] = ()
        if choice.is_tree and not self.follow([]) and choice.kind != "command":
            raise TargetError(choice.nobody)

    def read(self, asked: Asked, gaps: list[Gap], *, host_used_bytes: int | None) -> tuple[tuple[Process, ...], Target]:
        """The processes that are asked for, and what the target uses: a tree its sum, all else the machine's use.

        There is no cheap way to more: the PSS of all is that of the largest few hundred.
        """
        if self._choice.is_tree:
            processes = self._describe(self.follow(gaps), gaps)
            return _wanted(_sorted(processes), asked), self._use(processes, gaps)
        if not asked.anyone and not asked.counted:
            gaps.append(Gap("target.processes", "psutil", "processes were not asked for"))
            return (), Target(used_bytes=host_used_bytes, used_is_rss=False, processes=None)
        present = self.follow(gaps)
        target = Target(used_bytes=host_used_bytes, used_is_rss=False, processes=len(present))
        resident = {entry.pid: self._index.resident_bytes(entry.pid) for entry in present}
        rows = max(asked.rows, _MOST_WITH_PSS) if asked.pss is PssMode.ALL else asked.rows
        chosen = {entry.pid for entry in heapq.nlargest(rows, present, key=lambda entry: _rank(resident[entry.pid]))}
        chosen |= asked.pids
        found = self._describe(
            [entry for entry in present if entry.pid in chosen], gaps, pss=asked.pss is not PssMode.OFF
        )
        if asked.everyone:
            others = [entry for entry in present if entry.pid not in chosen]
            found += [_in_short(entry, resident[entry.pid]) for entry in others]
            if others:
                gaps.append(Gap("processes", "psutil", f"{len(others)} others were asked for their RSS only"))
        return _sorted(found), target

    def follow(self, gaps: list[Gap]) -> list[Entry]:
        """Find out who is there; `pids` are theirs."""
        self._index.refresh(gaps)
        members = self._members.among(self._index)
        self.pids = tuple(entry.pid for entry in members)
        return members

    def glance(self, gaps: list[Gap], *, host_used_bytes: int | None) -> Target:
        """The processes of the last whole sample: what each counted for then, and how it grew since."""
        if not self._choice.is_tree:
            return Target(used_bytes=host_used_bytes, used_is_rss=False, processes=None)
        if not self._uses:
            return self._use(self._describe(self.follow(gaps), gaps), gaps)
        # Asked in this order: a process that ends in between is gone, and not of unknown size.
        grown = [
            (_carried(use, self._index.resident_bytes(pid)), self._index.is_running(pid))
            for pid, use in self._uses.items()
        ]
        shares = [share for share, running in grown if running]
        if None in shares:
            gaps.append(Gap("target.used_bytes", "psutil", f"the memory of {shares.count(None)} processes is not told"))
        return Target(used_bytes=sum_of(*shares), used_is_rss=self._counts_rss, processes=len(shares))

    def _describe(self, entries: Iterable[Entry], gaps: list[Gap], *, pss: bool = True) -> list[Process]:
        described = (self._index.describe(entry, pss=pss) for entry in entries)
        found = [process for process in described if process is not None]
        # A zombie or a thread of the kernel holds nothing and has little to tell: that is no gap.
        asked = [process for process in found if process.rss_bytes != 0]
        if not pss:
            gaps.append(Gap("processes.pss_bytes", "psutil", "PSS was not asked for"))
        for field in _WANTED if pss else _WANTED_WITHOUT_PSS:
            untold = sum(getattr(process, field) is None for process in asked)
            if untold:
                gaps.append(Gap(f"processes.{field}", "psutil", f"psutil cannot tell it of {untold} of {len(asked)}"))
        return found

    def _use(self, processes: Sequence[Process], gaps: list[Gap]) -> Target:
        """The sum of PSS; RSS where there is no PSS, and then it is said."""
        self._uses = {process.pid: Use(_share(process), process.rss_bytes) for process in processes}
        shares = [_share(process) for process in processes]
        by_rss = sum(process.pss_bytes is None and process.rss_bytes != 0 for process in processes)
        if by_rss:
            gaps.append(Gap("target.used_bytes", "psutil", f"there is no PSS of {by_rss} processes"))
        self._counts_rss = by_rss > 0
        return Target(used_bytes=sum_of(*shares), used_is_rss=self._counts_rss, processes=len(processes))


def _wanted(processes: tuple[Process, ...], asked: Asked) -> tuple[Process, ...]:
    """Of those that were described in any case."""
    if asked.everyone:
        return processes
    rest = (process for process in processes[asked.rows :] if process.pid in asked.pids)
    return (*processes[: asked.rows], *rest)


def _in_short(entry: Entry, rss_bytes: int | None) -> Process:
    return Process(entry.pid, entry.ppid, entry.started, entry.name, entry.uid, rss_bytes)


def _share(process: Process) -> int | None:
    return process.rss_bytes if process.pss_bytes is None else process.pss_bytes


def _carried(use: Use, rss_bytes: int | None) -> int | None:
    if use.share_bytes is None or use.rss_bytes is None or rss_bytes is None:
        return None
    return max(0, use.share_bytes + rss_bytes - use.rss_bytes)


def _sorted(processes: Sequence[Process]) -> tuple[Process, ...]:
    return tuple(sorted(processes, key=lambda process: _rank(_share(process)), reverse=True))


def _rank(size_bytes: int | None) -> int:
    """Those of unknown size come last, after the ones that are known to hold nothing."""
    return -1 if size_bytes is None else size_bytes
