"""The processes: the table, as high as there is room, and what it leaves out."""

from mnemo_cli.output.dashboard.boxes import padded
from mnemo_cli.output.dashboard.spans import Line
from mnemo_cli.output.dashboard.table.lines import table_with_note
from mnemo_cli.output.dashboard.view import View


def lines(view: View, width: int, height: int) -> list[Line]:
    """The process table, its footnote, and blank lines: always `height` lines."""
    return padded(table_with_note(view, width, height), height, width) if height > 0 else []
