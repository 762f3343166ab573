"""Inventories of limits for people and for programs: `mnemo limits show`.

table      what binds first on top, then every limit under the layer that sets it
plain      one line for each, for grep and logs
document   json: mnemo.limits/1
phrases    the words that they share
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mnemo_cli.doctor.budget import Budget
    from mnemo_cli.doctor.inventory import Inventory


class LimitsFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"


class Shown(NamedTuple):
    """One target, and what the configuration allows there where that was asked for."""

    inventory: "Inventory"
    budget: "Budget | None" = None


def render(shown: Sequence[Shown], limits_format: LimitsFormat, *, width: int | None = None) -> str:
    """All targets in one format; `width` is of the table's reader."""
    match limits_format:
        case LimitsFormat.TABLE:
            from mnemo_cli.output.limits.table import table_text

            return table_text(shown, width=width)
        case LimitsFormat.PLAIN:
            from mnemo_cli.output.limits.plain import plain_text

            return plain_text(shown)
        case LimitsFormat.JSON:
            from mnemo_cli.output.limits.document import json_text

            return json_text(shown)
