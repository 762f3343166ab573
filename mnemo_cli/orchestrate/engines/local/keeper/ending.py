"""How an attempt ended, in the figures that only its parent gets, and those that its group forgets."""

import os
import resource
import time

from mnemo_cli.orchestrate.engines.local.keeper.attempt import Attempt
from mnemo_cli.orchestrate.engines.local.keeper.group import Remains
from mnemo_cli.orchestrate.engines.local.keeper.messages import line
from mnemo_cli.orchestrate.engines.local.keeper.tree import Tree

# An attempt whose largest process is hardly larger than this keeper was: the figure is the keeper's own
# (a child's ru_maxrss begins with the memory that it had before exec).
_FLOOR_SLACK_BYTES = 1 << 20


def ending_of(attempt: Attempt) -> bytes:
    """Its line; its first process has ended, and is waited for here."""
    status = cpu_seconds = maxrss_bytes = None
    if not attempt.is_adopted:
        _, wait_status, usage = os.wait4(attempt.pid, 0)
        status = os.waitstatus_to_exitcode(wait_status)
        cpu_seconds = round(usage.ru_utime + usage.ru_stime, 6)
        floor_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + _FLOOR_SLACK_BYTES
        maxrss_bytes = usage.ru_maxrss * 1024 if usage.ru_maxrss * 1024 > floor_bytes else None
    members = attempt.members
    tree_peak_bytes = members.peak_bytes if isinstance(members, Tree) else None
    left = Remains(None, None, None) if isinstance(members, Tree) else members.remains()
    seconds = round(time.monotonic() - attempt.began_seconds, 6)
    return line(
        "ended", *attempt.key, status, seconds, cpu_seconds, maxrss_bytes, tree_peak_bytes, left.peak_bytes,
        left.cache_bytes, left.oom_kills, attempt.capped,
    )  # fmt: skip


def unseen_ending(key: tuple[str, int]) -> bytes:
    """The line of an attempt that had gone when it was to be adopted."""
    return line("ended", *key, None, 0.0, None, None, None, None, None, None, False)
