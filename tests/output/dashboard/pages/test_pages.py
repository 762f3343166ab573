"""What all pages have in common: exactly their cells, every row within reach, nothing unknown shown as 0."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import frame, page_height
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.pages import extent, page_of
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.one_process import OneProcess
from tests.examples import few_examples

Busy = Callable[..., View]


@few_examples
@given(
    page=st.sampled_from(Page),
    focused=st.booleans(),
    width=st.integers(1, 210),
    height=st.integers(1, 60),
    ascii_only=st.booleans(),
    first_row=st.integers(0, 99),
    window=st.sampled_from([60.0, 120.0, 300.0, 600.0]),
)
def test_every_page_has_exactly_its_cells(
    busy: Busy, page: Page, focused: bool, width: int, height: int, ascii_only: bool, first_row: int, window: float
) -> None:
    view = busy(page, Look(ascii_only=ascii_only), focused=focused, first_row=first_row, window_seconds=window)
    lines = frame(view, width, height)

    assert len(lines) == height
    for line in lines:
        text = plain(line)
        assert cell_len(text) == width
        assert text.isprintable()
        assert text.isascii() or not ascii_only


@pytest.mark.parametrize("height", [3, 5, 8, 13, 19, 40])
@pytest.mark.parametrize("page", [Page.COMPONENTS, Page.ALERTS, None])
def test_the_last_row_of_a_long_page_can_be_reached(busy: Busy, page: Page | None, height: int) -> None:
    view = busy(Page.PROCESSES, focused=True) if page is None else busy(page)
    make = page_of(view)
    assert make is not None
    found = extent(view, 80, height)
    everything = [plain(line).rstrip() for line in make(view, 80, 100)]
    last = [text for text in everything if text][-1]
    scrolled = view._replace(choice=view.choice._replace(first_row=max(0, found.rows - found.room)))

    assert last in [plain(line).rstrip() for line in make(scrolled, 80, height)]
    assert found.rows == len("\n".join(everything).rstrip("\n").split("\n"))


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (19, 9), (20, 2), (20, 3), (59, 11), (60, 12), (80, 17), (80, 18)]
)
def test_the_page_fills_what_heading_and_footer_leave(busy: Busy, width: int, height: int) -> None:
    view = busy(Page.ALERTS)
    lines = frame(view, width, height)
    rows = page_height(width, height)

    assert len(lines) == height
    assert rows == (
        0 if width < 20 or height < 3 else height - 2 if width < 60 or height < 12 else height - 4 - (height >= 18)
    )


@pytest.mark.parametrize("page", [page for page in Page if page is not Page.OVERVIEW])
def test_nothing_known_is_no_error_and_no_number(busy: Busy, page: Page) -> None:
    view = busy(page, view_memory=ViewMemory(), view_groups=None, view_one_process=None)
    verdict = view.moment.verdict._replace(
        binding=None, level=None, levels=(None,) * 3, forecast=None, alerts=(), peak_used_bytes=None
    )
    limits = tuple(
        one._replace(used_bytes=None, limit_bytes=None, oom_kills_total=None) for one in view.moment.sample.limits
    )
    sample = view.moment.sample._replace(
        limits=limits, trackers=(), processes=(), process_count=None, host_oom_kills_total=None
    )
    text = "\n".join(
        map(plain, frame(view._replace(moment=view.moment._replace(sample=sample, verdict=verdict)), 80, 24))
    )

    assert "0%" not in text.replace("CRIT 80|", "")
    assert " 0 " not in "\n".join(text.split("\n")[3:-1]).replace("norm  0|", "").replace(" 0 of ? processes", "")


def test_a_focus_on_nobody_says_so(busy: Busy) -> None:
    text = "\n".join(map(plain, frame(busy(Page.PROCESSES, focus=(4, 4)), 80, 24)))

    assert "process 4 is not in this sample: it may have ended" in text


def test_what_was_read_of_another_process_is_not_shown(busy: Busy) -> None:
    view = busy(Page.PROCESSES, focus=(4122, 412_200))
    text = "\n".join(map(plain, frame(view, 80, 24)))

    assert "its limits were not read" in text
    assert "score ?" in text
    assert "611M" in text


def test_a_process_that_only_a_closer_look_knows_has_what_that_saw(
    busy: Busy, process_looked_at: Callable[..., OneProcess]
) -> None:
    one = process_looked_at(pid=9, started=1, kinds=None, oom_score=None, fd_count=None, descriptors=None)
    view = busy(Page.PROCESSES, focus=(9, 1), view_one_process=one)
    text = "\n".join(map(plain, frame(view, 80, 24)))

    assert "MEM    PSS ?  USS ?  RSS 1.66G  SWAP ?   ~42% of the limit" in text
    assert "KINDS  anon 1.00G  file 41M  shmem 12M" in text
    assert "OOM    score ?   adjustment ?" in text
    assert "FDS    ?" in text
    assert [line.split() for line in text.split("\n") if line.startswith(" open files")] == [
        ["open", "files", "1024", "4096", "?", "?"]
    ]


def test_a_long_command_line_goes_on_below(busy: Busy) -> None:
    view = busy(Page.PROCESSES, focused=True)
    command = "".join(f"漢{at:03}" for at in range(40))
    (first, *rest) = view.moment.sample.processes
    sample = view.moment.sample._replace(processes=(first._replace(command=command), *rest))
    told = [plain(line) for line in frame(view._replace(moment=view.moment._replace(sample=sample)), 80, 24)]

    assert command in "".join(row.strip() for row in told[5:8])


@pytest.mark.parametrize(
    ("adjustment", "words"),
    [(0, "adjustment 0"), (-1000, "never killed for memory"), (300, "killed sooner"), (-5, "killed later")],
)
def test_what_an_oom_adjustment_means_is_said(busy: Busy, adjustment: int, words: str) -> None:
    view = busy(Page.PROCESSES, focused=True)
    (first, *rest) = view.moment.sample.processes
    sample = view.moment.sample._replace(processes=(first._replace(oom_score_adj=adjustment), *rest))
    told = [plain(line).rstrip() for line in frame(view._replace(moment=view.moment._replace(sample=sample)), 80, 24)]

    assert next(row for row in told if row.startswith(" OOM")).endswith(words)
