"""One alert through its states: inactive → pending → firing → resolved, with Prometheus's waits; and unknown.

As in Prometheus it fires once its condition has held at every look for `for_seconds`, and goes on firing until
the condition has not held for `keep_firing_seconds`. Not as there: where Prometheus finds no sample it
takes the alert back. Here what is unknown ends no firing, and anything else becomes unknown; what comes after
that has to hold anew from the start.
Waits are measured by the monotonic clock; where that goes back (another machine's recording), they begin anew.
"""

from typing import NamedTuple

from mnemo_cli.model.alerts import AlertState

# So long people are still shown that it is over.
RESOLVED_SECONDS = 60.0


class Standing(NamedTuple):
    """How an alert stands. `since_seconds` and `over_since_seconds` are of the monotonic clock.

    `over_since_seconds` is when the condition of a firing one was first found not to hold.
    """

    state: AlertState = "inactive"
    since_seconds: float = 0.0
    over_since_seconds: float | None = None


def after(
    before: Standing, holds: bool | None, clock_seconds: float, *, for_seconds: float, keep_firing_seconds: float
) -> Standing:
    """How it stands after one more look. An unchanged state keeps its beginning."""
    now = clock_seconds
    if before.since_seconds > now:
        before = before._replace(since_seconds=now)
    if before.state == "firing":
        return _firing(before, holds, now, keep_firing_seconds)
    if holds is None:
        return before if before.state == "unknown" else Standing("unknown", now)
    if holds:
        since = before.since_seconds if before.state == "pending" else now
        return Standing("firing", now) if now - since >= for_seconds else Standing("pending", since)
    if before.state == "resolved" and now - before.since_seconds < RESOLVED_SECONDS:
        return before
    return before if before.state == "inactive" else Standing("inactive", now)


def _firing(before: Standing, holds: bool | None, now: float, keep_firing_seconds: float) -> Standing:
    if holds is None:
        return before
    if holds:
        return before._replace(over_since_seconds=None)
    over_since = now if before.over_since_seconds is None else min(before.over_since_seconds, now)
    if now - over_since < keep_firing_seconds:
        return before._replace(over_since_seconds=over_since)
    return Standing("resolved", now)
