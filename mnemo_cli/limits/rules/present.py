"""How a rule stands at one moment, without its waits: whether its condition holds, at what value, what is unknown."""

from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from mnemo_cli.limits.rules.rule import Rule


class Present(NamedTuple):
    """`holds` is None where that hangs on the names in `unknown`; some may be unknown though it can be told."""

    rule: Rule
    holds: bool | None
    value: float | None
    unknown: tuple[str, ...]


def present(rule: Rule, values: Mapping[str, float | None]) -> Present:
    """`values` are those of names.values_of."""
    value = rule.condition.value(values)
    return Present(
        rule=rule,
        holds=rule.condition.holds(values),
        # What is no number, and less than everything, says nothing to anybody.
        value=value if value is not None and value > -inf else None,
        unknown=tuple(sorted(name for name in rule.condition.names if values[name] is None)),
    )
