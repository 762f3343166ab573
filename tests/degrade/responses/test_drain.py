"""New work is refused before the wait for what is in flight begins."""

from mnemo_cli.degrade.responses.drain import ACCEPT, DRAIN, DRAINED, HOLD
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_refusing_comes_first_and_the_deadline_is_handed_on():
    result, calls = done_by(DRAIN, Stage(), deadline_seconds=42.0)
    assert calls == ["accept off", "drain 42"]
    assert result == ("done", "accept off; drain 42")


def test_holding_back_refuses_only_and_accepting_takes_it_back():
    assert done_by(HOLD, Stage())[1] == ["accept off"]
    assert done_by(ACCEPT, Stage())[1] == ["accept on"]


def test_the_end_of_a_drain_says_whether_everything_was_finished():
    stage = Stage()
    assert done_by(DRAINED, stage)[0].outcome == "done"
    stage.in_flight = 1
    assert done_by(DRAINED, stage)[0].outcome == "failed"
