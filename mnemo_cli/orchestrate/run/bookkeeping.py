"""The journal of a run, also when it can no longer be written: nothing more is begun then, ends are still noted."""

from collections.abc import Callable, Sequence

from mnemo_cli.errors import DamagedJournalError, JournalError, MnemoError
from mnemo_cli.orchestrate.job import Job, Reason
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.journal import Arrival, Departure
from mnemo_cli.orchestrate.journal.rows import JobState


class Bookkeeping:
    """`error` is the first failure; `close` is called then, and is to end admission."""

    def __init__(self, journal: Journal, close: Callable[[], None]) -> None:
        self._journal, self._close = journal, close
        self.error: MnemoError | None = None

    def accepted(self, jobs: Sequence[Job]) -> bool:
        """Whether they are in the journal now; raises DuplicateJobError."""
        return self._kept(lambda: self._journal.accept(jobs))

    def departing(self, departures: Sequence[Departure]) -> bool:
        """Whether they may begin."""
        return self._kept(lambda: self._journal.departing(departures))

    def arrived(self, arrivals: Sequence[Arrival], given_up: Sequence[Job]) -> None:
        """The ends that were waited for: on a full disk there is room set aside for them."""
        if not self._noted(lambda: self._journal.arrived(arrivals, given_up)) and self._journal.file.make_room():
            self._noted(lambda: self._journal.arrived(arrivals, given_up))

    def settle(self, jobs: Sequence[Job], state: JobState, reason: Reason) -> None:
        if jobs:
            self._kept(lambda: self._journal.settle([job.id for job in jobs], state, reason))

    def asked_to_cancel(self) -> Sequence[str]:
        """What was asked for from another terminal; looks after the journal's file at the same time."""
        asked: list[str] = []
        if self._kept(self._journal.file.check_place):
            self._kept(lambda: asked.extend(self._journal.take_cancellations()))
        return asked

    def _kept(self, write: Callable[[], None]) -> bool:
        return self.error is None and self._noted(write)

    def _noted(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except (JournalError, DamagedJournalError) as err:
            self.error = self.error or err
            self._close()
            return False
        return True
