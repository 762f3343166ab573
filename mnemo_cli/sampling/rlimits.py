"""The limits of a process, from /proc/PID/limits, which everybody may read of every process."""

import contextlib
import re
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from mnemo_cli.model import UNLIMITED, Gap, Limit
from mnemo_cli.sampling.files import gap

# The kernel pads the name to 26 columns and each limit to 21, and leaves the unit out where there is none.
_LINE = re.compile(rb"(Max [a-z ]+?) {2,}(unlimited|\d{1,20}) +(unlimited|\d{1,20}) *[a-z]* *")
_NOFILE = re.compile(rb"(?m)^Max open files {2,}(unlimited|\d{1,20}) +(?:unlimited|\d{1,20}) *[a-z]* *\n")
# RLIM_INFINITY, which some kernels print as a number.
_INFINITY = (1 << 64) - 1
_MOST_DESCRIPTORS = 16384

_NAMES = {
    b"Max cpu time": "RLIMIT_CPU",
    b"Max file size": "RLIMIT_FSIZE",
    b"Max data size": "RLIMIT_DATA",
    b"Max stack size": "RLIMIT_STACK",
    b"Max core file size": "RLIMIT_CORE",
    b"Max resident set": "RLIMIT_RSS",
    b"Max processes": "RLIMIT_NPROC",
    b"Max open files": "RLIMIT_NOFILE",
    b"Max locked memory": "RLIMIT_MEMLOCK",
    b"Max address space": "RLIMIT_AS",
    b"Max file locks": "RLIMIT_LOCKS",
    b"Max pending signals": "RLIMIT_SIGPENDING",
    b"Max msgqueue size": "RLIMIT_MSGQUEUE",
    b"Max nice priority": "RLIMIT_NICE",
    b"Max realtime priority": "RLIMIT_RTPRIO",
    b"Max realtime timeout": "RLIMIT_RTTIME",
}


class Rlimit(NamedTuple):
    """The pair of one resource limit, in the kernel's unit (bytes, seconds, microseconds or a count)."""

    soft: Limit
    hard: Limit


def read_rlimits(pid: int | Literal["self"], root: Path, gaps: list[Gap]) -> Mapping[str, Rlimit]:
    """By the names of getrlimit(2); a process that is gone or unreadable leaves one gap and no entries."""
    path = root / f"proc/{pid}/limits"
    try:
        text = path.read_bytes()
    except OSError as err:
        gaps.append(gap("rlimits", f"/proc/{pid}/limits", err))
        return {}
    limits = parse_rlimits(text)
    if not limits:
        gaps.append(Gap("rlimits", f"/proc/{pid}/limits", "it holds no readable limit"))
    return limits


def parse_rlimits(text: bytes) -> dict[str, Rlimit]:
    """Every line that can be read; damaged and unknown lines are left out."""
    limits: dict[str, Rlimit] = {}
    for line in text.split(b"\n")[:-1]:
        match = _LINE.fullmatch(line)
        name = _NAMES.get(match.group(1)) if match else None
        soft, hard = (_limit(match.group(2)), _limit(match.group(3))) if match else (None, None)
        if name is not None and soft is not None and hard is not None:
            limits[name] = Rlimit(soft=soft, hard=hard)
    return limits


def parse_soft_nofile(text: bytes) -> Limit | None:
    """The soft RLIMIT_NOFILE alone, at a fifth of the cost of all limits; None where there is no readable one."""
    match = _NOFILE.search(text)
    return _limit(match.group(1)) if match else None


def _limit(word: bytes) -> Limit | None:
    """None for a number of more than 64 bits: that is damage, and not a limit."""
    if word == b"unlimited" or int(word) == _INFINITY:
        return UNLIMITED
    return int(word) if int(word) < _INFINITY else None


def raise_own_descriptor_limit() -> int:
    """Raise our own soft RLIMIT_NOFILE to the hard one; returns how many descriptors may be kept open.

    Start children before this: they inherit the limit, and a program that uses select() needs the
    old one (select(2) breaks above 1023 whatever the limit).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return descriptor_budget(soft)


def descriptor_budget(soft_limit: int | None = None) -> int:
    """Half of the soft RLIMIT_NOFILE (our own by default), and no more than anybody has processes."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if soft_limit is None else soft_limit
    return _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else min(_MOST_DESCRIPTORS, soft // 2)
