"""A recording played: at its pace, whatever the speed, without waiting for its gaps, standing still when paused."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.recording.playing.player import FASTEST, LONGEST_WAIT_SECONDS, SLOWEST, Player
from tests.recording.playing.builders import moment_at


class Clock:
    """Counts: a wait takes exactly its time, unless somebody `wakes` it before."""

    def __init__(self, *, wakes_after=float("inf")):
        self.now = 1000.0
        self.stop_at = float("inf")
        self.wakes_after = wakes_after

    def unix_seconds(self):
        return self.now

    def seconds(self):
        return self.now

    def wait(self, seconds):
        self.now += min(seconds, self.wakes_after)
        return self.now < self.stop_at


def played(moments, clock, *, speed=1.0, paused=lambda: False):
    """(when, moment) of each that came, the end included."""
    began = clock.now
    player = Player(clock, speed=speed if callable(speed) else lambda: speed, is_paused=paused)
    return [(clock.now - began, moment) for moment in player.play(moments)]


def times(found):
    return [when for when, _ in found]


def texts(found):
    return [event.text for _, moment in found for event in moment.verdict.events]


def at(*seconds):
    return [moment_at(each) for each in seconds]


@pytest.mark.parametrize("speed", [0.1, 0.5, 1.0, 10.0, 1000.0])
def test_moments_come_as_far_apart_as_they_were_by_the_speed(speed):
    found = played(at(0, 1, 3, 4), Clock(), speed=speed)
    assert times(found)[:4] == pytest.approx([0, 1 / speed, 3 / speed, 4 / speed])


@given(st.lists(st.floats(0.0, 4.0), max_size=20), st.floats(SLOWEST, FASTEST), st.floats(0.01, 1.0))
def test_waking_changes_nothing(steps, speed, wakes_after):
    """A key ends a wait, and the rest of it follows."""
    moments, now = [], 0.0
    for step in steps:
        now += step
        moments.append(moment_at(now))
    woken = played(moments, Clock(wakes_after=wakes_after), speed=max(speed, 1.0))
    assert times(woken) == pytest.approx(times(played(moments, Clock(), speed=max(speed, 1.0))), abs=0.01)


def test_the_end_is_an_event_in_a_moment_that_is_not_reported():
    found = played(at(0, 1), Clock())
    assert texts(found) == ["the recording ends here"]
    assert [moment.reported for _, moment in found] == [True, True, False]
    assert played([], Clock()) == []


def test_a_gap_is_not_waited_for_and_said():
    found = played(at(0, 1, 2, 202, 203), Clock())
    assert times(found)[:5] == [0, 1, 2, 2 + LONGEST_WAIT_SECONDS, 3 + LONGEST_WAIT_SECONDS]
    assert texts(found) == ["nothing was recorded for 3m20s; the replay skips it", "the recording ends here"]
    assert found[3][1].verdict.events[0].time_seconds == 202


def test_a_memory_log_with_a_line_each_half_minute_has_no_gaps_but_is_not_waited_for():
    found = played(at(0, 30, 60, 90), Clock())
    assert times(found)[:4] == [0, 5, 10, 15]
    assert texts(found) == ["the recording ends here"]


def test_a_pause_holds_it_and_afterwards_it_goes_on_where_it_was():
    clock = Clock()
    found = played(at(0, 1, 2), clock, paused=lambda: 1000.5 <= clock.now < 1020.0)
    assert times(found)[:3] == pytest.approx([0, 20.5, 21.5], abs=0.6)


def test_the_speed_may_change_while_it_waits():
    clock = Clock(wakes_after=0.25)
    found = played(at(0, 4), clock, speed=lambda: 1.0 if clock.now < 1002 else 4.0)
    assert times(found)[1] == pytest.approx(2.5, abs=0.3)


def test_who_stops_the_clock_gets_no_more_moments():
    clock = Clock()
    clock.stop_at = 1001.5
    assert len(played(at(0, 1, 2, 3), clock)) == 2


def test_the_moments_are_on_one_clock_after_a_reboot():
    moments = [moment_at(100, 5000), moment_at(101, 5001), moment_at(104, 2), moment_at(105, 3)]
    found = played(moments, Clock())
    assert [moment.sample.clock_seconds for _, moment in found] == [5000, 5001, 5004, 5005, 5005]
    assert times(found)[:4] == [0, 1, 4, 5]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=12))
def test_whatever_the_clocks_say_time_never_runs_backward(pairs):
    moments = [moment_at(*pair) for pair in pairs]
    found = played(moments, Clock(), speed=1000.0)
    clocks = [moment.sample.clock_seconds for _, moment in found]
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(clocks))
    assert len(found) == len(moments) + bool(moments)


def test_a_time_that_was_set_meanwhile_is_no_gap():
    moments = [moment_at(100, 10), moment_at(3701, 11), moment_at(102, 12)]
    found = played(moments, Clock())
    assert times(found)[:3] == [0, 1, 2]
    assert texts(found) == ["the recording ends here"]


def test_a_player_that_is_held_up_says_that_it_is_late_and_does_not_race_for_long():
    clock = Clock()
    player = Player(clock, speed=lambda: 10.0, is_paused=lambda: False)
    late, gaps, last = [], [], clock.now
    for number, _ in enumerate(player.play(at(*range(30)))):
        late.append(player.is_late)
        gaps.append(clock.now - last)
        last = clock.now
        if number == 3:
            clock.now += 60.0
    assert not any(late[:4]) and late[5] and not any(late[-5:])
    assert gaps[-3] == pytest.approx(0.1)
