"""The memory log: what use, limit and level were, for the time after a crash.

Several programs write to one file: each line carries its pid, goes out under a lock on the file
itself, and a line that a full disk cuts short is taken back, so the file stays whole. What cannot
be written is kept for the next time, up to a bound; sampling never waits for the log.
"""

import contextlib
import fcntl
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Event, Gap, Json, Level, Moment, Sample, limit_json
from mnemo_cli.recording.document import encode, event_document, gap_documents, level_word, timestamp
from mnemo_cli.sampling.files import is_named

LOG_SCHEMA = "mnemo.log/1"
_CRITICAL_INTERVAL_SECONDS = 1.0
# A sample may come a little before its beat: then the log must not miss every other one.
_EARLY_SECONDS = 0.05
_KEPT_FILES = 3
_MOST_PENDING_LINES = 1000
# How long a program that ends waits for another one to let go of the log.
_CLOSING_TRIES = 20
_CLOSING_PAUSE_SECONDS = 0.01
_LONGEST_LINE_BYTES = 64 * 1024
# A component takes up to 800 bytes of its line, with names that are nothing but escapes.
_MOST_COMPONENTS = 40
_LINE_START = f'{{"schema":"{LOG_SCHEMA}"'.encode()


class MemoryLogSettings(NamedTuple):
    """Where the log is, how often a line is due (seconds), and when it is rotated (bytes)."""

    path: Path
    interval_seconds: float
    max_bytes: int


class MemoryLog:
    """Writes the log. `complain` is told once when the log cannot be written, and once when it can again."""

    def __init__(self, settings: MemoryLogSettings, complain: Callable[[str], None]) -> None:
        self._settings = settings
        self._complain = complain
        self._descriptor = -1
        self._due_seconds = float("-inf")
        self._pending: deque[bytes] = deque(maxlen=_MOST_PENDING_LINES)
        self._failing = False

    def note(self, moment: Moment) -> None:
        """Write what is due: a line per interval, one at each event, one each second while critical."""
        now, verdict = moment.sample.clock_seconds, moment.verdict
        for event in verdict.events:
            self._pending.append(_line(event_line(event)))
        interval_seconds = self._settings.interval_seconds
        if verdict.level is Level.CRITICAL:
            interval_seconds = min(_CRITICAL_INTERVAL_SECONDS, interval_seconds)
            self._due_seconds = min(self._due_seconds, now + interval_seconds)
        is_due = now >= self._due_seconds - _EARLY_SECONDS
        if is_due or verdict.events:
            self._pending.append(_line(memory_line(moment)))
        if is_due:
            beat_seconds = self._due_seconds if now - self._due_seconds < interval_seconds / 2 else now
            self._due_seconds = beat_seconds + interval_seconds
        if self._pending:
            self._flush()

    def tell(self, event: Event) -> bool:
        """An event that is in no moment, such as a mark. Whether it is written, and does not wait."""
        self._pending.append(_line(event_line(event)))
        self._flush()
        return not self._pending

    def change(self, settings: MemoryLogSettings) -> None:
        """Other settings from now on. What waits goes where the log is then; the beat goes on from the last line."""
        before, self._settings = self._settings, settings
        self._due_seconds += settings.interval_seconds - before.interval_seconds
        if settings.path != before.path:
            self._drop_descriptor()
            self._failing = False

    def close(self) -> None:
        """Write what is left, as far as possible, and close the file."""
        for _ in range(_CLOSING_TRIES):
            if not self._pending:
                break
            self._flush()
            if self._pending and not self._failing:
                time.sleep(_CLOSING_PAUSE_SECONDS)
        self._drop_descriptor()

    def _flush(self) -> None:
        try:
            while self._pending and self._lock():
                if self._is_full(len(self._pending[0])):
                    self._rotate()  # the lock goes with the old file: the next turn asks for that of the new one
                else:
                    self._append(self._pending[0])
                    self._pending.popleft()
        except OSError as err:
            if not self._failing:
                self._complain(
                    f"cannot write the memory log {self._settings.path}: {err.strerror or err}; sampling goes on"
                )
            self._failing = True
            self._drop_descriptor()
            return
        finally:
            if self._descriptor >= 0:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        if self._failing and not self._pending:
            self._complain(f"the memory log {self._settings.path} can be written again")
            self._failing = False

    def _lock(self) -> bool:
        """Lock the file that has the log's name now; False while another program holds it."""
        while True:
            if self._descriptor < 0:
                self._settings.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._descriptor = os.open(
                    self._settings.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
                )
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if is_named(self._descriptor, self._settings.path):
                return True
            # Another program has rotated the log meanwhile: ours is an old one.
            self._drop_descriptor()

    def _is_full(self, line_bytes: int) -> bool:
        size_bytes = os.fstat(self._descriptor).st_size
        return size_bytes > 0 and size_bytes + line_bytes > self._settings.max_bytes

    def _rotate(self) -> None:
        path = self._settings.path
        for number in range(_KEPT_FILES - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        path.replace(path.with_name(f"{path.name}.1"))
        self._drop_descriptor()

    def _append(self, line: bytes) -> None:
        _end_last_line(self._descriptor)
        size_before = os.fstat(self._descriptor).st_size
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            # Where even this fails, the next line's writer mends it.
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, size_before)
            raise

    def _drop_descriptor(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def memory_line(moment: Moment) -> dict[str, Json]:
    """The line of a moment: the binding limit, its level, its growth."""
    sample, verdict = moment.sample, moment.verdict
    binding, forecast = verdict.binding, verdict.forecast
    gaps = [*verdict.gaps, *(gap for gap in sample.gaps if gap.field == "trackers")]
    components = _components(sample, gaps) if sample.trackers else []
    return {
        "schema": LOG_SCHEMA,
        "type": "memory",
        "time": timestamp(sample.time_seconds),
        "pid": os.getpid(),
        "scope": sample.scope.json,
        "level": level_word(verdict.level),
        "used_bytes": binding.used_bytes if binding is not None else None,
        "limit_bytes": limit_json(binding.limit_bytes) if binding is not None else None,
        "limit_source": binding.source.json if binding is not None else None,
        "peak_bytes": verdict.peak_used_bytes,
        "growth_bytes_per_second": forecast.growth_bytes_per_second if forecast is not None else None,
        "components": components,
        "gaps": gap_documents(gaps),
    }


def event_line(event: Event) -> dict[str, Json]:
    """The line of an event."""
    return {"schema": LOG_SCHEMA, **event_document(event), "pid": os.getpid()}


def _components(sample: Sample, gaps: list[Gap]) -> list[Json]:
    """The workers of each program added up; where there are too many for a line, those with the worst levels."""
    from mnemo_cli.limits.programs import programs, worst_first

    pairs = worst_first((program, part) for program in programs(sample.trackers) for part in program.components)
    if len(pairs) > _MOST_COMPONENTS:
        gaps.append(Gap("components", "trackers", f"a line has room for {_MOST_COMPONENTS} of {len(pairs)}"))
    return [
        {
            "program": program.name,
            "processes": len(program.workers),
            "name": part.component.name,
            "used": part.component.used,
            "limit": limit_json(part.component.limit),
            "used_bytes": part.component.used_bytes,
            "limit_bytes": limit_json(part.component.limit_bytes),
            "used_ratio": part.used_ratio,
            "level": level_word(part.level),
            "evicted_total": part.component.evicted_total,
            "expired_total": part.component.expired_total,
            "rejected_total": part.component.rejected_total,
            "hits_total": part.component.hits_total,
            "misses_total": part.component.misses_total,
        }
        for program, part in pairs[:_MOST_COMPONENTS]
    ]


def _line(document: dict[str, Json]) -> bytes:
    return encode(document).encode() + b"\n"


def _end_last_line(descriptor: int) -> None:
    """A program that was killed in mid-write left half a line: take it back. What is not ours only gets its end."""
    size_bytes = os.fstat(descriptor).st_size
    if size_bytes == 0 or os.pread(descriptor, 1, size_bytes - 1) == b"\n":
        return
    start = max(0, size_bytes - _LONGEST_LINE_BYTES)
    half_line = os.pread(descriptor, _LONGEST_LINE_BYTES, start).rpartition(b"\n")[2]
    if _LINE_START.startswith(half_line[: len(_LINE_START)]):
        os.ftruncate(descriptor, size_bytes - len(half_line))
    else:
        os.write(descriptor, b"\n")
