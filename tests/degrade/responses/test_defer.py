"""What is not critical is put off and taken up again."""

from mnemo_cli.degrade.responses.defer import DEFER, TAKE_UP
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_on_and_off():
    stage = Stage()
    assert done_by(DEFER, stage) == (("done", "defer on"), ["defer on"])
    assert done_by(TAKE_UP, stage) == (("done", "defer off"), ["defer off"])


def test_where_nothing_can_wait_nothing_is_done():
    class Urgent(Stage):
        def defer(self, on):
            return None

    assert done_by(DEFER, Urgent())[0] == ("nothing", "nothing can wait")
