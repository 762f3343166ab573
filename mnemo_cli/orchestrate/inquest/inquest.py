"""The case of one death in a run: what its engine saw, what was noted while it lived, what the logs tell.

Nothing is done for attempts that end well. The dead of a run together get a share of its time: where many die at
once, the rest is told by what the engine saw alone.
"""

import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import NamedTuple

from mnemo_cli.forensics.case import Case, Counters, GroupReading, Who
from mnemo_cli.forensics.case import Ended as End
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.pids import are_the_kernels
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.inquest.kernel import KernelWatch
from mnemo_cli.orchestrate.inquest.patience import Patience
from mnemo_cli.orchestrate.job import Ended, Key
from mnemo_cli.orchestrate.run.ends import Death
from mnemo_cli.sampling.rlimits import Rlimit, read_rlimits

# The kernel's line, and a journal with the words of killers in user space, are waited for no longer than this.
_LINE_COMES_SECONDS = 0.3
_JOURNAL_SECONDS = 0.5
_SHARE, _MOST_AT_ONCE_SECONDS = 0.1, 1.0
_KILLS = (signal.SIGKILL, signal.SIGTERM)
_KILL_STATUSES = {status for number in _KILLS for status in (-number, 128 + number)}


class Finding(NamedTuple):
    """The verdict on one death. `group` is the attempt's own as the kernel's log names it, where that tells of it."""

    explanation: Explanation
    group: str | None


class Inquest:
    """Begun before the first attempt, closed after the last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kernel = KernelWatch(root)
        self._patience = Patience(share=_SHARE, most_seconds=_MOST_AT_ONCE_SECONDS, now_seconds=time.monotonic())
        self._rlimits: dict[Key, Mapping[str, Rlimit]] = {}
        self._is_journal_closed = False
        # Pids are used again: a kill is the death of one attempt only.
        self._taken: set[tuple[int | None, float | None]] = set()

    def look(self, flights: Iterable[Flight]) -> None:
        """With each sample: note of those that are new what nobody can read after their end."""
        known, self._rlimits = self._rlimits, {}
        for flight in flights:
            if flight.key in known:
                self._rlimits[flight.key] = known[flight.key]
            elif flight.identity is not None:
                self._rlimits[flight.key] = read_rlimits(flight.identity.pid, self._root, [])

    def hold(self, death: Death) -> Finding | None:
        """Why it died; None where the time for that is used up."""
        began_seconds = time.monotonic()
        left_seconds = self._patience.left_seconds(began_seconds)
        if left_seconds <= 0:
            return None
        # Longer to import than most jobs run.
        from mnemo_cli.forensics.truth import judge

        case = self._case(death, left_seconds)
        finding = Finding(judge(case), case.who.cgroup if case.who is not None else None)
        self._patience.spend(time.monotonic() - began_seconds)
        return finding

    def close(self) -> None:
        self._kernel.close()

    def _case(self, death: Death, left_seconds: float) -> Case:
        now = Instant.now()
        # Without an identity it ended before anybody looked, maybe while nobody was there: when is not known.
        since_seconds = None if death.identity is None else now.unix_seconds - death.ended.seconds
        case = self._told(death, now, since_seconds, left_seconds) if _may_be_killed(death.ended) else Case()
        inside = (_inside(kill, death.ended.group) for kill in case.kills)
        group = next((found for found in inside if found is not None), None)
        has_pid = death.identity is not None and are_the_kernels(self._root, [])
        return case._replace(
            who=Who(
                pid=death.identity.pid if has_pid and death.identity is not None else None,
                name=PurePath(death.job.command[0]).name,
                cgroup=group,
                is_alive=False,
            ),
            ended=_end(death.ended),
            groups=tuple(self._groups(death, group)),
            rlimits=self._rlimits.get(death.key, {}),
            cpu_seconds=death.ended.cpu_seconds,
            died_seconds=None if since_seconds is None else now.unix_seconds,
            since_seconds=since_seconds,
        )

    def _told(self, death: Death, now: Instant, since_seconds: float | None, left_seconds: float) -> Case:
        """What the logs tell of it."""
        pid = None if death.identity is None else death.identity.pid
        wait_seconds = min(left_seconds, _LINE_COMES_SECONDS)
        case = self._kernel.case(_names(pid, death.ended.group), now, wait_seconds=wait_seconds)
        kills = tuple(kill for kill in case.kills if self._is_its(kill, pid, death.ended.group))
        known = {_identity(kill) for kill in case.kills}
        self._taken = self._taken & known | {_identity(kill) for kill in kills}
        case = case._replace(kills=kills, notices=(), runtime_messages=())
        if kills or pid is None or since_seconds is None or self._is_journal_closed:
            return case
        return self._by_others(case, pid, now, since_seconds, min(left_seconds, _JOURNAL_SECONDS))

    def _by_others(self, case: Case, pid: int, now: Instant, since_seconds: float, seconds: float) -> Case:
        """Killers in user space tell the journal whom they killed. One that may not be read is asked once."""
        from mnemo_cli.forensics.live.logs import Logs

        logs = Logs(self._root, now)
        logs.read_journal(since_seconds=since_seconds - 1.0, timeout_seconds=seconds)
        self._is_journal_closed = bool(logs.gaps)
        kills = tuple(kill for kill in logs.kills if kill.victim.pid == pid)
        return case._replace(kills=kills, gaps=(*case.gaps, *logs.gaps))

    def _is_its(self, kill: Kill, pid: int | None, group: str | None) -> bool:
        """By its group, which has a name of its own; where there is none by its pid."""
        if group is not None and kill.victim_cgroup is not None:
            return _inside(kill, group) is not None
        return pid is not None and kill.victim.pid == pid and _identity(kill) not in self._taken

    def _groups(self, death: Death, group: str | None) -> Iterator[GroupReading]:
        """Its own group is gone by now: the engine has read it last. A rise of the machine's count is a suspicion."""
        ended = death.ended
        if ended.group is not None and ended.oom_kills is not None:
            yield GroupReading(
                group or ended.group,
                folder=ended.group,
                limit_bytes=death.limit_bytes,
                peak_bytes=ended.peak_bytes,
                before=Counters(oom_kills_total=0),
                after=Counters(oom_kills_total=ended.oom_kills),
            )
        total = self._kernel.host_kills()
        if total is not None:
            before = Counters(oom_kills_total=total - (death.reason == "oom-host-suspected"))
            yield GroupReading(None, before=before, after=Counters(oom_kills_total=total))


def _may_be_killed(ended: Ended) -> bool:
    return ended.kernel_oom or ended.status is None or ended.status in _KILL_STATUSES


def _end(ended: Ended) -> End | None:
    if ended.status is None:
        return None
    if ended.status < 0:
        return End(by_signal=-ended.status, reporter="wait")
    return End(code=ended.status, reporter="wait")


def _mark(group: str) -> str:
    """The end of an attempt's group by which it is known: the kernel's path begins where no container can see it."""
    return "/" + "/".join(PurePath(group).parts[-2:])


def _inside(kill: Kill, group: str | None) -> str | None:
    """The attempt's own group in the kernel's words, where the victim was in it or below it."""
    if group is None or kill.victim_cgroup is None:
        return None
    before, mark, after = kill.victim_cgroup.partition(_mark(group))
    return before + mark if mark and (not after or after.startswith("/")) else None


def _names(pid: int | None, group: str | None) -> Callable[[bytes], bool]:
    """Whether a line of the kernel names this victim, or one in its group."""
    words = [] if pid is None else [rb"Killed process %d " % pid]
    if group is not None:
        words.append(rb"task_memcg=[^,]*" + re.escape(_mark(group).encode("utf-8", "surrogateescape")) + rb"[,/]")
    pattern = re.compile(b"|".join(words) or rb"(?!)")
    return lambda line: pattern.search(line) is not None


def _identity(kill: Kill) -> tuple[int | None, float | None]:
    return kill.victim.pid, kill.time_seconds
