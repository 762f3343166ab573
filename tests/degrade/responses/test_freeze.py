"""The youngest is frozen first, thawed with the others, and preempted when freezing did not help."""

from mnemo_cli.degrade.responses.freeze import FREEZE, PREEMPT, THAW
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_the_youngest_goes_first_and_then_there_is_none():
    stage = Stage("old", "young")
    assert [done_by(FREEZE, stage)[0].outcome for _ in range(3)] == ["done", "done", "nothing"]
    assert stage.calls == ["freeze young", "freeze old"]


def test_what_was_frozen_goes_on_and_nothing_is_thawed_twice():
    stage = Stage("a")
    done_by(FREEZE, stage)
    assert [done_by(THAW, stage)[0].outcome for _ in range(2)] == ["done", "nothing"]
    assert stage.running == ["a"]


def test_only_what_is_frozen_is_preempted():
    stage = Stage("a")
    assert done_by(PREEMPT, stage)[0].outcome == "nothing"
    done_by(FREEZE, stage)
    assert done_by(PREEMPT, stage)[1] == ["preempt a"]
