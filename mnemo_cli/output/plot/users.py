"""The lower panel: the processes that used most, one on top of the other, the largest at the bottom."""

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from mnemo_cli.output.plot import words
from mnemo_cli.output.plot.gathered import Gathered, ProcessUse
from mnemo_cli.output.plot.palette import INK, OTHERS, PAPER, PROCESSES
from mnemo_cli.output.plot.scales import NAN, date_of, size_axis


def draw_users(axes: Axes, gathered: Gathered) -> None:
    """Of a process that was not recorded at a time nothing is drawn there."""
    # After a gap there is a place without a value, so that nothing is drawn across it.
    rows: list[int | None] = []
    for position, point in enumerate(gathered.points):
        rows += [None, position] if point.is_after_gap else [position]
    dates = [
        date_of(gathered.points[(row if row is not None else rows[at + 1]) or 0].time_seconds)
        for at, row in enumerate(rows)
    ]
    floor = [NAN if row is None else 0.0 for row in rows]
    handles: list[Patch] = []
    for position, use in enumerate(gathered.processes):
        color = OTHERS if use.pid is None else PROCESSES[position % len(PROCESSES)]
        ceiling = [low + _at(use, row) for low, row in zip(floor, rows, strict=True)]
        axes.fill_between(dates, floor, ceiling, facecolor=color, edgecolor=PAPER, linewidth=0.4, zorder=2)
        handles.append(Patch(facecolor=color))
        floor = ceiling
    size_axis(axes, max((value for value in floor if value == value), default=1.0))
    axes.set_title(words.users_words(gathered), loc="left", fontsize=9.5, color=INK, pad=5)
    # The order of the legend is that of the stack: the topmost first.
    legend = axes.legend(
        handles[::-1],
        [f"{position}" for position in range(len(handles))],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.03),
        frameon=False,
        handlelength=1.1,
        handleheight=1.0,
        labelspacing=0.42,
        borderaxespad=0.3,
    )
    # Names that begin with "_" would be left out of a legend.
    for text, use in zip(legend.get_texts(), reversed(gathered.processes), strict=True):
        text.set_text(words.process_words(use))


def _at(use: ProcessUse, row: int | None) -> float:
    value = None if row is None else use.used_bytes[row]
    return 0.0 if value is None else value
