"""The words for rules that every format shares: whose rules, what they wait for, and a value."""

from collections.abc import Iterator, Sequence
from math import inf

from mnemo_cli.limits.rules.rule import Rule, Rules
from mnemo_cli.model import UNLIMITED, Json, Scope, limit_json
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.wrapping import wrapped
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration, format_size

UNKNOWN = "?"
WIDTH, LEAST_WIDTH = 80, 40
INDENT = "    "
# A name that ends so says its unit itself.
_UNITS_IN_NAMES = ("_bytes", "_ratio", "_seconds", "_per_second", "_seconds_total", "_secs")


def origin(rules: Rules) -> str:
    """ "4 alert rules, built in", "1 alert rule of /etc/mnemo/alerts.yml"."""
    what = counted(len(rules.rules), "alert rule")
    return f"{what}, built in" if rules.are_built_in else f"{what} of {printable(rules.source)}"


def counted(count: int, noun: str) -> str:
    """ "1 sample", "2,000 samples"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def whom(scope: Scope) -> str:
    """ "host", "cgroup /app"."""
    return scope.kind if scope.kind == "host" else f"{scope.kind} {printable(scope.name)}"


def number(value: float | None) -> str:
    """ "9,001", "71.25", "unlimited", or "?"."""
    if value is None:
        return UNKNOWN
    if value == inf:
        return "unlimited"
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.6g}"


def quantity(name: str, value: float | None, unit: str) -> str:
    """With its unit, where the name does not say it: "2.85G", "9,001 items", "0.04"."""
    if value is None or value == inf:
        return number(value)
    if unit.startswith("bytes"):
        return f"{format_size(round(value))}{'/s' if unit == 'bytes per second' else ''}"
    if name.endswith(_UNITS_IN_NAMES):
        return number(value)
    return f"{number(value)} {'s' if unit == 'seconds' else unit}".rstrip()


def waits(rule: Rule) -> str:
    """ "30s", "0s"."""
    return format_duration(rule.for_seconds)


def number_json(value: float | None) -> Json:
    """A number, "unlimited", or null."""
    return limit_json(UNLIMITED if value == inf else value)


def rule_document(rule: Rule) -> dict[str, Json]:
    """What is written of it in its file, and what holds where that says nothing."""
    return {
        "name": rule.name,
        "condition": rule.condition.text,
        "severity": rule.severity,
        "for_seconds": rule.for_seconds,
        "keep_firing_seconds": rule.keep_firing_seconds,
        "actions": list(rule.actions),
        "summary": rule.summary,
    }


def hanging(rows: Sequence[Sequence[str]], width: int, *, right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Aligned rows whose last cell goes on below itself where the line is too short for it."""
    lines = aligned([row[:-1] for row in rows], right=right)
    begin = max(map(len, lines), default=0)
    for line, row in zip(lines, rows, strict=True):
        if row[-1]:
            yield from wrapped(row[-1], width, f"{line:<{begin}}  ", " " * (begin + 2))
        else:
            yield line
