"""A source whose first wrong line ends it: the jobs before that line are run, and then the mistake is told."""

from collections.abc import Sequence

from mnemo_cli.errors import UsageError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.run.source import Source


class Tolerant:
    """One job at a time is taken from the source: what came in one piece before a wrong line is not lost with it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.error: UsageError | None = None

    @property
    def descriptor(self) -> int:
        return self._source.descriptor

    @property
    def is_exhausted(self) -> bool:
        return self.error is not None or self._source.is_exhausted

    def take(self, most: int) -> Sequence[Job]:
        jobs: list[Job] = []
        try:
            while len(jobs) < most and not self.is_exhausted:
                taken = self._source.take(1)
                if not taken:
                    break
                jobs.extend(taken)
        except UsageError as err:
            self.error = err
        return jobs
