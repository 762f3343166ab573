"""The lines of a log in, the kernel's kills out."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.oom_report.composing import Parts, consume, kill_of, parts_of, quote
from mnemo_cli.forensics.oom_report.fact import Fact, fact_of, stands_alone
from mnemo_cli.forensics.oom_report.joining import Joining
from mnemo_cli.forensics.oom_report.kept import MOST_KILLS, Kept
from mnemo_cli.forensics.oom_report.killed import Announced, Killed
from mnemo_cli.forensics.oom_report.openings import GroupKill, Invoked, NoVictim, Spared, Suppressed
from mnemo_cli.forensics.oom_report.pending import Pending, Quoted
from mnemo_cli.forensics.oom_report.selection import Selected
from mnemo_cli.model import Gap

if TYPE_CHECKING:
    from mnemo_cli.forensics.log.line import LogLine

_MOST_STREAMS = 64
_MOST_GAPS = 40
# How collectors write a newline inside one line.
_NEWLINES = re.compile(r"#012|\\n|\n")


class _Stream:
    """One machine's (or one printing task's) part of a log."""

    def __init__(self) -> None:
        self.joining = Joining()
        self.pending = Pending()
        self.last: Kill | None = None
        self.group: tuple[str, LogLine] | None = None


class Reports:
    """Takes a log's lines in order. `source` names the log in evidence and gaps."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._streams: dict[str, _Stream] = {}
        self._kept = Kept()
        self._gaps: list[Gap] = []
        self._gaps_left_out = 0

    def take(self, line: "LogLine") -> bool:
        """Is this line part of a report, as far as it can be told from itself? Only a kernel's lines are."""
        if line.from_kernel is False:
            return False
        stream = self._streams.get(line.stream)
        if stream is None:
            stream = self._new_stream(line.stream)
        found = False
        for message in _messages(line):
            for whole, fact in stream.joining.take(message):
                self._fact(stream, whole, fact)
                found = True
        return found or stream.joining.is_waiting

    def finish(self) -> tuple[tuple[Kill, ...], tuple[Gap, ...]]:
        """The kills in the order of the log, and what the log does not tell."""
        for stream in self._streams.values():
            self._end(stream)
        self._streams = {}
        if self._gaps_left_out:
            self._gaps.append(Gap("kills", self._source, f"{self._gaps_left_out:,} more gaps are not listed"))
        if self._kept.total > MOST_KILLS:
            reason = f"{self._kept.total:,} kills in the log; the last {MOST_KILLS:,} are kept"
            self._gaps.append(Gap("kills", self._source, reason))
        return self._kept.kills(), tuple(self._gaps)

    def _new_stream(self, name: str) -> _Stream:
        if len(self._streams) >= _MOST_STREAMS:
            self._end(self._streams.pop(next(iter(self._streams))))
        stream = self._streams[name] = _Stream()
        return stream

    def _fact(self, stream: _Stream, line: "LogLine", fact: Fact) -> None:
        if isinstance(fact, Killed):
            self._killed(stream, line, fact)
        elif isinstance(fact, GroupKill):
            self._group_kill(stream, line, fact)
        elif isinstance(fact, Spared):
            consume(stream.pending, parts_of(stream.pending, fact.pid, None))
        elif isinstance(fact, NoVictim):
            self._gap("kills", line, f"no kill: {fact.text}")
        elif isinstance(fact, Suppressed):
            self._gap("kills", line, f"the kernel left out {fact.reports:,} reports, there were too many at once")
        else:
            if isinstance(fact, Invoked | Selected):
                stream.group = stream.last = None
            stream.pending.take(line, fact)

    def _killed(self, stream: _Stream, line: "LogLine", killed: Killed) -> None:
        parts = parts_of(stream.pending, killed.pid, killed.name)
        first, group = stream.last, stream.group
        if group is not None and parts.selected is None:
            if first is not None and _is_again(first, killed):
                return
            kill = _member(self._source, killed, line, first, group)
        else:
            kill = kill_of(self._source, killed, line, parts, stream.pending)
            kill = kill._replace(group_kill=group is not None)
            consume(stream.pending, parts)
            stream.last = kill
        if self._kept.add(line.number, kill):
            self._missing(kill, line)

    def _group_kill(self, stream: _Stream, line: "LogLine", fact: GroupKill) -> None:
        """The first victim was reported before this line, and is again after it."""
        stream.group = (fact.path, line)
        first = stream.last
        if first is not None:
            stream.last = first._replace(group_kill=True, evidence=(*first.evidence, quote(self._source, line)))
            self._kept.replace(first, stream.last)

    def _end(self, stream: _Stream) -> None:
        """What is open at the end of a log: a victim that was selected was killed, but the proof is missing."""
        for line, fact in stream.joining.flush():
            self._fact(stream, line, fact)
        for quoted in tuple(stream.pending.quoted):
            if isinstance(quoted.fact, Selected | Announced) and quoted in stream.pending.quoted:
                self._unfinished(stream.pending, quoted, quoted.fact)
        for opening in stream.pending.openings:
            self._gap(
                "kills.victim", opening.line, "the report that begins here is cut: it does not say who was killed"
            )

    def _unfinished(self, pending: Pending, quoted: Quoted, fact: Selected | Announced) -> None:
        name = fact.names[0] if isinstance(fact, Selected) else fact.name
        parts = parts_of(pending, fact.pid, name)
        kill = kill_of(self._source, Killed(fact.pid, name, fact.scope), None, parts, pending)
        if parts.selected is None:
            kill = kill._replace(suspicion=f"{kill.suspicion}; it may have been a child of {fact.pid}")
        consume(pending, parts)
        if not self._kept.has(fact.pid):
            self._kept.add(quoted.line.number, kill)
            self._gap("kills.victim", quoted.line, "the report is cut: the line that says who was killed is missing")

    def _missing(self, kill: Kill, line: "LogLine") -> None:
        """Every None that a whole report would not have."""
        if kill.trigger is None:
            self._gap("kills.trigger", line, "no line of this report says who asked for memory")
        if kill.scope is None:
            self._gap("kills.scope", line, "no line of this report says what was full")
        if kill.scope == "memcg" and kill.limit_bytes is None:
            self._gap("kills.limit_bytes", line, "no line of this report gives the group's limit and usage")
        if kill.scope == "memcg" and kill.limit_cgroup is None:
            self._gap("kills.limit_cgroup", line, "no line of this report names the group whose limit was hit")

    def _gap(self, field: str, line: "LogLine | None", reason: str) -> None:
        if len(self._gaps) >= _MOST_GAPS:
            self._gaps_left_out += 1
            return
        source = self._source if line is None else f"{self._source} line {line.number}"
        self._gaps.append(Gap(field, source, reason))


def _messages(line: "LogLine") -> Iterator["LogLine"]:
    """The line, or the lines that a collector has put into it."""
    text = line.text
    if "#012" not in text and "\\n" not in text and "\n" not in text:
        yield line
        return
    pieces = _NEWLINES.split(text)
    whole = fact_of(text)
    if isinstance(whole, Killed | Selected) or (whole is not None and not any(map(stands_alone, pieces))):
        yield line
        return
    for piece in pieces:
        yield line._replace(text=piece, raw=piece)


def _is_again(first: Kill, killed: Killed) -> bool:
    return first.victim.pid == killed.pid and first.victim.name == killed.name


def _member(
    source: str, killed: Killed, line: "LogLine", first: Kill | None, group: tuple[str, "LogLine"]
) -> Kill:  # fmt: skip
    """A further member of a group that dies as a whole: its own sizes, and the report of the first one."""
    path, announced = group
    own = kill_of(source, killed, line, Parts(), Pending())
    evidence = (quote(source, announced), *own.evidence)
    if first is None:
        return own._replace(group_kill=True, evidence=evidence)
    return first._replace(
        victim=own.victim,
        # A group that is the victim's own and holds processes has no groups below it: v2 does not let it.
        victim_cgroup=path if first.victim_cgroup == path else None,
        evidence=(*first.evidence, *own.evidence),
        time_seconds=own.time_seconds,
        clock=own.clock,
        suspicion=own.suspicion or first.suspicion,
    )
