"""Aligned text: columns stay in line whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.output.tables import aligned

CELLS = st.text(st.characters(categories=("L", "N")), max_size=8)


def test_words_go_to_the_left_and_numbers_to_the_right():
    assert aligned([["NAME", "SIZE"], ["a", "1"], ["longer"]], right=frozenset({1})) == [
        "NAME    SIZE",
        "a          1",
        "longer",
    ]


def test_no_rows_are_no_lines():
    assert aligned([]) == [] and aligned([[]]) == [""]


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.frozensets(st.integers(0, 2)))
def test_every_column_begins_at_the_same_place(rows, right):
    lines = aligned(rows, right=right)
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row, line in zip(rows, lines, strict=True):
        padded, start = line.ljust(sum(widths) + 4), 0
        for column, width in enumerate(widths):
            cell = padded[start : start + width]
            assert cell.strip() == row[column].strip()
            assert cell == (row[column].rjust(width) if column in right else row[column].ljust(width))
            start += width + 2
