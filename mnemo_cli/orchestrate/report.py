"""What became of a run, read from its journal: a result for each job, a summary for each name."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from mnemo_cli.orchestrate.claims import claim_bytes
from mnemo_cli.orchestrate.journal import AttemptRow, JobRow, Journal
from mnemo_cli.orchestrate.learned import MOST_NAMES
from mnemo_cli.orchestrate.outcome import OOM_REASONS

OTHERS = "(others)"


class JobResult(NamedTuple):
    """A job with its last attempt; `attempt` None: it was never begun. `absent`: ids it waited for that never came."""

    row: JobRow
    attempt: AttemptRow | None
    attempts: int
    absent: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int | None:
        """As a shell tells it: 128 + the signal."""
        status = None if self.attempt is None else self.attempt.status
        return 128 - status if status is not None and status < 0 else status


@dataclass(slots=True)
class NameSummary:
    """All attempts of one name together."""

    name: str
    runs: int = 0
    done: int = 0
    ooms: int = 0
    retries: int = 0
    peaks_bytes: "array[int]" = field(default_factory=lambda: array("Q"))

    def peak_bytes(self, percent: int) -> int | None:
        """The peak that so many percent of the attempts stayed at or below; None before one was measured."""
        if not self.peaks_bytes:
            return None
        return sorted(self.peaks_bytes)[max(0, ceil(len(self.peaks_bytes) * percent / 100) - 1)]

    def suggested_claim_bytes(self, budget_bytes: int | None) -> int | None:
        """What a plan may write as `mem`; None where nothing is known."""
        if not self.peaks_bytes:
            return None
        most_bytes = max(self.peaks_bytes) * 2 if budget_bytes is None else budget_bytes
        return claim_bytes(self.peaks_bytes, budget_bytes=most_bytes, slots=1)


def results(journal: Journal) -> Iterator[JobResult]:
    """Every job in the order in which they came; nothing is kept, so a million is no burden."""
    attempts = journal.attempts()
    ahead = next(attempts, None)
    for row in journal.jobs():
        last, count = None, 0
        while ahead is not None and ahead.job_id == row.job.id:
            last, count, ahead = ahead, count + 1, next(attempts, None)
        yield JobResult(row, last, count, _absent(journal, row))


def summaries(journal: Journal) -> Sequence[NameSummary]:
    """One for each name, in the order in which they came; beyond so many names they are put together."""
    found: dict[str, NameSummary] = {}
    for attempt in journal.attempts():
        name = attempt.name if attempt.name in found or len(found) < MOST_NAMES else OTHERS
        _count(found.setdefault(name, NameSummary(name)), attempt)
    return tuple(found.values())


def died(journal: Journal) -> Iterator[JobResult]:
    """The jobs that failed or were cancelled, but not those that only waited for such a one."""
    for result in results(journal):
        is_root = result.row.reason != "dependency-failed" or result.absent
        if result.row.state in ("failed", "cancelled") and is_root:
            yield result


def _absent(journal: Journal, row: JobRow) -> tuple[str, ...]:
    if row.reason != "dependency-failed":
        return ()
    return tuple(needed for needed in row.job.after if journal.state_of(needed) is None)


def _count(summary: NameSummary, attempt: AttemptRow) -> None:
    summary.runs += 1
    summary.done += attempt.reason == "ok"
    summary.ooms += attempt.reason in OOM_REASONS or attempt.reason == "oom-host-suspected"
    summary.retries += attempt.number > 1
    if attempt.peak_bytes is not None:
        summary.peaks_bytes.append(attempt.peak_bytes)
