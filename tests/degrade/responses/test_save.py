"""The state is saved, or there is none."""

from mnemo_cli.degrade.responses.save import SAVE
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_it_is_saved():
    assert done_by(SAVE, Stage()) == (("done", "save"), ["save"])


def test_a_program_without_state_has_nothing_to_save():
    class Stateless(Stage):
        def save(self):
            return None

    assert done_by(SAVE, Stateless())[0] == ("nothing", "there is no state to save")
