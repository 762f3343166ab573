"""A file of alert rules, as the specification has it; each mistake with its line, and what is right instead.

alerts:
  - name: MemoryHigh
    condition: memory_usage_pct > 60
    severity: warning
    action: log            # or actions: [log, webhook]
    for: 30s               # and keep_firing_for: 5m
    summary: Memory use is high
"""

import re
from collections.abc import Collection
from typing import NoReturn, TypeVar, get_args

from mnemo_cli.limits.rules.condition import Condition, ConditionError, parse
from mnemo_cli.limits.rules.items import Item, Items, Table, Text, read_items, refusal
from mnemo_cli.limits.rules.rule import ACTIONS, DEFAULT_FOR_SECONDS, ActionName, Rule, Rules
from mnemo_cli.limits.rules.tokens import meant
from mnemo_cli.model.alerts import Severity
from mnemo_cli.redact import printable
from mnemo_cli.units import parse_duration

MOST_RULES = 1000
LONGEST_SECONDS = 30 * 86_400.0
_LONGEST_SUMMARY = 500
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_KEYS = ("name", "condition", "severity", "action", "actions", "for", "keep_firing_for", "summary")
# As Prometheus's own rules call them.
_OTHER_WORDS = {"alert": "name", "expr": "condition", "level": "severity", "description": "summary"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
_EXAMPLE = "write\nalerts:\n  - name: MemoryHigh\n    condition: memory_usage_pct > 60\n    severity: warning"
_Word = TypeVar("_Word", bound=str)


def read_rules(text: str | bytes, source: str, *, known: Collection[str]) -> Rules:
    """The rules of a file. `known` are the names that conditions may use.

    Raises ConfigError with the file, the line, what was found, what is allowed, and the nearest right word.
    """
    return _Document(printable(source), known).read(text)


class _Document:
    def __init__(self, source: str, known: Collection[str]) -> None:
        self._source = source
        self._known = known

    def read(self, raw: str | bytes) -> Rules:
        root = read_items(raw, self._source)
        if root is None or (isinstance(root, Text) and root.text is None):
            self._refuse(1, f"the file is empty; {_EXAMPLE}")
        if not isinstance(root, Table):
            self._refuse(root.line, f"the file must begin with alerts:, but is {_shown(root)}; {_EXAMPLE}")
        for key, (line, _) in root.rows.items():
            if key != "alerts":
                self._refuse(line, f"there is no {printable(key)!r} here; the file has one key, alerts")
        if "alerts" not in root.rows:
            self._refuse(root.line, f"there is no alerts: in the file; {_EXAMPLE}")
        line, alerts = root.rows["alerts"]
        if not isinstance(alerts, Items):
            self._refuse(line, f"alerts must be a list of rules, but is {_shown(alerts)}; {_EXAMPLE}")
        if len(alerts.items) > MOST_RULES:
            self._refuse(line, f"a file may have {MOST_RULES:,} alerts, not {len(alerts.items):,}")
        return Rules(self._no_name_twice([self._rule(item) for item in alerts.items]), self._source)

    def _rule(self, item: Item) -> tuple[int, Rule]:
        if not isinstance(item, Table):
            self._refuse(item.line, f"an alert must be a table of name, condition and more, but is {_shown(item)}")
        for key, (line, _) in item.rows.items():
            if key not in _KEYS:
                near = f"; did you mean {_OTHER_WORDS[key]}?" if key in _OTHER_WORDS else meant(key, _KEYS)
                self._refuse(line, f"there is no {printable(key)!r} in an alert{near or f'; there are {_list(_KEYS)}'}")
        name = self._name(item)
        rule = Rule(
            name=name,
            condition=self._condition(item, name),
            severity=self._severity(item),
            actions=self._actions(item),
            for_seconds=self._seconds(item, "for", DEFAULT_FOR_SECONDS),
            keep_firing_seconds=self._seconds(item, "keep_firing_for", 0.0),
            summary=self._summary(item),
        )
        return item.rows["name"][0], rule

    def _name(self, table: Table) -> str:
        line, name = self._text(table, "name", "it has no name; write name: and a word of your own")
        if not _NAME.fullmatch(name):
            allowed = "a letter first, then up to 99 letters, digits and the signs _ . -"
            self._refuse(line, f"the name {_cut(name)!r} will not do; allowed is {allowed}")
        return name

    def _condition(self, table: Table, name: str) -> Condition:
        line, text = self._text(
            table, "condition", f"{name} has no condition; write for example condition: memory_usage_pct > 60"
        )
        try:
            return parse(text, self._known)
        except ConditionError as err:
            raise refusal(self._source, line, f"the condition of {name}: {err}") from err

    def _severity(self, table: Table) -> Severity:
        if "severity" not in table.rows:
            return "warning"
        line, word = self._text(table, "severity")
        return self._one_of(line, word, "severity", _SEVERITIES)

    def _actions(self, table: Table) -> tuple[ActionName, ...]:
        if "action" in table.rows and "actions" in table.rows:
            self._refuse(table.rows["actions"][0], "it has both action and actions; leave one of them")
        if "action" in table.rows:
            line, word = self._text(table, "action")
            return (self._one_of(line, word, "action", ACTIONS),)
        line, found = table.rows.get("actions", (0, None))
        if found is None:
            return ("log",)
        if not isinstance(found, Items) or not found.items:
            self._refuse(line, f"actions must be a list such as [log, webhook], but is {_shown(found)}")
        words = [
            self._one_of(item.line, item.text or "", "action", ACTIONS)
            if isinstance(item, Text)
            else self._refuse(item.line, f"an action is a word, not {_shown(item)}")
            for item in found.items
        ]
        return tuple(dict.fromkeys(words))

    def _seconds(self, table: Table, key: str, default: float) -> float:
        if key not in table.rows:
            return default
        line, text = self._text(table, key)
        try:
            seconds = parse_duration(text)
        except ValueError as err:
            self._refuse(line, f"{key}: {_cut(str(err))}")
        if seconds > LONGEST_SECONDS:
            self._refuse(line, f"{key}: {_cut(text)!r} is too long; allowed are up to 30d")
        return seconds

    def _summary(self, table: Table) -> str:
        if "summary" not in table.rows:
            return ""
        line, text = self._text(table, "summary")
        if len(text) > _LONGEST_SUMMARY:
            self._refuse(line, f"a summary may have {_LONGEST_SUMMARY} characters, not {len(text):,}")
        return printable(" ".join(text.split()))

    def _text(self, table: Table, key: str, missing: str = "") -> tuple[int, str]:
        """The line and the text of a key that must have one."""
        line, item = table.rows.get(key, (table.line, None))
        if item is None or (isinstance(item, Text) and item.text is None):
            self._refuse(line, missing or f"{key} has no value")
        if not isinstance(item, Text) or item.text is None:
            self._refuse(line, f"{key} must be a text, but is {_shown(item)}")
        return line, item.text

    def _one_of(self, line: int, word: str, what: str, allowed: tuple[_Word, ...]) -> _Word:
        found = next((right for right in allowed if right == word), None)
        if found is None:
            near = meant(word, allowed) or f"; there are {_list(allowed)}"
            self._refuse(line, f"there is no {what} {_cut(word)!r}{near}")
        return found

    def _no_name_twice(self, rules: list[tuple[int, Rule]]) -> tuple[Rule, ...]:
        lines: dict[str, int] = {}
        for line, rule in rules:
            if rule.name in lines:
                first = lines[rule.name]
                self._refuse(line, f"another alert has the name {rule.name}, in line {first}; each needs its own")
            lines[rule.name] = line
        return tuple(rule for _, rule in rules)

    def _refuse(self, line: int, what: str) -> NoReturn:
        raise refusal(self._source, line, what)


def _shown(item: Item) -> str:
    if isinstance(item, Text):
        return "nothing" if item.text is None else f"the text {_cut(item.text)!r}"
    if isinstance(item, Items):
        return "a list" if item.items else "an empty list"
    return "a table"


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def _list(words: Collection[str]) -> str:
    return ", ".join(words)
