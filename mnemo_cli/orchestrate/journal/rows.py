"""What can be read of a journal: jobs with their states, attempts with their ends, and counts of both."""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.orchestrate.job import Job, PeakSource, Reason
from mnemo_cli.orchestrate.outcome import Tally

JobState: TypeAlias = Literal["waiting", "running", "done", "failed", "cancelled"]


class JobRow(NamedTuple):
    """A job and what became of it so far. `number` is the attempt that runs, or is the next."""

    job: Job
    state: JobState
    reason: Reason | None
    number: int
    claim_bytes: int | None
    needed_bytes: int | None
    tally: Tally


class AttemptRow(NamedTuple):
    """One attempt; `reason` None: it has not ended, as far as the journal knows. `began` is Unix time."""

    job_id: str
    name: str
    number: int
    claim_bytes: int
    limit_bytes: int | None
    began_seconds: float
    reason: Reason | None
    status: int | None
    seconds: float | None
    cpu_seconds: float | None
    peak_bytes: int | None
    peak_source: PeakSource | None
    headline: str | None


class Standing(NamedTuple):
    """How many jobs are where; `oom` and `preempted` count attempts."""

    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    oom: int
    preempted: int

    @property
    def unfinished(self) -> int:
        return self.waiting + self.running
