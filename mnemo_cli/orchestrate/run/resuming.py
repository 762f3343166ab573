"""A run that was interrupted, taken up again: what still runs is adopted, what ended is noted, the rest waits."""

from collections.abc import Sequence

from mnemo_cli.orchestrate.engines.engine import Engine
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.rows import JobRow
from mnemo_cli.orchestrate.run.run import Now, Run
from mnemo_cli.orchestrate.run.source import Source
from mnemo_cli.orchestrate.waiting import Entry


class Unseen:
    """The jobs of a source that the journal has not taken yet: on resume it is read from its start again."""

    def __init__(self, source: Source, journal: Journal) -> None:
        self._source = source
        self._journal = journal

    @property
    def descriptor(self) -> int:
        return self._source.descriptor

    @property
    def is_exhausted(self) -> bool:
        return self._source.is_exhausted

    def take(self, most: int) -> Sequence[Job]:
        return [job for job in self._source.take(most) if self._journal.state_of(job.id) is None]


def resume(run: Run, engine: Engine, journal: Journal, now: Now) -> None:
    """Fill waiting and flights from the journal. The exit records are read before anything is started.

    Only an attempt with no exit record and no living process is queued again. Jobs that waited for one
    that failed before the journal could say so fail now.
    """
    rows = list(journal.unfinished())
    begun = [row for row in rows if row.state == "running"]
    for row in begun:
        run.scheduler.flights[Key(row.job.id, row.number)] = _flight(run, row, now)
    for row in rows:
        if row.state == "waiting":
            run.take_up(_entry(row), now)
    run.heed(engine.recover(dict.fromkeys(run.scheduler.flights)), now)
    if begun:
        run.scheduler.ramp.begin_slowly(now.clock_seconds)


def _entry(row: JobRow) -> Entry:
    return Entry(row.job, row.number, row.claim_bytes, row.tally)


def _flight(run: Run, row: JobRow, now: Now) -> Flight:
    return run.scheduler.flight_of(_entry(row), now_seconds=now.clock_seconds)
