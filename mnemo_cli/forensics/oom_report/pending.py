"""What was read of reports whose Killed line is still to come; of a few at a time, for reports interleave."""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.forensics.oom_report.fact import Fact
from mnemo_cli.forensics.oom_report.killed import Announced
from mnemo_cli.forensics.oom_report.openings import Caller, Invoked, Sysrq
from mnemo_cli.forensics.oom_report.selection import Selected, TaskIn
from mnemo_cli.forensics.oom_report.tasks import Header, Row, Table
from mnemo_cli.forensics.oom_report.usage import LimitLine, MachinePages, Stat, StatsOf, Swap

if TYPE_CHECKING:
    from mnemo_cli.forensics.log.line import LogLine

_MOST_PARTS = 8
_MOST_TABLES = 3
_MOST_KEYS = 120
_NEAR_FACTS = 2
# The kernel ends one report before it begins the next: what is older than this lost its end.
_STALE_SECONDS = 5.0


class Opening:
    """Who asked for memory, and how."""

    def __init__(self, invoked: Invoked, line: "LogLine", sysrq: "LogLine | None") -> None:
        self.invoked = invoked
        self.line = line
        self.sysrq = sysrq
        self.pid: int | None = None


class Block:
    """The counters and statistics of the group whose limit was hit."""

    def __init__(self, line: "LogLine") -> None:
        self.line = line
        self.limits: dict[str, LimitLine] = {}
        self.group: str | None = None
        self.has_stats = False
        self.stats: dict[str, int] = {}

    def add_stats(self, stats: StatsOf) -> None:
        """Before 5.3 each group of the tree has a line of its own, the one whose limit was hit first: they add up."""
        if not self.has_stats:
            self.group = stats.group
        self.has_stats = True
        for key, amount in stats.inline[:_MOST_KEYS]:
            self.stats[key] = self.stats[key] + amount if key in self.stats else amount


class Quoted(NamedTuple):
    """A fact with its line."""

    fact: Selected | TaskIn | Announced
    line: "LogLine"


class Pending:
    """The parts of one stream's open reports, each kind in the order of the log."""

    def __init__(self) -> None:
        self.openings: deque[Opening] = deque(maxlen=_MOST_PARTS)
        self.blocks: deque[Block] = deque(maxlen=_MOST_PARTS)
        self.tables: deque[Table] = deque(maxlen=_MOST_TABLES)
        self.quoted: deque[Quoted] = deque(maxlen=2 * _MOST_PARTS)
        # Did a report begin before the one before it had its victim?
        self.overlap = False
        self.pages: dict[str, int] = {}
        self.swap: dict[str, int] = {}
        self._sysrq: LogLine | None = None
        self._since_opening = 0

    def take(self, line: "LogLine", fact: Fact) -> None:
        """Put one fact to the others; those that end a report are not for here."""
        self._since_opening += 1
        if isinstance(fact, Sysrq):
            self._sysrq = line
        elif isinstance(fact, Invoked):
            self._open(line, fact)
        elif isinstance(fact, Caller):
            self._name_caller(fact)
        elif isinstance(fact, Selected | TaskIn | Announced):
            self.quoted.append(Quoted(fact, line))
        elif isinstance(fact, Header):
            self.tables.append(Table(fact))
        elif isinstance(fact, Row):
            if self.tables:
                self.tables[-1].add(fact)
        elif isinstance(fact, MachinePages):
            for key, pages in fact.pages:
                self.pages.setdefault(key, pages)
        elif isinstance(fact, Swap):
            self.swap.setdefault(fact.which, fact.size_bytes)
        elif isinstance(fact, LimitLine | StatsOf | Stat):
            self._count(line, fact)

    def _open(self, line: "LogLine", fact: Invoked) -> None:
        while self.openings and _is_stale(self.openings[0].line, line):
            self.openings.popleft()
        self.overlap = bool(self.openings)
        if not self.overlap:
            self._forget()
        self.openings.append(Opening(fact, line, self._sysrq if fact.order == -1 else None))
        self._sysrq, self._since_opening = None, 0

    def _forget(self) -> None:
        """Drop what reports before this one have left behind; what names a victim stays."""
        self.blocks.clear()
        self.tables.clear()
        self.pages, self.swap = {}, {}
        kept = [quoted for quoted in self.quoted if not isinstance(quoted.fact, TaskIn)]
        self.quoted = deque(kept, self.quoted.maxlen)

    def _name_caller(self, caller: Caller) -> None:
        """The pid of the opening just before it. Names that a newline has broken differ in the two lines."""
        nameless = [opening for opening in self.openings if opening.pid is None]
        same = [opening for opening in nameless if opening.invoked.name == caller.name]
        if same or (len(nameless) == 1 and self._since_opening <= _NEAR_FACTS):
            (same or nameless)[-1].pid = caller.pid

    def _count(self, line: "LogLine", fact: LimitLine | StatsOf | Stat) -> None:
        block = self.blocks[-1] if self.blocks else None
        if isinstance(fact, Stat):
            if block is not None and block.has_stats and len(block.stats) < _MOST_KEYS:
                block.stats.setdefault(fact.key, fact.number)
        elif isinstance(fact, StatsOf):
            if self._is_contested() or block is None or (block.has_stats and not fact.inline):
                block = self._new_block(line)
            block.add_stats(fact)
        else:
            if block is None or block.has_stats or fact.what in block.limits:
                block = self._new_block(line)
            block.limits[fact.what] = fact

    def _is_contested(self) -> bool:
        """Do two reports have counters and no group yet? Then nobody knows whose they are, and they are forgotten."""
        nameless = [block for block in self.blocks if not block.has_stats]
        if len(nameless) < 2:
            return False
        for block in nameless:
            self.blocks.remove(block)
        return True

    def _new_block(self, line: "LogLine") -> Block:
        self.blocks.append(Block(line))
        return self.blocks[-1]


def _is_stale(then: "LogLine", now: "LogLine") -> bool:
    if then.time_seconds is None or now.time_seconds is None or then.clock != now.clock:
        return False
    return now.time_seconds - then.time_seconds > _STALE_SECONDS
