"""The control groups as a tree: what each uses of its limit, its level, what happened in it; the one that binds marked.

A level is of what is used now; of a group on the path of the target it is the verdict's, which holds on for a while.
"""

from math import floor

from mnemo_cli.model import Level, Memory, Unlimited
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, STRONG, TITLE
from mnemo_cli.output.dashboard.pages.folding import Fold, folded
from mnemo_cli.output.dashboard.pages.standing import all_uses, path_names, standing
from mnemo_cli.output.dashboard.pages.window import room_for, scrolled
from mnemo_cli.output.dashboard.spans import Line, Span, cut, cut_front, fitted, width_of
from mnemo_cli.output.dashboard.table.row import RowKey
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.words import glyph, status
from mnemo_cli.sampling.group_tree import GroupUse
from mnemo_cli.units import format_duration, format_size

_SIZE_WIDTH, _LIMIT_WIDTH, _SHARE_WIDTH, _STATUS_WIDTH, _EVENT_WIDTH = 6, 9, 6, 11, 10
_EVENTS_FROM, _STATUS_FROM = 60, 100
_LEAST_NAME_WIDTH = 8
_FRESH_SECONDS = 5.0
_SELECTED = "reverse"
# A title and the last line, which says what there is no room for.
_TITLES = 2


def lines(view: View, width: int, height: int) -> list[Line]:
    """A title, the rows, and a note."""
    if height <= 0:
        return []
    rows, note = _rows(view, height), _note(view)
    told = scrolled(rows, lambda row: _line(view, row, width), note, width, height - 1, view.choice.first_row)
    return [_title(width), *told]


def row_keys(view: View, height: int) -> tuple[RowKey, ...]:
    """What can be selected, in the order of the rows; for the same height as `lines`."""
    return tuple(_key(row) for row in _rows(view, height))


def row_room(view: View, count: int, height: int) -> int:
    """How many of so many rows stand on the screen at once."""
    return max(0, room_for(count, _note(view), height - 1))


def _key(row: GroupUse | Fold) -> str:
    return row.key if isinstance(row, Fold) else row.path


def _rows(view: View, height: int) -> list[GroupUse | Fold]:
    found = all_uses(view)
    # "t" unfolds everything.
    if view.choice.unfolded or len(found) <= height - _TITLES:
        return list(found)
    return folded(found, height - _TITLES, path_names(view) | {str(view.choice.selected)})


def _title(width: int) -> Line:
    name_width = width - _numbers_width(width)
    words = f"{'USED':>{_SIZE_WIDTH}} {'LIMIT':>{_LIMIT_WIDTH}}"
    if width >= _EVENTS_FROM:
        words += f" {'%LIM':>{_SHARE_WIDTH}}"
    words += f" {'LEVEL':<{_level_width(width)}}" if width >= _STATUS_FROM else " " * (_level_width(width) + 1)
    if width >= _EVENTS_FROM:
        words += f" {'OOM KILLS':>{_EVENT_WIDTH}} {'LIMIT HITS':>{_EVENT_WIDTH}}"
    return fitted([(f"{' GROUP (* binds)':<{name_width}}"[:name_width] + words, TITLE)], width)


def _line(view: View, row: GroupUse | Fold, width: int) -> Line:
    name_width = width - _numbers_width(width)
    is_selected = view.choice.selected == _key(row)
    if isinstance(row, Fold):
        name = f"  {'  ' * row.depth}+{row.groups} without a limit (t)"
        used = "?" if row.used_bytes is None else format_size(row.used_bytes)
        return _marked([(_placed(name, name_width), DIM), (f"{used:>{_SIZE_WIDTH}}", DIM)], width, is_selected)
    level, binds = standing(view, row)
    name = view.look.text(_name(row, name_width))
    spans: list[Span] = [(_placed(f" {'*' if binds else ' '}{name}", name_width), STRONG if binds else "")]
    spans.append((_numbers(row.memory, level, width), LEVEL_STYLES[level] if level is not None else ""))
    if width >= _EVENTS_FROM:
        memory = row.memory
        for total, new in ((memory.oom_kills_total, row.new_oom_kills), (memory.limit_hits_total, row.new_limit_hits)):
            spans.append((f" {_events(total, new):>{_EVENT_WIDTH}}", STRONG if new else ""))
    return _marked(spans, width, is_selected)


def _marked(spans: list[Span], width: int, is_selected: bool) -> Line:
    line = fitted(spans, width)
    return tuple((text, _SELECTED) for text, _ in line) if is_selected else line


def _name(row: GroupUse, width: int) -> str:
    """The last part of the path, as far to the right as the group is deep; of a long name the end counts."""
    # What stands at the top is shown with all that leads to it.
    text = row.path if not row.depth else row.path.rstrip("/").rpartition("/")[2]
    indent = min(2 * row.depth, max(0, width - _LEAST_NAME_WIDTH - 3))
    return " " * indent + cut_front(text, width - indent - 3)


def _numbers(memory: Memory, level: Level | None, width: int) -> str:
    used, limit = memory.used_bytes, memory.limit_bytes
    is_unlimited = isinstance(limit, Unlimited)
    used_words = "?" if used is None else format_size(used)
    limit_words = "?" if limit is None else "-" if isinstance(limit, Unlimited) else format_size(limit)
    words = f"{used_words:>{_SIZE_WIDTH}} {limit_words:>{_LIMIT_WIDTH}}"
    if width >= _EVENTS_FROM:
        words += f" {'' if is_unlimited else _share(memory.used_ratio):>{_SHARE_WIDTH}}"
    sign = "" if is_unlimited else glyph(level) if width < _STATUS_FROM else status(level)
    return f"{words} {sign:<{_level_width(width)}}"


def _share(ratio: float | None) -> str:
    """Rounded down: 99.9 % is not full."""
    words = "?" if ratio is None else f"{floor(ratio * 100 + 1e-9)}%"
    return words if len(words) <= _SHARE_WIDTH else ">9999%"


def _events(total: int | None, new: int | None) -> str:
    """ "12", or "12 +3" where three of them came since the watch began; "+3" where there is no room for both."""
    if total is None:
        return "?"
    if not new:
        return _count(total)
    words = f"{_count(total)} +{_count(new)}"
    return words if len(words) <= _EVENT_WIDTH else f"+{_count(new)}"


def _count(number: int) -> str:
    """At most four digits and a letter."""
    for unit, letter in ((1, ""), (1000, "k"), (1000**2, "M"), (1000**3, "G")):
        if number < 10_000 * unit or letter == "G":
            return f"{number // unit}{letter}" if number < 10_000 * unit else ">9999G"
    return "?"


def _note(view: View) -> str:
    tree = view.groups
    if tree is None:
        return "only the limits on the path: no other groups are known here"
    words = []
    if not tree.is_complete:
        words.append("still being read")
    if tree.age_seconds > _FRESH_SECONDS:
        words.append(f"read up to {format_duration(tree.age_seconds)} ago")
    if tree.is_cut:
        words.append(f"more than {len(tree.groups)} groups: the others are not read")
    if tree.gaps:
        first = tree.gaps[0]
        words.append(view.look.text(f"not read: {first.source}: {first.reason}"))
    return "; ".join(words)


def _level_width(width: int) -> int:
    return _STATUS_WIDTH if width >= _STATUS_FROM else 2


def _numbers_width(width: int) -> int:
    events = 2 * (_EVENT_WIDTH + 1) + _SHARE_WIDTH + 1 if width >= _EVENTS_FROM else 0
    return _SIZE_WIDTH + 1 + _LIMIT_WIDTH + 1 + _level_width(width) + events


def _placed(text: str, width: int) -> str:
    return cut(text, width) if width_of(text) > width else text + " " * (width - width_of(text))
