"""What the sampler is asked for: those that the screen shows, and everyone only where anybody could be shown."""

from collections.abc import Callable

import pytest

from mnemo_cli.output.dashboard.asking import needed, needs_a_sample
from mnemo_cli.output.dashboard.choice import Choice, Page
from mnemo_cli.output.dashboard.frame import process_rows
from mnemo_cli.output.dashboard.table.filter import parse_filter
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.asked import Asked, PssMode
from tests.output.dashboard.table.processes import process

CROWD = tuple(process(pid, name=f"n{pid % 3}", pss_bytes=1000 - pid) for pid in range(1, 101))


def view_of(scene: Callable[..., View], choice: Choice) -> View:
    view = scene(choice=choice)
    return view._replace(moment=view.moment._replace(sample=view.moment.sample._replace(processes=CROWD)))


def test_the_overview_asks_for_its_rows_and_nobody_else() -> None:
    asked = needed(Choice(), 200, 80, False)
    assert asked.rows == process_rows(200, 80) > 30
    assert (asked.everyone, asked.pids, asked.pss) == (False, frozenset(), PssMode.VISIBLE)


@pytest.mark.parametrize("page", list(Page))
@pytest.mark.parametrize(("width", "height"), [(10, 2), (40, 10), (80, 24), (200, 50)])
def test_the_largest_are_read_on_every_page_because_others_record_them(page: Page, width: int, height: int) -> None:
    assert needed(Choice(page=page), width, height, False).rows >= 30


@pytest.mark.parametrize(
    "choice",
    [
        Choice(page=Page.PROCESSES),
        Choice(filter=parse_filter("x")),
        Choice(sort="PID"),
        Choice(reverse=True),
        Choice(tree=True),
        Choice(grouped=True),
        Choice(first_row=1),
    ],
)
def test_everyone_is_asked_for_where_the_rows_are_not_the_largest(choice: Choice) -> None:
    assert needed(choice, 80, 24, False).everyone
    assert not needed(choice._replace(page=Page.ALERTS), 80, 24, False).everyone
    assert needed(choice._replace(focus=(7, 1)), 80, 24, False).everyone, "they would have to be read anew afterwards"


def test_the_process_under_the_cursor_and_the_one_in_focus_are_always_read() -> None:
    assert needed(Choice(selected=(7, 1), focus=(8, 2)), 80, 24, False).pids == {7, 8}
    assert needed(Choice(selected="python"), 80, 24, False).pids == frozenset()


def test_the_rows_on_the_screen_are_read_in_full(scene: Callable[..., View]) -> None:
    choice = Choice(sort="PID", reverse=True)
    rows = process_rows(80, 24)
    asked = needed(choice, 80, 24, False, view=view_of(scene, choice))
    assert asked.pids == set(range(101 - rows, 101))
    scrolled = choice._replace(first_row=10)
    assert needed(scrolled, 80, 24, False, view=view_of(scene, scrolled)).pids == set(range(91 - rows, 91))


def test_all_of_a_group_on_the_screen_are_read_but_not_by_thousands(scene: Callable[..., View]) -> None:
    choice = Choice(grouped=True, filter=parse_filter("n1"))
    view = view_of(scene, choice)
    assert needed(choice, 80, 24, False, view=view).pids == {one.pid for one in CROWD if one.name == "n1"}
    many = tuple(process(pid, name="n1") for pid in range(1, 1001))
    view = view._replace(moment=view.moment._replace(sample=view.moment.sample._replace(processes=many)))
    assert len(needed(choice, 80, 24, False, view=view).pids) == 256


def test_the_mode_of_pss_is_handed_on() -> None:
    assert needed(Choice(pss=PssMode.ALL), 80, 24, False).pss is PssMode.ALL


def test_the_largest_are_not_everyone_behind_a_focus_either() -> None:
    assert not needed(Choice(focus=(7, 1)), 80, 24, False).everyone
    assert not needed(Choice(focus=(7, 1), tree=True, page=Page.HISTORY), 80, 24, False).everyone


@pytest.mark.parametrize(
    ("asked", "is_key", "is_needed"),
    [
        (Asked(pids=frozenset({7})), True, True),
        (Asked(pids=frozenset({7})), False, False),
        (Asked(pids=frozenset({8})), True, False),
        (Asked(pids=frozenset({7}), pss=PssMode.OFF), True, True),
        (Asked(everyone=True), False, True),
        (Asked(rows=99), False, True),
        (Asked(rows=1), True, False),
    ],
)
def test_what_a_key_brought_onto_the_screen_is_read_at_once(
    scene: Callable[..., View], asked: Asked, is_key: bool, is_needed: bool
) -> None:
    view = scene()
    unread = (process(7, pss_bytes=None), process(8))
    view = view._replace(moment=view.moment._replace(sample=view.moment.sample._replace(processes=unread)))
    assert needs_a_sample(asked, Asked(), view, is_key=is_key) is is_needed


def test_where_no_pss_is_read_nothing_is_waited_for(scene: Callable[..., View]) -> None:
    view = view_of(scene, Choice())
    unread = (process(7, pss_bytes=None),)
    view = view._replace(moment=view.moment._replace(sample=view.moment.sample._replace(processes=unread)))
    off = Asked(pss=PssMode.OFF)
    assert not needs_a_sample(off._replace(pids=frozenset({7})), off, view, is_key=True)
