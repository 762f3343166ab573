"""One attempt on its way: what it claims, what it uses, since when, and what we did to it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mnemo_cli.orchestrate.growth import Growth
from mnemo_cli.orchestrate.job import Identity, Job, Key
from mnemo_cli.orchestrate.outcome import StopWord
from mnemo_cli.orchestrate.waiting import Entry

FlightState: TypeAlias = Literal["starting", "running", "frozen", "stopping"]


@dataclass(slots=True)
class Flight:
    """Changes while it lasts."""

    entry: Entry
    claim_bytes: int
    limit_bytes: int | None
    began_seconds: float
    identity: Identity | None = None
    state: FlightState = "starting"
    used_bytes: int | None = None
    stopped_for: StopWord | None = None
    frozen_since: float | None = None
    frozen_seconds: float = 0.0
    growth: Growth | None = None
    worker: str | None = None
    """The id of the worker that it is on, where there are several."""

    @property
    def job(self) -> Job:
        return self.entry.job

    @property
    def key(self) -> Key:
        return Key(self.entry.job.id, self.entry.number)

    def active_seconds(self, now_seconds: float) -> float:
        """How long it has run; the clock of its time-out stands still while it is frozen."""
        frozen = self.frozen_seconds
        if self.frozen_since is not None:
            frozen += now_seconds - self.frozen_since
        return now_seconds - self.began_seconds - frozen

    def is_overdue(self, now_seconds: float) -> bool:
        timeout_seconds = self.job.timeout_seconds
        return (
            timeout_seconds is not None
            and self.stopped_for is None
            and self.active_seconds(now_seconds) >= timeout_seconds
        )

    def note_use(self, used_bytes: int | None, now_seconds: float) -> None:
        """What it uses now. While it is frozen it keeps the growth that it had: it will go on with it."""
        self.used_bytes = used_bytes
        if used_bytes is None or self.state != "running":
            return
        self.growth = (
            Growth(now_seconds, used_bytes) if self.growth is None else self.growth.after(used_bytes, now_seconds)
        )

    def freeze(self, now_seconds: float) -> None:
        self.state, self.frozen_since = "frozen", now_seconds

    def thaw(self, now_seconds: float) -> None:
        if self.frozen_since is not None:
            self.frozen_seconds += now_seconds - self.frozen_since
            self.state, self.frozen_since = "running", None
            if self.growth is not None:
                self.growth = self.growth._replace(seconds=now_seconds)
