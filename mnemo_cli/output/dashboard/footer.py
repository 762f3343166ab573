"""The last line of the screen, and the help: which keys there are, what is being asked, what mnemo has to say."""

from mnemo_cli.output.dashboard import keys
from mnemo_cli.output.dashboard.choice import Choice, Dialog
from mnemo_cli.output.dashboard.keys import KEYS, Key
from mnemo_cli.output.dashboard.look import DIM, STRONG, Look
from mnemo_cli.output.dashboard.spans import Line, Span, cut, cut_front, fitted, whole, width_of
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.redact import printable

_CURSOR: Span = (" ", "reverse")
# What of a filter is seen at least, beside what is wrong with it.
_LEAST_FILTER_WIDTH = 12
_LEAST_NAME_WIDTH = 8
_COLUMN_WIDTH = 40
_NAME_WIDTH = 6
_NOTES = (
    "MEM bar: # used, % reclaimable cache, | the edges of the levels",
    "levels: ok NORMAL, ! MODERATE, !! HIGH, XX CRITICAL, ?? UNKNOWN",
    "used: what would have to be freed by killing or swapping",
    "~ before a size: RSS, as PSS is not known; * binds",
    "components: ! from 60 %, !! above 90 %, XX full; caches: hits, evictions",
)
# As the screen shows them when all fit; those with the lower number stay when they do not.
_SHOWN: tuple[tuple[int, tuple[Key, ...]], ...] = (
    (0, (keys.QUIT,)),
    (0, (keys.HELP,)),
    (0, (keys.FILTER,)),
    (0, (keys.PAUSE,)),
    (0, (keys.SORT,)),
    (2, (keys.REVERSE,)),
    (0, (keys.TREE,)),
    (2, (keys.GROUP,)),
    (0, (keys.FOCUS,)),
    (2, (keys.PSS,)),
    (2, (keys.ZOOM_IN, keys.ZOOM_OUT)),
    (2, (keys.ACKNOWLEDGE,)),
    (1, (keys.VIEWS,)),
    (2, (keys.SIGNAL,)),
    (3, (keys.MARK,)),
    (3, (keys.SNAPSHOT,)),
    (3, (keys.RECORD,)),
)
_SHOWN_IN_FOCUS = frozenset((keys.QUIT, keys.HELP, keys.PAUSE, keys.VIEWS, keys.SIGNAL, keys.PSS, keys.ACKNOWLEDGE))


def footer(view: View, width: int) -> Line:
    """A question, a notice, or the keys that fit."""
    choice = view.choice
    if choice.dialog is not None:
        ask = _filter_line if choice.dialog.kind == "filter" else _signal_line
        return ask(choice.dialog, choice.complaint, view.look, width)
    if choice.notice is not None:
        return fitted([(" " + view.look.text(printable(choice.notice)), STRONG)], width)
    return _keys_line(choice, view, width)


def help_lines(width: int, height: int, look: Look) -> list[Line]:
    """The help overlay, made from the key table: in two columns where there is room for them."""
    rows = [f" {key.name:<{_NAME_WIDTH}}{key.help}" for key in KEYS]
    if width >= 2 * _COLUMN_WIDTH:
        half = (len(rows) + 1) // 2
        right = [*rows[half:], *[""] * (2 * half - len(rows))]
        rows = [f"{one:<{_COLUMN_WIDTH}}{other}" for one, other in zip(rows[:half], right, strict=True)]
    rows.append(f" {keys.VIEWS.name:<{_NAME_WIDTH}}{keys.VIEWS.help}")
    texts = [" KEYS", *rows, "", *(f" {note}" for note in _NOTES)]
    if len(texts) > height > 0:
        texts[height - 1 :] = [" more: man mnemo-monitor"]
    return [fitted([(look.text(text), "")], width) for text in texts]


def _filter_line(dialog: Dialog, complaint: str | None, look: Look, width: int) -> Line:
    """What is typed, a cursor, and what is wrong with it."""
    wrong = "" if complaint is None else cut(f"  {printable(complaint)}", max(0, width - _LEAST_FILTER_WIDTH))
    room = max(1, width - 4 - width_of(wrong))
    typed = look.text(cut_front(printable(dialog.text), room))
    return fitted([(" / ", STRONG), (typed, ""), _CURSOR, (look.text(wrong), STRONG)], width)


def _signal_line(dialog: Dialog, complaint: str | None, look: Look, width: int) -> Line:
    """Which signal to which process; its name is what gives way."""
    if complaint is not None:
        return fitted([(f" {look.text(printable(complaint))}  (any key)", STRONG)], width)
    pid = dialog.subject[0] if dialog.subject is not None else "?"
    question, keys_ = look.text(f" send SIG{dialog.text} to {pid} "), "?  enter yes  esc no  left right other signals"
    room = max(_LEAST_NAME_WIDTH, width - len(question) - len(keys_))
    return fitted([(question, STRONG), (look.text(cut(printable(dialog.name), room)), ""), (keys_, STRONG)], width)


def _keys_line(choice: Choice, view: View, width: int) -> Line:
    words = [(rank, f"{' '.join(key.name for key in some)} {some[0].word}") for rank, some in _chosen(choice, view)]
    if choice.paused:
        words.insert(0, (0, "left right step"))
    if choice.focus is not None or choice.filter.text:
        words.insert(0, (0, f"{keys.BACK.name} {keys.BACK.word}"))
    for rank in (3, 2, 1):
        kept = [word for word in words if word[0] <= rank]
        if _width(kept) <= width:
            break
    else:
        kept = [word for word in words if word[0] == 0]
    return whole([(f" {word} ", DIM) for _, word in kept], width)


def _chosen(choice: Choice, view: View) -> list[tuple[int, tuple[Key, ...]]]:
    shown = [(rank, some) for rank, some in _SHOWN if some[0] is not keys.SIGNAL or view.may_signal]
    if choice.focus is not None:
        shown = [(rank, some) for rank, some in shown if some[0] in _SHOWN_IN_FOCUS]
    if choice.paused:
        shown = [(rank, (some[0]._replace(word="go on"),) if some[0] is keys.PAUSE else some) for rank, some in shown]
    return shown


def _width(words: list[tuple[int, str]]) -> int:
    return sum(len(word) + 2 for _, word in words)
