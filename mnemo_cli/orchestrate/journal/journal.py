"""The journal of a run: a row before each start, a row after each end.

Whoever opens it again after a crash finds every job that was accepted, and which attempts had begun.
How those ended is in the engine's own records, which outlive the supervisor.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import DuplicateJobError
from mnemo_cli.orchestrate.job import Ended, Job, Key, Reason
from mnemo_cli.orchestrate.journal.file import JournalFile
from mnemo_cli.orchestrate.journal.rows import AttemptRow, JobRow, JobState, Standing
from mnemo_cli.orchestrate.journal.spec import job_of, spec_of
from mnemo_cli.orchestrate.journal.store import create, damaged, open_existing
from mnemo_cli.orchestrate.outcome import OOM_REASONS, Tally
from mnemo_cli.redact import printable

_JOB_COLUMNS = "id, name, spec, state, reason, number, claim_bytes, needed_bytes, retries, ooms, free"
_ATTEMPT_COLUMNS = (
    "j.id, j.name, a.number, a.claim_bytes, a.limit_bytes, a.began, a.reason, a.status, a.seconds, a.cpu_seconds, "
    "a.peak_bytes, a.peak_source, a.headline"
)


class Departure(NamedTuple):
    """An attempt that is about to start."""

    key: Key
    claim_bytes: int
    limit_bytes: int | None
    began_seconds: float


class Arrival(NamedTuple):
    """An attempt's end, and what it makes of its job: `state` "waiting" means another attempt.

    `claim_bytes` is the raised one after an OOM. `headline` is the verdict of forensics where it died.
    """

    key: Key
    reason: Reason
    ended: Ended | None
    state: JobState
    claim_bytes: int | None
    tally: Tally
    needed_bytes: int | None = None
    headline: str | None = None


class Journal:
    """Open until `close`. Every call raises JournalError where the file can no longer be written."""

    def __init__(self, file: JournalFile) -> None:
        self.file = file
        self._write, self._rows = file.write, file.rows

    @classmethod
    def create(cls, path: Path) -> "Journal":
        """The journal at `path`, made if it is not there. Raises UsageError for a file that is none."""
        return cls(JournalFile(create(path), path))

    @classmethod
    def read(cls, path: Path) -> "Journal":
        """One to look at from another terminal, while its run goes on. Raises UsageError."""
        return cls(JournalFile(open_existing(path), path))

    @property
    def path(self) -> Path:
        return self.file.path

    def close(self) -> None:
        self.file.close()

    # the run itself

    def describe(self, facts: Mapping[str, str]) -> None:
        """Note facts of the run, such as the plan's name; a later value of a key replaces the earlier one."""
        self._write("INSERT OR REPLACE INTO run VALUES (?, ?)", list(facts.items()))

    @property
    def description(self) -> dict[str, str]:
        return dict(self._rows("SELECT key, value FROM run"))

    # jobs in

    def accept(self, jobs: Sequence[Job]) -> None:
        """Take jobs on, all or none; raises DuplicateJobError for an id that is there already."""
        try:
            self._write(
                "INSERT INTO jobs (id, name, spec) VALUES (?, ?, ?)", [(job.id, job.name, spec_of(job)) for job in jobs]
            )
        except sqlite3.IntegrityError:
            twice = printable(self._twice(jobs))
            raise DuplicateJobError(f"two jobs have the id {twice!r}; give each an id of its own") from None

    # attempts out and in

    def departing(self, departures: Sequence[Departure]) -> None:
        """Before the start: an attempt that is not here was never begun."""
        with self.file.transaction() as connection:
            connection.executemany(
                "INSERT INTO attempts (job, number, claim_bytes, limit_bytes, began) "
                "VALUES ((SELECT sequence FROM jobs WHERE id = ?), ?, ?, ?, ?)",
                [(d.key.job, d.key.number, d.claim_bytes, d.limit_bytes, d.began_seconds) for d in departures],
            )
            connection.executemany(
                "UPDATE jobs SET state = 'running', number = ? WHERE id = ?",
                [(d.key.number, d.key.job) for d in departures],
            )

    def arrived(self, arrivals: Sequence[Arrival], given_up: Sequence[Job] = ()) -> None:
        """After the end, with the jobs that can never run because of it."""
        with self.file.transaction() as connection:
            for arrival in arrivals:
                _note_end(connection, arrival)
            connection.executemany(
                "UPDATE jobs SET state = 'failed', reason = 'dependency-failed' WHERE id = ?",
                [(job.id,) for job in given_up],
            )

    def settle(self, job_ids: Iterable[str], state: JobState, reason: Reason) -> None:
        """Jobs that end without an attempt: cancelled, or never able to fit."""
        self._write("UPDATE jobs SET state = ?, reason = ? WHERE id = ?", [(state, reason, one) for one in job_ids])

    def checkpoint(self) -> None:
        """Everything so far is on the disk, against power loss too: at the drain and at the end."""
        self.file.checkpoint()

    # reading

    def state_of(self, job_id: str) -> JobState | None:
        """None for a job that was never accepted."""
        row = self.file.first("SELECT state FROM jobs WHERE id = ?", job_id)
        return None if row is None else row[0]

    def outcome_of(self, job_id: str) -> bool | None:
        """Whether the job was done well; None while that is open, or the job unknown."""
        state = self.state_of(job_id)
        return None if state in (None, "waiting", "running") else state == "done"

    def unfinished(self) -> Iterator[JobRow]:
        """The jobs that wait or were running, in the order in which they came."""
        yield from self.jobs("WHERE state IN ('waiting', 'running')")

    def jobs(self, where: str = "") -> Iterator[JobRow]:
        """Every job, or those of a condition in SQL (ours, never a stranger's)."""
        for row in self._rows(f"SELECT {_JOB_COLUMNS} FROM jobs {where} ORDER BY sequence"):
            job_id, name, spec, state, reason, number, claim_bytes, needed_bytes, *tally = row
            try:
                job = job_of(job_id, name, spec)
            except (ValueError, TypeError, AttributeError) as err:
                raise damaged(self.path, f"job {job_id}: {err}") from err
            yield JobRow(job, state, reason, number, claim_bytes, needed_bytes, Tally(*tally))

    def attempts(self, *, open_only: bool = False) -> Iterator[AttemptRow]:
        """Every attempt in the order of the jobs; `open_only` those whose end is not known."""
        where = "WHERE a.reason IS NULL" if open_only else ""
        source = f"attempts a JOIN jobs j ON j.sequence = a.job {where} ORDER BY a.job, a.number"
        query = f"SELECT {_ATTEMPT_COLUMNS} FROM {source}"
        yield from (AttemptRow(*row) for row in self._rows(query))

    @property
    def standing(self) -> Standing:
        states = dict(self._rows("SELECT state, count(*) FROM jobs GROUP BY state"))
        reasons = dict(self._rows("SELECT reason, count(*) FROM attempts WHERE reason IS NOT NULL GROUP BY reason"))
        return Standing(
            waiting=states.get("waiting", 0),
            running=states.get("running", 0),
            done=states.get("done", 0),
            failed=states.get("failed", 0),
            cancelled=states.get("cancelled", 0),
            oom=sum(reasons.get(reason, 0) for reason in (*OOM_REASONS, "oom-host-suspected")),
            preempted=reasons.get("preempted", 0),
        )

    # requests from another terminal

    def ask_to_cancel(self, job_ids: Sequence[str]) -> None:
        """Leave it for the orchestrator, which looks once a second."""
        self._write("INSERT INTO cancellations VALUES (?)", [(job_id,) for job_id in job_ids])

    def take_cancellations(self) -> tuple[str, ...]:
        """The ids that were asked for since the last call, and those whose attempts have not ended yet."""
        if self.file.first("SELECT 1 FROM cancellations LIMIT 1") is None:
            return ()
        # Kept until then: whoever takes up the run of a supervisor that died would begin them again.
        running = "job IN (SELECT id FROM jobs WHERE state = 'running')"
        with self.file.transaction() as connection:
            rows = connection.execute(f"DELETE FROM cancellations WHERE NOT {running} RETURNING job").fetchall()
            rows += connection.execute("SELECT DISTINCT job FROM cancellations").fetchall()
        return tuple(row[0] for row in rows)

    def _twice(self, jobs: Sequence[Job]) -> str:
        """The first id that is there already, or twice among these."""
        seen: set[str] = set()
        for job in jobs:
            if job.id in seen or self.state_of(job.id) is not None:
                return job.id
            seen.add(job.id)
        raise AssertionError("no id is there twice")


def _note_end(connection: sqlite3.Connection, arrival: Arrival) -> None:
    ended = arrival.ended
    end = (None,) * 5 if ended is None else (
        ended.status, ended.seconds, ended.cpu_seconds, ended.peak_bytes, ended.peak_source
    )  # fmt: skip
    connection.execute(
        "UPDATE attempts SET reason = ?, status = ?, seconds = ?, cpu_seconds = ?, peak_bytes = ?, "
        "peak_source = ?, headline = ? WHERE job = (SELECT sequence FROM jobs WHERE id = ?) AND number = ?",
        (arrival.reason, *end, arrival.headline, *arrival.key),
    )
    connection.execute(
        "UPDATE jobs SET state = ?, reason = ?, number = ?, claim_bytes = ?, needed_bytes = ?, "
        "retries = ?, ooms = ?, free = ? WHERE id = ?",
        (
            arrival.state,
            arrival.reason,
            arrival.key.number + (arrival.state == "waiting"),
            arrival.claim_bytes,
            arrival.needed_bytes,
            *arrival.tally,
            arrival.key.job,
        ),
    )
