"""How full each component was: the highest of each five seconds, for ten minutes, and never without bound."""

from collections.abc import Callable
from math import inf

import pytest

from mnemo_cli.model import Component, Moment, Tracker
from mnemo_cli.output.dashboard.fills import Fills

MomentOf = Callable[..., Moment]
Making = Callable[..., Tracker]
Part = Callable[..., Component]


@pytest.fixture
def note(moment_of: MomentOf, tracker: Making) -> Callable[..., None]:
    def put(fills: Fills, clock_seconds: float, *components: Component, name: str = "app") -> None:
        trackers = (tracker(7, *components, name=name),)
        fills.note(moment_of(sample={"clock_seconds": clock_seconds, "trackers": trackers}))

    return put


def test_a_point_holds_the_highest_of_five_seconds(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    for second, used in enumerate([10, 90, 20, 30, 5, 40, 50]):
        note(fills, float(second), component("queue", used, 100))

    assert fills.of("app", "queue").points == ((0.0, 0.9), (5.0, 0.5))
    assert fills.of("app", "queue").is_share


def test_what_has_no_limit_is_kept_as_an_amount(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    note(fills, 1.0, component("items", 44), component("bytes", None, used_bytes=9), component("nothing", None))

    assert fills.of("app", "items") == (False, ((1.0, 44.0),))
    assert fills.of("app", "bytes") == (False, ((1.0, 9.0),))
    assert fills.of("app", "nothing").points == ()
    assert fills.of("api", "items").points == ()


def test_a_component_that_gets_a_limit_begins_anew(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    note(fills, 1.0, component("queue", 44))
    note(fills, 9.0, component("queue", 44, 88))

    assert fills.of("app", "queue") == (True, ((9.0, 0.5),))


def test_ten_minutes_are_kept_and_the_gone_are_forgotten(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    note(fills, 0.0, component("old", 1, 2))
    for second in range(5, 2000, 5):
        note(fills, float(second), component("queue", 1, 2))

    assert len(fills.of("app", "queue").points) == 120
    assert fills.of("app", "queue").points[0][0] == 1995 - 119 * 5
    assert fills.of("app", "old").points == ()


def test_a_program_with_a_thousand_components_is_not_all_remembered(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    note(fills, 0.0, *(component(f"c{at}", 1, 2) for at in range(1000)))
    known = [at for at in range(1000) if fills.of("app", f"c{at}").points]

    assert known == list(range(48))


def test_what_was_known_then_does_not_change_later(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    for second in (0.0, 10.0, 20.0):
        note(fills, second, component("queue", 1, 2))
    then, now = fills.until(10.0), fills.until(inf)
    note(fills, 21.0, component("queue", 2, 2))
    note(fills, 30.0, component("queue", 2, 2))

    assert [at for at, _ in then.of("app", "queue").points] == [0.0, 10.0]
    assert now.of("app", "queue").points == ((0.0, 0.5), (10.0, 0.5), (20.0, 0.5))
    assert then.of("app", "gone").points == ()


def test_a_clock_that_goes_back_loses_nothing(note: Callable[..., None], component: Part) -> None:
    fills = Fills()
    note(fills, 100.0, component("queue", 1, 2))
    note(fills, 50.0, component("queue", 2, 2))

    assert fills.of("app", "queue").points == ((100.0, 0.5), (50.0, 1.0))
