"""The line and the box of components: worst first, whole or not at all, several workers as one, nothing raw."""

from collections.abc import Callable

import pytest

from mnemo_cli.model import UNLIMITED, Component, Moment, Tracker
from mnemo_cli.output.dashboard.components import box_lines, box_title, component_line
from mnemo_cli.output.dashboard.look import LEVEL_STYLES, Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View

Scene = Callable[..., View]
MakeTracker = Callable[..., Tracker]
MakeComponent = Callable[..., Component]


@pytest.fixture
def view_of(scene: Scene, moment_of: Callable[..., Moment]) -> Callable[..., View]:
    """`view_of(tracker, …)`: a view that saw these trackers once."""

    def make(*trackers: Tracker, look: Look | None = None) -> View:
        moment, memory = moment_of(sample={"trackers": trackers}), ViewMemory()
        memory.note(moment)
        return scene(look, moment=moment, memory=memory)

    return make


def line(view: View, width: int = 200) -> str:
    return plain(component_line(view, width)).rstrip()


def box(view: View, width: int = 100, height: int = 5) -> list[str]:
    return [plain(one).rstrip() for one in box_lines(view, width, height)]


@pytest.mark.parametrize(
    ("used", "words"),
    [(0, "0/1000 0% ok"), (599, "599/1000 59% ok"), (600, "600/1000 60% !"), (900, "900/1000 90% !"),
     (901, "901/1000 90% !!"), (999, "999/1000 99% !!"), (1000, "1000/1000 100% XX"), (2500, "2500/1000 250% XX")],
)  # fmt: skip
def test_what_pushes_back_is_a_share_and_a_sign(view_of, tracker, component, used, words):
    assert line(view_of(tracker(7, component("work_queue", used, 1000)))) == f" COMP queue {words}"


def test_a_level_is_coloured_and_normal_is_not(view_of, tracker, component):
    view = view_of(tracker(7, component("full", 9, 9), component("well", 1, 9)))
    styles = {text.split()[0]: style for text, style in component_line(view, 80) if text.strip()}
    assert styles["full"] == LEVEL_STYLES[3] and styles["well"] == ""


def test_caches_and_rings_show_what_they_serve_and_evict_and_no_level(scene, telling):
    view = scene(None, telling)
    cells = line(view)
    assert "emb 9108/10000 hit 97% evict 12/s" in cells
    assert "  events 640/1000  " in cells
    assert "  net 3" in cells
    rows = {row.split()[0]: row for row in box(view, height=9)}
    assert rows["embeddings_cache"].endswith("91%    LRU hit 97% evict 12/s")
    assert rows["event_queue"].endswith("64%    ring evict 0/s")


def test_before_there_are_two_samples_a_rate_is_unknown(view_of, tracker, component):
    part = component("c", 5, 5, policy="evict_lru", hits_total=5, evicted_total=7)
    assert line(view_of(tracker(7, part))) == " COMP c 5/5 hit ? evict ?"


def test_what_is_refused_is_told_where_something_is(scene, moment_of, tracker, component):
    memory = ViewMemory()
    for second, rejected in ((1.0, 0), (2.0, 30)):
        trackers = (tracker(7, component("q", 9, 10, policy="reject", rejected_total=rejected)),)
        moment = moment_of(sample={"trackers": trackers, "clock_seconds": second})
        memory.note(moment)
    assert box(scene(moment=moment, memory=memory))[0].endswith("!  rejects rejected 30/s")


def test_the_worst_stands_first_and_else_the_order_of_the_program(view_of, tracker, component):
    parts = [component("a", 1, 9), component("b", 6, 10), component("c", 5, policy="none"), component("d", 9, 9),
             component("e", 6, 10)]  # fmt: skip
    names = [cell.split()[0] for cell in line(view_of(tracker(7, *parts)))[6:].split("  ")]
    assert names == ["d", "b", "e", "a", "c"]


def test_what_does_not_fit_is_counted_and_nothing_is_cut(view_of, tracker, component):
    view = view_of(tracker(7, *(component(f"queue{n}", 5, 10) for n in range(9))))
    cells = line(view)[6:].split("  ")
    for width in range(30, 210):
        shown = line(view, width)[6:].split("  ")
        more = f"+{9 - len(shown) + 1}"
        assert shown == cells or shown == [*cells[: len(shown) - 1], more], width


def test_workers_of_a_program_are_added_up_and_the_fullest_gives_the_level(view_of, tracker, component):
    calm, full = component("queue", 10, 100), component("queue", 100, 100)
    view = view_of(tracker(7, calm), tracker(8, full), tracker(None, calm, processes=3))
    assert line(view) == " COMP queue 110/200 100% XX"
    assert box_title(view, 100) == "COMPONENTS of app (2 workers; levels of the fullest)"


def test_of_several_programs_each_component_is_named_with_its_own(view_of, tracker, component):
    view = view_of(tracker(7, component("work_queue", 1, 10)), tracker(8, component("work_queue", 9, 10), name="api"))
    assert line(view) == " COMP api.queue 9/10 90% !  app.queue 1/10 10% ok"
    assert [row.split()[0] for row in box(view)] == ["api.work_queue", "app.work_queue"]
    assert box_title(view, 100) == "COMPONENTS of 2 programs (2 workers; levels of the fullest)"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"used": 5, "limit": None}, "5"),
        ({"used": 5, "limit": UNLIMITED}, "5/unlimited"),
        ({"used": None, "limit": 10}, "?"),
        ({"used": None, "used_bytes": 2048, "limit_bytes": 4096}, "2.0K/4.0K 50% ok"),
        ({"used": 1, "limit": 10, "used_bytes": 4096, "limit_bytes": 4096}, "4.0K/4.0K 100% XX"),
        ({"used": 9, "limit": 10, "used_bytes": 5}, "9/10 90% !"),
        ({"used": 99_999, "limit": 100_000}, "99999/100k 99% !!"),
        ({"used": (1 << 62) - 1, "limit": 1 << 62}, "4611P/4611P 100% !!"),
    ],
)
def test_the_fuller_ceiling_is_shown_and_what_is_not_told_is_no_zero(view_of, tracker, component, fields, words):
    assert line(view_of(tracker(7, component(**{"name": "q", **fields})))) == f" COMP q {words}"


def test_a_program_without_components_says_what_it_recorded(view_of, tracker):
    view = view_of(tracker(7, used_bytes=3 << 20, allocation_bytes_per_second=2048.0))
    assert line(view) == " COMP app tells of none; recorded 3.0M, allocates 2.0K/s"
    assert box(view) == [" app tells of none; recorded 3.0M, allocates 2.0K/s"]
    assert "allocates ?" in line(view_of(tracker(7)))


def test_a_box_that_is_too_low_says_how_many_are_missing(view_of, tracker, component):
    view = view_of(tracker(7, *(component(f"q{n}", 5, 10) for n in range(6))))
    assert [row.split()[0] for row in box(view, height=5)] == ["q0", "q1", "q2", "q3", "+2"]
    assert len(box(view, height=6)) == 6 and "+" not in box(view, height=6)[-1]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_what_strangers_named_never_reaches_the_screen_raw(view_of, tracker, component, ascii_only):
    evil = component("\x1b]0;owned\x07", 9, 10, policy="\x1b[31m", unit="\x9b2J")
    view = view_of(tracker(7, evil, name="\x1b[2J\u202e"), tracker(8, name="é" * 64), look=Look(ascii_only=ascii_only))
    for text in (line(view), box_title(view, 80), *box(view)):
        assert text.isprintable() and (text.isascii() or not ascii_only)
    assert "\\x1b" in line(view)
