"""The line that says who was killed, in every form since 2.6.32; the last word of a report.

The pid stands before the name and the sizes behind it, so that no name can change either.
"""

import re
from typing import NamedTuple

from mnemo_cli.forensics.kills import KillScope
from mnemo_cli.units import KIB

# Names have up to 15 bytes, each of which may stand in a log as an escape of four.
LONGEST_NAME_BYTES = 60

_WHY = (
    r"(?:(?P<why>(?:Memory cgroup out of memory|Out of memory(?: \([\w ]{1,40}\))?"
    r"|No available memory(?: \(MPOL_BIND\)| in cpuset)?)):\s+)?"
)
_SIZES = (
    r"(?:,\s+UID\s+(?P<uid_late>\d{1,10}),?)?(?:\s+(?:total-vm|vsz):(?P<total>\d{1,16})kB,"
    r"\s*anon-rss:(?P<anon>\d{1,16})kB,\s*file-rss:(?P<file>\d{1,16})kB(?:,\s*shmem-rss:(?P<shmem>\d{1,16})kB)?"
    r"(?:,\s*UID:(?P<uid_new>\d{1,10}))?(?:,?\s*pgtables:(?P<pgtables>\d{1,16})kB)?"
    r"(?:,?\s*oom_score_adj:(?P<adj>-?\d{1,5}))?(?:,?\s+[\w-]{1,40}:-?\d{1,20}(?:kB)?){0,8})?\s*"
)
_KILLED = re.compile(
    _WHY + r"Killed\s+process\s+(?P<pid>\d{1,10}),?\s+(?:UID\s+(?P<uid_old>\d{1,10}),\s+)?\((?P<name>.*)\)" + _SIZES,
    re.DOTALL,
)
_CUT = re.compile(
    _WHY + r"Killed\s+process\s+(?P<pid>\d{1,10}),?\s+(?:UID\s+(?P<uid_old>\d{1,10}),\s+)?\((?P<name>.*)", re.DOTALL
)
_ANNOUNCED = re.compile(
    _WHY + r"[Kk]ill\s+process\s+(?P<pid>\d{1,10})\s+\((?P<name>.*)\)\s+score\s+-?\d+\s+or\s+(?:sacrifice|a)\s+child",
    re.DOTALL,
)


class Killed(NamedTuple):
    """A victim. `scope` is what the line itself tells; `total_vm_kib` serves to find the page size.

    `whole` is False where the line ends early: then only the pid is sure.
    """

    pid: int
    name: str | None
    scope: KillScope | None
    uid: int | None = None
    anon_bytes: int | None = None
    file_bytes: int | None = None
    shmem_bytes: int | None = None
    page_table_bytes: int | None = None
    oom_score_adj: int | None = None
    total_vm_kib: int | None = None
    whole: bool = True


class Announced(NamedTuple):
    """`Kill process N (x) … or sacrifice child`: who is killed may then be a child of N."""

    pid: int
    name: str
    scope: KillScope | None


def killed(text: str) -> Killed | Announced | None:
    """The fact of a whole line, or None."""
    match = _KILLED.fullmatch(text)
    if match is not None and len(match["name"].encode("utf-8", "surrogateescape")) <= LONGEST_NAME_BYTES:
        uid = match["uid_new"] or match["uid_late"] or match["uid_old"]
        return Killed(
            pid=int(match["pid"]), name=match["name"], scope=_scope(match["why"]), uid=_number(uid),
            anon_bytes=_bytes(match["anon"]), file_bytes=_bytes(match["file"]), shmem_bytes=_bytes(match["shmem"]),
            page_table_bytes=_bytes(match["pgtables"]), oom_score_adj=_number(match["adj"]),
            total_vm_kib=_number(match["total"]),
        )  # fmt: skip
    match = _ANNOUNCED.fullmatch(text)
    return Announced(int(match["pid"]), match["name"], _scope(match["why"])) if match is not None else None


def cut_killed(text: str) -> Killed | None:
    """The beginning of such a line, with its pid; the name only where its end is there too."""
    match = _CUT.fullmatch(text)
    if match is None:
        return None
    name, *rest = re.split(r"\),?\s(?=UID\b|total-vm\b|vsz\b)", match["name"])
    return Killed(int(match["pid"]), name if rest else None, _scope(match["why"]), whole=False)


def begins_killed(text: str) -> bool:
    """May the rest of such a line be on the next one? True for every beginning that has its first words."""
    return re.match(_WHY + r"[Kk]ill(?:ed)?\s+process\b", text) is not None


def _scope(why: str | None) -> KillScope | None:
    """The line tells a group's limit from the rest; old kernels say no more than "Out of memory" for the others."""
    if why is None:
        return None
    if why.startswith("Memory cgroup"):
        return "memcg"
    if "cpuset" in why:
        return "cpuset"
    return "mempolicy" if "MPOL" in why or "mempolicy" in why else "global"


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _bytes(kib: str | None) -> int | None:
    return int(kib) * KIB if kib else None
