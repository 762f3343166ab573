"""The pages: each fills the lines between the heading and the footer, as a pure function of the view.

processes   the table of processes
groups      the tree of control groups; folding makes it as small as the room, standing says how each group stands
components  what programs count themselves, worker by worker
alerts      the rules, and what happened
history     how use went; axis has what happened meanwhile
focus       one process alone; limits_of has its limits
window      which rows of a long page are shown

The overview is in `frame`.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.pages import alerts, components, focus, groups, history, processes
from mnemo_cli.output.dashboard.pages.window import room_for
from mnemo_cli.output.dashboard.spans import Line
from mnemo_cli.output.dashboard.table.row import RowKey
from mnemo_cli.output.dashboard.view import View

# (view, width, height) → exactly so many lines of exactly that width.
PageLines: TypeAlias = Callable[[View, int, int], list[Line]]
PAGES: dict[Page, PageLines] = {
    Page.PROCESSES: processes.lines,
    Page.GROUPS: groups.lines,
    Page.COMPONENTS: components.lines,
    Page.ALERTS: alerts.lines,
    Page.HISTORY: history.lines,
}
# The pages that are scrolled without a cursor.
_ROWS = {Page.COMPONENTS: components.rows, Page.ALERTS: alerts.rows}


def page_of(view: View) -> PageLines | None:
    """What fills the screen below the heading; None for the overview, which has a layout of its own."""
    return focus.lines if view.choice.focus is not None else PAGES.get(view.choice.page)


class Extent(NamedTuple):
    """What can be scrolled: so many rows, of which `room` stand on the screen; `keys` name those under a cursor."""

    rows: int = 0
    room: int = 1
    keys: tuple[RowKey, ...] | None = None


def extent(view: View, width: int, height: int) -> Extent:
    """Of any page but the overview and the processes, which are one list; `height` as the page is given it."""
    choice = view.choice
    if choice.page is Page.GROUPS and choice.focus is None:
        keys = groups.row_keys(view, height)
        return Extent(len(keys), groups.row_room(view, len(keys), height), keys)
    rows_of = focus.rows if choice.focus is not None else _ROWS.get(choice.page)
    count = len(rows_of(view, width)) if rows_of is not None else 0
    return Extent(count, max(1, room_for(count, "", height)))
