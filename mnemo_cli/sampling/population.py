"""The processes of a target: who they are, and what they use together; describing tells of each of them."""

import os
from pathlib import Path

from mnemo_cli.errors import SourceError
from mnemo_cli.model import Gap, Process, Target
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.describing import Describer
from mnemo_cli.sampling.details import REFRESH_SECONDS, DetailReader, Details
from mnemo_cli.sampling.files import read_text
from mnemo_cli.sampling.index import ProcessIndex
from mnemo_cli.sampling.members import Members
from mnemo_cli.sampling.resident import ResidentSweep
from mnemo_cli.sampling.target import TargetChoice

# A move of this share of the machine's memory since the last full sweep means that a process at rest woke up.
_WAKING_SHARE = 0.002


class Population:
    """Follows the processes of one target."""

    def __init__(
        self,
        choice: TargetChoice,
        root: Path,
        *,
        directory: Path | None,
        most_descriptors: int,
        details_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self._choice = choice
        self._index = ProcessIndex(root)
        self._members = Members(choice, root, directory)
        self._sweep = ResidentSweep(root, most_descriptors=most_descriptors)
        self._details = DetailReader(root, refresh_seconds=details_seconds)
        self._describer = Describer(self._details, page_bytes=os.sysconf("SC_PAGE_SIZE"))
        self._swept_at_bytes: int | None = None
        self._hides_others = hides_other_users(root)

    @property
    def pids(self) -> list[int]:
        """The processes of the target, oldest first as /proc lists them."""
        return list(self._sweep.tracked)

    @property
    def pss_seconds(self) -> float:
        """What the reading of PSS took so far."""
        return self._details.pss_seconds

    def refresh(self, gaps: list[Gap], clock_seconds: float, *, host_used_bytes: int | None = None) -> None:
        """Find out who is there and what they use now; cheap when nobody forked and nobody grew."""
        self.follow(gaps)
        for pid in self._sweep.sweep(clock_seconds, whole=self._choice.is_tree or self._somebody_woke(host_used_bytes)):
            self._index.forget(pid)

    def follow(self, gaps: list[Gap]) -> None:
        """Find out who is there, and nothing else; cheap when nobody forked."""
        if self._hides_others:
            gaps.append(Gap("processes", "/proc", "hidepid hides the processes of other users: there may be more"))
        if self._index.refresh(gaps) or self._choice.kind == "cgroup":
            members = self._members.among(self._index)
            self._sweep.follow(members)
            if self._choice.is_tree:
                self._details.keep_only({(entry.pid, entry.started) for entry in members})

    def use(self, gaps: list[Gap], clock_seconds: float, *, fresh: bool = False) -> Target:
        """The sum of PSS, taking each process's growth of RSS since its PSS was read; RSS where PSS is denied."""
        used_bytes, denied, unread = 0, 0, 0
        for process in self._sweep.tracked.values():
            entry, rss_bytes = process.entry, self._describer.rss_bytes(process)
            details = self._details.read(entry.pid, entry.started, clock_seconds, fresh=fresh)
            share_bytes = _share_bytes(details, rss_bytes)
            if share_bytes is not None:
                used_bytes += share_bytes
            elif rss_bytes is not None:
                denied += rss_bytes > 0
                used_bytes += rss_bytes
            else:
                unread += 1
        if denied:
            gaps.append(Gap("target.used_bytes", "/proc/PID/smaps_rollup", f"PSS is denied for {denied} processes"))
        if unread:
            gaps.append(Gap("target.used_bytes", "/proc/PID/statm", f"RSS cannot be read for {unread} processes"))
        return Target(
            used_bytes=None if unread else used_bytes, used_is_rss=denied > 0, processes=len(self._sweep.tracked)
        )

    def describe(self, asked: Asked, gaps: list[Gap], clock_seconds: float) -> tuple[Process, ...]:
        """The processes that are asked for, the largest first."""
        if not asked.anyone:
            return ()
        found = self._describer.describe(self._sweep.tracked, asked, gaps, clock_seconds)
        if not self._choice.is_tree:
            self._details.keep_only({(process.pid, process.started) for process in found})
        return found

    def close(self) -> None:
        self._sweep.close()
        self._index.close()

    def _somebody_woke(self, host_used_bytes: int | None) -> bool:
        if host_used_bytes is None:
            return True
        known = self._swept_at_bytes
        if known is not None and abs(host_used_bytes - known) <= _WAKING_SHARE * max(known, 1):
            return False
        self._swept_at_bytes = host_used_bytes
        return True


def hides_other_users(root: Path) -> bool:
    """Whether /proc is mounted with hidepid and so shows a person only their own processes."""
    try:
        mounts = read_text(root / "proc/self/mountinfo")
    except SourceError:
        return False  # nobody tells; what /proc shows is then all we know
    for line in mounts.split("\n"):
        left, _, right = line.partition(" - ")
        if right.startswith("proc ") and "hidepid=" in right and left.split(" ")[4:5] == ["/proc"]:
            return right.partition("hidepid=")[2].split(",")[0].strip() not in ("0", "off")
    return False


def _share_bytes(details: Details, rss_bytes: int | None) -> int | None:
    """PSS, and the growth of RSS since it was read; None where PSS is denied."""
    if details.pss_bytes is None or details.rss_bytes is None:
        return None
    return details.pss_bytes if rss_bytes is None else max(0, details.pss_bytes + rss_bytes - details.rss_bytes)
