"""Caches are shrunk a quarter at a time, to their floor, and may grow again."""

from mnemo_cli.degrade.responses.evict import EVICT, EVICT_TO_FLOOR, GROW_AGAIN
from tests.degrade.responses.occasions import done_by
from tests.degrade.stage import Stage


def test_a_quarter_by_default_and_another_share_where_it_was_asked_for():
    stage = Stage()
    assert done_by(EVICT, stage)[1] == ["shrink 0.25"]
    assert done_by(EVICT, stage, fraction=0.6)[1] == ["shrink 0.6"]


def test_to_the_floor_is_all_and_growing_again_is_one_call():
    assert done_by(EVICT_TO_FLOOR, Stage())[1] == ["shrink 1"]
    assert done_by(GROW_AGAIN, Stage())[1] == ["restore"]


def test_without_caches_there_is_nothing_to_do():
    class Bare(Stage):
        def shrink(self, fraction):
            return None

    assert done_by(EVICT, Bare())[0] == ("nothing", "no cache has anything to give")
