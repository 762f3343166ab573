"""Metrics of alerts: how each rule stands, what firing ones ask for, and what was sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias, get_args

from mnemo_cli.model.alerts import Alert, AlertState
from mnemo_cli.output.prometheus.family import Family, LabelSets, Sheet, family

# What became of the messages of each action, such as ("webhook", "sent") or ("exec", "failed").
Notifications: TypeAlias = Mapping[tuple[str, str], int]

_STATES: tuple[AlertState, ...] = get_args(AlertState)

FAMILIES: tuple[Family, ...] = (
    family("mnemo_alert_state", f"1 for the state that an alert rule is in, 0 for the others: {', '.join(_STATES)}."),
    family("mnemo_alert_value", "The left side of the condition of an alert rule."),
    family("mnemo_alert_since_time_seconds", "Unix time at which the state of an alert rule began."),
    family("mnemo_action_alerts", "Alerts that fire and ask for an action, such as throttle_requests."),
    family("mnemo_notifications_total", "Messages of the actions of alerts, by what became of them."),
)


def put_alerts(sheet: Sheet, alerts: Sequence[Alert]) -> None:
    """Every rule, whether or not it fires."""
    of_rules = LabelSets("name", "severity", told_apart_by="name")
    actions: Counter[str] = Counter()
    for alert in alerts:
        own = of_rules.next(alert.name, alert.severity)
        sheet.put("mnemo_alert_value", alert.value, own)
        sheet.put("mnemo_alert_since_time_seconds", alert.since_seconds, own)
        for state in _STATES:
            sheet.put("mnemo_alert_state", state == alert.state, own.joined_by("state", state))
        for action in alert.actions:
            actions[action] += alert.state == "firing"
    of_actions = LabelSets("action", told_apart_by="action")
    for action, count in actions.items():
        sheet.put("mnemo_action_alerts", count, of_actions.next(action))


def put_notifications(sheet: Sheet, notifications: Notifications) -> None:
    labels = LabelSets("action", "outcome", told_apart_by="action")
    for (action, outcome), count in notifications.items():
        sheet.put("mnemo_notifications_total", count, labels.next(action, outcome))
