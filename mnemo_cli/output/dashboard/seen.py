"""What stands on the screen while a key is pressed: only what exists can be chosen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mnemo_cli.output.dashboard.choice import ProcessKey
from mnemo_cli.output.dashboard.table.columns import Column
from mnemo_cli.output.dashboard.table.filter import EVERYTHING, Filter
from mnemo_cli.output.dashboard.table.row import RowKey


class Seen(NamedTuple):
    """`rows` are those of the page's list in their order, `room` of which it shows at once.

    `is_list` is False on a page without a list: it has `lines` to scroll through, and the cursor stays where it was
    on the last list. `columns` are what can be
    sorted by, `processes` the names of all in the sample, `kept` the moments to step through. A `slow_filter`
    was given up; `rows` are those of the `quick_filter` that was there before. `signal_refusal` says
    why no signals are sent here; None where they may be. `quit_question` is asked before the first q is believed.
    """

    rows: tuple[RowKey, ...] = ()
    room: int = 1
    lines: int = 0
    is_list: bool = True
    columns: tuple[Column, ...] = ()
    processes: Mapping[ProcessKey, str] = MappingProxyType({})
    kept: int = 1
    slow_filter: Filter | None = None
    quick_filter: Filter = EVERYTHING
    signal_refusal: str | None = None
    quit_question: str | None = None
