"""Connections and files are let go of."""

from mnemo_cli.degrade.responses.close import CLOSE
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_all_is_closed():
    assert done_by(CLOSE, Stage()) == (("done", "close"), ["close"])


def test_a_program_that_has_nothing_open_says_so():
    class Shut(Stage):
        def close(self):
            return None

    assert done_by(CLOSE, Shut())[0] == ("nothing", "nothing is open")
