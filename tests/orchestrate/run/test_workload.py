"""What the balance and the ladder do to the attempts of a run: who is frozen, who goes on, who gives way."""

from collections.abc import Callable

import pytest

from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.run.draining import Drain
from mnemo_cli.orchestrate.run.run import Now
from mnemo_cli.orchestrate.run.workload import RunWorkload
from tests.orchestrate.run.stage import Stage, jobs

ROOMY = (Room("the limit", 0, 10_000, 10_000),)
GROWTH_SECONDS = 1.0


class Flying:
    """Jobs of this use under way, the first one the oldest; each claims 400 and grows by 100 a second."""

    def __init__(self, it: Stage, **used_bytes: int | None) -> None:
        self.it, self.used_bytes = it, used_bytes
        self.drain = Drain(it.run, it.engine)
        self.workload = RunWorkload(it.run, it.engine, it.journal, self.drain, it.clock, lambda fraction: 0)
        self.turn()
        self.turn()
        for seconds in (0.0, GROWTH_SECONDS):
            grown = int(100 * (seconds - GROWTH_SECONDS))
            use = {Key(name, 1): size + grown for name, size in used_bytes.items() if size is not None}
            it.run.scheduler.note_use(use, now_seconds=seconds)

    def turn(self) -> None:
        self.it.run.turn(ROOMY, Now(self.it.clock.now, 1e9))

    def left(self, *left_bytes: int | None) -> list[str]:
        """Who is frozen with so much left below the ceilings of these rooms."""
        self.workload.balance(
            [Room("a limit", None if left is None else 1000 - left, 900, left, 1000) for left in left_bytes]
        )
        return self.it.frozen


@pytest.fixture
def flying(stage: Callable[..., Stage]) -> Callable[..., Flying]:
    def make(*, critical: str = "", **used_bytes: int | None) -> Flying:
        flights = [one for name in used_bytes for one in jobs(name, claim_bytes=400, critical=name == critical)]
        return Flying(stage(flights), **used_bytes)

    return make


def test_the_younger_ones_are_frozen_in_time_and_the_oldest_goes_on(flying):
    they = flying(a=100, b=50, c=10)
    assert they.left(360) == []
    assert they.left(359) == ["c"]
    assert they.left(301) == ["b", "c"]
    assert they.left(1) == ["b", "c"]


def test_they_go_on_in_their_order_as_soon_as_there_is_room(flying):
    they = flying(a=100, b=50, c=10)
    they.left(1)
    assert they.left(399) == ["b", "c"]
    assert they.left(400) == ["c"]
    assert they.left(430) == []


def test_what_was_done_is_said(flying):
    they = flying(a=100, b=50, c=60)

    def said(left):
        return they.workload.balance([Room("a limit", 1000 - left, 900, left, 1000)])

    assert said(301) == ("froze b, c",)
    assert said(301) == ()
    assert said(420) == ("let b go on",)
    assert said(0) == ("froze a, b",)
    assert said(0) == ("ended c, to be begun again later",)
    assert said(1) == ("let a go on",)


def test_when_the_oldest_ends_the_next_one_goes_on(flying):
    they = flying(a=100, b=50, c=10)
    they.left(1)
    they.it.end("a")
    they.turn()
    assert they.left(1) == ["c"]


def test_at_the_ceiling_with_all_frozen_the_youngest_gives_way_and_the_oldest_waits_for_its_memory(flying):
    they = flying(a=100, b=50, c=60)
    assert they.left(0) == ["a", "b", "c"]
    assert they.left(0) == ["a", "b"]
    assert they.left(0) == ["a", "b"]  # what one gives back may be enough
    they.turn()
    assert ("c", "preempted") in they.it.told
    assert they.left(60) == ["b"]


def test_nobody_gives_way_where_that_does_not_help(flying):
    """Strangers use the memory: what is ours and frozen is too little to go on with."""
    they = flying(a=100, b=10, c=10)
    for _ in range(3):
        assert they.left(-1) == ["a", "b", "c"]
    assert they.left(1) == ["b", "c"]


def test_one_that_takes_nothing_more_is_not_held_at_the_ceiling(flying):
    they = flying(a=100)
    assert they.left(0) == ["a"]
    assert they.left(1) == []
    they.it.run.scheduler.note_use({Key("a", 1): 100}, now_seconds=10.0)
    assert they.left(-500) == []


def test_a_critical_job_goes_on_before_older_ones(flying):
    they = flying(a=100, b=50, c=60, critical="c")
    assert they.left(1) == ["a", "b"]
    they.left(0)
    assert they.left(0) == ["a", "c"]  # b gave way


def test_what_the_ladder_froze_goes_on_only_by_the_ladder_or_as_the_oldest(flying):
    they = flying(a=100, b=50, c=10)
    assert they.workload.freeze_youngest() == "froze c"
    assert they.workload.freeze_youngest() == "froze b"
    assert they.workload.freeze_youngest() is None  # the oldest is what gives memory back
    assert they.left(5000) == ["b", "c"]
    they.it.end("a")
    they.turn()
    assert they.left(5000) == ["c"]
    assert they.workload.thaw() == "let c go on"
    assert they.it.frozen == []


def test_nothing_is_frozen_where_the_engine_cannot(flying):
    they = flying(a=100, b=50)
    they.it.engine.capacity = they.it.engine.capacity._replace(can_freeze=False)
    assert they.left(0) == []
    assert they.workload.freeze_youngest() is None


@pytest.mark.parametrize("left", [(None,), (0, None), ()])
def test_nothing_changes_where_a_room_is_not_known(flying, left):
    they = flying(a=100, b=50)
    assert they.left(*left) == []
    they.left(1)
    assert they.left(*left) == ["b"]


def test_use_that_is_not_known_counts_as_a_share_of_the_claim(flying):
    they = flying(a=100, b=None)
    assert they.left(300 + 120) == []
    assert they.left(300 + 119) == ["b"]


def test_the_tightest_room_decides(flying):
    they = flying(a=100, b=50)
    assert they.left(5000, 1) == ["b"]


@pytest.mark.parametrize("left", [1, 0])
def test_a_drain_ends_what_is_frozen_at_once_for_the_oldest_which_goes_on(flying, left):
    they = flying(a=100, b=50)
    assert "b" in they.left(left)
    they.drain.begin(30.0, 0.0)
    assert (they.it.frozen, they.it.running) == ([], ["a"])
    assert they.it.run.scheduler.flights[Key("a", 1)].state == "running"


def test_what_is_frozen_during_a_drain_is_asked_to_end_before_the_deadline_be_it_critical(flying):
    they = flying(a=100, b=50, critical="b")
    they.drain.begin(30.0, 0.0)
    assert they.left(1) == ["a"]  # the critical one goes on
    they.it.run.scheduler.flights[Key("b", 1)].freeze(1.0)
    they.drain.tick(19.9)
    assert they.it.running == ["a", "b"]
    they.drain.tick(20.0)
    assert they.it.running == []
    they.turn()
    assert [what for job, what in they.it.told if job == "b"] == ["started", "preempted"]
    assert they.it.world.records[Key("b", 1)].status == -15  # it was asked, and not killed
