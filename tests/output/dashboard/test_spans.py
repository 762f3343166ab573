"""Lines are cut and filled by cells, and numbers are not cut at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mnemo_cli.output.dashboard.boxes import beside, boxed, padded
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.spans import cut, cut_front, fitted, line, plain, spread, whole

_TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "M"]), max_size=20)
_SPANS = st.lists(st.tuples(_TEXTS, st.sampled_from(["", "bold"])), max_size=5)
_WIDTHS = st.integers(0, 60)


@given(spans=_SPANS, other=_SPANS, width=_WIDTHS)
def test_every_line_has_exactly_its_cells(
    spans: list[tuple[str, str]], other: list[tuple[str, str]], width: int
) -> None:
    for made in (fitted(spans, width), whole(spans, width), spread(spans, other, width)):
        assert sum(cell_len(text) for text, _ in made) == width


@given(text=_TEXTS, width=_WIDTHS)
def test_a_cut_text_is_never_too_wide(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= max(width, cell_len(text))
    assert cell_len(cut_front(text, width)) <= width


@pytest.mark.parametrize(
    ("width", "text"),
    [(30, "used 71.2% of 4.00G".ljust(30)), (19, "used 71.2% of 4.00G"), (18, "used 71.2%".ljust(18))],
)
def test_a_part_that_does_not_fit_is_left_out_as_a_whole(width: int, text: str) -> None:
    assert plain(whole(("used", " 71.2%", " of 4.00G"), width)) == text


def test_what_follows_a_part_left_out_is_left_out_too() -> None:
    assert plain(whole(("a", " long", " b"), 4)) == "a   "


def test_only_the_first_part_may_be_cut() -> None:
    assert plain(whole(("UNKNOWN", " 1"), 3)) == "UNK"


@pytest.mark.parametrize(
    ("width", "text"), [(9, "/a/b/long"), (8, "…/b/long"), (2, "…g"), (1, "…"), (0, ""), (20, "/a/b/long")]
)
def test_a_path_loses_its_front(width: int, text: str) -> None:
    assert cut_front("/a/b/long", width) == text


def test_the_right_part_wins_over_the_left() -> None:
    assert plain(spread(line("left words"), line("right"), 8)) == "lefright"
    assert plain(spread(line("left words"), line("right"), 4)) == "righ"


def test_half_of_a_wide_character_is_a_blank() -> None:
    assert plain(fitted(line("漢字"), 3)) == "漢 "


def test_a_box_stands_around_its_lines() -> None:
    lines = boxed("T", padded([fitted(line("one"), 10)], 2, 10), 12, Look(ascii_only=True))

    assert [plain(made) for made in lines] == ["+--- T ----+", "|one       |", "|          |", "+----------+"]


def test_two_parts_stand_beside_each_other() -> None:
    assert [plain(made) for made in beside([line("a")], [line("b")], 4)] == ["ab  "]
