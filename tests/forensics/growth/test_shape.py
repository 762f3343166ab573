"""The judge of one series: leaks still grow at the end; collections, caches that fill, and noise do not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.growth import shape
from mnemo_cli.forensics.growth.shape import swings_of
from tests.forensics.growth.made import drawn, points

NOISE = random.Random(7)
LEVEL = 100_000


def noisy(formula, amplitude):
    return [value + NOISE.uniform(-amplitude, amplitude) for value in drawn(formula)]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (drawn(lambda at: LEVEL), ("flat", False)),
        (drawn(lambda at: 0), ("flat", False)),
        (noisy(lambda at: LEVEL, 200), ("flat", False)),
        (drawn(lambda at: LEVEL + 100 * at), ("steady", True)),
        (noisy(lambda at: LEVEL + 100 * at, 60), ("steady", True)),
        (drawn(lambda at: LEVEL + 3 * at), ("steady", True)),
        (drawn(lambda at: LEVEL + 500 * (at // 5)), ("stepped", True)),
        (drawn(lambda at: LEVEL + 5000 * (at // 7)), ("stepped", True)),
        (drawn(lambda at: LEVEL - 100 * at), ("steady", False)),
        (drawn(lambda at: LEVEL + 9000 * (at % 12)), ("sawtooth", False)),
        (drawn(lambda at: LEVEL + 9000 * (at % 23)), ("sawtooth", False)),
        (noisy(lambda at: LEVEL + 9000 * (at % 8), 4000), ("sawtooth", False)),
        (drawn(lambda at: LEVEL + 9000 * (at % 10) + 1000 * at), ("sawtooth", True)),
        (drawn(lambda at: LEVEL + 9000 * min(at, 20)), ("flat", False)),
        (drawn(lambda at: LEVEL + 9000 * min(at, 40)), ("flat", False)),
        (noisy(lambda at: LEVEL + 9000 * min(at, 45), 1000), ("flat", False)),
        (drawn(lambda at: LEVEL * (1 - 0.9**at)), ("flat", False)),
        (drawn(lambda at: LEVEL if at < 30 else 2 * LEVEL), ("flat", False)),
        (drawn(lambda at: LEVEL if at < 50 else 2 * LEVEL), ("stepped", False)),
        (drawn(lambda at: 2 * LEVEL if at < 30 else LEVEL), ("flat", False)),
        (drawn(lambda at: LEVEL + 100 * max(0, at - 20)), ("steady", True)),
        (drawn(lambda at: 9 * LEVEL if at == 30 else LEVEL), ("flat", False)),
        (drawn(lambda at: 9 * LEVEL if at == 60 else LEVEL), ("flat", False)),
        (drawn(lambda at: LEVEL + 9000 * min(at, 30) + (30000 if at == 60 else 0)), ("flat", False)),
        (drawn(lambda at: 3 + (at >= 20)), ("flat", False)),
    ],
)  # fmt: skip
def test_each_shape_is_told(values, found):
    trend = shape(points(values))
    assert (trend.shape, trend.grows) == found


def test_a_cache_that_fills_says_when_it_stopped_and_moves_no_more():
    trend = shape(points(drawn(lambda at: LEVEL + 9000 * min(at, 30))))
    assert trend.stopped_seconds == pytest.approx(30, abs=4)
    assert trend.rate_per_second == 0 and trend.rise == pytest.approx(9000 * 30, rel=0.1)


def test_the_rate_of_a_ramp_is_its_slope_whatever_one_reading_says():
    values = drawn(lambda at: LEVEL + 100 * at)
    values[30] *= 5
    trend = shape(points(values))
    assert trend.rate_per_second == pytest.approx(100) and trend.low_per_second <= 100 <= trend.high_per_second


def test_a_rise_that_began_later_says_when():
    trend = shape(points(drawn(lambda at: LEVEL + 100 * max(0, at - 20))))
    assert trend.since_seconds == pytest.approx(20, abs=3)


def test_what_stays_after_each_collection_gives_the_rate_of_a_sawtooth():
    trend = shape(points(drawn(lambda at: LEVEL + 9000 * (at % 10) + 1000 * at)))
    assert trend.rate_per_second == pytest.approx(1000, rel=0.05)


@pytest.mark.parametrize("values", [[], [5], [5, 9], [5, 6, 7, 8]])
def test_too_few_readings_never_grow(values):
    trend = shape(tuple((float(at), float(value)) for at, value in enumerate(values)))
    assert not trend.grows and trend.rate_per_second == 0


def test_a_swing_is_from_the_highest_point_to_the_lowest_before_the_next_rise():
    found = swings_of(points([0, 5, 9, 8, 2, 1, 7, 3], seconds=7), least=4)
    assert found == [((2, 9), (5, 1)), ((6, 7), (7, 3))]


SERIES = st.lists(st.integers(0, 1 << 40), min_size=5, max_size=61)


@given(SERIES, st.integers(1, 12))
def test_the_judgement_is_the_same_in_every_unit(values, power):
    small, large = shape(points(values)), shape(points([value << power for value in values]))
    assert (small.shape, small.grows, small.since_seconds) == (large.shape, large.grows, large.since_seconds)
    assert large.rise == small.rise * 2**power and large.rate_per_second == small.rate_per_second * 2**power


@given(SERIES)
def test_a_rate_lies_in_its_band_and_what_grows_has_risen(values):
    trend = shape(points(values))
    assert trend.low_per_second <= trend.rate_per_second <= trend.high_per_second
    assert not trend.grows or (trend.rise > 0 and trend.rate_per_second > 0)


@given(st.integers(12, 61), st.integers(0, 1 << 40), st.integers(1, 1 << 30), st.data())
def test_a_ramp_always_grows(count, level, step, data):
    """With noise of a fifth of its step."""
    noise = data.draw(st.lists(st.floats(0, 0.2 * step), min_size=count, max_size=count))
    trend = shape(points([level + step * at + noise[at] for at in range(count)]))
    assert trend.grows and trend.shape == "steady"


@given(st.integers(20, 61), st.integers(1, 1 << 40), st.floats(0.2, 0.6), st.integers(1, 1 << 40))
def test_what_has_stopped_never_grows(count, level, share, rise):
    full = max(2, int(share * count))
    trend = shape(points([level + rise * min(at, full) / full for at in range(count)]))
    assert not trend.grows


@given(st.integers(3, 20), st.integers(0, 1 << 40), st.integers(1, 1 << 30), st.integers(0, 20))
def test_a_sawtooth_never_grows(period, level, step, start):
    """Whatever its period and phase: three collections in the time at least."""
    trend = shape(points(drawn(lambda at: level + step * ((at + start) % period))))
    assert not trend.grows
