"""`mnemo export rules`: alert rules as a file for Prometheus, which then fires on the same numbers after the same time.

One difference is meant: a number that becomes unknown has no sample, and Prometheus then takes an alert back;
here it goes on firing. `keep_firing_for` is read by Prometheus 2.42 and later.
"""

from collections.abc import Iterator

from mnemo_cli.limits.rules.names import SERIES
from mnemo_cli.limits.rules.promql import promql
from mnemo_cli.limits.rules.rule import Rule, Rules
from mnemo_cli.limits.rules.tree import has_opposite
from mnemo_cli.redact import printable

GROUP = "mnemo"


def prometheus_rules(rules: Rules) -> str:
    """The text of the file."""
    return "\n".join(_lines(rules)) + "\n"


def _lines(rules: Rules) -> Iterator[str]:
    yield f"# Alert rules of mnemo ({printable(rules.source)}), made by `mnemo export rules`."
    yield "# Check it after each change: promtool check rules FILE"
    yield "groups:"
    yield f"  - name: {GROUP}"
    yield "    rules:" if rules.rules else "    rules: []"
    for rule in rules.rules:
        yield from (f"      {line}" for line in _rule(rule))


def _rule(rule: Rule) -> Iterator[str]:
    yield f"- alert: {_quoted(rule.name)}"
    yield f"  expr: {_quoted(promql(rule.condition, SERIES))}"
    yield f"  for: {_duration(rule.for_seconds)}"
    if rule.keep_firing_seconds:
        yield f"  keep_firing_for: {_duration(rule.keep_firing_seconds)}"
    yield "  labels:"
    yield f"    severity: {rule.severity}"
    yield "  annotations:"
    yield f"    summary: {_quoted(_literal(rule.summary or rule.condition.text))}"
    # Where a comparison is turned round, what Prometheus has as the value is 0.
    value = "" if has_opposite(rule.condition.tree) else "; the value is {{ $value }}"
    yield f"    description: {_quoted(f'{{{{ $labels.instance }}}}: {_literal(rule.condition.text)}{value}.')}"


def _quoted(text: str) -> str:
    """In YAML's single quotes, in which only the quote itself is special."""
    return "'" + text.replace("'", "''") + "'"


def _literal(text: str) -> str:
    """Not a template of Prometheus's, whatever is in it."""
    return text.replace("{{", '{{ "{{" }}')


def _duration(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"
