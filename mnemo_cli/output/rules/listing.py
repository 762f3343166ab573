"""The rules that hold, how each stands at one moment, and the numbers that conditions may use: mnemo.rules/1.

A rule is shown without its wait: that its condition holds now does not mean yet that it fires.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mnemo_cli.limits.rules.names import VARIABLES, VARIABLES_BY_NAME, Variable
from mnemo_cli.limits.rules.present import Present
from mnemo_cli.limits.rules.rule import Rules
from mnemo_cli.limits.rules.variables import Origin
from mnemo_cli.model import Json, Moment
from mnemo_cli.model.alerts import SEVERITY_LEVELS
from mnemo_cli.output.rules import RulesFormat
from mnemo_cli.output.rules import phrases as words
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.words import glyph
from mnemo_cli.output.wrapping import wrapped
from mnemo_cli.recording.document import gap_documents, pretty, timestamp
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

RULES_SCHEMA = "mnemo.rules/1"
_GROUPS: dict[Origin, str] = {
    "sample": "NUMBERS OF A SAMPLE",
    "trackers": "SUMS OVER THE PROGRAMS THAT COUNT THEMSELVES",
    "settings": "SETTINGS",
}


class Listing(NamedTuple):
    """Rules at one moment. `values` has every name; `has_all_names` lists them all, else those of the rules."""

    rules: Rules
    presents: tuple[Present, ...]
    moment: Moment
    values: Mapping[str, float | None]
    has_all_names: bool = False

    @property
    def variables(self) -> tuple[Variable, ...]:
        if self.has_all_names:
            return VARIABLES
        names = frozenset().union(*(rule.condition.names for rule in self.rules.rules))
        return tuple(variable for variable in VARIABLES if variable.name in names)


def listing_text(listing: Listing, rules_format: RulesFormat, *, width: int | None = None) -> str:
    """In one format; `width` is of the table's reader."""
    if rules_format is RulesFormat.JSON:
        return pretty(listing_document(listing))
    if rules_format is RulesFormat.PLAIN:
        return "".join(f"{line}\n" for line in _plain(listing))
    return _table(listing, max(words.LEAST_WIDTH, width or words.WIDTH))


def listing_document(listing: Listing) -> dict[str, Json]:
    """Why a number is null stands in `gaps`; of one that nobody counts there is none."""
    return {
        "schema": RULES_SCHEMA,
        "source": listing.rules.source,
        "time": timestamp(listing.moment.sample.time_seconds),
        "scope": listing.moment.sample.scope.json,
        "rules": [_rule_document(each) for each in listing.presents],
        "names": [
            {**variable._asdict(), "value": words.number_json(listing.values[variable.name])}
            for variable in listing.variables
        ],
        "gaps": gap_documents(listing.moment.gaps),
    }


def _rule_document(present: Present) -> dict[str, Json]:
    return {
        **words.rule_document(present.rule),
        "holds": present.holds,
        "value": words.number_json(present.value),
        "unknown": list(present.unknown),
    }


def _plain(listing: Listing) -> Iterator[str]:
    """One line for each rule and each name, its parts two blanks apart."""
    for each in listing.presents:
        rule = each.rule
        parts = [
            "rule", rule.name, _state(each), f"value {words.number(each.value)}", rule.severity,
            f"for {words.waits(rule)}", f"actions {','.join(rule.actions)}", rule.condition.text,
        ]  # fmt: skip
        parts += [f"unknown {','.join(each.unknown)}"] if each.unknown else []
        yield "  ".join(parts)
    for variable in listing.variables:
        value = words.number(listing.values[variable.name])
        yield "  ".join(part for part in ("name", variable.name, value, variable.unit, variable.help) if part)


def _state(present: Present) -> str:
    return {True: "holds", False: "does not hold", None: "unknown"}[present.holds]


def _table(listing: Listing, width: int) -> str:
    sample = listing.moment.sample
    title = wrapped(words.origin(listing.rules), width)
    title.append(f"{words.whom(sample.scope)}  {timestamp(sample.time_seconds)}")
    parts = [title, list(_rules(listing, width)), *_names(listing, width)]
    if not listing.has_all_names:
        parts.append(wrapped(f"--all shows all {len(VARIABLES)} names that conditions may use.", width))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _rules(listing: Listing, width: int) -> Iterator[str]:
    if not listing.presents:
        return
    rows = [("RULE", "NOW", "VALUE", "SEVERITY", "FOR")]
    rows += [
        (each.rule.name, _status(each), words.number(each.value), each.rule.severity, words.waits(each.rule))
        for each in listing.presents
    ]
    head, *lines = aligned(rows, right=frozenset({2, 4}))
    yield head
    for line, each in zip(lines, listing.presents, strict=True):
        yield line
        for detail in _details(each, listing.moment):
            yield from wrapped(detail, width, words.INDENT)


def _status(present: Present) -> str:
    if present.holds is None:
        return f"{glyph(None)} unknown"
    return f"{glyph(SEVERITY_LEVELS[present.rule.severity])} holds" if present.holds else "ok does not hold"


def _details(present: Present, moment: Moment) -> Iterator[str]:
    rule = present.rule
    yield rule.condition.text
    for name in present.unknown:
        reason = _reason(name, moment)
        yield f"unknown: {name}{f' ({reason})' if reason else ''}"
    keeps = f"; goes on firing for {format_duration(rule.keep_firing_seconds)}" if rule.keep_firing_seconds else ""
    yield f"does {', '.join(rule.actions)}{keeps}"
    if rule.summary:
        yield rule.summary


def _reason(name: str, moment: Moment) -> str:
    """Why a number is unknown, as far as a gap of its part says it: "forecast" says it of forecast_low_seconds."""
    is_of_trackers = VARIABLES_BY_NAME[name].origin == "trackers"
    part = "trackers" if is_of_trackers else name.partition("_")[0]
    reasons = (gap.reason for gap in moment.gaps if gap.field.partition(".")[0] == part)
    return printable(next(reasons, "no program in scope counts it" if is_of_trackers else ""))


def _names(listing: Listing, width: int) -> Iterator[list[str]]:
    for origin, title in _GROUPS.items():
        rows = [
            (
                f"  {variable.name}",
                words.quantity(variable.name, listing.values[variable.name], variable.unit),
                variable.help,
            )
            for variable in listing.variables
            if variable.origin == origin
        ]
        if rows:
            yield [title, *words.hanging(rows, width, right=frozenset({1}))]
