"""Who was told to end is told again when it is to be over sooner, or is still there long after its time."""

from mnemo_cli.orchestrate.engines.dask.stops import Stops
from mnemo_cli.orchestrate.job import Key

KEY, OTHER = Key("a", 1), Key("b", 1)


def test_the_first_word_is_said_and_later_only_a_sooner_one():
    stops = Stops()
    assert [stops.note(KEY, at) for at in (10.0, 10.0, 12.0, 9.0)] == [True, False, False, True]
    assert stops.left_seconds(KEY, 4.0) == 5.0 and stops.left_seconds(KEY, 20.0) == 0.0
    assert stops.left_seconds(OTHER, 4.0) is None


def test_one_that_is_there_five_seconds_after_its_time_is_told_each_five_seconds():
    stops = Stops()
    stops.note(KEY, 10.0)
    assert [at for at in range(9, 30) if stops.is_overdue(KEY, float(at))] == [16, 22, 28]
    assert not stops.is_overdue(OTHER, 1e9)


def test_what_we_have_told_to_end_ourselves_is_ours_although_somebody_before_had_too():
    stops = Stops()
    stops.note_before([KEY, OTHER])
    stops.note(KEY, 10.0)
    assert not stops.is_of_before(KEY) and stops.is_of_before(OTHER)
    stops.forget(OTHER)
    assert not stops.is_of_before(OTHER)
