"""Pids as the kernel's log has them: those of the first pid namespace, which a container does not see."""

from pathlib import Path

from mnemo_cli.model import Gap

# PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h.
_FIRST_NAMESPACE = "pid:[4026531836]"
_GAP = Gap(
    "who.pid",
    "/proc/self/ns/pid",
    "the kernel log has the pids of the host, and here they are others: kills are told by the group and its counters",
)


def are_the_kernels(root: Path, gaps: list[Gap]) -> bool:
    """Whether a pid that is seen here means the same process in the kernel log; else a gap says so."""
    try:
        is_first = (root / "proc/self/ns/pid").readlink().as_posix() == _FIRST_NAMESPACE
    except OSError:
        return True  # a kernel without such namespaces, or a copy of a machine
    if not is_first and _GAP not in gaps:
        gaps.append(_GAP)
    return is_first
