"""All ends with 75 after a drain; in an emergency the youngest ends alone."""

from mnemo_cli.degrade.responses.terminate import KILL, LEAVE
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_after_a_drain_the_exit_code_asks_for_a_restart():
    assert done_by(LEAVE, Stage())[1] == ["leave 75"]


def test_an_emergency_ends_the_youngest_that_runs_and_then_there_is_none():
    stage = Stage("old", "young")
    assert [done_by(KILL, stage)[0].outcome for _ in range(3)] == ["done", "done", "nothing"]
    assert stage.calls == ["kill young", "kill old"]
