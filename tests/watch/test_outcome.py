"""When a watch is over and which code it ends with: one table of who wins over whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.gate import Gate
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level, LimitSource, Memory, Moment, Sample, Scope, Target
from mnemo_cli.watch.outcome import Bounds, Outcome

HOST, BUDGET = LimitSource(kind="host"), LimitSource(kind="budget")


def moment(used=10, *, clock=0.0, target=None, budget=None, reported=True):
    """On a machine of 100 bytes; None is unknown."""
    limits = () if budget is None else (Memory(source=BUDGET, used_bytes=target, limit_bytes=budget),)
    sample = Sample(
        time_seconds=clock,
        clock_seconds=clock,
        scope=Scope(kind="host", name="host"),
        limits=(*limits, Memory(source=HOST, used_bytes=used, limit_bytes=100)),
        target=Target(used_bytes=target, used_is_rss=False, processes=1),
    )
    return Moment(sample=sample, verdict=step(State(), sample, Edges())[1], reported=reported)


def outcome(*moments, fail_on=None, bounds=Bounds()):  # noqa: B008 frozen
    result = Outcome(gate=Gate(fail_on=fail_on))
    for one in moments:
        result = result.after(one, bounds)
    return result


def code(result, bounds=Bounds(), *, timed_out=False, child=None, signal=None):  # noqa: B008 frozen
    return result.exit_code(bounds, timed_out=timed_out, child_code=child, signal_code=signal)


@pytest.mark.parametrize(
    ("duration", "timeout", "longest", "times_out"),
    [
        (None, None, None, False),
        (5, None, 5, False),
        (None, 5, 5, True),
        (5, 6, 5, False),
        (6, 5, 5, True),
        (5, 5, 5, True),
    ],
)
def test_the_earlier_of_duration_and_time_out_counts(duration, timeout, longest, times_out):
    bounds = Bounds(duration_seconds=duration, timeout_seconds=timeout)
    assert (bounds.longest_seconds, bounds.times_out) == (longest, times_out)


def test_only_reported_moments_are_counted():
    bounds = Bounds(samples=2)
    once = outcome(moment(), moment(reported=False), moment(reported=False), bounds=bounds)
    assert (once.reported, once.is_over(bounds)) == (1, False)
    assert once.after(moment(), bounds).is_over(bounds)


@pytest.mark.parametrize(("used", "reached"), [(59, False), (60, False), (61, True), (99, True)])
def test_a_level_is_reached_at_it_or_above_even_between_two_reports(used, reached):
    bounds = Bounds(until_level=Level.HIGH)
    result = outcome(moment(used, reported=False), bounds=bounds)
    assert (result.until_reached, result.is_over(bounds)) == (reached, reached)
    assert outcome(moment(used), moment(1), bounds=bounds).until_reached is reached, "it stays so"


def test_an_unknown_level_reaches_nothing():
    assert not outcome(moment(None), bounds=Bounds(until_level=Level.MODERATE)).until_reached


def test_fail_fast_is_over_at_the_first_breach_only():
    bounds = Bounds(fail_fast=True)
    assert not outcome(moment(61), fail_on=Level.CRITICAL).is_over(bounds)
    assert not outcome(moment(None), fail_on=Level.CRITICAL).is_over(bounds)
    assert outcome(moment(81), fail_on=Level.CRITICAL).is_over(bounds)
    assert not outcome(moment(81), fail_on=Level.CRITICAL).is_over(Bounds())
    assert not outcome(moment(81), fail_on=None).is_over(bounds)


@pytest.mark.parametrize("fail_on", [None, *Level])
@pytest.mark.parametrize("used", [10, 40, 61, 81, None])
def test_the_gate_gives_1_for_a_breach_3_for_unknown_else_0(fail_on, used):
    level = {10: Level.NORMAL, 40: Level.MODERATE, 61: Level.HIGH, 81: Level.CRITICAL, None: None}[used]
    expected = 0 if fail_on is None else 3 if level is None else int(level >= fail_on)
    assert code(outcome(moment(used), fail_on=fail_on)) == expected


def test_the_worst_level_counts_and_not_the_last_and_a_breach_outranks_unknown():
    assert code(outcome(moment(81), moment(10), fail_on=Level.HIGH)) == 1
    assert code(outcome(moment(None), moment(81), moment(10), fail_on=Level.HIGH)) == 1
    assert code(outcome(moment(None), moment(10), fail_on=Level.HIGH)) == 3
    assert code(outcome(moment(10), moment(None), fail_on=Level.HIGH)) == 3


def test_a_watch_without_a_moment_can_tell_nothing():
    assert code(outcome(fail_on=Level.HIGH)) == 3 and code(outcome()) == 0


@pytest.mark.parametrize(("peak", "over"), [(50, False), (51, True)])
def test_a_budget_is_passed_above_it_and_stays_passed(peak, over):
    result = outcome(moment(target=peak, budget=50, reported=False), moment(target=1, budget=50))
    assert (result.over_budget, code(result), result.peak_target_bytes) == (over, int(over), peak)


def test_an_unknown_use_neither_passes_a_budget_nor_lowers_the_peak():
    result = outcome(moment(target=7), moment(target=None, budget=50))
    assert (result.over_budget, result.peak_target_bytes) == (False, 7)
    assert code(result) == 3
    assert outcome(moment(target=None)).peak_target_bytes is None


def test_the_span_is_from_the_first_moment_to_the_last():
    assert outcome().seconds == 0
    assert outcome(moment(clock=5.0), moment(clock=6.0), moment(clock=9.5)).seconds == 4.5


BREACH = outcome(moment(81, target=9, budget=5), fail_on=Level.HIGH)
CALM = outcome(moment(10), fail_on=Level.HIGH)


@pytest.mark.parametrize(
    ("result", "bounds", "how", "expected"),
    [
        (BREACH, Bounds(timeout_seconds=5), {"timed_out": True, "child": 7, "signal": 143}, 124),
        (BREACH, Bounds(duration_seconds=5), {"timed_out": True, "child": None}, 1),
        (CALM, Bounds(duration_seconds=5), {"timed_out": True, "child": None}, 0),
        (BREACH, Bounds(), {"child": 7, "signal": 143}, 7),
        (BREACH, Bounds(), {"child": 0, "signal": 143}, 1),
        (CALM, Bounds(), {"child": 0, "signal": 143}, 0),
        (CALM, Bounds(), {"child": 143, "signal": 143}, 143),
        (BREACH, Bounds(), {"signal": 130}, 130),
        (BREACH, Bounds(), {"child": 0}, 1),
        (CALM, Bounds(), {"child": 0}, 0),
        (CALM, Bounds(), {}, 0),
    ],
)
def test_who_wins(result, bounds, how, expected):
    assert code(result, bounds, **how) == expected


def test_a_reached_level_is_0_whatever_the_gate_says():
    bounds = Bounds(until_level=Level.HIGH)
    assert code(outcome(moment(81), fail_on=Level.MODERATE, bounds=bounds), bounds) == 0


@given(st.lists(st.none() | st.integers(0, 200), min_size=1), st.sampled_from(Level))
def test_the_code_depends_on_what_was_seen_and_not_on_its_order(uses, fail_on):
    moments = [moment(used) for used in uses]
    assert code(outcome(*moments, fail_on=fail_on)) == code(outcome(*reversed(moments), fail_on=fail_on))


def test_rules_that_are_read_again_may_begin_to_count_and_what_was_seen_stays():
    before = outcome(moment(10), moment(70), fail_on=Level.HIGH)
    after = before.heeding(True)
    assert after.gate == before.gate._replace(heeds_alerts=True) and after.reported == 2
    assert after.heeding(True) is after and after.heeding(False) == before


def gone(budget=None):
    """A reading of a program that has ended, and that nobody has waited for."""
    limits = (Memory(source=HOST, used_bytes=10, limit_bytes=100),)
    if budget is not None:
        limits = (Memory(source=BUDGET, used_bytes=None, limit_bytes=budget), *limits)
    target, scope = Target(used_bytes=0, used_is_rss=False, processes=0), Scope(kind="command", name="true")
    sample = moment().sample._replace(limits=limits, target=target, scope=scope)
    return Moment(sample=sample, verdict=step(State(), sample, Edges())[1])


def test_a_budget_of_a_program_that_nobody_read_is_unknown_and_not_kept():
    for fail_on in (None, Level.MODERATE):
        result = outcome(gone(budget=50), fail_on=fail_on)
        assert (result.budget_unread, code(result), code(result, child=7)) == (True, 3, 7)
    full = gone(budget=50)._replace(verdict=moment(90).verdict)
    assert code(outcome(full, fail_on=Level.HIGH)) == 1  # a breach of the machine is known


def test_a_program_that_was_read_before_its_end_is_judged_by_those_readings():
    result = outcome(moment(target=7, budget=50), gone(budget=50), gone(budget=50), fail_on=Level.HIGH)
    assert (result.budget_unread, result.gate.unknown, code(result)) == (False, False, 0)


@pytest.mark.parametrize(
    ("largest", "peak", "worst", "ends"),
    [
        (None, 7, Level.NORMAL, 0),
        (7, 7, Level.NORMAL, 0),
        (19, 19, Level.NORMAL, 0),
        (20, 20, Level.MODERATE, 0),
        (31, 31, Level.HIGH, 1),
        (50, 50, Level.CRITICAL, 1),
        (51, 51, Level.CRITICAL, 1),
    ],
)
def test_the_largest_process_tells_of_a_use_between_the_readings(largest, peak, worst, ends):
    result = outcome(moment(target=7, budget=50), fail_on=Level.HIGH).with_largest(largest, 50, Edges())
    assert (result.peak_target_bytes, result.gate.worst, code(result)) == (peak, worst, ends)
    never = outcome(moment(target=7, budget=50)).with_largest(largest, 50, Edges())
    assert (never.over_budget, code(never)) == (largest == 51, int(largest == 51))


def test_the_largest_process_is_a_reading_of_a_program_that_nobody_read():
    result = outcome(gone(budget=50)).with_largest(19, 50, Edges())
    assert (result.budget_unread, result.peak_target_bytes, code(result)) == (False, 19, 0)
    assert outcome(gone()).with_largest(19, None, Edges()).peak_target_bytes == 19
    assert code(outcome(gone(budget=50)).with_largest(None, 50, Edges())) == 3
