"""Alerts in the JSON that programs read: those that are not inactive, and the events of their changes."""

import json
from math import inf

import pytest

from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from mnemo_cli.model.alerts import Alert
from mnemo_cli.recording.document import alert_document, encode, event_document, sample_document


def judged(moments, rules):
    """The moments with their alerts, as a watch gives them."""
    alerting = Alerting(rules, {"db_pool_size": 20.0})
    for moment in moments:
        alerts, events, gaps = alerting.judge(moment.sample, moment.verdict)
        verdict = moment.verdict
        yield moment._replace(
            verdict=verdict._replace(alerts=alerts, events=verdict.events + events, gaps=verdict.gaps + gaps)
        )


def test_the_alerts_of_a_watch_are_valid_documents(moments_of, validator_of):
    states = set()
    for moment in judged(moments_of(*[850] * 4, *[100] * 8, None, 100, spacing_seconds=15.0), BUILT_IN):
        document = json.loads(encode(sample_document(moment)))
        validator_of("sample").validate(document)
        states |= {alert["state"] for alert in document["alerts"]}
        for event in moment.verdict.events:
            line = json.loads(encode(event_document(event)))
            validator_of("event").validate(line)
            if line["event"] == "alert":
                assert not validator_of("event").is_valid(line | {"extra": 1})
    assert states == {"pending", "firing", "resolved", "unknown"}


def test_an_inactive_one_is_left_out(moments_of):
    (moment,) = judged(moments_of(100), BUILT_IN)
    assert [alert.state for alert in moment.verdict.alerts] == ["inactive", "inactive", "unknown", "unknown"]
    assert [alert["name"] for alert in sample_document(moment)["alerts"]] == ["WorkQueueFull", "ConnectionLeaks"]


def test_an_alert_as_programs_read_it(moments_of):
    rules = Rules((Rule("A", parse("memory_usage_pct > 60"), "error", ("log", "exec"), 0.0, summary="s"),), "rules.yml")
    (moment,) = judged(moments_of(850), rules)
    assert json.loads(encode(sample_document(moment)))["alerts"] == [
        {
            "name": "A",
            "state": "firing",
            "severity": "error",
            "since": "2023-11-14T22:13:20.000Z",
            "value": 85.0,
            "summary": "s",
            "actions": ["log", "exec"],
        }
    ]


@pytest.mark.parametrize(("value", "json_value"), [(inf, "unlimited"), (None, None), (0.0, 0.0), (-3.5, -3.5)])
def test_a_value_is_a_number_or_unlimited_or_null(value, json_value):
    alert = Alert(name="A", state="firing", severity="note", since_seconds=0.0, value=value)
    assert json.loads(encode(alert_document(alert)))["value"] == json_value


@pytest.mark.parametrize(
    "damage", [{"state": "inactive"}, {"value": "5"}, {"severity": "bad"}, {"since": 0}, {"extra": 1}, {"name": None}]
)
def test_the_schema_refuses_what_is_no_alert(damage, moments_of, validator_of):
    (moment,) = judged(moments_of(100), BUILT_IN)
    document = json.loads(encode(sample_document(moment)))
    assert validator_of("sample").is_valid(document)
    document["alerts"][0] |= damage
    assert not validator_of("sample").is_valid(document)


def test_what_is_no_number_is_told_as_unknown_by_who_judges(moments_of):
    rules = Rules((Rule("A", parse("0 / memory_used_bytes != 1"), "note", for_seconds=0.0),), "rules.yml")
    (moment,) = judged(moments_of(0), rules)
    assert moment.verdict.alerts[0].value is None
    assert sample_document(moment)["alerts"][0]["value"] is None
