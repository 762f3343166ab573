"""The largest process of a program that has ended, as the kernel kept it: a peak where no reading came in time."""

import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage, struct_rusage

from mnemo_cli.errors import SourceError
from mnemo_cli.sampling.files import read_text

# ru_maxrss is in bytes there, in KiB elsewhere. https://man7.org/linux/man-pages/man2/getrusage.2.html
_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
_SLACK_BYTES = 1 << 20


def own_peak_bytes(root: Path) -> int:
    """The most that this process had resident until now."""
    try:
        # getrusage counts what this process was before its own exec too.
        words = read_text(root / "proc/self/status").partition("\nVmHWM:")[2].split(None, 1)
        return int(words[0]) * 1024
    except (SourceError, IndexError, ValueError):
        return getrusage(RUSAGE_SELF).ru_maxrss * _UNIT_BYTES


def largest_bytes(usage: struct_rusage, starter_bytes: int) -> int | None:
    """Of the program and of those below it that were waited for. `starter_bytes`: the peak of who started it.

    A program's figure begins with the memory that it had before exec, which was its starter's: one that is hardly
    larger than that is not its own, and unknown.
    """
    found = usage.ru_maxrss * _UNIT_BYTES
    return found if found > starter_bytes + _SLACK_BYTES else None
