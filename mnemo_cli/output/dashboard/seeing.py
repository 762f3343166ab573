"""From a view and the size of its screen: the rows under the cursor, and what else a key may choose from."""

from contextlib import suppress

from mnemo_cli.errors import SlowFilterError
from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.frame import page_height, process_rows
from mnemo_cli.output.dashboard.pages import extent
from mnemo_cli.output.dashboard.seen import Seen
from mnemo_cli.output.dashboard.table.columns import columns_for
from mnemo_cli.output.dashboard.table.filter import EVERYTHING, Filter
from mnemo_cli.output.dashboard.table.order import table_rows
from mnemo_cli.output.dashboard.view import View

_LISTS = (Page.OVERVIEW, Page.PROCESSES, Page.GROUPS)


class Sight:
    """What a person sees, and what they may do there."""

    def __init__(self, signal_refusal: str | None, quit_question: str | None) -> None:
        self._signal_refusal = signal_refusal
        self.quit_question = quit_question

    def now(self, view: View, width: int, height: int, *, kept: int, is_pressed: bool = False) -> Seen:
        """`is_pressed`: a key is waiting for it, and may scroll a page without a cursor."""
        choice, sample = view.choice, view.moment.sample
        seen = Seen(
            is_list=choice.page in _LISTS and choice.focus is None,
            columns=columns_for(width, view.columns),
            processes={(one.pid, one.started): one.command or one.name for one in sample.processes},
            kept=kept,
            signal_refusal=self._signal_refusal,
            quit_question=self.quit_question,
        )
        room = page_height(width, height)
        if seen.is_list and choice.page is not Page.GROUPS:
            quick = _quick_filter(view)
            if quick != choice.filter:
                seen = seen._replace(slow_filter=choice.filter, quick_filter=quick)
            rows = table_rows(sample.processes, view.memory, choice._replace(filter=quick))
            room = process_rows(width, height, has_trackers=bool(sample.trackers), choice=choice)
            return seen._replace(rows=tuple(row.key for row in rows), room=room)
        if not seen.is_list and not is_pressed:
            return seen._replace(room=room, lines=choice.first_row + room)
        found = extent(view, width, room)
        return seen._replace(rows=found.keys or (), room=found.room, lines=0 if seen.is_list else found.rows)


def _quick_filter(view: View) -> Filter:
    """The one that is chosen, unless it takes too long at these processes; then the one before it, or none."""
    choice = view.choice
    before = choice.dialog.before if choice.dialog is not None else EVERYTHING
    for found in (choice.filter, before):
        with suppress(SlowFilterError):
            table_rows(view.moment.sample.processes, view.memory, choice._replace(filter=found))
            return found
    return EVERYTHING
