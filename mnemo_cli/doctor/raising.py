"""Raising a limit of a process that runs, and the true reason where the kernel refuses.

setrlimit says EPERM for two different things: a number above fs.nr_open, which nobody may have, and a hard limit that
only CAP_SYS_RESOURCE may raise. Both are looked at first. A pid may be given to another process at any time: a pidfd
tells before and after the call whether ours is still there.
"""

import contextlib
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.doctor.fixes.scene import ceiling_of
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.privilege import lacks_sys_resource
from mnemo_cli.errors import RepairError, TargetError, UsageError
from mnemo_cli.model import Limit, Unlimited
from mnemo_cli.sampling.files import reason
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.sampling.rlimits import Rlimit, read_rlimits
from mnemo_cli.sampling.status import parse_status

_NOFILE = "RLIMIT_NOFILE"


class Request(NamedTuple):
    """What is asked for; without a hard limit the present one stays."""

    soft: int
    hard: int | None = None


class Raised(NamedTuple):
    """A process and its limit before and after."""

    pid: int
    name: str
    before: Rlimit
    after: Rlimit


def parse_request(text: str) -> Request:
    """ "65536" or "65536:524288"; raises UsageError."""
    soft, colon, hard = text.partition(":")
    if not _is_count(soft) or (colon and not _is_count(hard)):
        raise UsageError(
            f"--nofile {text!r}: write SOFT or SOFT:HARD as numbers, for example 65536:524288; "
            "infinity is refused, since programs that close all possible descriptors would spin"
        )
    request = Request(int(soft), int(hard) if colon else None)
    if request.hard is not None and request.soft > request.hard:
        raise UsageError(f"--nofile {text}: the soft limit cannot be above the hard limit")
    return request


def raise_nofile(pid: int, request: Request, root: Path) -> Raised:
    """UsageError for what is no raise, TargetError when there is no such process, RepairError with the reason."""
    with _held(pid, root) as name:
        before = _read(pid, root)
        hard = _checked(pid, request, before, root)
        _set(pid, request.soft, hard, root)
        after = _read(pid, root)
    if (after.soft, after.hard) != (request.soft, hard):
        raise RepairError(
            f"process {pid} ({name}) has {_pair(after.soft, after.hard)} after it was set to "
            f"{_pair(request.soft, hard)}: somebody else is changing it"
        )
    return Raised(pid, name, before, after)


def _checked(pid: int, request: Request, before: Rlimit, root: Path) -> int:
    """The hard limit to set, once it is sure that this raises and that nothing we can see stands against it."""
    ceiling = ceiling_of(Tree(root))
    hard = request.hard if request.hard is not None else _number(before.hard, ceiling.nr_open)
    highest = max(request.soft, request.hard or 0)
    if highest > ceiling.nr_open:
        raise RepairError(
            f"{highest} is above fs.nr_open ({ceiling.nr_open}), which no process may pass whatever its privileges; "
            "nothing was changed, raise fs.nr_open first"
        )
    if _is_lower(request.soft, before.soft) or (request.hard is not None and _is_lower(request.hard, before.hard)):
        raise UsageError(
            f"process {pid} has {_pair(before.soft, before.hard)} already: this command never lowers a limit"
        )
    if request.soft > hard:
        raise UsageError(
            f"{request.soft} is above the hard limit of process {pid}, {hard}; "
            f"write --nofile {request.soft}:{request.soft} to raise that too"
        )
    if _is_lower(_number(before.hard, ceiling.nr_open), hard) and (lack := lacks_sys_resource(root)):
        raise RepairError(
            f"the hard limit of process {pid} is {before.hard}, and raising it to {hard} needs CAP_SYS_RESOURCE: "
            f"{lack}; nothing was changed"
        )
    return hard


def _set(pid: int, soft: int, hard: int, root: Path) -> None:
    if sys.platform != "linux":
        raise RepairError("this system cannot change the limits of another process")
    try:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    except ProcessLookupError as err:
        raise TargetError(f"process {pid} has ended; nothing was changed") from err
    except (OSError, ValueError) as err:
        raise RepairError(f"the kernel refused to change process {pid}: {_why(pid, err, root)}") from err


def _why(pid: int, err: OSError | ValueError, root: Path) -> str:
    """EPERM for another user's process, unless it is one more rule that we do not know."""
    if not isinstance(err, PermissionError):
        return reason(err)
    with contextlib.suppress(OSError):
        owner = parse_status((root / f"proc/{pid}/status").read_bytes()).real_uid
        if owner != os.getuid():
            lack = lacks_sys_resource(root)
            return f"it belongs to uid {owner}, and {lack or 'it lives in another user namespace'}"
    return f"{reason(err)} (a security module or a user namespace stands in the way)"


@contextlib.contextmanager
def _held(pid: int, root: Path) -> Iterator[str]:
    """Its name; TargetError at the end when the process has gone meanwhile, and its pid may have been a stranger's."""
    started = _started(pid, root)
    try:
        descriptor = os.pidfd_open(pid) if sys.platform == "linux" else -1
    except ProcessLookupError as err:
        raise TargetError(_absent(pid)) from err
    except OSError:  # a kernel before 5.3, or the id of a thread: the start time alone must do
        descriptor = -1
    try:
        if _started(pid, root)[1] != started[1]:
            raise TargetError(_absent(pid))
        yield started[0]
        if _started(pid, root)[1] != started[1] or not _is_alive(descriptor):
            raise TargetError(f"process {pid} ended while its limit was raised")
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _is_alive(descriptor: int) -> bool:
    if descriptor < 0 or sys.platform != "linux":
        return True
    try:
        signal.pidfd_send_signal(descriptor, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's, and there
        return True
    return True


def _started(pid: int, root: Path) -> tuple[str, int]:
    try:
        name, _, started = parse_stat((root / f"proc/{pid}/stat").read_bytes())
    except (FileNotFoundError, ProcessLookupError) as err:
        raise TargetError(_absent(pid)) from err
    except (OSError, ValueError) as err:
        raise RepairError(f"cannot read /proc/{pid}/stat: {reason(err)}; nothing was changed") from err
    return name, started


def _read(pid: int, root: Path) -> Rlimit:
    limit = read_rlimits(pid, root, []).get(_NOFILE)
    if limit is None:
        raise TargetError(f"/proc/{pid}/limits cannot be read: the process may have ended")
    return limit


def _absent(pid: int) -> str:
    return f"there is no process {pid}; it may have ended, see `ps -e`"


def _is_lower(new: int, present: Limit) -> bool:
    return isinstance(present, Unlimited) or new < present


def _number(limit: Limit, nr_open: int) -> int:
    return nr_open if isinstance(limit, Unlimited) else limit


def _pair(soft: Limit, hard: Limit) -> str:
    words = (limit.value if isinstance(limit, Unlimited) else str(limit) for limit in (soft, hard))
    return ":".join(words)


def _is_count(word: str) -> bool:
    return word.isascii() and word.isdigit() and 0 < len(word) < 13 and int(word) > 0
