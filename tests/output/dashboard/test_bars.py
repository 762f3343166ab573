"""Bars, sparklines, charts and the stretches of history that they are drawn from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.levels import Edges
from mnemo_cli.output.dashboard.bars import CHART_ROWS, bar, buckets, chart, sparkline
from mnemo_cli.output.dashboard.look import Look

_RATIOS = st.floats(-2, 50, allow_nan=False)
_EDGES = st.lists(st.integers(2, 100), min_size=3, max_size=3, unique=True).map(
    lambda shares: Edges(
        moderate_ratio=sorted(shares)[0] / 100,
        high_ratio=sorted(shares)[1] / 100,
        critical_ratio=sorted(shares)[2] / 100,
        release_margin_ratio=0.01,
    )
)


@pytest.mark.parametrize(
    ("used", "cache", "drawn"),
    [
        (0.0, 0.0, "[          ]"),
        (0.001, 0.0, "[#         ]"),
        (0.5, 0.0, "[#####     ]"),
        (0.5, 0.2, "[#####%%   ]"),
        (0.999, 0.0, "[######### ]"),
        (0.9, 0.5, "[#########%]"),
        (1.0, 0.0, "[##########]"),
        (17.0, 3.0, "[##########]"),
        (-0.5, 0.0, "[          ]"),
    ],
)
def test_a_bar_without_edges(used: float, cache: float, drawn: str) -> None:
    assert bar(used, cache, None, 10) == drawn


def test_edges_stand_in_the_bar_at_their_share() -> None:
    assert bar(0.5, 0.0, Edges(), 20) == "[########|#  |   |   ]"


def test_edges_move_with_the_settings() -> None:
    edges = Edges(moderate_ratio=0.1, high_ratio=0.5, critical_ratio=0.9)

    assert bar(0.0, 0.0, edges, 20) == "[  |       |       | ]"


def test_an_edge_at_the_very_start_does_not_hide_a_small_use() -> None:
    edges = Edges(moderate_ratio=0.02, high_ratio=0.5, critical_ratio=0.9, release_margin_ratio=0.01)

    assert bar(0.001, 0.0, edges, 10)[:2] == "[#"


@given(used=_RATIOS, cache=st.floats(0, 50), edges=st.none() | _EDGES, width=st.integers(0, 200))
def test_a_bar_has_its_width_and_shows_every_use(used: float, cache: float, edges: Edges | None, width: int) -> None:
    drawn = bar(used, cache, edges, width)

    assert len(drawn) == width + 2
    assert set(drawn[1:-1]) <= set("#%| ")
    if used > 0 and width > 1:
        assert "#" in drawn
    if used <= 0:
        assert "#" not in drawn


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([None, None], "  "),
        ([1, 1, 1], "▁▁▁"),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇██"),
        ([0, None, 8], "▁ █"),
    ],
)
def test_a_sparkline_has_one_sign_per_value(values: list[float | None], drawn: str) -> None:
    assert sparkline(values, Look()) == drawn


def test_a_sparkline_keeps_to_the_scale_that_it_is_given() -> None:
    assert sparkline([40, 60], Look(), low=0, high=100) == "▄▅"


def test_a_sparkline_in_ascii() -> None:
    assert sparkline([0, 50, 100], Look(ascii_only=True)) == ".+@"


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ([], [None, None, None, None]),
        ([(0, 1)], [1, None, None, None]),
        ([(40, 1)], [None, None, None, 1]),
        ([(0, 1), (9, 5), (11, 2)], [5, 2, None, None]),
        ([(0, 1), (35, 2)], [1, 1, 1, 2]),
        ([(-1, 9), (41, 9), (15, 3)], [None, 3, None, None]),
    ],
)
def test_buckets_hold_the_highest_value_and_bridge_only_between_samples(
    points: list[tuple[float, float]], found: list[float | None]
) -> None:
    assert buckets(points, end=40, span=40, count=4) == found


def test_no_buckets_is_no_error() -> None:
    assert buckets([(1, 1)], end=1, span=1, count=0) == []


def test_the_rows_of_the_chart_are_the_bands_of_twenty_percent() -> None:
    assert chart([0.0, 0.1, 0.2, 0.5, 1.0, 3.0, None], Look()) == [
        "    ██ ",
        "    ██ ",
        "   ▅██ ",
        "   ███ ",
        " ▅████ ",
    ]


@given(values=st.lists(st.none() | st.floats(-1, 100, allow_nan=False), max_size=200), ascii_only=st.booleans())
def test_charts_and_sparklines_take_one_cell_per_value(values: list[float | None], ascii_only: bool) -> None:
    look = Look(ascii_only=ascii_only)

    rows = [*chart(values, look), sparkline(values, look)]

    assert len(rows) == CHART_ROWS + 1
    assert all(len(row) == len(values) for row in rows)
    assert not ascii_only or all(row.isascii() for row in rows)
