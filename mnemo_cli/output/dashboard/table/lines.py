"""The table as lines: fixed widths, numbers to the right, so that nothing jumps."""

from collections.abc import Sequence

from mnemo_cli.model import Limit
from mnemo_cli.output.dashboard.look import DIM, TITLE
from mnemo_cli.output.dashboard.spans import Line, cut, fitted, width_of
from mnemo_cli.output.dashboard.table.cells import AT_LEAST, Cell
from mnemo_cli.output.dashboard.table.columns import COLUMNS, COMMAND, PSS, Column, columns_for
from mnemo_cli.output.dashboard.table.order import table_rows
from mnemo_cli.output.dashboard.table.row import TableRow
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.redact import printable
from mnemo_cli.sampling.asked import PssMode

_SELECTED = "reverse"
# Of a long filter its beginning is shown.
_FILTER_WIDTH = 24
# Below this the command's column shows but its first twenty signs or so.
_NARROW = 100
_TREES = ("process", "name", "command")


def table_lines(view: View, width: int, height: int) -> list[Line]:
    """The titles, and the rows from the first one shown on, the selected one reversed."""
    rows = table_rows(view.moment.sample.processes, view.memory, view.choice)
    return _lines(view, visible(rows, view.choice.first_row, height - 1), width)[: max(0, height)]


def table_with_note(view: View, width: int, height: int) -> list[Line]:
    """The same with what the table leaves out in a line below; at most `height` lines."""
    if height < 2:
        return table_lines(view, width, height)
    rows = table_rows(view.moment.sample.processes, view.memory, view.choice)
    shown = visible(rows, view.choice.first_row, height - 2)
    return [*_lines(view, shown, width), footnote(view, rows, shown, width)]


def visible(rows: Sequence[TableRow], first_row: int, count: int) -> Sequence[TableRow]:
    """So many of the rows, from the first one that is to be shown; at the end the table stays full."""
    first = max(0, min(first_row, len(rows) - count))
    return rows[first : first + max(0, count)]


def footnote(view: View, rows: Sequence[TableRow], shown: Sequence[TableRow], width: int) -> Line:
    """How many of how many, what PSS cost, and what the signs mean that occur; as much of it as there is room for."""
    text = f"   ({_count(view, rows, shown)}"
    for note in _notes(view, shown):
        if width_of(text) + width_of(note) + 3 > width:
            break
        text = f"{text}; {note}"
    return fitted([(_shown(view, f"{text})"), DIM)], width)


def _lines(view: View, shown: Sequence[TableRow], width: int) -> list[Line]:
    columns = columns_for(width, view.columns)
    binding = view.moment.verdict.binding
    limit_bytes = None if binding is None else binding.limit_bytes
    return [_titles(columns, view, width), *(_line(row, columns, view, limit_bytes, width) for row in shown)]


def _titles(columns: Sequence[Column], view: View, width: int) -> Line:
    title = " ".join(_placed(column.heading, column) if column is not COMMAND else column.heading for column in columns)
    column = COLUMNS.get(view.choice.sort, PSS)
    sort = f"sort:{column.title} {'v' if column.descends is not view.choice.reverse else '^'}"
    if len(title) + len(sort) + 2 <= width:
        title = title + " " * (width - len(title) - len(sort)) + sort
    return fitted([(title, TITLE)], width)


def _line(row: TableRow, columns: Sequence[Column], view: View, limit_bytes: Limit | None, width: int) -> Line:
    cell = Cell(row, view.memory, view.look, limit_bytes, is_narrow=width < _NARROW)
    # The command is the last one, and takes what is left.
    texts = [cell.shown(column.text(cell)) for column in columns]
    placed = [text if column is COMMAND else _placed(text, column) for text, column in zip(texts, columns, strict=True)]
    style = _SELECTED if row.key == view.choice.selected else ""
    return tuple((text, style) for text, _ in fitted([(" ".join(placed), "")], width))


def _placed(text: str, column: Column) -> str:
    """The text in its column; a name that is too wide is cut, so that nothing jumps."""
    width = width_of(text)
    if width > column.width:
        return cut(text, column.width)
    return text + " " * (column.width - width) if column.left else " " * (column.width - width) + text


def _count(view: View, rows: Sequence[TableRow], shown: Sequence[TableRow]) -> str:
    choice, total, read = view.choice, view.moment.sample.process_count, len(view.moment.sample.processes)
    among = f"{'?' if total is None else total} processes"
    if (total is None or read < total) and (choice.grouped or choice.filter.terms or choice.tree):
        # Sums and findings are of those alone.
        among = f"{read} read, of {among}"
    first = max(0, min(choice.first_row, len(rows) - len(shown)))
    span = f"{first + 1}-{first + len(shown)}" if first and shown else f"{len(shown)}"
    if choice.grouped:
        return f"{span} of {len(rows)} names, {among}"
    if choice.filter.terms:
        return f"{span} of {len(rows)} found, of {among}"
    return f"{span} of {among}"


def _notes(view: View, shown: Sequence[TableRow]) -> list[str]:
    sample, mode, filtered = view.moment.sample, view.choice.pss, view.choice.filter.text
    notes = [f"filter {_excerpt(printable(filtered))}"] if filtered else []
    # The use of a tree is the sum of its PSS: it is read in every mode.
    is_of_tree = mode is PssMode.OFF and sample.scope.kind in _TREES and bool(sample.pss_seconds)
    if mode is PssMode.OFF and not is_of_tree:
        notes.append("PSS off: ~ = RSS")
    else:
        if sample.pss_seconds is not None:
            notes.append(f"PSS {'of the tree' if is_of_tree else mode.value} {sample.pss_seconds * 1000:.1f} ms")
        if any(row.process.pss_bytes is None and row.process.rss_bytes for row in shown):
            notes.append("~ = RSS where PSS is not known")
    if any(row.partial for row in shown):
        notes.append(f"{AT_LEAST} = at least")
    return notes


def _excerpt(text: str) -> str:
    return text if width_of(text) <= _FILTER_WIDTH else f"{cut(text, _FILTER_WIDTH - 3)}..."


def _shown(view: View, text: str) -> str:
    return view.look.text(text.replace(AT_LEAST, ">") if view.look.ascii_only else text)
