"""How many attempts may run at once."""

import pytest

from mnemo_cli.orchestrate.ramp import Ramp, may_be_tried


@pytest.mark.parametrize(
    ("under_way", "oldest_seconds", "may"),
    [(0, 0.0, True), (1, 0.0, True), (2, 0.0, False), (2, 1.9, False), (2, 2.0, True), (3, 2.0, False), (3, 4.0, True)],
)
def test_two_of_a_name_that_is_not_known_are_tried_and_one_more_each_two_seconds(under_way, oldest_seconds, may):
    assert may_be_tried(under_way, oldest_seconds) is may


def test_in_peace_all_slots_are_open_at_once():
    assert Ramp(8).at_once(0.0) == 8


def test_after_a_crash_one_begins_and_one_more_each_two_seconds():
    ramp = Ramp(3)
    ramp.begin_slowly(10.0)
    assert [ramp.at_once(now) for now in (10.0, 11.9, 12.0, 13.9, 14.0, 100.0)] == [1, 1, 2, 2, 3, 3]


def test_an_oom_that_was_nobodys_own_halves_what_was_running():
    ramp = Ramp(8)
    ramp.restrain(6, 10.0)
    assert ramp.at_once(10.0) == 3
    ramp.restrain(1, 11.0)
    assert ramp.at_once(11.0) == 1
