"""One alert through its states, against a model of what Prometheus does with the results of an expression."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.rules.state import RESOLVED_SECONDS, Standing, after

BEGINNING = Standing()


def run(looks, *, for_seconds=30.0, keep_firing_seconds=0.0, start=BEGINNING):
    """The standings after looks of (time, answer)."""
    standings = [start]
    for at, holds in looks:
        standings.append(
            after(standings[-1], holds, at, for_seconds=for_seconds, keep_firing_seconds=keep_firing_seconds)
        )
    return standings[1:]


def states(looks, **waits):
    return [standing.state for standing in run(looks, **waits)]


@dataclass
class PrometheusAlert:
    """An alerting rule over one series, as its documentation has `for` and `keep_firing_for`."""

    hold: float
    keep: float
    active_at: float | None = None
    fired: bool = False
    keep_since: float | None = None

    def evaluate(self, now, holds):
        if holds:
            self.keep_since = None
            self.active_at = now if self.active_at is None else self.active_at
            self.fired = self.fired or now - self.active_at >= self.hold
        elif self.fired:
            self.keep_since = now if self.keep_since is None else self.keep_since
            if now - self.keep_since >= self.keep:
                self.active_at, self.fired, self.keep_since = None, False, None
        else:
            self.active_at = None
        return "firing" if self.fired else "inactive" if self.active_at is None else "pending"


waits = st.sampled_from([0.0, 1.0, 5.0, 30.0])
steps = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, 4.0, 5.0, 29.0, 60.0, 3600.0]), st.booleans()))


@given(steps, waits, waits)
def test_where_everything_is_known_it_is_prometheus(looks, hold, keep):
    model, standing, now = PrometheusAlert(hold, keep), Standing(), 1000.0
    for wait, holds in looks:
        now += wait
        standing = after(standing, holds, now, for_seconds=hold, keep_firing_seconds=keep)
        assert {"resolved": "inactive"}.get(standing.state, standing.state) == model.evaluate(now, holds)


answers = st.sampled_from([True, False, None])
any_steps = st.lists(st.tuples(st.floats(-100, 4000), answers))


@given(any_steps, waits, waits)
def test_whatever_comes_the_states_follow_each_other_in_order(looks, hold, keep):
    """The clock may go back here. Each state is entered only from where it may be, and with an answer that says so."""
    entered_by = {
        "inactive": ({"pending", "resolved", "unknown"}, {False}),
        "pending": ({"inactive", "resolved", "unknown"}, {True}),
        "firing": ({"inactive", "pending", "resolved", "unknown"}, {True}),
        "resolved": ({"firing"}, {False}),
        "unknown": ({"inactive", "pending", "resolved"}, {None}),
    }
    standing, now = Standing(), 1000.0
    for wait, holds in looks:
        now += wait
        before, standing = standing, after(standing, holds, now, for_seconds=hold, keep_firing_seconds=keep)
        assert standing.since_seconds <= now
        if standing.state != before.state:
            sources, reasons = entered_by[standing.state]
            assert before.state in sources and holds in reasons
            assert standing.since_seconds == now or (standing.state == "pending" and hold)
        if holds is None:
            assert standing.state in ("firing", "unknown")


@given(any_steps)
def test_without_a_wait_it_fires_at_once(looks):
    now, standing = 1000.0, Standing()
    for wait, holds in looks:
        now += wait
        standing = after(standing, holds, now, for_seconds=0.0, keep_firing_seconds=0.0)
        assert (standing.state == "firing") >= (holds is True)
        assert standing.state != "pending"


def test_it_fires_when_its_time_is_full_and_not_before():
    assert states([(0, True), (29.9, True), (30, True), (31, True)]) == ["pending", "pending", "firing", "firing"]


def test_one_look_at_which_it_does_not_hold_begins_the_wait_anew():
    looks = [(0, True), (20, False), (21, True), (50, True), (51, True)]
    assert states(looks) == ["pending", "inactive", "pending", "pending", "firing"]


def test_a_firing_one_tells_when_it_fired():
    assert run([(5, True), (40, True), (60, True)])[-1].since_seconds == 40


def test_a_resolved_one_is_shown_for_a_while():
    fired = Standing("firing", 0.0)
    looks = [(1, False), (1 + RESOLVED_SECONDS - 0.1, False), (1 + RESOLVED_SECONDS, False)]
    assert states(looks, start=fired) == ["resolved", "resolved", "inactive"]
    assert states([(1, False), (2, True)], start=fired) == ["resolved", "pending"]


def test_it_goes_on_firing_for_the_time_asked_for_and_one_look_that_holds_begins_it_anew():
    looks = [(0, False), (9, False), (9.5, True), (10, False), (19, False), (20, False)]
    found = states(looks, keep_firing_seconds=10.0, start=Standing("firing", -5.0))
    assert found == ["firing", "firing", "firing", "firing", "firing", "resolved"]


def test_what_is_unknown_neither_fires_nor_resolves():
    assert states([(0, True), (40, None), (41, True), (70, True), (71, True)]) == [
        "pending", "unknown", "pending", "pending", "firing",
    ]  # fmt: skip
    assert states([(0, None), (1000, None), (2000, False)], start=Standing("firing", -1.0)) == [
        "firing", "firing", "resolved",
    ]  # fmt: skip
    assert states([(0, None), (5, None), (6, False)]) == ["unknown", "unknown", "inactive"]
    assert states([(0, False), (1, None)], start=Standing("firing", -1.0)) == ["resolved", "unknown"]


def test_unknown_looks_do_not_stop_the_time_for_which_it_goes_on_firing():
    looks = [(0, False), (5, None), (11, None), (12, False)]
    assert states(looks, keep_firing_seconds=10.0, start=Standing("firing", -5.0)) == [
        "firing", "firing", "firing", "resolved",
    ]  # fmt: skip


@pytest.mark.parametrize("back", [0.001, 100.0, 1e9])
def test_a_clock_that_went_back_makes_waits_begin_anew(back):
    then = run([(1000, True), (1000 - back, True), (1029.9 - back, True), (1030 - back, True)])
    assert [standing.state for standing in then] == ["pending", "pending", "pending", "firing"]
    kept = run(
        [(1000, False), (1000 - back, False), (1009.9 - back, False), (1010 - back, False)],
        keep_firing_seconds=10.0,
        start=Standing("firing", 1.0),
    )
    assert [standing.state for standing in kept] == ["firing", "firing", "firing", "resolved"]


def test_a_long_pause_between_two_looks_counts_as_it_does_in_prometheus():
    assert states([(0, True), (3600, True)]) == ["pending", "firing"]
    assert states([(0, True), (3600, False)]) == ["pending", "inactive"]


def test_an_unchanged_state_keeps_its_beginning():
    assert [standing.since_seconds for standing in run([(5, False), (9, False)], start=Standing("inactive", 1))] == [
        1,
        1,
    ]
    assert [standing.since_seconds for standing in run([(5, None), (9, None)])] == [5, 5]
