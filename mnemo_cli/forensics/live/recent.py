"""How long ago the kernel killed somebody here: for a hint beside the page of an exit code, so it must cost nothing."""

import re
from pathlib import Path

from mnemo_cli.sampling.kernel_log import read_kmsg

# The kernel's own lines only: root may write others into its log, with a facility of their own (8 and above).
_KILLED = re.compile(rb"<[0-7]>\[ *(\d+\.\d+)\](?:\[[^]]*\])? (?:Memory cgroup out|Out) of memory[^:]*: Kill")


def seconds_since_kill(root: Path, since_boot_seconds: float) -> float | None:
    """None where there is no kill in /dev/kmsg, or where it may not be read: no other way is tried."""
    log = read_kmsg(root, [])
    times = [float(found[1]) for line in log.chunks if (found := _KILLED.match(line))] if log is not None else []
    return max(0.0, since_boot_seconds - times[-1]) if times else None
