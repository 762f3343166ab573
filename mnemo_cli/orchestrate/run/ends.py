"""What is noted of an attempt's end, with a verdict in one line where it died by a signal or of memory."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from mnemo_cli.orchestrate.job import Ended, Identity, Job, Key, Reason
from mnemo_cli.orchestrate.journal.journal import Arrival
from mnemo_cli.orchestrate.journal.rows import JobState
from mnemo_cli.orchestrate.outcome import OOM_REASONS, Final
from mnemo_cli.orchestrate.scheduler import Settled

_DEATHS: tuple[Reason, ...] = ("signal", "oom-host-suspected", *OOM_REASONS)


class Death(NamedTuple):
    """An attempt that did not end by itself, and was not ended by us; `identity` is that of its first process."""

    key: Key
    job: Job
    reason: Reason
    ended: Ended
    limit_bytes: int | None
    identity: Identity | None


class End(NamedTuple):
    """An attempt that is over. `ended` is None where nobody saw it; `headline` says why it died or never began."""

    settled: Settled
    ended: Ended | None
    headline: str | None


# Why it died, in one line for people; None where nothing more is known than its reason.
VerdictOf: TypeAlias = Callable[[Death], str | None]


def no_verdict(death: Death) -> None:
    """Nobody asks why."""
    return


def headline_of(settled: Settled, ended: Ended | None, verdict_of: VerdictOf) -> str | None:
    """The verdict; None for an attempt that ended in any other way."""
    if ended is None or settled.reason not in _DEATHS:
        return None
    flight = settled.flight
    return verdict_of(Death(flight.key, flight.job, settled.reason, ended, flight.limit_bytes, flight.identity))


def arrival_of(end: End) -> Arrival:
    """The end as the journal keeps it."""
    (flight, reason, decision, again, _), ended, headline = end
    if again is not None:
        return Arrival(flight.key, reason, ended, "waiting", again.claim_bytes, again.tally, None, headline)
    state: JobState = "cancelled" if reason == "cancelled" else "done" if reason == "ok" else "failed"
    needed_bytes = decision.needed_bytes if isinstance(decision, Final) else None
    entry = flight.entry
    return Arrival(flight.key, reason, ended, state, entry.claim_bytes, entry.tally, needed_bytes, headline)
