"""PagerDuty's events: the right ones, one for each alert, and the key shown nowhere."""

import json

import pytest

from mnemo_cli.degrade.actions.document import Source
from mnemo_cli.degrade.actions.notice import Episode
from mnemo_cli.degrade.actions.pagerduty import PagerDuty, event
from mnemo_cli.degrade.actions.post import Post
from mnemo_cli.errors import NotSentError
from tests.degrade.actions.receivers import Reply, receiver
from tests.degrade.actions.stage import BEGIN, LABELS, SUMMARY, alert, notice, over

KEY = "0123456789abcdef0123456789abcdef"
SOURCE = Source(LABELS, "https://wiki.example/mnemo")


def test_an_alert_opens_an_incident_and_its_end_closes_the_same_one():
    opened = event(Episode(alert(), BEGIN), SOURCE, KEY)
    key = opened["dedup_key"]
    assert opened == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": key,
        "client": "mnemo",
        "client_url": "https://wiki.example/mnemo",
        "payload": {
            "summary": f"MemoryCritical on db1: {SUMMARY} (81.25)",
            "source": "db1",
            "severity": "error",
            "timestamp": "2027-01-15T08:00:00.000Z",
            "component": "memory",
            "class": "MemoryCritical",
            "custom_details": {
                **LABELS, "alertname": "MemoryCritical", "severity": "error", "summary": SUMMARY, "value": "81.25",
            },
        },
    }  # fmt: skip
    closed = event(over(alert()), SOURCE, KEY)
    assert closed == {name: opened[name] for name in ("routing_key", "dedup_key", "client", "client_url")} | {
        "event_action": "resolve"
    }


def test_an_incident_is_known_by_its_alert_and_host_and_not_by_its_severity_or_time():
    def key(one, labels=LABELS):
        return event(Episode(one, one.since_seconds), Source(labels), KEY)["dedup_key"]

    assert key(alert(severity="critical", since=BEGIN + 9)) == key(alert())
    assert len({key(alert()), key(alert("MemoryHigh")), key(alert(), {"instance": "db2"})}) == 3


def test_two_targets_of_one_host_are_two_incidents_whose_summaries_name_them():
    app, db = (
        event(Episode(alert(), BEGIN), Source({**LABELS, "target": f"cgroup /{name}"}), KEY) for name in ("app", "db")
    )
    assert app["dedup_key"] != db["dedup_key"]
    assert app["payload"]["summary"] == f"MemoryCritical of cgroup /app on db1: {SUMMARY} (81.25)"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("note", "info"), ("info", "info"), ("warning", "warning"), ("error", "error"), ("critical", "critical")],
)
def test_each_severity_is_one_of_theirs(ours, theirs):
    assert event(Episode(alert(severity=ours), BEGIN), SOURCE, KEY)["payload"]["severity"] == theirs


def test_a_long_summary_is_cut_and_an_unknown_value_is_left_out():
    payload = event(Episode(alert(summary="é\udcff" * 2000, value=None), BEGIN), Source({}), KEY)["payload"]
    assert len(payload["summary"]) == 1024 and payload["summary"].startswith("MemoryCritical on mnemo: é\\udcff")
    assert payload["source"] == "mnemo" and "value" not in payload["custom_details"]


def test_it_is_posted_and_a_refusal_does_not_show_the_key():
    replies = (Reply(202, '{"status":"success"}'), Reply(400, json.dumps({"message": f"{KEY} is invalid"})))
    with receiver(*replies) as there:
        pager = PagerDuty(Post(there.url, "PagerDuty"), KEY, SOURCE)
        pager.send(notice())
        assert there.got[0].document["routing_key"] == KEY
        with pytest.raises(NotSentError, match="it answered 400") as refused:
            pager.send(notice())
    assert not refused.value.again and KEY not in str(refused.value) + pager.shown
