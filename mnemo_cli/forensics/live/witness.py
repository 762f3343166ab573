"""Stands by a program while it lives, so that its death can be explained at once.

What it needs afterwards is gone by then: the counters from before, the groups, the place in the kernel log.
Getting ready costs about a millisecond; the logs are read only where something speaks for a violent death.
"""

import signal
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mnemo_cli.forensics.case import Case, Ended, Who
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.live.groups import GroupWatch
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.pids import are_the_kernels
from mnemo_cli.model import Sample
from mnemo_cli.redact import printable
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.sampling.kernel_log import KernelLogTail
from mnemo_cli.sampling.members import group_processes
from mnemo_cli.sampling.rlimits import Rlimit, read_rlimits

if TYPE_CHECKING:
    from mnemo_cli.forensics.live.logs import Logs

# The kernel counts and signals a victim before it prints the line that names it.
_LINE_COMES_SECONDS = 0.3
_JOURNAL_SECONDS = 0.5
# A storm of children is not remembered whole.
_MOST_MEMBERS = 10_000
_MOST_GROUPS_FOLLOWED = 32
_OF_MEMORY = ("kernel-oom", "userspace-oom", "eviction", "limit")


class Witness:
    """`Witness(root)` before a program is started, which is met then; `Witness(root, pid)` of one that already runs."""

    def __init__(self, root: Path, pid: int | None = None) -> None:
        self._root = root
        self._began = Instant.now()
        self._tail = KernelLogTail(root)
        self._groups = GroupWatch(root)
        self._who = Who()
        self._members: set[int] = set()
        self._rlimits: dict[str, Rlimit] = {}
        self._strangers: set[int] = set()
        if pid is None:
            self._follow("self", is_main=True)  # the program begins in our group
            if (directory := self._groups.own_directory) is not None:
                self._strangers = group_processes(directory)
        else:
            self.meet(pid)

    def meet(self, pid: int) -> None:
        """The program that was started; it may have ended already."""
        started, name = _born(self._root, pid)
        self._who = Who(pid=pid, started=started, name=name)
        self._look(pid)

    def note(self, sample: Sample, pids: Collection[int]) -> None:
        """A whole sample of its tree, and who is in it: what is remembered is the last of them."""
        if self._who.pid is None:
            return
        self._groups.note(sample.limits)
        if self._who.pid in pids:
            self._look(self._who.pid)
        mine = next((process for process in sample.processes if process.pid == self._who.pid), None)
        if mine is not None:
            self._who = self._who._replace(name=mine.name, rss_bytes=mine.rss_bytes)
        children = [pid for pid in pids if pid != self._who.pid]
        for pid in children[:_MOST_GROUPS_FOLLOWED]:
            if pid not in self._members:
                self._follow(pid, is_main=False)
        if len(self._members) < _MOST_MEMBERS:
            self._members.update(children)

    def explain(
        self,
        ended: Ended | None,
        *,
        cpu_seconds: float | None = None,
        output: Sequence[str] = (),
        expected: bool = False,
    ) -> Explanation | None:
        """Why it died; None where nothing speaks for anything but an ordinary end.

        `ended` is None where nobody saw how; `output` are its last lines, where they were kept; `expected` says
        that it was asked to end, so that its signal is no riddle.
        """
        violent = ended is not None and is_violent(ended)
        said = ended is not None and ended.code not in (0, None) and any(output)
        if ended is not None and not violent and not said and self._groups.have_killed() is False:
            return None
        # The rules of logs and causes take longer to import than a short program runs.
        from mnemo_cli.forensics.live.logs import without_gaps_of_others
        from mnemo_cli.forensics.truth import judge

        explanation = without_gaps_of_others(judge(self._case(ended, cpu_seconds, output)))
        return explanation if violent and not expected else self._if_it_speaks_of_memory(explanation)

    def close(self) -> None:
        self._tail.close()
        self._groups.close()

    def _if_it_speaks_of_memory(self, explanation: Explanation) -> Explanation | None:
        """Of an ordinary end: a child that was killed, or a limit that was met; and that is what is told of it."""
        cause = next((each for each in explanation.causes if each.verdict in _OF_MEMORY), None)
        if cause is None or cause.confidence == "excluded":
            return None
        # A number that moved somewhere on the machine is nothing to tell of a program that ended as it should.
        if not explanation.kills and cause.confidence == "possible" and not self._groups.own_kills():
            return None
        return explanation if cause is explanation.causes[0] else explanation._replace(headline=cause.sentence)

    def _look(self, pid: int) -> None:
        self._follow(pid, is_main=True)
        self._rlimits = dict(read_rlimits(pid, self._root, [])) or self._rlimits

    def _follow(self, pid: int | Literal["self"], *, is_main: bool) -> None:
        source = f"proc/{pid}/cgroup"
        try:
            membership = (self._root / source).read_bytes()
        except OSError:
            return  # it has ended: what is known of it stays
        self._groups.follow(membership, f"/{source}", is_main=is_main)

    def _case(self, ended: Ended | None, cpu_seconds: float | None, output: Sequence[str]) -> Case:
        from mnemo_cli.forensics.live.logs import Logs

        now = Instant.now()
        logs = Logs(self._root, now)
        self._read_tail(logs)
        logs.keep(self._is_ours)
        if ended is None or _signal_of(ended) in (signal.SIGKILL, signal.SIGTERM):
            logs.read_journal(since_seconds=self._began.unix_seconds, timeout_seconds=_JOURNAL_SECONDS)
        logs.add_output("\n".join(output), "its output")
        who = self._who._replace(cgroup=self._groups.own_path, member_pids=tuple(sorted(self._members)), is_alive=False)
        if not are_the_kernels(self._root, logs.gaps):
            who = who._replace(pid=None, member_pids=())
        case = Case(
            who=who,
            ended=ended,
            groups=self._groups.readings(of_children=ended is not None and _signal_of(ended) != signal.SIGKILL),
            rlimits=self._rlimits,
            cpu_seconds=cpu_seconds,
            died_seconds=now.unix_seconds,
            since_seconds=self._began.unix_seconds,
            gaps=tuple(self._groups.gaps),
        )
        return logs.into(case)

    def _is_ours(self, kill: Kill) -> bool:
        """Not of somebody who was in the group before, nor of a group below it in which no child of ours was seen."""
        pid, path = kill.victim.pid, kill.victim_cgroup
        if pid == self._who.pid or pid in self._members or path is None:
            return True
        return pid not in self._strangers and printable(path) in self._groups.leaf_paths

    def _read_tail(self, logs: "Logs") -> None:
        """The line that names our victim is waited for, where the counters say that there is one."""
        log = self._tail.read_new(logs.gaps)
        if log is None:
            logs.lacks_kernel()
            return
        lines = list(log.chunks)
        pid = self._who.pid
        mark = b"Killed process %d " % pid if pid is not None else b"Killed process "
        deadline = time.monotonic() + _LINE_COMES_SECONDS
        while self._groups.have_killed() and not any(mark in line for line in lines):
            seconds = deadline - time.monotonic()
            if seconds <= 0 or not self._tail.wait(seconds):
                break
            more = self._tail.read_new(logs.gaps)
            lines += more.chunks if more is not None else ()
        logs.add(log.source, lines, is_kernel=True)


def is_violent(ended: Ended) -> bool:
    """Whether a signal may have ended it: by itself that says nothing about memory."""
    return _signal_of(ended) is not None


def _signal_of(ended: Ended) -> int | None:
    """The signal, or what may be one behind 128 + n."""
    if ended.by_signal is not None or ended.reporter == "wait":
        return ended.by_signal
    number = None if ended.code is None else ended.code - 128
    return number if number in set(signal.Signals) else None


def _born(root: Path, pid: int) -> tuple[int | None, str | None]:
    """When a process began and what it is called; None where it is gone."""
    try:
        name, _, started = parse_stat((root / f"proc/{pid}/stat").read_bytes())
    except (OSError, ValueError):
        return None, None
    return started, name
