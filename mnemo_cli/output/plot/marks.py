"""Events as marks with words: a line through the panels, and above them what happened.

Where there are more than fit, the words are of those that matter most; the others are marks alone, and are counted.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from mnemo_cli.model import Event, EventName
from mnemo_cli.output.plot import words
from mnemo_cli.output.plot.palette import MARKS, PALE_INK
from mnemo_cli.output.plot.scales import date_of

ROW_INCHES = 0.19
_MOST_ROWS = 6
_MOST_LINES = 200
# Of what happens again and again so many have words.
_MOST_ALIKE = 3
_FONT_SIZE = 8.5
# What is told first.
_WEIGHT: dict[EventName, int] = {"oom_kill": 0, "exit": 1, "limit_change": 2, "mark": 3, "alert": 4, "level": 5}


class _Taken(NamedTuple):
    """A part of a row, in pixels."""

    left: float
    right: float


def draw_marks(axes: Axes, panels: Sequence[Axes], events: Sequence[Event]) -> int:
    """`axes` is the empty room above the panels; the rows of words that it needs."""
    axes.set_axis_off()
    ranked = sorted(events, key=lambda event: (_WEIGHT[event.event], -(event.level or 0), event.time_seconds))
    rows: list[list[_Taken]] = [[] for _ in range(_MOST_ROWS)]
    silent, said = 0, Counter[str]()
    for position, event in enumerate(ranked):
        what = words.what_happened(event)
        has_words = position < _MOST_LINES and said[what] < _MOST_ALIKE and _say(axes, event, rows)
        said[what] += has_words
        silent += not has_words
        if position < _MOST_LINES:
            _draw_line(panels, event, has_words=has_words)
    if silent:
        note = f"and {silent:,} more events" if silent > 1 else "and 1 more event"
        axes.annotate(
            note,
            (1.0, 0),
            xycoords="axes fraction",
            xytext=(9, 20),
            textcoords="offset points",
            color=PALE_INK,
            fontsize=_FONT_SIZE,
        )
    used = max(1, sum(bool(taken) for taken in rows))
    axes.set_ylim(0, used)
    return used


def _draw_line(panels: Sequence[Axes], event: Event, *, has_words: bool) -> None:
    at = date_of(event.time_seconds)
    for panel in panels:
        style = (0, (4, 3)) if has_words else (0, (1, 4))
        panel.axvline(at, color=MARKS[event.event], linewidth=0.9 if has_words else 0.6, linestyle=style, zorder=5.5)


def _say(axes: Axes, event: Event, rows: list[list[_Taken]]) -> bool:
    """Words in the lowest row that has room, right of the mark or left of it; False where there is none."""
    at = date_of(event.time_seconds)
    text = axes.text(at, 0.0, words.event_words(event), color=MARKS[event.event], fontsize=_FONT_SIZE, va="center")
    width = _width(text)
    left, right = (axes.transAxes.transform((share, 0))[0] for share in (0.0, 1.0))
    mark = axes.transData.transform((at, 0))[0]
    for row, taken in enumerate(rows):
        for begin in (mark + 3, mark - width - 3):
            place = _Taken(begin - 2, begin + width + 6)
            if begin >= left - 45 and begin + width <= right + 2 and _is_free(taken, place, mark):
                taken.append(place)
                text.set_position((axes.transData.inverted().transform((begin, 0))[0], row + 0.5))
                return True
    text.remove()
    return False


def _is_free(taken: Sequence[_Taken], place: _Taken, mark: float) -> bool:
    return all(place.right < other.left or place.left > other.right for other in taken)


def _width(text: Text) -> float:
    figure = text.get_figure(root=True)
    assert figure is not None
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    return float(text.get_window_extent(canvas.get_renderer()).width)  # type: ignore[no-untyped-call]  # as matplotlib has it
