"""The lines of a report that say who asked for memory, and those that stand beside reports."""

import re
from typing import NamedTuple, TypeAlias

# The name is anything, newlines too; what follows it is the kernel's.
_INVOKED = re.compile(
    r"(?P<name>.*)\sinvoked\soom-killer:\sgfp_mask=(?P<gfp>[^\s,(]+)(?:\([^)]*\))?,\s{1,2}(?:nodemask=\S+,\s{1,2})?"
    r"order=(?P<order>-?\d{1,3})(?:,.*)?",
    re.DOTALL,
)
_CALLER = re.compile(r"CPU:\s\d+\s(?:UID:\s\d+\s)?PID:\s(?P<pid>\d{1,10})\sComm:\s(?P<rest>.*)", re.DOTALL)
_OLD_CALLER = re.compile(r"Pid:\s(?P<pid>\d{1,10}),\scomm:\s(?P<rest>.*)", re.DOTALL)
_NAME_END = re.compile(r"\s(?:Kdump: \S+\s)?(?:Not tainted|Tainted: ).*", re.DOTALL)
_GROUP_KILL = re.compile(
    r"Tasks in (?P<path>.+)\sare\sgoing\sto\sbe\skilled\sdue\sto\smemory\.oom\.group\sset", re.DOTALL
)
_NO_VICTIM = re.compile(
    r"Out of memory and no killable processes\.*|Kernel panic - not syncing: (?:Out of memory|System is deadlocked).*"
    r"|sysrq: OOM request ignored.*",
    re.DOTALL,
)
_SPARED = re.compile(r"[^:]{1,60}: OOM victim (?P<pid>\d{1,10}) \(.*\) is already exiting.*", re.DOTALL)
_SUPPRESSED = re.compile(r"(?P<function>\w*oom\w*|dump_header\w*): (?P<count>\d{1,10}) callbacks suppressed")
_SYSRQ = re.compile(r"(?:sysrq: )?(?:SysRq : )?Manual OOM execution", re.IGNORECASE)


class Invoked(NamedTuple):
    """Whose request for memory failed. An order of −1 is no request: somebody asked for a kill."""

    name: str
    gfp_mask: str
    order: int


class Caller(NamedTuple):
    """The process on whose behalf the kernel speaks: the trigger, with its pid."""

    pid: int
    name: str


class GroupKill(NamedTuple):
    """All members of the group at `path` are killed together (memory.oom.group)."""

    path: str


class NoVictim(NamedTuple):
    """Memory ran out, and there was nobody to kill."""

    text: str


class Spared(NamedTuple):
    """The selected process was ending by itself: no kill."""

    pid: int


class Suppressed(NamedTuple):
    """The kernel dropped reports because there were too many."""

    reports: int


class Sysrq(NamedTuple):
    """Somebody asked for a kill by sysrq f."""


Opening: TypeAlias = Invoked | Caller | GroupKill | NoVictim | Spared | Suppressed | Sysrq


def opening(text: str) -> Opening | None:
    """The fact, or None where the line is something else."""
    if "oom-killer:" in text:
        return _invoked(text)
    if text.startswith(("CPU:", "Pid:")):
        match = _CALLER.fullmatch(text) or _OLD_CALLER.fullmatch(text)
        return Caller(int(match["pid"]), _NAME_END.sub("", match["rest"])) if match is not None else None
    if text.startswith("Tasks in "):
        match = _GROUP_KILL.fullmatch(text)
        return GroupKill(match["path"]) if match is not None else None
    return _ending(text)


def _ending(text: str) -> NoVictim | Spared | Suppressed | Sysrq | None:
    if _NO_VICTIM.fullmatch(text):
        return NoVictim(text)
    if " OOM victim " in text:
        match = _SPARED.fullmatch(text)
        return Spared(int(match["pid"])) if match is not None else None
    if text.endswith("callbacks suppressed"):
        match = _SUPPRESSED.fullmatch(text)
        return Suppressed(int(match["count"])) if match is not None else None
    return Sysrq() if _SYSRQ.fullmatch(text) else None


def _invoked(text: str) -> Invoked | None:
    match = _INVOKED.fullmatch(text)
    return Invoked(match["name"], match["gfp"], int(match["order"])) if match is not None else None
