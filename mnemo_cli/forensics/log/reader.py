"""A log of any size as a stream of bytes: kills, the lines somebody wants, and what is missing.

Only the neighbourhood of a few literals is read line by line; the rest is counted.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from mnemo_cli.forensics.log.blocks import LONGEST_LINE_BYTES, PIECE_BYTES, Blocks
from mnemo_cli.forensics.log.documents import DmesgDocument, begins_dmesg
from mnemo_cli.forensics.log.hits import Hits, has_kernel_line
from mnemo_cli.forensics.log.line import LogLine, LogReading
from mnemo_cli.forensics.log.parsing import Parser
from mnemo_cli.forensics.log.prefix import Zone
from mnemo_cli.forensics.oom_report import Reports
from mnemo_cli.model import Gap
from mnemo_cli.redact import decoded

# Every report has one of these; its other lines come within a window after one that has.
_REPORT_LITERALS = (
    b"oom-kill", b"Killed process", b"ut of memory: ", b"ut of memory (", b"ut of memory and no",
    b"No available memory", b"Manual OOM", b"deadlocked on memory",
)  # fmt: skip
# The journal writes a message with control characters as a list of bytes, where nothing can be found.
_BYTE_MESSAGES = (b'"MESSAGE":[', b'"MESSAGE" : [')
_WINDOW_LINES = 2000
_LONGEST_KEPT_TEXT = 2048
MOST_WANTED_LINES = 2000


class LogReader:
    """Takes a log in pieces of any size. `wanted` are literals, compared byte by byte, upper and lower case apart.

    Rare ones cost a quarter of a second per GB each; lines that have one are read closely, so frequent ones cost more.

    `now_seconds` (Unix time) gives the year to dates without one; without it such dates are no times.
    `utc_offset_seconds` is the zone of dates without one.
    """

    def __init__(
        self, source: str, wanted: Sequence[bytes] = (), *,
        now_seconds: float | None = None, utc_offset_seconds: int = 0,
    ) -> None:  # fmt: skip
        self._source = source
        self._wanted = tuple(wanted)
        self._hits = Hits((*_REPORT_LITERALS, *self._wanted))
        self._blocks = Blocks()
        self._parser = Parser(Zone(now_seconds, utc_offset_seconds))
        self._reports = Reports(source)
        self._document: DmesgDocument | None = None
        self._has_begun = False
        self._window = _WINDOW_LINES
        self._line_count = 0
        self._kernel_lines = 0
        self._lines: deque[LogLine] = deque(maxlen=MOST_WANTED_LINES)
        self._wanted_total = 0
        self._first: LogLine | None = None
        self._last: LogLine | None = None

    def feed(self, chunk: bytes) -> None:
        """The next piece; it may end anywhere."""
        for block in self._blocks.feed(chunk):
            self._block(block)

    def close(self) -> LogReading:
        """The rest, and the result. Nothing may be fed after it."""
        for block in self._blocks.finish():
            self._block(block)
        kills, gaps = self._reports.finish()
        first = self._first
        clock = first.clock if first is not None else None
        candidates = (*self._parser.last_times(), self._last)
        last = next((line for line in candidates if line is not None and line.clock == clock), None)
        return LogReading(
            kills=kills,
            lines=tuple(self._lines),
            line_count=self._line_count,
            kernel_lines=self._kernel_lines,
            gaps=(*gaps, *self._own_gaps()),
            first_time_seconds=first.time_seconds if first is not None else None,
            last_time_seconds=last.time_seconds if last is not None else None,
            clock=clock,
        )

    def _own_gaps(self) -> Iterator[Gap]:
        kept = len(self._lines)
        if self._wanted_total > kept:
            left_out = self._wanted_total - kept
            yield Gap("lines", self._source, f"{left_out:,} earlier lines are left out; the last {kept:,} are kept")
        if self._blocks.cut_lines:
            cut = self._blocks.cut_lines
            yield Gap(
                "lines", self._source, f"only the first {LONGEST_LINE_BYTES:,} bytes of {cut:,} long lines are read"
            )

    def _block(self, block: bytes) -> None:
        """Some whole lines, each with its newline."""
        if not self._has_begun:
            self._begin(block)
        self._hits.begin(block)
        at = 0
        while at < len(block):
            if self._window <= 0:
                start = self._hits.line_after(at)
                self._skip(block, at, len(block) if start is None else start)
                if start is None:
                    break
                at = start
            end = block.index(b"\n", at)
            self._line(block, at, end)
            at = end + 1
        self._parser.passed(block)

    def _begin(self, block: bytes) -> None:
        """The first block tells whether this is one document, or the journal's objects."""
        self._has_begun = True
        if begins_dmesg(block[:200]):
            self._document = DmesgDocument()
        elif block.lstrip()[:1] == b"{":
            self._hits = Hits((*_REPORT_LITERALS, *self._wanted, *_BYTE_MESSAGES))

    def _skip(self, block: bytes, start: int, end: int) -> None:
        """Count lines that hold nothing of interest, and see whether a kernel wrote one of them."""
        if start == end:
            return
        first = self._parser.line(self._line_count + 1, block, start, block.index(b"\n", start))
        self._line_count += block.count(b"\n", start, end)
        if not self._kernel_lines:
            self._kernel_lines += first.from_kernel is True or has_kernel_line(block, start, end)

    def _line(self, block: bytes, start: int, end: int) -> None:
        """One line, read closely."""
        self._line_count += 1
        if self._document is None:
            self._take(self._parser.line(self._line_count, block, start, end), block[start:end])
            self._window -= 1
            return
        # A document is no longer than a ring buffer: all of it is read.
        self._window = _WINDOW_LINES
        for line in self._document.lines(self._line_count, decoded(block[start:end])):
            self._take(line, block[start:end])

    def _take(self, line: LogLine, raw: bytes) -> None:
        if line.time_seconds is not None:
            self._first = self._first or line
            self._last = line
        of_report = self._reports.take(line)
        if of_report:
            self._window = _WINDOW_LINES
        self._kernel_lines += line.from_kernel is True or (of_report and line.from_kernel is None)
        if self._wanted and self._is_wanted(line, raw):
            self._wanted_total += 1
            text, whole = line.text[:_LONGEST_KEPT_TEXT], line.raw[:_LONGEST_KEPT_TEXT]
            self._lines.append(line._replace(text=text, raw=whole))

    def _is_wanted(self, line: LogLine, raw: bytes) -> bool:
        if any(literal in raw for literal in self._wanted):
            return True
        if not raw.startswith(b"{"):
            return False
        text = line.text.encode("utf-8", "surrogateescape")
        return any(literal in text for literal in self._wanted)


def read_log(
    stream: BinaryIO, source: str, wanted: Sequence[bytes] = (), *,
    now_seconds: float | None = None, utc_offset_seconds: int = 0,
) -> LogReading:  # fmt: skip
    """All of `stream`; an OSError of its reads goes to the caller."""
    reader = LogReader(source, wanted, now_seconds=now_seconds, utc_offset_seconds=utc_offset_seconds)
    while chunk := stream.read(PIECE_BYTES):
        reader.feed(chunk)
    return reader.close()
