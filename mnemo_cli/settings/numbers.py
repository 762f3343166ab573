"""The settings that are numbers, as alert rules and metrics call them: by their name without its table."""

from collections.abc import Mapping

from mnemo_cli.settings.load import Settings
from mnemo_cli.settings.table import ROWS


def numbers(settings: Settings) -> Mapping[str, float]:
    """In the unit of their row; a test says that no two tables have one of the same name."""
    values = {row.key.partition(".")[2]: settings.value(row.key) for row in ROWS}
    return {name: value for name, value in values.items() if isinstance(value, int | float)}
