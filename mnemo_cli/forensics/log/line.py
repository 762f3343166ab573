"""One line of a log, whatever wrote it: the message, and what its prefix tells about time and sender."""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.forensics.kills import Kill
from mnemo_cli.model import Gap

Clock: TypeAlias = Literal["unix", "boot"]


class LogLine(NamedTuple):
    """`text` is the message without its prefix, `raw` the line as found (both cut where very long).

    `number` counts from 1 in the source. `time_seconds` is Unix time or seconds since boot, as `clock`
    says; None where the line has no usable time. `identifier` is the sender's name without its pid
    ("earlyoom", "kernel"). `from_kernel` is None where the prefix does not tell who wrote the line.
    `stream` keeps machines, and tasks that print at the same time, apart (host, caller of printk).
    """

    number: int
    text: str
    raw: str
    time_seconds: float | None = None
    clock: Clock | None = None
    identifier: str | None = None
    pid: int | None = None
    from_kernel: bool | None = None
    stream: str = ""


class LogReading(NamedTuple):
    """What a log says of kills.

    `kills` are the kernel's (killers "kernel" and "sysrq"), in the order of the log, each victim once;
    of very many the last ones. `lines` are the lines that hold one of the wanted literals, in order.
    `kernel_lines` is how many of the lines that were read closely a kernel wrote, and at least 1 where any of
    the others is a kernel's: 0 means that this is no kernel log, which is not the same as one without a kill.
    `first_time_seconds` and `last_time_seconds` are the log's reach, in
    `clock`: a death outside it is not in this log.
    """

    kills: tuple[Kill, ...]
    lines: tuple[LogLine, ...]
    line_count: int
    kernel_lines: int
    gaps: tuple[Gap, ...]
    first_time_seconds: float | None = None
    last_time_seconds: float | None = None
    clock: Clock | None = None
