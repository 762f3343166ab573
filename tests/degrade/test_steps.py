"""Which step a reading leads to: edges from every side, forecasts and PSI, what is unknown, the latch, noise."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.reading import Reading
from mnemo_cli.degrade.steps import Ladder, Step, Transition
from mnemo_cli.limits.levels import Edges

NORMAL, MODERATE, HIGH, CRITICAL, EMERGENCY = Step
NEVER = math.inf


def reading(
    used_ratio: float | None,
    at: float = 0.0,
    *,
    forecast: float | None = NEVER,
    stalled: float | None = 0.0,
    at_least: float | None = None,
) -> Reading:
    return Reading(at, used_ratio, forecast, stalled, at_least)


def climbed(*used: float | None, ladder: Ladder | None = None) -> Ladder:
    """The ladder after these uses, one a second."""
    ladder = Ladder() if ladder is None else ladder
    for second, ratio in enumerate(used):
        ladder, _ = ladder.after(reading(ratio, second))
    return ladder


def steps_of(ladder: Ladder, readings: list[Reading]) -> list[Step]:
    steps = []
    for one in readings:
        ladder, _ = ladder.after(one)
        steps.append(ladder.step)
    return steps


@pytest.mark.parametrize(
    ("used", "step"),
    [
        ([0.3999], NORMAL),
        ([0.40], MODERATE),
        ([0.60], MODERATE),
        ([0.6001], HIGH),
        ([0.80, 0.80, 0.80], HIGH),
        ([0.8001], HIGH),
        ([0.8001, 0.8001], CRITICAL),
        ([0.8999, 0.79, 0.8999], HIGH),
        ([0.8999], HIGH),
        ([0.90], CRITICAL),
        ([0.9499], CRITICAL),
        ([0.95], EMERGENCY),
        ([1.7], EMERGENCY),
    ],
)
def test_a_step_is_entered_at_its_edge(used, step):
    assert climbed(*used).step is step


@pytest.mark.parametrize(
    ("used", "step"),
    [
        ([0.50, 0.35], MODERATE),
        ([0.50, 0.3499], NORMAL),
        ([0.70, 0.55], HIGH),
        ([0.70, 0.5499], MODERATE),
        ([0.97, 0.90], EMERGENCY),
        ([0.97, 0.8999], CRITICAL),
        ([0.97, 0.10, 0.10, 0.10], CRITICAL),
    ],
)
def test_a_step_is_left_below_its_edge_minus_the_margin(used, step):
    assert climbed(*used).step is step


def test_up_is_at_once_and_tells_every_rung_in_order():
    _, passed = Ladder().after(reading(0.96))
    assert passed == tuple(map(Transition, Step, list(Step)[1:]))
    assert all(rung.is_up for rung in passed)


def test_down_is_one_step_at_a_time():
    ladder = climbed(0.70)
    ladder, passed = ladder.after(reading(0.01))
    assert passed == (Transition(HIGH, MODERATE),) and not passed[0].is_up
    assert ladder.after(reading(0.01))[1] == (Transition(MODERATE, NORMAL),)


def test_the_edges_are_configurable_and_the_upper_ones_follow_critical():
    edges = StepEdges.of(Edges(moderate_ratio=0.2, high_ratio=0.3, critical_ratio=0.6, release_margin_ratio=0.1))
    assert (edges.at_once_ratio, edges.emergency_ratio, edges.resume_ratio) == (0.8, 0.9, 0.5)
    assert climbed(0.61, 0.61, ladder=Ladder(edges=edges)).step is CRITICAL
    assert StepEdges.of(Edges()) == StepEdges()


@pytest.mark.parametrize(
    "wrong",
    [
        {"moderate_ratio": 0.7},
        {"critical_ratio": 0.91},
        {"emergency_ratio": 1.01},
        {"emergency_ratio": 0.89},
        {"release_margin_ratio": 0.4},
        {"release_margin_ratio": -0.1},
        {"resume_ratio": 0.81},
        {"moderate_ratio": 0.0},
    ],
)
def test_edges_that_do_not_rise_are_refused(wrong):
    with pytest.raises(ValueError, match=r"steps must rise|release margin|critical is left"):
        StepEdges(**wrong)


@pytest.mark.parametrize(("seconds", "step"), [(119.9, HIGH), (120.0, NORMAL), (None, NORMAL), (NEVER, NORMAL)])
def test_a_near_forecast_leads_to_high_whatever_is_used(seconds, step):
    assert Ladder().after(reading(0.2, forecast=seconds))[0].step is step


def test_high_by_forecast_is_left_only_when_the_limit_is_known_to_be_twice_as_far():
    ladder, _ = Ladder().after(reading(0.2, forecast=60))
    readings = [reading(0.2, forecast=seconds) for seconds in (130, None, 239.9, 240)]
    assert steps_of(ladder, readings) == [HIGH, HIGH, HIGH, MODERATE]


@pytest.mark.parametrize(
    ("used", "stalled", "step"),
    [(0.81, 0.11, "pressure"), (0.81, 0.10, None), (0.79, 0.5, None), (0.81, None, None)],
)
def test_pressure_counts_where_headroom_is_scarce(used, stalled, step):
    ladder, _ = Ladder().after(reading(used, stalled=stalled))
    assert ("pressure" in ladder.causes) == (step is not None)


def test_high_by_pressure_is_left_when_it_is_half_or_there_is_room():
    edges = StepEdges(moderate_ratio=0.8, high_ratio=0.85, critical_ratio=0.9, at_once_ratio=0.95)
    ladder, _ = Ladder(edges=edges).after(reading(0.81, stalled=0.2))
    assert ladder.step is HIGH
    held = [reading(0.79, stalled=0.06), reading(0.79, stalled=None), reading(0.79, stalled=0.05)]
    assert steps_of(ladder, held) == [HIGH, HIGH, MODERATE]
    assert steps_of(ladder, [reading(0.74, stalled=0.2)]) == [MODERATE]


@pytest.mark.parametrize("used", [[0.50], [0.70], [0.85, 0.85], [0.97]])
def test_an_unknown_use_holds_the_step_and_says_which_reading_is_missing(used):
    ladder = climbed(*used)
    after, passed = ladder.after(reading(None, 60))
    assert (after.step, passed, after.unknown, after.is_blind) == (ladder.step, (), ("used_ratio",), True)
    assert not after.after(reading(0.3, 61))[0].is_blind


def test_an_unknown_use_does_not_hide_what_it_is_at_least_and_that_never_leads_down():
    ladder, _ = Ladder().after(reading(None, at_least=0.70))
    assert ladder.step is HIGH
    assert ladder.after(reading(None, at_least=0.10))[0].step is HIGH
    assert ladder.after(reading(0.10))[0].step is MODERATE


def test_an_unknown_reading_between_two_above_critical_breaks_nothing():
    assert climbed(0.85, None, 0.85).step is CRITICAL


def test_critical_that_may_resume_is_left_after_thirty_calm_seconds_in_a_row():
    ladder = climbed(0.92, ladder=Ladder(on_critical="resume"))
    calm = [reading(0.74, second) for second in range(10, 41)]
    assert steps_of(ladder, calm)[-2:] == [CRITICAL, HIGH]
    broken = [reading(0.75 if second == 25 else 0.74, second) for second in range(10, 56)]
    assert set(steps_of(ladder, broken)) == {CRITICAL}
    unknown = [reading(None if second == 25 else 0.74, second) for second in range(10, 56)]
    assert set(steps_of(ladder, unknown)) == {CRITICAL}


def test_critical_that_drains_is_never_left_by_a_reading():
    calm = [reading(0.01, 3600.0 * hour) for hour in range(1, 100)]
    assert set(steps_of(climbed(0.92), calm)) == {CRITICAL}


RATIOS = st.one_of(st.none(), st.floats(0, 1.2))
READINGS = st.lists(
    st.builds(
        lambda used, forecast, stalled, at_least: (used, forecast, stalled, at_least),
        RATIOS,
        st.one_of(st.none(), st.floats(0, 1000), st.just(NEVER)),
        st.one_of(st.none(), st.floats(0, 1)),
        RATIOS,
    ),
    max_size=60,
)


@given(READINGS, st.sampled_from(["drain", "resume"]))
def test_whatever_comes_rungs_are_passed_one_by_one_and_the_latch_holds(readings, on_critical):
    ladder, been_critical = Ladder(on_critical=on_critical), False
    for second, (used, forecast, stalled, at_least) in enumerate(readings):
        before = ladder
        ladder, passed = before.after(Reading(float(second), used, forecast, stalled, at_least))
        assert [before.step, *(rung.after for rung in passed)] == [*(rung.before for rung in passed), ladder.step]
        assert all(abs(rung.after - rung.before) == 1 for rung in passed)
        if ladder.step < before.step:
            assert len(passed) == 1 and used is not None
        if been_critical and on_critical == "drain":
            assert ladder.step >= CRITICAL
        been_critical = been_critical or ladder.step >= CRITICAL


@given(
    st.floats(0.0, 0.775),  # with the largest noise still below critical
    st.lists(st.floats(-0.0249, 0.0249), min_size=1, max_size=200),
)
def test_noise_smaller_than_the_margin_never_makes_a_step_go_back_and_forth(mean, noise):
    ladder, ups, downs = Ladder(), 0, 0
    for second, wobble in enumerate(noise):
        ladder, passed = ladder.after(reading(max(0.0, mean + wobble), second))
        ups += sum(rung.is_up for rung in passed)
        downs += sum(not rung.is_up for rung in passed)
    assert downs == 0 and ups <= 2


def transitions_in_an_hour(edges: StepEdges, seed: int) -> int:
    """A sample a second: use swings through all steps below critical three times, with noise of 1.2 points."""
    noise, ladder, count = random.Random(seed), Ladder(edges=edges), 0
    for second in range(3600):
        mean = 0.52 + 0.18 * math.sin(second / 1200 * 2 * math.pi)
        ladder, passed = ladder.after(reading(mean + noise.gauss(0, 0.012), second))
        count += len(passed)
    return count


@pytest.mark.parametrize("seed", range(10))
def test_the_margin_keeps_a_noisy_hour_below_thirty_transitions(seed):
    assert transitions_in_an_hour(StepEdges(), seed) <= 30
    assert transitions_in_an_hour(StepEdges(release_margin_ratio=0.0), seed) > 100
