"""Lines as they come, no faster than they are taken: the producer's own writes block when nobody reads."""

import os
from collections.abc import Sequence

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.plan.lines import LineReader

_CHUNK_BYTES = 1 << 16
_LONGEST_LINE_BYTES = 1 << 20


class Stream:
    """Reads an open descriptor that is made non-blocking; it is the caller's to close."""

    def __init__(self, descriptor: int, reader: LineReader) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._reader = reader
        self._lines: list[bytes] = []
        self._next = 0
        self._rest = b""
        self._number = 0
        self._ended = False

    @property
    def descriptor(self) -> int:
        return self._descriptor

    @property
    def is_exhausted(self) -> bool:
        return self._ended and self._next == len(self._lines)

    def take(self, most: int) -> Sequence[Job]:
        """Jobs of lines that are here; reads on only when those are used up. Raises PlanError."""
        jobs: list[Job] = []
        while len(jobs) < most and (self._next < len(self._lines) or self._read()):
            line = self._lines[self._next]
            self._next += 1
            self._number += 1
            if (job := self._reader.job(line, self._number)) is not None:
                jobs.append(job)
        return jobs

    def _read(self) -> bool:
        """More lines, if any can be had without waiting."""
        while not self._ended:
            try:
                chunk = os.read(self._descriptor, _CHUNK_BYTES)
            except BlockingIOError:
                return False
            self._ended = not chunk
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            if self._ended and self._rest:
                lines, self._rest = [*lines, self._rest], b""
            if len(self._rest) > _LONGEST_LINE_BYTES:
                where = self._reader.where(self._number + len(lines) + 1)
                raise PlanError(f"{where} is longer than 1 MiB: is this a list of jobs?")
            if lines:
                self._lines, self._next = lines, 0
                return True
        return False
