"""The picture as a whole: words above, marks of events, memory against its limit, and who used it below."""

from datetime import UTC

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from mnemo_cli.limits.levels import Edges
from mnemo_cli.output.plot import words
from mnemo_cli.output.plot.gathered import Gathered
from mnemo_cli.output.plot.marks import ROW_INCHES, draw_marks
from mnemo_cli.output.plot.memory import draw_memory
from mnemo_cli.output.plot.palette import INK, PALE_INK, PAPER
from mnemo_cli.output.plot.scales import date_of
from mnemo_cli.output.plot.users import draw_users

# Twelve hundred pixels wide, which a page or a chat shows whole.
_WIDTH_INCHES, _HEIGHT_INCHES, _HEIGHT_WITHOUT_USERS = 12.0, 8.0, 5.6
_LEFT, _RIGHT = 0.062, 0.815
_TOP_INCHES, _BOTTOM_INCHES, _BETWEEN_INCHES = 0.84, 0.45, 0.42
_USERS_SHARE = 0.42
STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 9.5,
    "figure.facecolor": PAPER,
    "text.color": INK,
    "axes.edgecolor": PALE_INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": PALE_INK,
    "ytick.color": PALE_INK,
    "text.parse_math": False,
    # Text stays text: it can be searched for and read aloud.
    "svg.fonttype": "none",
    "svg.hashsalt": "mnemo",
}


def draw(gathered: Gathered, edges: Edges) -> Figure:
    """The figure; who calls this has set STYLE."""
    whole, gathered = gathered, _with_width(gathered)
    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES if gathered.processes else _HEIGHT_WITHOUT_USERS))
    FigureCanvasAgg(figure)
    _head(figure, whole)
    memory = figure.add_axes((0, 0, 1, 1))
    draw_memory(memory, gathered, edges)
    panels = [memory]
    if gathered.processes:
        panels.append(figure.add_axes((0, 0, 1, 1), sharex=memory))
        draw_users(panels[-1], gathered)
    _time_axis(panels, gathered)
    marks = figure.add_axes((0, 0, 1, 1), sharex=memory)
    _arrange(figure, marks, panels, rows=1)
    _arrange(figure, marks, panels, rows=draw_marks(marks, panels, gathered.events))
    return figure


def _with_width(gathered: Gathered) -> Gathered:
    """One sample alone would be a picture without any width: it is drawn as half a second on both sides."""
    if len(gathered.points) != 1:
        return gathered
    (point,) = gathered.points
    sides = tuple(point._replace(time_seconds=point.time_seconds + side) for side in (-0.5, 0.5))
    uses = (use._replace(used_bytes=use.used_bytes * 2) for use in gathered.processes)
    return gathered._replace(points=sides, processes=tuple(uses))


def _arrange(figure: Figure, marks: Axes, panels: list[Axes], *, rows: int) -> None:
    """From the bottom: who used it, memory, and so many rows of marks."""
    marks_inches = rows * ROW_INCHES
    room = figure.get_figheight() - _TOP_INCHES - marks_inches - _BOTTOM_INCHES
    users_inches = (room - _BETWEEN_INCHES) * _USERS_SHARE if len(panels) > 1 else 0.0
    bottom = _BOTTOM_INCHES
    if users_inches:
        _place(panels[1], bottom, users_inches)
        bottom += users_inches + _BETWEEN_INCHES
    memory_inches = figure.get_figheight() - _TOP_INCHES - marks_inches - bottom
    _place(panels[0], bottom, memory_inches)
    _place(marks, bottom + memory_inches, marks_inches)


def _place(axes: Axes, bottom: float, height: float) -> None:
    """In inches; matplotlib takes shares."""
    whole = _HEIGHT_INCHES if (figure := axes.get_figure(root=True)) is None else figure.get_figheight()
    axes.set_position((_LEFT, bottom / whole, _RIGHT - _LEFT, height / whole))


def _head(figure: Figure, gathered: Gathered) -> None:
    height = figure.get_figheight()
    figure.text(0.012, 1 - 0.16 / height, words.title(gathered), fontsize=14, fontweight="bold", va="top")
    figure.text(0.012, 1 - 0.45 / height, words.subtitle(gathered), color=PALE_INK, va="top")


def _time_axis(panels: list[Axes], gathered: Gathered) -> None:
    times = [point.time_seconds for point in gathered.points]
    first, last = min(times), max(times)
    # One sample has no width, and would have none in the picture.
    spare = (last - first) * 0.004 or 1.0
    lowest = panels[-1]
    lowest.set_xlim(date_of(first - spare), date_of(last + spare))
    locator = AutoDateLocator(tz=UTC, minticks=3, maxticks=11)  # type: ignore[no-untyped-call]  # as matplotlib has it
    lowest.xaxis.set_major_locator(locator)
    # What all ticks have in common stands at the right end of the axis: the day, or the year.
    common = ["%Y UTC", "%Y-%m UTC", "%Y-%m-%d UTC", "%Y-%m-%d UTC", "%Y-%m-%d UTC", "%Y-%m-%d UTC"]
    ticks = ["%Y", "%b", "%d", "%H:%M", "%H:%M", "%H:%M:%S.%f"]
    starts = ["", "%Y", "%b", "%b %d", "%H:%M", "%H:%M:%S.%f"]
    formatter = ConciseDateFormatter(  # type: ignore[no-untyped-call]  # as matplotlib has it
        locator, tz=UTC, formats=ticks, zero_formats=starts, offset_formats=common
    )
    lowest.xaxis.set_major_formatter(formatter)
    for panel in panels[:-1]:
        panel.tick_params(labelbottom=False)
        panel.xaxis.get_offset_text().set_visible(False)
