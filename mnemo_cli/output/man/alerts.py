"""mnemo-alerts(5): the file of alert rules, from the tables of its reader."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mnemo_cli.forensics.actions import ALERT_ACTIONS
from mnemo_cli.limits.rules.document import LONGEST_SECONDS, MOST_RULES
from mnemo_cli.limits.rules.rule import BUILT_IN, DEFAULT_FOR_SECONDS, Rule
from mnemo_cli.limits.rules.state import RESOLVED_SECONDS
from mnemo_cli.model.alerts import SEVERITY_LEVELS, AlertState
from mnemo_cli.output.man.around import SECRETS
from mnemo_cli.output.man.conditions import conditions, names
from mnemo_cli.output.man.nouns import Edition, Entry
from mnemo_cli.output.man.roff import entries, example, head, paragraphs, references, section, table

# A test reads both through the real reader.
EXAMPLE = """\
alerts:
  - name: FullIn5Minutes
    condition: forecast_seconds_to_limit < 5 * 60
    severity: critical
    actions: [page_operator, throttle_requests]
    for: 1m
    keep_firing_for: 5m
    summary: At this rate the limit is reached within five minutes
  - name: LittleRoom
    condition: memory_headroom_bytes < 512Mi
"""
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "name": "A word of your own, once in the file: a letter, then up to 99 letters, digits and the signs _ . -",
        "condition": "When it holds: see CONDITIONS.",
        "severity": "How bad that is: see SEVERITIES. By default warning.",
        "action": "What is done: see ACTIONS. By default log.",
        "actions": "Several of them, as a list: [log, webhook]. A rule has action or actions.",
        "for": f"How long the condition must hold before the alert fires. By default {DEFAULT_FOR_SECONDS:g}s, at most "
        f"{LONGEST_SECONDS / 86_400:g}d.",
        "keep_firing_for": "How long the alert goes on firing after it holds no more. By default 0s.",
        "summary": "One sentence for whoever is told.",
    }
)
STATES: Mapping[AlertState, str] = MappingProxyType(
    {
        "inactive": "Its condition does not hold.",
        "pending": "It holds, and not yet for the time of for.",
        "firing": "It has held for so long; the actions are taken.",
        "resolved": f"It fired, and holds no more. So for {RESOLVED_SECONDS:g} seconds.",
        "unknown": "It cannot be told. An alert that fires goes on firing meanwhile.",
    }
)
_DESCRIPTION = (
    "A file of alert rules is YAML with one key, alerts, which is a list of rules. It takes the place of the "
    "rules that are built in: by --rules, or by the setting alerts.rules of mnemo.toml(5). At most "
    f"{MOST_RULES:,} rules are read; anchors, aliases and tags are not. A mistake names its line, what is allowed, and "
    "the nearest right word.",
    "`mnemo monitor`, `mnemo orchestrate` and `mnemo export serve` hold the rules against every sample. `mnemo limits "
    "check` holds those of a file against one look, which cannot wait for their time: a rule that holds is a finding "
    "(AL001). `mnemo limits rules` shows how each stands, and with --replay when it would have fired in a recording.",
)
_SEVERITIES = "With --fail-on a rule of a file that fires counts as the level of its severity; those built in do not."
_DESTINATIONS = (
    "Where alerts are told is set in [alerts] of mnemo.toml(5), and never in a file of rules. Where an action has no "
    "destination the alert is only logged, and `mnemo limits check` finds that (AL002).",
    "Alerts that change together are told together (group_wait_secs), those that go on firing again (repeat_secs), and "
    "that they are over, too. After a failure it is tried again, later and later. An action that hangs delays neither "
    "the samples nor the others.",
    "webhook and exec get the document that Alertmanager sends, version 4. Its labels are alertname and severity, and "
    "what is watched; its annotations are summary and value.",
)


def alerts_page(edition: Edition) -> str:
    """The page."""
    severities = [Entry(word, f"As level {level.word}.") for word, level in SEVERITY_LEVELS.items()]
    body = [
        *head("mnemo-alerts", 5, edition, "alert rules of mnemo"),
        *section("DESCRIPTION", paragraphs(*_DESCRIPTION)),
        *section("KEYS OF A RULE", entries(Entry(f"{key}:", told) for key, told in KEYS.items())),
        *section("CONDITIONS", conditions()),
        *section("NAMES", names()),
        *section("SEVERITIES", [*paragraphs(_SEVERITIES), *table(severities)]),
        *section("STATES", table([Entry(state, told) for state, told in STATES.items()])),
        *section("ACTIONS", entries(Entry(name, told) for name, told in ALERT_ACTIONS.items())),
        *section("DESTINATIONS", paragraphs(*_DESTINATIONS)),
        *section("ENVIRONMENT", entries(SECRETS)),
        *section("EXAMPLES", _examples()),
        *section("SEE ALSO", references(SEE_ALSO)),
    ]
    return "\n".join(body) + "\n"


def built_in() -> str:
    """The rules that hold where no file does, as a file."""
    return "alerts:\n" + "".join(map(_as_yaml, BUILT_IN.rules))


SEE_ALSO = ("mnemo(1)", "mnemo-monitor(1)", "mnemo-limits(1)", "mnemo-export(1)", "mnemo.toml(5)")


def _as_yaml(rule: Rule) -> str:
    return (
        f"  - name: {rule.name}\n    condition: {rule.condition.text}\n    severity: {rule.severity}\n"
        f"    action: {rule.actions[0]}\n"
    )


def _examples() -> Iterator[str]:
    yield from paragraphs("Two rules; the second has only what every rule needs:")
    yield from example(EXAMPLE)
    yield ".PP"
    yield from paragraphs("The rules that are built in, but for their summaries:")
    yield from example(built_in())
