"""The limits of macOS: this process's own, the kernel's knobs, and what launchd gives to whom it starts.

There is no /proc: another process's limits cannot be read at all. The tools run through an injected
function, so that captured texts test them anywhere. For memory see macos.
"""

import re
import resource
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mnemo_cli.errors import SourceError
from mnemo_cli.model import UNLIMITED, Gap, Limit
from mnemo_cli.sampling.rlimits import Rlimit

Run: TypeAlias = Callable[[Sequence[str]], str]

KNOBS = (
    "kern.maxfiles",
    "kern.maxfilesperproc",
    "kern.num_files",
    "kern.maxproc",
    "kern.maxprocperuid",
    "kern.num_tasks",
)
_LAUNCHCTL = ("/bin/launchctl", "limit")
_NAMES = {
    "cpu": "RLIMIT_CPU", "filesize": "RLIMIT_FSIZE", "data": "RLIMIT_DATA", "stack": "RLIMIT_STACK",
    "core": "RLIMIT_CORE", "rss": "RLIMIT_RSS", "memlock": "RLIMIT_MEMLOCK", "maxproc": "RLIMIT_NPROC",
    "maxfiles": "RLIMIT_NOFILE",
}  # fmt: skip
# RLIM_INFINITY of macOS; some tools print it as a number.
_INFINITY = (1 << 63) - 1
_LAUNCHCTL_LINE = re.compile(r"\s*([a-z]+)\s+(unlimited|\d{1,19})\s+(unlimited|\d{1,19})\s*")
_SYSCTL_LINE = re.compile(r"([a-z_.]+)[:=]\s*(\d{1,19})")


def read_knobs(run: Run, gaps: list[Gap]) -> Mapping[str, int]:
    """The kernel's numbers by name; what cannot be read is left out, with a gap."""
    try:
        found = parse_knobs(run(("/usr/sbin/sysctl", *KNOBS)))
    except SourceError as err:
        gaps.extend(Gap(name, "sysctl", str(err)) for name in KNOBS)
        return {}
    gaps.extend(Gap(name, "sysctl", "it is not told") for name in KNOBS if name not in found)
    return found


def parse_knobs(text: str) -> dict[str, int]:
    """The whole lines `kern.maxfiles: 122880` of `sysctl NAME…`."""
    matches = (_SYSCTL_LINE.fullmatch(line) for line in text.split("\n")[:-1])
    return {match[1]: int(match[2]) for match in matches if match}


def read_launchd_limits(run: Run, gaps: list[Gap]) -> Mapping[str, Rlimit]:
    """What launchd gives, by the names of getrlimit(2); files and processes as counts, the rest as it prints them."""
    try:
        return parse_launchctl(run(_LAUNCHCTL))
    except SourceError as err:
        gaps.append(Gap("launchctl", "launchctl limit", str(err)))
        return {}


def parse_launchctl(text: str) -> dict[str, Rlimit]:
    """The whole lines of `launchctl limit`: name, soft, hard."""
    matches = (_LAUNCHCTL_LINE.fullmatch(line) for line in text.split("\n")[:-1])
    return {
        _NAMES[match[1]]: Rlimit(_limit(match[2]), _limit(match[3]))
        for match in matches
        if match and match[1] in _NAMES
    }


def own_rlimits() -> Mapping[str, Rlimit]:
    """This process's, by the names that this system has."""
    names = (name for name in _NAMES.values() if hasattr(resource, name))
    pairs = ((name, resource.getrlimit(getattr(resource, name))) for name in (*names, "RLIMIT_AS"))
    return {name: Rlimit(_own(soft), _own(hard)) for name, (soft, hard) in pairs}


def _own(limit: int) -> Limit:
    return UNLIMITED if limit == resource.RLIM_INFINITY or limit >= _INFINITY else limit


def _limit(word: str) -> Limit:
    return UNLIMITED if word == "unlimited" or int(word) >= _INFINITY else int(word)
