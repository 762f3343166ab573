"""The jobs that wait: for others to be done, for their turn, for memory.

Ready jobs go by priority, then by age. One that does not fit may be passed by smaller ones, but not
for ever: after `PATIENCE_SECONDS` at the front the others wait for it.
"""

import heapq
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.outcome import Tally

PATIENCE_SECONDS = 60.0


class Entry(NamedTuple):
    """A job in waiting. `claim_bytes` is set after an OOM; None: as the job says, or learned."""

    job: Job
    number: int = 1
    claim_bytes: int | None = None
    tally: Tally = Tally()


class Waiting:
    """Grows with the jobs that wait and forgets those that are over.

    `outcome_of` tells of a job that is not here whether it was done well: True, False, or None where it is
    unknown (it has not come yet). The journal knows.
    """

    def __init__(self, outcome_of: Callable[[str], bool | None]) -> None:
        self._outcome_of = outcome_of
        self._ready: list[tuple[int, int, Entry]] = []
        self._blocked: dict[str, tuple[set[str], int, Entry]] = {}
        self._dependents: dict[str, list[str]] = {}
        self._arrivals = 0
        self._front: tuple[str, float] | None = None

    def __len__(self) -> int:
        return len(self._ready) + len(self._blocked)

    @property
    def blocked(self) -> int:
        """How many wait for other jobs."""
        return len(self._blocked)

    def add(self, entry: Entry) -> str | None:
        """Queue it; the id of a job that it needs and that has failed already, or None."""
        self._arrivals += 1
        missing = set()
        for needed in entry.job.after:
            outcome = self._outcome_of(needed)
            if outcome is False:
                return needed
            if outcome is None:
                missing.add(needed)
        if missing:
            self._blocked[entry.job.id] = (missing, self._arrivals, entry)
            for needed in missing:
                self._dependents.setdefault(needed, []).append(entry.job.id)
        else:
            self._push(self._arrivals, entry)
        return None

    def done(self, job_id: str) -> None:
        """Those that waited only for this job are ready."""
        for dependent in self._dependents.pop(job_id, ()):
            if dependent not in self._blocked:
                continue
            missing, arrival, entry = self._blocked[dependent]
            missing.discard(job_id)
            if not missing:
                del self._blocked[dependent]
                self._push(arrival, entry)

    def failed(self, job_id: str) -> tuple[Job, ...]:
        """The jobs that can never run now, those that wait for them included; they are forgotten."""
        given_up: list[Job] = []
        roots = [job_id]
        while roots:
            for dependent in self._dependents.pop(roots.pop(), ()):
                if dependent in self._blocked:
                    given_up.append(self._blocked.pop(dependent)[2].job)
                    roots.append(dependent)
        return tuple(given_up)

    def missing(self, job_id: str) -> tuple[str, ...]:
        """The jobs that this one still waits for, as far as it is known."""
        return tuple(sorted(self._blocked[job_id][0])) if job_id in self._blocked else ()

    def stuck(self) -> tuple[Job, ...]:
        """The jobs that wait for others that never came; asked when nothing is ready and nothing runs."""
        return tuple(entry.job for _, _, entry in self._blocked.values())

    def remove(self, job_id: str) -> Job | None:
        """Take a job out (it was cancelled); None when it does not wait."""
        if job_id in self._blocked:
            return self._blocked.pop(job_id)[2].job
        for at, (_, _, entry) in enumerate(self._ready):
            if entry.job.id == job_id:
                self._ready[at] = self._ready[-1]
                self._ready.pop()
                heapq.heapify(self._ready)
                return entry.job
        return None

    def take_out(self, unwanted: Callable[[Entry], bool]) -> tuple[Entry, ...]:
        """Take out all these; those that wait for them stay."""
        taken = tuple(filter(unwanted, self.entries()))
        if taken:
            ids = {entry.job.id for entry in taken}
            self._ready = [item for item in self._ready if item[2].job.id not in ids]
            heapq.heapify(self._ready)
            self._blocked = {job_id: kept for job_id, kept in self._blocked.items() if job_id not in ids}
        return taken

    def select(self, fits: Callable[[Entry], bool], *, now_seconds: float, look_at: int = 100) -> Entry | None:
        """Take the first of the ready jobs that fits; None where none of the first `look_at` does.

        The one at the front that has waited there too long is waited for.
        """
        passed: list[tuple[int, int, Entry]] = []
        found = None
        for candidate in self._in_order(look_at, passed):
            if fits(candidate):
                found = candidate
                break
            if len(passed) == 1 and self._is_impatient(candidate.job.id, now_seconds):
                break
        if found is not None and not passed[:-1]:
            self._front = None
        kept = passed[:-1] if found is not None else passed
        for item in kept:
            heapq.heappush(self._ready, item)
        return found

    def entries(self) -> Iterator[Entry]:
        """Every waiting job, the ready ones in their order."""
        yield from (entry for _, _, entry in sorted(self._ready, key=lambda item: item[:2]))
        yield from (entry for _, _, entry in self._blocked.values())

    def _push(self, arrival: int, entry: Entry) -> None:
        heapq.heappush(self._ready, (-entry.job.priority, arrival, entry))

    def _in_order(self, most: int, passed: list[tuple[int, int, Entry]]) -> Iterator[Entry]:
        while self._ready and len(passed) < most:
            passed.append(heapq.heappop(self._ready))
            yield passed[-1][2]

    def _is_impatient(self, job_id: str, now_seconds: float) -> bool:
        if self._front is None or self._front[0] != job_id:
            self._front = (job_id, now_seconds)
        return now_seconds - self._front[1] >= PATIENCE_SECONDS
