"""All rules against each moment: how each alert stands, what changed, and what could not be judged.

The rules are looked at once for each reported moment, so that an interval longer than an alert's `for` makes
it fire at its second look. Nobody is bothered with rules about what nobody counts: on a machine without
trackers an alert on the work queue is unknown, and that is neither an event nor a gap.
"""

from collections.abc import Mapping
from math import inf
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from mnemo_cli.limits.rules.names import VARIABLES_BY_NAME, numbers_of
from mnemo_cli.limits.rules.rule import Rule, Rules
from mnemo_cli.limits.rules.state import Standing, after
from mnemo_cli.model import UNLIMITED, Event, Gap, Level, Sample, Verdict, limit_json
from mnemo_cli.model.alerts import Alert, AlertState

Judgement: TypeAlias = tuple[tuple[Alert, ...], tuple[Event, ...], tuple[Gap, ...]]


class _Followed(NamedTuple):
    """An alert between two looks. `began_seconds` is the Unix time at which its state began."""

    standing: Standing
    began_seconds: float


class Alerting:
    """Follows the alerts of some rules through a watch. Settings are numbers by name, each in its own unit."""

    def __init__(self, rules: Rules, settings: Mapping[str, float]) -> None:
        self._followed: dict[str, _Followed] = {}
        # Rules that fired and hold no more: the next look takes their alerts back.
        self._dropped: list[Rule] = []
        self._follow(rules, settings)

    def change(self, rules: Rules, settings: Mapping[str, float]) -> None:
        """Other rules from now on. One that is the same, but for its summary, goes on as it stands, pending or firing.

        What fired by a rule that is no more, or is another now, is resolved at the next look.
        """
        kept = {rule.name for rule in rules.rules if _meaning(rule) in map(_meaning, self.rules.rules)}
        for rule in self.rules.rules:
            if rule.name in kept:
                continue
            followed = self._followed.pop(rule.name, None)
            if followed is not None and followed.standing.state == "firing":
                self._dropped.append(rule)
        self._follow(rules, settings)

    def judge(
        self, sample: Sample, verdict: Verdict, told: Mapping[str, float | None] = MappingProxyType({})
    ) -> Judgement:
        """The alerts in the order of their rules, the changes since the moment before, and the gaps.

        `told` are numbers by name that stand in the place of the sample's: what a log tells beside its moments.
        """
        values = numbers_of(self._names, sample, verdict, self._settings)
        if told:
            values |= {name: told[name] for name in self._names if name in told}
        alerts: list[Alert] = []
        events: list[Event] = []
        gaps: list[Gap] = []
        for rule in self._dropped:
            alert = Alert(rule.name, "resolved", rule.severity, sample.time_seconds, actions=rule.actions)
            alerts.append(alert)
            words = f"{rule.name} is resolved: its rule was taken back or changed"
            events.append(_event(rule, "firing", alert, sample.time_seconds)._replace(text=words))
        self._dropped = []
        for rule in self.rules.rules:
            holds = rule.condition.holds(values)
            before = self._followed.get(rule.name)
            followed = self._followed[rule.name] = _look(rule, before, holds, sample)
            alert = _alert(rule, followed, rule.condition.value(values))
            alerts.append(alert)
            gap = _gap(rule, alert, values, sample) if holds is None else None
            if gap is not None:
                gaps.append(gap)
            if before is not None or alert.state == "firing":
                from_state: AlertState = "inactive" if before is None else before.standing.state
                if _is_news(from_state, alert.state, gap):
                    events.append(_event(rule, from_state, alert, sample.time_seconds))
        return tuple(alerts), tuple(events), tuple(gaps)

    def _follow(self, rules: Rules, settings: Mapping[str, float]) -> None:
        self.rules = rules
        self._settings = settings
        self._names = sorted(frozenset().union(*(rule.condition.names for rule in rules.rules)))


def _look(rule: Rule, before: _Followed | None, holds: bool | None, sample: Sample) -> _Followed:
    now = sample.clock_seconds
    standing = after(
        Standing("inactive", now) if before is None else before.standing,
        holds,
        now,
        for_seconds=rule.for_seconds,
        keep_firing_seconds=rule.keep_firing_seconds,
    )
    unchanged = before is not None and before.standing.state == standing.state
    return _Followed(standing, before.began_seconds if before is not None and unchanged else sample.time_seconds)


def _alert(rule: Rule, followed: _Followed, value: float | None) -> Alert:
    return Alert(
        name=rule.name,
        state=followed.standing.state,
        severity=rule.severity,
        since_seconds=followed.began_seconds,
        # What is no number, and less than everything, says nothing to anybody.
        value=value if value is not None and value > -inf else None,
        summary=rule.summary,
        actions=rule.actions,
    )


def _meaning(rule: Rule) -> Rule:
    """All of it but what only people read."""
    return rule._replace(summary="")


def _gap(rule: Rule, alert: Alert, values: Mapping[str, float | None], sample: Sample) -> Gap | None:
    """Why it is unknown. None where it is about trackers, and there are none that tell it, and none unread."""
    unknown = sorted(name for name in rule.condition.names if values[name] is None)
    of_trackers = all(VARIABLES_BY_NAME[name].origin == "trackers" for name in unknown)
    unread = any(gap.field.startswith("trackers") for gap in sample.gaps)
    if of_trackers and not unread and alert.state != "firing":
        return None
    goes_on = ", and it goes on firing" if alert.state == "firing" else ""
    verb = "is" if len(unknown) == 1 else "are"
    return Gap(f"alerts.{rule.name}", rule.condition.text, f"{' and '.join(unknown)} {verb} unknown{goes_on}")


def _is_news(before: AlertState, now: AlertState, gap: Gap | None) -> bool:
    """Firing, resolved, and what can no longer be told though it should."""
    return before != now and (now in ("firing", "resolved") or (now == "unknown" and gap is not None))


def _event(rule: Rule, before: AlertState, alert: Alert, time_seconds: float) -> Event:
    words = {"firing": "is firing", "resolved": "is resolved", "unknown": "can no longer be told"}
    value = "unknown" if alert.value is None else f"{alert.value:,.6g}"
    summary = f"{rule.summary}; " if rule.summary and alert.state == "firing" else ""
    return Event(
        time_seconds=time_seconds,
        event="alert",
        level={"firing": alert.level, "resolved": Level.NORMAL}.get(alert.state),
        text=f"{rule.name} {words[alert.state]}: {summary}{rule.condition.text}, value {value}",
        fields={
            "name": alert.name,
            "from": before,
            "to": alert.state,
            "severity": alert.severity,
            "value": limit_json(UNLIMITED if alert.value == inf else alert.value),
            "summary": alert.summary,
        },
    )
