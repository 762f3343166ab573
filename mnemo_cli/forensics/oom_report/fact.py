"""One message of the kernel as one fact of a report, or nothing: the only place that tries all grammars."""

from typing import TypeAlias

from mnemo_cli.forensics.oom_report.killed import Announced, Killed, begins_killed, killed
from mnemo_cli.forensics.oom_report.openings import GroupKill, Invoked, NoVictim, Opening, Spared, Sysrq, opening
from mnemo_cli.forensics.oom_report.selection import Selected, TaskIn, selection
from mnemo_cli.forensics.oom_report.tasks import Header, Row, table_line
from mnemo_cli.forensics.oom_report.usage import LimitLine, MachinePages, Stat, StatsOf, Swap, usage_line

Fact: TypeAlias = (
    Opening | Selected | TaskIn | Killed | Announced | LimitLine | StatsOf | Stat | MachinePages | Swap | Header | Row
)
# What stands alone: it ends a message before it that was still open.
STRONG = (Invoked, GroupKill, NoVictim, Spared, Sysrq, Selected, Killed, Announced)
# The kernel's longest message is 1 KiB; behind escapes and joined by a collector it may be some times that.
_LONGEST_MESSAGE = 8192
_BREAKABLE = (
    "oom-kill:constraint=", "Memory cgroup out of", "Memory cgroup stats", "Out of memory", "Task in ", "Tasks in ",
    "CPU: ", "memory: usage", "memory+swap: usage", "kmem: usage", "swap: usage", "No available memory",
)  # fmt: skip


def fact_of(text: str) -> Fact | None:
    """What the message says, if it is part of a report."""
    if len(text) > _LONGEST_MESSAGE:
        return None
    if "rocess " in text or "rocess\n" in text:
        found = killed(text)
        if found is not None:
            return found
    if text.startswith(("oom-kill:constraint=", "Task in ")):
        return selection(text)
    return table_line(text) or usage_line(text) or opening(text)


def stands_alone(text: str) -> bool:
    """Is this, or the beginning of this, a message that is never part of another one?"""
    return begins_killed(text) or text.startswith("oom-kill:constraint=") or isinstance(fact_of(text), STRONG)


def may_go_on(text: str) -> bool:
    """Is this the beginning of a message that can be broken: by a newline in a name, or by who wrapped it?"""
    return text.startswith(_BREAKABLE) or begins_killed(text) or " invoked " in text
