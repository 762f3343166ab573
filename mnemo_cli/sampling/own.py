"""What mnemo itself costs: a monitor that hides its own use is not to be trusted."""

import os
import time
from pathlib import Path
from typing import NamedTuple


class OwnCost(NamedTuple):
    """CPU seconds of this process since it began, and its resident size (None where nobody tells)."""

    cpu_seconds_total: float
    rss_bytes: int | None


def read_own_cost(root: Path) -> OwnCost:
    """This process now."""
    try:
        pages = int((root / "proc/self/statm").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):
        return OwnCost(cpu_seconds_total=time.process_time(), rss_bytes=None)
    return OwnCost(cpu_seconds_total=time.process_time(), rss_bytes=pages * os.sysconf("SC_PAGE_SIZE"))
