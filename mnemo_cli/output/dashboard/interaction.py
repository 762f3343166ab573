"""What each key does: from one choice to the next, and what is to be done besides.

Pure: nothing is read and nothing is sent here. Any key in any state gives a choice that is valid for what is seen.
"""

from collections.abc import Callable, Mapping

from mnemo_cli.output.dashboard import keys
from mnemo_cli.output.dashboard.choice import WINDOWS_SECONDS, Choice, Page
from mnemo_cli.output.dashboard.dialogs import Answer, answer, open_filter, open_signal
from mnemo_cli.output.dashboard.requests import Request, RequestKind
from mnemo_cli.output.dashboard.seen import Seen
from mnemo_cli.output.dashboard.table.filter import EVERYTHING, TOO_SLOW, Filter, group_filter
from mnemo_cli.output.dashboard.table.order import next_sort
from mnemo_cli.output.dashboard.table.row import FOLD_END, RowKey
from mnemo_cli.sampling.asked import PssMode

_PAGES = {page.value: page for page in Page}
_REQUESTS: Mapping[str, RequestKind] = {
    keys.FASTER.typed: "faster",
    keys.SLOWER.typed: "slower",
    keys.ACKNOWLEDGE.typed: "acknowledge",
    keys.MARK.typed: "mark",
    keys.SNAPSHOT.typed: "snapshot",
    keys.RECORD.typed: "record",
}
_PSS_NOTICES = {
    PssMode.OFF: "PSS: of a watched tree alone; RSS counts shared pages in full for each process",
    PssMode.VISIBLE: "PSS: of the processes on the screen",
    PssMode.ALL: "PSS: of all processes; the kernel walks the page tables of each, see what mnemo costs above",
}


def press(choice: Choice, key: str, seen: Seen) -> Answer:
    """The choice after a key, and what it asks for."""
    asked = choice.notice is not None and choice.notice == seen.quit_question
    choice = choice._replace(notice=None)
    requests: tuple[Request, ...] = ()
    if choice.dialog is not None:
        choice, requests = answer(choice, choice.dialog, key)
    elif key == keys.QUIT.typed:
        if seen.quit_question is None or asked:
            requests = (Request("quit"),)
        else:
            choice = choice._replace(notice=seen.quit_question)
    elif choice.helping and key in (keys.HELP.typed, keys.BACK.typed):
        choice = choice._replace(helping=False)
    else:
        choice, requests = _done(choice._replace(helping=False), key, seen)
    return settled(choice, seen), requests


def settled(choice: Choice, seen: Seen) -> Choice:
    """The choice as far as what it names is still there."""
    steps_back = min(choice.steps_back, max(0, seen.kept - 1)) if choice.paused else 0
    choice = choice._replace(steps_back=max(0, steps_back))
    if choice.focus is not None and choice.focus not in seen.processes:
        choice = choice._replace(focus=None, notice=f"process {choice.focus[0]} is not in this sample")
    if seen.slow_filter is not None and choice.filter == seen.slow_filter:
        choice = _without_slow_filter(choice, seen.quick_filter)
    rows, room, first = seen.rows, max(1, seen.room), choice.first_row
    if not seen.is_list:
        return choice._replace(first_row=max(0, min(first, seen.lines - room)))
    selected = choice.selected
    if selected is not None:
        try:
            index = rows.index(selected)
        except ValueError:
            selected = None
        else:
            first = min(max(first, index - room + 1), index)
    return choice._replace(selected=selected, first_row=max(0, min(first, len(rows) - room)))


def _without_slow_filter(choice: Choice, quick: Filter) -> Choice:
    if choice.dialog is not None and choice.dialog.kind == "filter":
        return choice._replace(filter=quick, complaint=TOO_SLOW)
    return choice._replace(filter=quick, notice=TOO_SLOW)


def _done(choice: Choice, key: str, seen: Seen) -> Answer:
    if (kind := _REQUESTS.get(key)) is not None:
        return choice, (Request(kind),)
    if (page := _PAGES.get(key)) is not None:
        return (choice._replace(focus=None) if page is choice.page else _on(choice, page)), ()
    if (change := _CHANGES.get(key)) is not None:
        return change(choice, seen), ()
    if (move := _MOVES.get(key)) is not None:
        return _moved(choice, move, seen), ()
    return choice, ()


def _on(choice: Choice, page: Page) -> Choice:
    return choice._replace(page=page, focus=None, first_row=0)


def _pause(choice: Choice, seen: Seen) -> Choice:
    return choice._replace(paused=not choice.paused, steps_back=0)


def _sort(choice: Choice, seen: Seen) -> Choice:
    return next_sort(choice, seen.columns)


def _reverse(choice: Choice, seen: Seen) -> Choice:
    return choice._replace(reverse=not choice.reverse, first_row=0)


def _tree(choice: Choice, seen: Seen) -> Choice:
    if choice.page is Page.GROUPS:
        return choice._replace(unfolded=not choice.unfolded, first_row=0)
    return choice._replace(tree=not choice.tree, grouped=False, first_row=0)


def _group(choice: Choice, seen: Seen) -> Choice:
    if choice.page is Page.GROUPS:
        return choice._replace(notice="g puts the processes of one name into one row: on the pages 1 and 2")
    return choice._replace(grouped=not choice.grouped, tree=False, first_row=0)


def _focus(choice: Choice, seen: Seen) -> Choice:
    """The process under the cursor alone, or what is in the memory group under it."""
    row = _row(choice, seen)
    if isinstance(row, tuple) and row in seen.processes:
        return choice._replace(focus=row, first_row=0)
    if isinstance(row, str) and choice.page is Page.GROUPS:
        return _processes_of(choice, row)
    return choice._replace(notice=_no_process(row, "to look at"))


def _processes_of(choice: Choice, group: str) -> Choice:
    """A memory group is looked at as the processes in it, the machine as all of them, and a fold is opened."""
    if group.endswith(FOLD_END):
        return choice._replace(unfolded=True)
    kept = group_filter(group) if group.startswith("/") else EVERYTHING
    return _on(choice, Page.PROCESSES)._replace(filter=kept, selected=None)


def _signal(choice: Choice, seen: Seen) -> Choice:
    if seen.signal_refusal is not None:
        return choice._replace(notice=seen.signal_refusal)
    row = choice.focus or _row(choice, seen)
    if isinstance(row, tuple) and row in seen.processes:
        return open_signal(choice, row, seen.processes[row])
    return choice._replace(notice=_no_process(row, "to signal"))


def _row(choice: Choice, seen: Seen) -> RowKey | None:
    """The row under the cursor, if it can be seen."""
    return choice.selected if seen.is_list and choice.selected in seen.rows else None


def _no_process(row: RowKey | None, what_for: str) -> str:
    if isinstance(row, str):
        return f"this row is more than one process; choose one {what_for} from the list of all (2, g)"
    return f"choose a process {what_for} first, with up and down"


def _back(choice: Choice, seen: Seen) -> Choice:
    """Out of the innermost thing: a focus, the cursor, a filter."""
    if choice.focus is not None:
        return choice._replace(focus=None)
    if _row(choice, seen) is not None:
        return choice._replace(selected=None)
    return choice._replace(filter=EVERYTHING)


def _pss(choice: Choice, seen: Seen) -> Choice:
    modes = list(PssMode)
    mode = modes[(modes.index(choice.pss) + 1) % len(modes)]
    return choice._replace(pss=mode, notice=_PSS_NOTICES[mode])


def _zoomed(step: int) -> "Callable[[Choice, Seen], Choice]":
    def zoom(choice: Choice, seen: Seen) -> Choice:
        nearest = min(WINDOWS_SECONDS, key=lambda window: abs(window - choice.window_seconds))
        index = WINDOWS_SECONDS.index(nearest) + step
        return choice._replace(window_seconds=WINDOWS_SECONDS[max(0, min(index, len(WINDOWS_SECONDS) - 1))])

    return zoom


def _stepped(step: int) -> "Callable[[Choice, Seen], Choice]":
    def move(choice: Choice, seen: Seen) -> Choice:
        if not choice.paused:
            return choice._replace(notice="space pauses the view; then left and right step through the past")
        return choice._replace(steps_back=max(0, choice.steps_back + step))

    return move


def _moved(choice: Choice, move: str, seen: Seen) -> Choice:
    """The cursor appears at the first visible row, and then goes where it is sent; without a list the page scrolls."""
    last, page = max(len(seen.rows), seen.lines) - 1, max(1, seen.room - 1)
    steps = {"up": -1, "down": 1, "page_up": -page, "page_down": page, "home": -last, "end": last}[move]
    if not seen.is_list:
        return choice._replace(first_row=max(0, choice.first_row + steps))
    if not seen.rows:
        return choice
    row = _row(choice, seen)
    if row is not None:
        index = seen.rows.index(row) + steps
    else:
        index = {"home": 0, "end": last}.get(move, choice.first_row)
    return choice._replace(selected=seen.rows[max(0, min(index, last))])


_CHANGES: Mapping[str, Callable[[Choice, Seen], Choice]] = {
    keys.HELP.typed: lambda choice, seen: choice._replace(helping=True),
    keys.PAUSE.typed: _pause,
    keys.FILTER.typed: lambda choice, seen: open_filter(choice),
    keys.SORT.typed: _sort,
    keys.REVERSE.typed: _reverse,
    keys.TREE.typed: _tree,
    keys.GROUP.typed: _group,
    keys.FOCUS.typed: _focus,
    keys.BACK.typed: _back,
    keys.PSS.typed: _pss,
    keys.ZOOM_IN.typed: _zoomed(-1),
    keys.ZOOM_OUT.typed: _zoomed(1),
    keys.STEP_BACK.typed: _stepped(1),
    keys.STEP_ON.typed: _stepped(-1),
    keys.SIGNAL.typed: _signal,
}
_MOVES = {
    keys.UP.typed: "up", "k": "up", keys.DOWN.typed: "down", "j": "down",
    "page_up": "page_up", "page_down": "page_down", "home": "home", "end": "end",
}  # fmt: skip
