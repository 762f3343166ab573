"""The time to the limit: right for steady growth, silent for everything that only looks like it."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.forecast import forecast, slope_band
from mnemo_cli.limits.history import History
from mnemo_cli.model import UNLIMITED, Forecast

MIB = 2**20
GIB = 2**30
LIMIT = 8 * GIB


def after(course, seconds, interval_seconds=1.0):
    """The history of a course of use, sampled for so long."""
    history = History()
    for position in range(round(seconds / interval_seconds) + 1):
        history = history.with_point(position * interval_seconds, max(0, round(course(position * interval_seconds))))
    return history


def finite_forecasts(course, seconds, *, since=0.0, limit_bytes=LIMIT):
    """(seconds, forecast) of every seventh second at which a time to the limit is told."""
    history, told = History(), []
    for second in range(int(seconds)):
        history = history.with_point(second, max(0, round(course(second))))
        if second % 7 == 0 and second >= since:
            found = forecast(history, limit_bytes - round(course(second)))
            if found is not None and found.seconds_to_limit is not UNLIMITED:
                told.append((second, found))
    return told


def noisy(course, amplitude, seed=1):
    noise = Random(seed)
    return lambda second: course(second) + noise.gauss(0, amplitude)


def line(growth, start=500 * MIB):
    return lambda second: start + growth * second


def saw(period, duty, amplitude=200 * MIB, leak=0.0):
    """Up for `duty` of the period and down for the rest, and `leak` bytes more after each period."""

    def course(second):
        phase = (second % period) / period
        height = phase / duty if phase < duty else (1 - phase) / (1 - duty)
        return 500 * MIB + amplitude * height + leak * second / period

    return course


@pytest.mark.parametrize("growth", [MIB, 10 * MIB, 200 * MIB])
@pytest.mark.parametrize("interval_seconds", [0.2, 1.0, 10.0, 30.0])
def test_steady_growth_reaches_the_limit_when_it_says(growth, interval_seconds):
    found = forecast(after(line(growth), 350, interval_seconds), 2 * GIB)
    assert found.seconds_to_limit == pytest.approx(2 * GIB / growth, rel=0.01)
    assert found.growth_bytes_per_second == pytest.approx(growth, rel=0.01)
    assert found.low_seconds <= found.seconds_to_limit <= found.high_seconds
    assert 0 < found.window_seconds <= 300


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("noise", [5 * MIB, 30 * MIB])
def test_noise_widens_the_band_and_the_truth_is_in_it(seed, noise):
    found = forecast(after(noisy(line(2 * MIB), noise, seed), 300), 2 * GIB)
    assert found.seconds_to_limit == pytest.approx(1024, rel=0.15)
    assert 0.85 * found.low_seconds <= 1024 <= 1.15 * found.high_seconds
    assert found.low_seconds < found.seconds_to_limit < found.high_seconds


@pytest.mark.parametrize("seed", range(5))
def test_a_leak_that_begins_is_told_within_two_minutes(seed):
    course = noisy(lambda second: 500 * MIB + max(0, second - 600) * 2 * MIB, MIB, seed)
    told = finite_forecasts(course, 900)
    assert 600 < told[0][0] <= 720
    assert told[-1][1].growth_bytes_per_second == pytest.approx(2 * MIB, rel=0.05)


@pytest.mark.parametrize("doubling_seconds", [20, 60])
def test_growth_that_grows_is_told(doubling_seconds):
    told = finite_forecasts(lambda second: 10 * MIB * 2 ** (second / doubling_seconds), 9 * doubling_seconds)
    assert told[-1][0] >= 9 * doubling_seconds - 14


@pytest.mark.parametrize(
    "course",
    [
        lambda _: 500 * MIB,
        lambda _: 0,
        line(-MIB, GIB),
        lambda second: GIB * math.exp(-second / 60),
        lambda second: 500 * MIB + 100 * MIB * math.sin(second / 20),
        lambda second: 500 * MIB + 100 * MIB * (second % 2),
    ],
    ids=["flat", "nothing", "shrinking", "fading", "waves", "alternating"],
)
def test_without_growth_the_limit_is_never_reached(course):
    told = finite_forecasts(course, 900, since=60)
    assert told == []
    found = forecast(after(course, 60), GIB)
    assert (found.seconds_to_limit, found.low_seconds, found.high_seconds) == (UNLIMITED,) * 3


@pytest.mark.parametrize("seed", range(12))
def test_noise_alone_is_no_growth(seed):
    assert finite_forecasts(noisy(lambda _: 500 * MIB, 10 * MIB, seed), 900) == []


@pytest.mark.parametrize("outlier", [0, 7 * GIB])
@pytest.mark.parametrize("at", [5, 60, 150, 298])
def test_one_outlier_does_not_matter(outlier, at):
    told = forecast(after(lambda second: outlier if second == at else line(2 * MIB)(second), 300), 2 * GIB)
    assert told.seconds_to_limit == pytest.approx(1024, rel=0.02)
    quiet = after(lambda second: outlier if second == at else 500 * MIB, 300)
    assert forecast(quiet, 2 * GIB).seconds_to_limit is UNLIMITED


@pytest.mark.parametrize("noise", [0, MIB // 4, 4 * MIB])
@pytest.mark.parametrize("step_at", [30, 100, 400])
def test_a_step_that_is_over_is_no_growth(step_at, noise):
    course = noisy(lambda second: 500 * MIB + (300 * MIB if second >= step_at else 0), noise, seed=step_at)
    assert finite_forecasts(course, step_at + 600, since=step_at + 60) == []


@pytest.mark.parametrize("duty", [0.98, 0.9, 0.7, 0.5, 0.2])
@pytest.mark.parametrize("period", [3, 7, 10, 30, 60, 150, 299, 400, 1000])
def test_a_collectors_sawtooth_gives_no_forecast_after_its_first_collection(period, duty):
    course = noisy(saw(period, duty), 0.03 * 200 * MIB, seed=period)
    assert finite_forecasts(course, max(600, 3 * period), since=period + 10) == []


def test_a_sawtooth_is_not_mistaken_before_its_first_collection_either_way():
    """Nobody can tell the first rise from a leak: it is told, and withdrawn at the collection."""
    told = finite_forecasts(saw(200, 0.98), 600)
    assert {second for second, _ in told} <= set(range(200))
    assert told


def test_sawteeth_of_uneven_length_and_height_give_no_forecast():
    chance, teeth, begin = Random(5), [], 0.0
    while begin < 1800:
        length, height = chance.uniform(20, 120), chance.uniform(150, 250) * MIB
        teeth.append((begin, length, height))
        begin += length

    def course(second):
        begin, length, height = next(tooth for tooth in reversed(teeth) if tooth[0] <= second)
        return 500 * MIB + height * (second - begin) / length

    assert finite_forecasts(course, 1800, since=130) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("period", [5, 20, 60])
def test_rising_troughs_are_a_leak_under_the_collector(period, seed):
    leak = 40 * MIB  # a fifth of a tooth in each period
    told = finite_forecasts(noisy(saw(period, 0.9, leak=leak), 2 * MIB, seed), 12 * period + 60)
    late = [found.growth_bytes_per_second * period / leak for second, found in told if second > 7 * period]
    assert late
    assert sorted(late)[len(late) // 2] == pytest.approx(1.0, rel=0.15)


def test_a_collection_that_goes_below_the_trough_before_ends_the_leak_at_once():
    leaking, history = saw(20, 0.9, leak=40 * MIB), History()
    for second in range(238):
        history = history.with_point(second, round(leaking(second)))
    assert forecast(history, GIB).seconds_to_limit is not UNLIMITED
    for second in range(238, 241):
        history = history.with_point(second, 600 * MIB)
    assert history.falling
    assert forecast(history, GIB).seconds_to_limit is UNLIMITED


def test_growth_beyond_every_earlier_peak_is_a_leak_again():
    def course(second):
        return saw(40, 0.9)(second) if second < 200 else 500 * MIB + (second - 200) * 5 * MIB

    told = finite_forecasts(course, 330)
    assert told[-1][0] >= 320
    assert told[-1][1].growth_bytes_per_second == pytest.approx(5 * MIB, rel=0.05)
    assert all(second < 40 or second > 200 + 200 / 5 for second, _ in told)


def test_an_old_spike_does_not_hide_a_leak_for_long():
    def course(second):
        if second < 20:
            return 500 * MIB + second * 100 * MIB
        return 500 * MIB + (second - 20) * MIB

    told = [second for second, _ in finite_forecasts(course, 600, limit_bytes=4 * GIB) if second > 20]
    assert told
    assert told[0] < 400


@pytest.mark.parametrize("count", range(8))
def test_too_few_readings_tell_nothing(count):
    history = History()
    for second in range(count):
        history = history.with_point(second, second * MIB)
    assert forecast(history, GIB) is None
    assert isinstance(forecast(history.with_point(8, 8 * MIB).with_point(9, 9 * MIB), GIB), Forecast | None)


def test_eight_readings_are_enough():
    assert forecast(after(line(MIB), 7), 70 * MIB).seconds_to_limit == pytest.approx(70)


@pytest.mark.parametrize("headroom_bytes", [0, -5 * GIB])
def test_a_limit_that_is_reached_is_zero_seconds_away(headroom_bytes):
    found = forecast(after(line(MIB), 60), headroom_bytes)
    assert (found.low_seconds, found.seconds_to_limit, found.high_seconds) == (0, 0, 0)


def test_where_there_is_no_limit_growth_never_reaches_it():
    found = forecast(after(line(MIB), 60), UNLIMITED)
    assert found.seconds_to_limit is UNLIMITED
    assert found.growth_bytes_per_second == pytest.approx(MIB)


@pytest.mark.parametrize(("seconds", "told"), [(29_000, True), (31_000, False)])
def test_five_minutes_say_nothing_about_next_week(seconds, told):
    history = after(line(MIB), 400)
    window = history.points[-1][0] - history.points[0][0]
    found = forecast(history, round(seconds / 300 * window) * MIB)
    assert (found.seconds_to_limit is not UNLIMITED) == told


def test_the_ends_of_the_band_are_those_of_kendalls_statistic():
    """Twenty points: 190 slopes, and 1.645 × √(20 × 19 × 45 / 18) = 50.7 of them are in each half of the band."""
    points = [(float(at), float(at**3)) for at in range(20)]
    slopes = sorted((second**3 - first**3) / (second - first) for second in range(20) for first in range(second))
    assert slope_band(points) == (slopes[69], (slopes[94] + slopes[95]) / 2, slopes[120])
    assert slope_band([(0.0, 0.0), (1.0, 1.0), (3.0, 9.0)])[1] == 3.0


@pytest.mark.parametrize("began_seconds", [0, 1_000_000])
def test_troughs_that_rise_by_less_than_noise_are_no_leak_whenever_the_clock_began(began_seconds):
    course, history = saw(20, 0.9, leak=MIB), History()
    for second in range(290):
        history = history.with_point(began_seconds + second, round(course(second)))
    assert len(history.cycles) > 10
    assert forecast(history, GIB).seconds_to_limit is UNLIMITED


def test_the_band_holds_nine_of_ten_true_slopes():
    hits = 0
    for seed in range(200):
        chance = Random(seed)
        low, middle, high = slope_band([(float(second), second + chance.gauss(0, 5)) for second in range(30)])
        assert low <= middle <= high
        hits += low <= 1 <= high
    assert 170 <= hits <= 195


@given(st.lists(st.integers(0, 2**50), min_size=2, max_size=30))
def test_the_band_is_always_in_order(values):
    low, middle, high = slope_band([(float(second), float(value)) for second, value in enumerate(values)])
    assert low <= middle <= high


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=120), st.integers(-(2**62), 2**62))
def test_any_course_gives_a_forecast_in_order_and_finite(values, headroom_bytes):
    history = History()
    for second, value in enumerate(values):
        history = history.with_point(second, value)
    found = forecast(history, headroom_bytes)
    assert (found is None) == (len(values) < 8)
    if found is not None and found.seconds_to_limit is not UNLIMITED:
        assert 0 <= found.low_seconds <= found.seconds_to_limit <= found.high_seconds < math.inf
        assert found.growth_bytes_per_second > 0


def test_the_cost_stays_within_sixty_points_squared(monkeypatch):
    """Counted in pairs of points: all of them, and at most three times a part of at most half."""
    pairs = []
    monkeypatch.setattr(
        "mnemo_cli.limits.forecast.slope_band",
        lambda points: pairs.append(len(points) * (len(points) - 1) // 2) or slope_band(points),
    )
    for second in range(60, 400):
        pairs.clear()
        forecast(after(noisy(line(MIB), 50 * MIB), second) if second % 50 == 0 else after(line(MIB), 60), GIB)
        assert 0 < sum(pairs) <= 2 * 61 * 60 // 2
