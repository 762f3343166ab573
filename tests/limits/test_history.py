"""The memory of how use went: bounded, thinned evenly, deaf to single outliers, and with the collections in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.history import WINDOW_SECONDS, History

MIB = 2**20


def history_of(values, interval_seconds=1.0):
    history = History()
    for position, value in enumerate(values):
        history = history.with_point(position * interval_seconds, value)
    return history


def saw(period, count, low=100 * MIB, high=300 * MIB):
    return [low + (high - low) * (position % period) // (period - 1) for position in range(period * count)]


@pytest.mark.parametrize("interval_seconds", [0.05, 0.3, 1.0, 5.0, 30.0])
def test_points_stay_few_and_come_to_span_the_window(interval_seconds):
    history, most = History(), 0
    for position in range(int(1000 / interval_seconds)):
        history = history.with_point(position * interval_seconds, position)
        most = max(most, len(history.points))
    assert most <= 61
    span = history.points[-1][0] - history.points[0][0]
    assert WINDOW_SECONDS * 0.9 - interval_seconds <= span <= WINDOW_SECONDS
    steps = [later[0] - earlier[0] for earlier, later in zip(history.points, history.points[1:], strict=False)]
    assert max(steps) <= max(steps[-3:]) * 2.1


@given(
    st.lists(st.tuples(st.floats(-5, 100), st.integers(0, 2**50)), max_size=200),
)
def test_the_history_is_bounded_and_in_order_whatever_comes(readings):
    history, clock_seconds = History(), 0.0
    for step_seconds, value in readings:
        clock_seconds += step_seconds
        history = history.with_point(clock_seconds, value)
        times = [time for time, _ in history.points]
        assert times == sorted(set(times))
        assert len(times) <= 61
        assert not times or times[-1] - times[0] <= WINDOW_SECONDS
        assert len(history.cycles) <= 16
        assert all(cycle.peak[0] < cycle.trough[0] and cycle.fall_bytes > 0 for cycle in history.cycles)
        assert all(cycle.began_seconds <= cycle.peak[0] for cycle in history.cycles)


@pytest.mark.parametrize("clock_seconds", [9.0, 8.0, -1.0])
def test_a_reading_that_is_not_later_is_left_out(clock_seconds):
    history = history_of(range(10))
    assert history.with_point(clock_seconds, 10**9) == history


@pytest.mark.parametrize("outlier", [0, 10**12])
@pytest.mark.parametrize("position", [0, 1, 20, 39])
def test_a_single_outlier_becomes_neither_a_point_nor_a_cycle(outlier, position):
    values = [1000 + second for second in range(40)]
    values[position] = outlier
    history = history_of([*values, 1040, 1041])
    assert all(1000 <= value <= 1041 for time, value in history.points if time > 1)
    assert not [cycle for cycle in history.cycles if cycle.peak[0] > 1]


def test_a_sawtooth_leaves_its_peaks_and_troughs():
    history = history_of(saw(20, 4))
    assert [round(cycle.peak[0]) % 20 for cycle in history.cycles] == [0, 0, 0]
    assert [round(cycle.trough[0]) % 20 for cycle in history.cycles] == [1, 1, 1]  # a reading late: the middle of three
    assert all(cycle.fall_bytes > 170 * MIB for cycle in history.cycles)
    assert [cycle.seconds for cycle in history.cycles[1:]] == [20, 20]
    assert not history.falling


def test_while_use_falls_the_last_trough_is_not_settled():
    falling = history_of([*range(0, 1000, 10), 900, 800, 700, 600])
    assert falling.falling
    turned = history_of([*range(0, 1000, 10), 900, 800, 700, 600, 650, 700, 750, 800])
    assert not turned.falling
    assert turned.cycles[-1].trough[1] == pytest.approx(650, abs=50)


def test_a_pause_in_a_long_fall_does_not_part_it():
    history = history_of([*range(0, 1000, 5), *range(1000, 700, -5), *range(700, 760, 5), *range(760, 100, -5)])
    (cycle,) = history.cycles
    assert (cycle.peak[1], cycle.trough[1]) == (pytest.approx(1000, abs=5), pytest.approx(105, abs=5))


def test_small_falls_are_forgotten_beside_a_large_one():
    small = [value for start in range(0, 1000, 100) for value in (*range(start, start + 120, 10), start + 100)]
    history = history_of([*small, *range(1000, 3000, 10), 100, 100, 100])
    assert len(history.cycles) == 1
    assert history.cycles[0].began_seconds < 10
    assert history.cycles[0].seconds > 300


def test_cycles_are_kept_for_longer_than_the_window():
    history = history_of([*saw(700, 1), *saw(700, 1)[:600]])
    assert history.points[0][0] > history.cycles[-1].trough[0]
    assert len(history.cycles) == 1


def test_cycles_are_forgotten_when_twice_the_longest_went_by_without_another():
    spike = [*range(0, 10_000, 500), 1000, 1000]
    assert history_of([*spike, *[1000] * 290]).cycles
    forgotten = history_of([*spike, *[1000] * 330])
    assert not forgotten.cycles
    assert forgotten.began_seconds == 21


def test_where_the_clock_began_changes_nothing_but_the_times():
    early, late = History(), History()
    for second, value in enumerate(saw(40, 10)):
        early, late = early.with_point(second, value), late.with_point(2**20 + second, value)
    assert late.points == tuple((2**20 + second, value) for second, value in early.points)
    assert [cycle.seconds for cycle in late.cycles] == [cycle.seconds for cycle in early.cycles]


def test_a_reading_of_ages_ago_is_not_remembered():
    history = history_of(saw(20, 3)).with_point(100_000.0, 5)
    assert [time for time, _ in history.points] == [100_000.0]
    assert history.cycles == ()
