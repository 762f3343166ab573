"""The history: what happened stands on the axis where it happened, and zooming shows less or more of it."""

import itertools
from collections.abc import Callable

import pytest

from mnemo_cli.model import Event, EventName
from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.pages.axis import KINDS, axis, times, within
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View

Busy = Callable[..., View]
_NOW = 1_795_356_151.0


def _event(seconds_ago: float, name: EventName = "mark") -> Event:
    return Event(_NOW - seconds_ago, name, None, "x")


@pytest.mark.parametrize(
    ("seconds_ago", "drawn"),
    [
        (0, "---------M"),
        (9, "---------M"),
        (11, "--------M-"),
        (99, "M---------"),
        (100, "M---------"),
        (101, "-" * 10),
    ],
)
def test_an_event_stands_where_it_happened(seconds_ago: float, drawn: str) -> None:
    assert axis([_event(seconds_ago)], _NOW, 100.0, 10, Look(ascii_only=True)) == drawn


def test_of_two_events_in_one_place_the_worse_one_is_drawn() -> None:
    ranked = list(KINDS)
    for worse, other in itertools.pairwise(ranked):
        for pair in ([worse, other], [other, worse]):
            drawn = axis([_event(50, name) for name in pair], _NOW, 100.0, 9, Look())
            assert KINDS[worse].letter in drawn
            assert KINDS[other].letter not in drawn


def test_every_kind_of_event_has_a_letter_of_its_own() -> None:
    assert len({kind.letter for kind in KINDS.values()}) == len(KINDS)
    assert {"level", "alert", "oom_kill", "limit_change", "exit", "mark"} <= set(KINDS)


@pytest.mark.parametrize("width", [0, 1, 10, 12, 21, 22, 33, 34, 70])
def test_the_times_are_as_wide_as_the_axis(width: int) -> None:
    assert len(times(_NOW, 300.0, width)) == width
    assert len(axis([_event(5)], _NOW, 300.0, width, Look())) == width


def test_the_times_are_those_of_the_ends_and_the_middle() -> None:
    assert times(_NOW, 300.0, 70).split() == ["13:57:31", "14:00:01", "14:02:31", "UTC"]


def test_events_of_the_window_only() -> None:
    events = [_event(at) for at in (-5, 0, 60, 61)]

    assert within(events, _NOW, 60.0) == events[1:3]


@pytest.mark.parametrize(
    ("window", "title", "letters", "first"),
    [(60.0, "HISTORY 1 min", "KM", "14:01:31"), (300.0, "HISTORY 5 min", "LKM", "13:57:31"),
     (600.0, "HISTORY 10 min", "ALKM", "13:52:31")],
)  # fmt: skip
def test_zooming_changes_the_window_of_all_of_it(
    busy: Busy, window: float, title: str, letters: str, first: str
) -> None:
    rows = [plain(line) for line in frame(busy(Page.HISTORY, window_seconds=window), 80, 30)]
    at = next(index for index, row in enumerate(rows) if row.strip().startswith(first))

    assert title in rows[3]
    assert "".join(sign for sign in rows[at - 1] if sign.isalpha()) == letters


def test_the_smallest_the_mean_and_the_largest_are_of_the_window(busy: Busy) -> None:
    short, whole = (plain(frame(busy(Page.HISTORY, window_seconds=window), 100, 30)[3]) for window in (60.0, 300.0))

    assert "min 65%  avg 68%  max 71%" in short
    assert "min 41%  avg 56%  max 71%" in whole


@pytest.mark.parametrize("height", range(1, 50))
def test_the_chart_has_whole_bands_at_every_height(busy: Busy, height: int) -> None:
    rows = [plain(line) for line in frame(busy(Page.HISTORY), 80, height)]
    labels = [row[1:8] for row in rows if row[8:9] == "|"]

    assert len(labels) % 5 == 0 or height < 12
    if labels[:-1] and height >= 12:
        assert labels[-1] == "norm  0"
        assert {label.split()[0] for label in labels} == {"CRIT", "HIGH", "MOD", "norm"}


def test_each_component_has_its_past(busy: Busy) -> None:
    rows = [plain(line) for line in frame(busy(Page.HISTORY), 160, 45)]

    (queue,) = [row for row in rows if row.startswith(" app.work_queue ")]
    (net,) = [row for row in rows if row.startswith(" api.connections ")]
    assert "█" * 60 in queue
    assert "18324/20000  99% !! reject 5/s evict 0/s" in queue
    assert "█" * 60 in net


def test_a_paused_view_has_the_events_up_to_its_moment(busy: Busy) -> None:
    view = busy(Page.HISTORY, paused=True)
    sample = view.moment.sample
    earlier = view.moment._replace(
        sample=sample._replace(time_seconds=sample.time_seconds - 100, clock_seconds=sample.clock_seconds - 100)
    )
    rows = [plain(line) for line in frame(view._replace(moment=earlier), 80, 30)]
    drawn = next(row for row in rows if "──L" in row)

    assert "".join(sign for sign in drawn if sign.isalpha()) == "AL"
