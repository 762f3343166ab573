"""The intake is slowed and let go again."""

from mnemo_cli.degrade.responses.throttle import THROTTLE, UNTHROTTLE
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_on_and_off():
    stage = Stage()
    assert done_by(THROTTLE, stage) == (("done", "throttle on"), ["throttle on"])
    assert done_by(UNTHROTTLE, stage) == (("done", "throttle off"), ["throttle off"])


def test_a_workload_without_an_intake_says_so():
    class Closed(Stage):
        def throttle(self, on):
            return None

    assert done_by(THROTTLE, Closed())[0].outcome == "nothing"
