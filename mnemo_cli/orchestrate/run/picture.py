"""How a run stands at one instant: what the live view, and whoever asks, is shown."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from mnemo_cli.orchestrate.admission import Refusal, Room
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.outcome import Again
from mnemo_cli.orchestrate.roll import WorkerNow
from mnemo_cli.orchestrate.run.run import Happening, Run
from mnemo_cli.orchestrate.waiting import Entry

_MOST_WAITING_ROWS = 200
# A run with more in waiting is estimated from those at the front.
_MOST_ESTIMATED = 20_000

# How long an attempt of a name usually takes; None where nothing is known.
TypicalSeconds = Callable[[str], float | None]


class JobRowNow(NamedTuple):
    """One job that runs or waits. `why` says why it waits; `left_seconds` is an estimate."""

    id: str
    name: str
    state: str
    number: int
    claim_bytes: int
    limit_bytes: int | None = None
    used_bytes: int | None = None
    peak_bytes: int | None = None
    seconds: float | None = None
    left_seconds: float | None = None
    why: "Refusal | str | None" = None


class Picture(NamedTuple):
    """`total` is None while the source may bring more."""

    budget_bytes: int
    used_bytes: int | None
    claimed_bytes: int
    slots: int
    running: int
    waiting: int
    done: int
    failed: int
    retried: int
    total: int | None
    left_seconds: float | None
    rows: tuple[JobRowNow, ...]
    workers: tuple[WorkerNow, ...] = ()


class Pictures:
    """Counts what happens, and makes a picture when one is asked for. A run that was taken up again has counts."""

    def __init__(self, run: Run, typical_seconds: TypicalSeconds, *, done: int = 0, failed: int = 0) -> None:
        self._run = run
        self._typical_seconds = typical_seconds
        self._peaks: dict[Key, int] = {}
        self.done, self.failed, self.retried = done, failed, 0

    def note(self, happening: Happening) -> None:
        """One more start or end."""
        if happening.what == "started":
            return
        if isinstance(happening.decision, Again):
            self.retried += 1
        elif happening.what == "ok":
            self.done += 1
        else:
            self.failed += 1

    def now(
        self, rooms: tuple[Room, ...], *, now_seconds: float, is_complete: bool, unix_seconds: float = 0.0
    ) -> Picture:
        """`is_complete`: the source brings no more jobs."""
        scheduler, waiting = self._run.scheduler, self._run.waiting
        flights = sorted(scheduler.flights.values(), key=lambda flight: flight.began_seconds)
        self._peaks = {flight.key: self._peak_of(flight) for flight in flights}
        known = [flight.used_bytes for flight in flights if flight.used_bytes is not None]
        running = [self._running_row(flight, now_seconds) for flight in flights]
        nobody = scheduler.why_none(now_seconds)
        waits = list(islice(waiting.entries(), _MOST_ESTIMATED))
        rows = (*running, *self._waiting_rows(waits, rooms, nobody, now_seconds))
        over = self.done + self.failed
        return Picture(
            budget_bytes=scheduler.budget_bytes,
            used_bytes=sum(known) if len(known) == len(flights) else None,
            claimed_bytes=sum(flight.claim_bytes for flight in flights),
            slots=scheduler.slots,
            running=len(flights),
            waiting=len(waiting),
            done=self.done,
            failed=self.failed,
            retried=self.retried,
            total=over + len(flights) + len(waiting) if is_complete else None,
            left_seconds=self._left_seconds(running, waits),
            rows=rows,
            workers=scheduler.roll(now_seconds=now_seconds, unix_seconds=unix_seconds),
        )

    def _peak_of(self, flight: Flight) -> int:
        return max(self._peaks.get(flight.key, 0), flight.used_bytes if flight.used_bytes is not None else 0)

    def _running_row(self, flight: Flight, now_seconds: float) -> JobRowNow:
        seconds = flight.active_seconds(now_seconds)
        typical = self._typical_seconds(flight.job.name)
        return JobRowNow(
            id=flight.job.id,
            name=flight.job.name,
            state=flight.state,
            number=flight.entry.number,
            claim_bytes=flight.claim_bytes,
            limit_bytes=flight.limit_bytes,
            used_bytes=flight.used_bytes,
            peak_bytes=self._peaks[flight.key] or None,
            seconds=seconds,
            left_seconds=None if typical is None else max(0.0, typical - seconds),
        )

    def _waiting_rows(
        self, waits: Sequence[Entry], rooms: tuple[Room, ...], nobody: str | None, now_seconds: float
    ) -> Iterator[JobRowNow]:
        for entry in waits[:_MOST_WAITING_ROWS]:
            yield JobRowNow(
                id=entry.job.id,
                name=entry.job.name,
                state="waiting",
                number=entry.number,
                claim_bytes=self._run.scheduler.claim_of(entry),
                why=self._why(entry, rooms, nobody, now_seconds),
            )

    def _why(
        self, entry: Entry, rooms: tuple[Room, ...], nobody: str | None, now_seconds: float
    ) -> "Refusal | str | None":
        missing = self._run.waiting.missing(entry.job.id)
        if missing:
            return f"after {missing[0]}" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
        return nobody or self._run.scheduler.refusal_of(entry, rooms, now_seconds=now_seconds)

    def _left_seconds(self, running: Sequence[JobRowNow], waits: Sequence[Entry]) -> float | None:
        """The work that is left, shared among the slots; None as long as a part of it is unknown."""
        names = Counter(entry.job.name for entry in waits)
        left = [row.left_seconds for row in running]
        for name, count in names.items():
            typical = self._typical_seconds(name)
            left.append(None if typical is None else typical * count)
        known = [seconds for seconds in left if seconds is not None]
        if len(known) < len(left) or not left:
            return None
        longest = max((row.left_seconds for row in running if row.left_seconds is not None), default=0.0)
        share = sum(known) / self._run.scheduler.slots * max(1.0, len(self._run.waiting) / _MOST_ESTIMATED)
        return max(longest, share)
