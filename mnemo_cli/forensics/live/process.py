"""A process by its pid, afterwards: a living one shows its counters and killed children, logs tell of a dead one."""

import os
from pathlib import Path

from mnemo_cli.errors import SourceError
from mnemo_cli.forensics.case import Case, Who
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.live.groups import GroupWatch
from mnemo_cli.forensics.live.instant import Instant, unix_seconds
from mnemo_cli.forensics.live.logs import Logs, without_gaps_of_others
from mnemo_cli.forensics.live.pids import are_the_kernels
from mnemo_cli.forensics.truth import judge
from mnemo_cli.sampling.index import ProcessIndex, parse_stat
from mnemo_cli.sampling.members import group_processes
from mnemo_cli.sampling.rlimits import read_rlimits

_CLOCK_TICKS = "SC_CLK_TCK"
_START_IS_ROUNDED_SECONDS = 1.0


def explain_process(pid: int, root: Path, now: Instant) -> Explanation:
    """Raises SourceError where neither a log nor the process itself tells anything."""
    logs = Logs(root, now)
    logs.read_kernel()
    logs.read_journal()
    case = _living(pid, root, now) or Case(who=Who(pid=pid, is_alive=False))
    if case.since_seconds is not None:
        # A kill from before it was started is that of an earlier process with its pid.
        since = case.since_seconds - _START_IS_ROUNDED_SECONDS
        logs.keep(lambda kill: (when := unix_seconds(kill, now)) is None or when >= since)
    if not are_the_kernels(root, logs.gaps) and case.who is not None:
        case = case._replace(who=case.who._replace(pid=None, member_pids=()))
    if not logs.were_read and case.who is not None and not case.who.is_alive:
        raise nothing_read(f"why process {pid} died", logs)
    return without_gaps_of_others(judge(logs.into(case)))


def nothing_read(what: str, logs: Logs) -> SourceError:
    """There is nothing that could tell; it says what was tried."""
    tried = (
        "; ".join(dict.fromkeys(f"{gap.source}: {gap.reason}" for gap in logs.gaps)) or "there is no kernel log here"
    )
    return SourceError(f"cannot tell {what}: {tried}; try as root, or give the log: dmesg | mnemo explain -")


def _living(pid: int, root: Path, now: Instant) -> Case | None:
    try:
        stat = (root / f"proc/{pid}/stat").read_bytes()
        name, _, started = parse_stat(stat)
        membership = (root / f"proc/{pid}/cgroup").read_bytes()
    except (OSError, ValueError):
        return None
    if stat.rpartition(b")")[2][:2] == b" Z":
        return None  # it has ended, and waits for its parent to ask how
    groups = GroupWatch(root, first_look=False)
    groups.follow(membership, f"/proc/{pid}/cgroup")
    index = ProcessIndex(root)
    index.refresh(groups.gaps)
    members = index.descendants([pid]) - {pid}
    index.close()
    # In a login's or a shell's group others live, too, and their deaths are not this process's.
    directory = groups.own_directory
    is_its_own = directory is not None and group_processes(directory) <= {pid, *members}
    case = Case(
        who=Who(
            pid=pid,
            started=started,
            name=name,
            cgroup=groups.own_path if is_its_own else None,
            member_pids=tuple(sorted(members)),
            is_alive=True,
        ),
        groups=groups.readings(of_children=False),
        rlimits=read_rlimits(pid, root, groups.gaps),
        since_seconds=now.boot_seconds + started / os.sysconf(_CLOCK_TICKS),
        gaps=tuple(groups.gaps),
    )
    groups.close()
    return case
