"""A recording reduced to points: few enough to draw, with every peak, every limit and every gap."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED, Event
from mnemo_cli.output.plot.gathered import TOP_PROCESSES
from tests.output.plot.builders import gathered, many, moments, process, with_events

# More than a picture has points for.
MANY = 4_000


def test_few_samples_are_all_points():
    found = gathered(moments(1, None, 3))
    assert [point.used_bytes for point in found.points] == [1, None, 3]
    assert found.samples == 3 and found.processes == ()


def test_nothing_gathered_is_nothing():
    assert gathered([]) is None


@given(st.integers(0, MANY - 1), st.integers(0, MANY - 1))
@settings(max_examples=10, deadline=None)
def test_of_many_samples_the_highest_and_the_lowest_are_points(peak, trough):
    used = [500] * MANY
    used[trough], used[peak] = 1, 999
    found = gathered(many(*used))
    assert len(found.points) < MANY / 2
    assert found.peak.used_bytes == 999
    assert trough == peak or min(point.used_bytes for point in found.points) == 1


def test_both_sides_of_a_change_of_the_limit_are_points():
    found = gathered(many(*[500] * MANY, limit_bytes=lambda position: 1000 if position < 3321 else 600))
    times = [point.time_seconds - found.points[0].time_seconds for point in found.points]
    assert {3320.0, 3321.0} <= set(times)
    assert [point.limit_bytes for point in found.points][times.index(3320.0) :][:2] == [1000, 600]


def test_unlimited_and_unknown_stay_apart():
    found = gathered(moments(5, 5, 5, limit_bytes=lambda position: (UNLIMITED, None, 10)[position]))
    assert [point.limit_bytes for point in found.points] == [UNLIMITED, None, 10]


def test_after_a_gap_a_point_says_so():
    early, late = list(moments(1, 2, 3)), list(moments(4, 5, start_seconds=1_700_000_100.0))
    assert [point.is_after_gap for point in gathered(early + late).points] == [False, False, False, True, False]


def test_a_slow_recording_has_no_gaps():
    assert not any(point.is_after_gap for point in gathered(moments(1, 2, 3, spacing_seconds=30.0)).points)


def test_the_processes_that_used_most_come_first_and_the_others_are_added_up():
    def rows(position):
        return [process(pid, pid * 10) for pid in range(1, TOP_PROCESSES + 4)]

    found = gathered(moments(500, 500, processes=rows))
    assert [use.pid for use in found.processes] == [11, 10, 9, 8, 7, 6, 5, 4, None]
    assert found.processes[-1].name == "3 others"
    assert found.processes[-1].used_bytes == (60, 60)


def test_a_process_that_was_not_recorded_is_unknown_there_and_not_0():
    found = gathered(moments(1, 1, 1, processes=lambda position: [process(7, 10)] if position == 1 else []))
    assert found.processes[0].used_bytes == (None, 10, None)


def test_a_pid_that_was_used_again_is_another_process():
    again = [process(7, 10), process(7, 20)._replace(started=99)]
    found = gathered(moments(1, 1, processes=lambda position: [again[position]]))
    assert [use.used_bytes for use in found.processes] == [(None, 20), (10, None)]


def test_rss_stands_in_for_a_pss_that_is_unknown_and_says_so():
    rows = [process(7, 10, pss=False), process(8, 5), process(9, None)]
    found = gathered(moments(1, processes=lambda position: rows))
    assert [(use.pid, use.is_rss, use.used_bytes) for use in found.processes] == [(7, True, (10,)), (8, False, (5,))]


def test_events_come_in_the_order_of_their_times_those_between_samples_too():
    first, second = moments(1, 2)
    marks = [Event(time_seconds, "mark", None, "m") for time_seconds in (3.0, 2.0)]
    between = with_events(first._replace(reported=False), marks[1])
    found = gathered([with_events(first), between, with_events(second, marks[0])])
    assert [event.time_seconds for event in found.events] == [2.0, 3.0]
    assert found.samples == 2
