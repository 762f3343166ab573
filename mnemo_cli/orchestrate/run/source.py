"""Where jobs come from: a plan that is all there, or a stream that is read no faster than jobs are taken."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Protocol

from mnemo_cli.orchestrate.job import Job


class Source(Protocol):
    """`take` never waits; `descriptor` is readable when there is more, -1 where asking is enough."""

    @property
    def descriptor(self) -> int: ...

    @property
    def is_exhausted(self) -> bool: ...

    def take(self, most: int) -> Sequence[Job]:
        """Up to so many jobs; none where there is none yet. Raises UsageError for a line that is no job."""
        ...


class Plan:
    """Jobs that are known already."""

    descriptor = -1

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = iter(jobs)
        self.is_exhausted = False

    def take(self, most: int) -> Sequence[Job]:
        taken = tuple(islice(self._jobs, most))
        self.is_exhausted = len(taken) < most
        return taken
