"""The pages: each fills the lines between the heading and the footer, as a pure function of the view.

processes   the table of processes
groups      the tree of control groups; folding makes it as small as the room, standing says how each group stands
components  what programs count themselves, worker by worker
alerts      the rules, and what happened
history     how use went; axis has what happened meanwhile
focus       one process alone; limits_of has its limits
window      which rows of a long page are shown

The overview is in `frame`. A page is loaded when it is first shown: all of them are a fifth of a first frame.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.pages.window import room_for
from mnemo_cli.output.dashboard.spans import Line
from mnemo_cli.output.dashboard.table.row import RowKey
from mnemo_cli.output.dashboard.view import View

# (view, width, height) → exactly so many lines of exactly that width.
PageLines: TypeAlias = Callable[[View, int, int], list[Line]]


def page_of(view: View) -> PageLines | None:
    """What fills the screen below the heading; None for the overview, which has a layout of its own."""
    if view.choice.focus is not None:
        from mnemo_cli.output.dashboard.pages import focus

        return focus.lines
    match view.choice.page:
        case Page.OVERVIEW:
            return None
        case Page.PROCESSES:
            from mnemo_cli.output.dashboard.pages import processes

            return processes.lines
        case Page.GROUPS:
            from mnemo_cli.output.dashboard.pages import groups

            return groups.lines
        case Page.COMPONENTS:
            from mnemo_cli.output.dashboard.pages import components

            return components.lines
        case Page.ALERTS:
            from mnemo_cli.output.dashboard.pages import alerts

            return alerts.lines
        case Page.HISTORY:
            from mnemo_cli.output.dashboard.pages import history

            return history.lines


class Extent(NamedTuple):
    """What can be scrolled: so many rows, of which `room` stand on the screen; `keys` name those under a cursor."""

    rows: int = 0
    room: int = 1
    keys: tuple[RowKey, ...] | None = None


def extent(view: View, width: int, height: int) -> Extent:
    """Of any page but the overview and the processes, which are one list; `height` as the page is given it."""
    if view.choice.page is Page.GROUPS and view.choice.focus is None:
        from mnemo_cli.output.dashboard.pages import groups

        keys = groups.row_keys(view, height)
        return Extent(len(keys), groups.row_room(view, len(keys), height), keys)
    count = _rows(view, width)
    return Extent(count, max(1, room_for(count, "", height)))


def _rows(view: View, width: int) -> int:
    """How many rows a page has that is scrolled without a cursor; 0 for one that is as high as its room."""
    if view.choice.focus is not None:
        from mnemo_cli.output.dashboard.pages import focus

        return len(focus.rows(view, width))
    if view.choice.page is Page.COMPONENTS:
        from mnemo_cli.output.dashboard.pages import components

        return len(components.rows(view, width))
    if view.choice.page is Page.ALERTS:
        from mnemo_cli.output.dashboard.pages import alerts

        return len(alerts.rows(view, width))
    return 0
