"""The page of components: programs, their workers, every component with what it holds and what flows through it."""

from collections.abc import Callable

import pytest

from mnemo_cli.model import UNLIMITED, Component, Tracker
from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.units import MIB

Busy = Callable[..., View]
Making = Callable[..., Tracker]


@pytest.fixture
def rows(busy: Busy) -> Callable[..., list[str]]:
    def show(*trackers: Tracker, width: int = 160) -> list[str]:
        view = busy(Page.COMPONENTS)
        sample = view.moment.sample._replace(trackers=trackers)
        return [
            plain(line).rstrip() for line in frame(view._replace(moment=view.moment._replace(sample=sample)), width, 40)
        ]

    return show


def test_nobody_who_counts_is_said(rows: Callable[..., list[str]]) -> None:
    assert rows()[3] == " no program in scope counts what it holds (the tracker of mnemo_cli does)"


def test_the_title_adds_up_the_workers(rows: Callable[..., list[str]], tracker: Making) -> None:
    told = rows(
        tracker(1, used_bytes=MIB, allocation_bytes_per_second=1.0 * MIB),
        tracker(2, used_bytes=2 * MIB, allocation_bytes_per_second=2.0 * MIB),
        tracker(None, processes=3),
    )

    assert told[3] == " app  2 workers, 3 ended   recorded 3.0M   allocates 3.0M/s"


def test_an_unknown_rate_of_one_worker_is_one_of_all(rows: Callable[..., list[str]], tracker: Making) -> None:
    told = rows(tracker(1, allocation_bytes_per_second=5.0), tracker(2, allocation_bytes_per_second=None))

    assert told[3].endswith("allocates ?")


def test_a_program_whose_workers_have_all_ended_holds_nothing(rows: Callable[..., list[str]], tracker: Making) -> None:
    assert rows(tracker(None, processes=3))[3] == " app  0 workers, 3 ended"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (64 * MIB, "used 40M of 64M 62.5% !! HIGH  peak"),
        (0, "used 40M of 0 100.0% XX CRITICAL  peak"),
        (UNLIMITED, "used 40M without a limit  peak"),
        (None, "used 40M (tells no limit)  peak"),
    ],
)
def test_a_worker_is_compared_with_its_own_limit(
    rows: Callable[..., list[str]], tracker: Making, limit: object, words: str
) -> None:
    told = rows(tracker(1, used_bytes=40 * MIB, limit_bytes=limit))

    assert words in told[4]


def test_the_worst_component_comes_first_and_the_largest_worker(
    rows: Callable[..., list[str]], tracker: Making, component: Callable[..., Component]
) -> None:
    parts = component("fine", 1, 10), component("full", 10, 10), component("half", 7, 10)
    told = rows(tracker(1, *parts, used_bytes=1), tracker(2, used_bytes=9))

    assert [row.split()[0] for row in told[4:7]] == ["full", "half", "fine"]
    assert "XX CRITICAL" in told[4]
    assert [row.split()[1] for row in told[7:9]] == ["2", "1"]
    assert told[8].endswith("full 100.0% XX")


def test_a_cache_that_is_full_has_no_level(
    rows: Callable[..., list[str]], tracker: Making, component: Callable[..., Component]
) -> None:
    told = rows(tracker(1, component("cache", 10, 10, policy="evict_lru", hits_total=3)))

    assert "100%" in told[4]
    assert not any(sign in told[4] for sign in ("XX", "!!", "ok"))
    assert "LRU" in told[4]
    assert told[4].endswith("hit ? evict ? reject ?")
