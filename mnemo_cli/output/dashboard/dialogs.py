"""The questions that take the keys: the line in which a filter is typed, and which signal a process gets."""

from mnemo_cli.errors import UsageError
from mnemo_cli.output.dashboard.choice import Choice, Dialog, ProcessKey
from mnemo_cli.output.dashboard.requests import Request
from mnemo_cli.output.dashboard.table.filter import EVERYTHING, Filter, parse_filter
from mnemo_cli.watch.aim import SIGNALS

Answer = tuple[Choice, tuple[Request, ...]]

_LONGEST_FILTER = 200


def open_filter(choice: Choice) -> Choice:
    """Begin with the filter there is: it is often changed, and rarely typed anew."""
    return choice._replace(dialog=Dialog("filter", choice.filter.text, before=choice.filter))


def open_signal(choice: Choice, subject: ProcessKey, name: str) -> Choice:
    """Ask which signal; what is sent in the end is bound to this process and no other."""
    return choice._replace(dialog=Dialog("signal", SIGNALS[0], subject, name))


def answer(choice: Choice, dialog: Dialog, key: str) -> Answer:
    """One key for the dialog that is open."""
    return _typed(choice, dialog, key) if dialog.kind == "filter" else _chosen(choice, dialog, key)


def _typed(choice: Choice, dialog: Dialog, key: str) -> Answer:
    """The list follows while one types; what is no filter yet changes nothing but the complaint."""
    closed = choice._replace(dialog=None, complaint=None)
    if key == "esc":
        return closed._replace(filter=dialog.before), ()
    if key == "enter":
        return (closed if choice.complaint is None else choice), ()
    text = _edited(dialog.text, key)
    found, complaint = _parsed(text)
    changed = choice._replace(dialog=dialog._replace(text=text), complaint=complaint)
    return (changed if found is None else changed._replace(filter=found)), ()


def _edited(text: str, key: str) -> str:
    if key == "backspace":
        return text[:-1]
    if key == "ctrl+u":
        return ""
    if key == "ctrl+w":
        return text.rstrip().rpartition(" ")[0]
    if key.startswith("paste:"):
        key = "".join(sign if sign.isprintable() else " " for sign in key.removeprefix("paste:"))
    elif key == "space":
        key = " "
    elif len(key) != 1:
        return text
    return (text + key)[:_LONGEST_FILTER]


def _parsed(text: str) -> tuple[Filter | None, str | None]:
    if not text.strip():
        return EVERYTHING, None
    try:
        return parse_filter(text), None
    except UsageError as err:
        return None, str(err)


def _chosen(choice: Choice, dialog: Dialog, key: str) -> Answer:
    """Enter sends; Esc does not, and once the process has ended no key does."""
    closed = choice._replace(dialog=None, complaint=None)
    if key == "esc" or choice.complaint is not None:
        return closed, ()
    if key == "enter":
        return closed, (Request("signal", dialog.text),)
    step = {"right": 1, "down": 1, "tab": 1, "left": -1, "up": -1}.get(key, 0)
    name = SIGNALS[(SIGNALS.index(dialog.text) + step) % len(SIGNALS)]
    return choice._replace(dialog=dialog._replace(text=name)), ()
