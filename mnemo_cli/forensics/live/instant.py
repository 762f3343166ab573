"""Now, on the two clocks that a log may have: dates, and seconds since boot."""

import time
from typing import NamedTuple

from mnemo_cli.forensics.kills import Kill


class Instant(NamedTuple):
    """`boot_seconds` is the Unix time at which the kernel log's own clock was 0; sleep is not counted there.

    `utc_offset_seconds` is that of this machine, for dates of logs that do not name theirs.
    """

    unix_seconds: float
    boot_seconds: float
    utc_offset_seconds: int = 0

    @classmethod
    def now(cls) -> "Instant":
        """The clocks are read here and nowhere else in the room."""
        unix_seconds = time.time()
        return cls(unix_seconds, unix_seconds - time.monotonic(), time.localtime(unix_seconds).tm_gmtoff)


def unix_seconds(kill: Kill, now: Instant) -> float | None:
    """When it was, by the clock of this machine; None where its log does not tell."""
    if kill.time_seconds is None:
        return None
    return kill.time_seconds if kill.clock == "unix" else kill.time_seconds + now.boot_seconds
