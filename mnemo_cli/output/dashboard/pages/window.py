"""Which rows of a page that is longer than the screen are shown."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from mnemo_cli.output.dashboard.boxes import padded
from mnemo_cli.output.dashboard.look import DIM
from mnemo_cli.output.dashboard.spans import Line, fitted

Row = TypeVar("Row")


def room_for(count: int, note: str, height: int) -> int:
    """How many rows there is room for: one less where the last line must say that there are more, or something else."""
    return height - 1 if height > 1 and (note or count > height) else height


def first_of(count: int, height: int, first_row: int) -> int:
    """The first row shown: where the person is, but no further than to the last full screen."""
    return max(0, min(first_row, count - height))


def shown(rows: Sequence[Row], height: int, first_row: int) -> Sequence[Row]:
    """As many rows as there is room for, from where the person is."""
    first = first_of(len(rows), height, first_row)
    return rows[first : first + max(0, height)]


def scrolled(
    rows: Sequence[Row], draw: Callable[[Row], Line], note: str, width: int, height: int, first_row: int
) -> list[Line]:
    """Only the rows that are shown are drawn; the last line says which they are, where they are not all, and a note."""
    room = room_for(len(rows), note, height)
    drawn = padded([draw(row) for row in shown(rows, room, first_row)], room, width)
    if room == height:
        return drawn
    words = [note] if note else []
    if len(rows) > room:
        first = first_of(len(rows), room, first_row)
        words.insert(0, f"lines {first + 1}-{first + room} of {len(rows)}")
    return [*drawn, fitted([(f"   ({'; '.join(words)})", DIM)], width)]


def scrolled_lines(rows: Sequence[Line], width: int, height: int, first_row: int) -> list[Line]:
    """The same of rows that are lines."""
    return scrolled(rows, lambda row: row, "", width, height, first_row)
