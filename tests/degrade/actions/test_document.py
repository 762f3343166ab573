"""The document that Alertmanager sends to webhooks: the same in ours, as a real Alertmanager shows."""

import json
import time

import pytest

from mnemo_cli.degrade.actions.document import MOST_BODY_BYTES, Source, body, fingerprint, value_text
from mnemo_cli.degrade.actions.notice import Episode
from mnemo_cli.degrade.actions.post import Post
from mnemo_cli.recording.document import timestamp
from tests.degrade.actions.receivers import receiver
from tests.degrade.actions.stage import BEGIN, LABELS, SUMMARY, alert, notice, over
from tests.live.servers import serving

SOURCE = Source(LABELS, "https://wiki.example/mnemo")
CONFIG = """
route: {{receiver: hook, group_by: [job, instance], group_wait: 10ms, group_interval: 1s}}
receivers:
  - name: hook
    webhook_configs: [{{url: "{url}", send_resolved: true}}]
"""


def document(*episodes, source=SOURCE, **rest):
    return json.loads(body(notice(*episodes, **rest), source))


def test_a_firing_alert_and_one_that_ended_in_full():
    firing, ended = Episode(alert(), BEGIN), over(alert("MemoryHigh", value=40.0, severity="warning"))
    assert document(firing, ended, lost=3) == {
        "version": "4",
        "groupKey": '{}:{instance="db1", job="mnemo"}',
        "truncatedAlerts": 3,
        "status": "firing",
        "receiver": "mnemo",
        "groupLabels": LABELS,
        "commonLabels": LABELS,
        "commonAnnotations": {"summary": SUMMARY},
        "externalURL": "https://wiki.example/mnemo",
        "alerts": [
            {
                "status": "firing",
                "labels": {**LABELS, "alertname": "MemoryCritical", "severity": "error"},
                "annotations": {"summary": SUMMARY, "value": "81.25"},
                "startsAt": "2027-01-15T08:00:00.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "https://wiki.example/mnemo",
                "fingerprint": fingerprint({**LABELS, "alertname": "MemoryCritical", "severity": "error"}),
            },
            {
                "status": "resolved",
                "labels": {**LABELS, "alertname": "MemoryHigh", "severity": "warning"},
                "annotations": {"summary": SUMMARY, "value": "40"},
                "startsAt": "2027-01-15T08:00:00.000Z",
                "endsAt": "2027-01-15T08:03:05.000Z",
                "generatorURL": "https://wiki.example/mnemo",
                "fingerprint": fingerprint({**LABELS, "alertname": "MemoryHigh", "severity": "warning"}),
            },
        ],
    }
    assert document(ended)["status"] == "resolved"


def test_text_that_is_no_unicode_and_numbers_that_are_none_become_plain_json():
    strange = alert('"Q\n\udcff', summary="caf\udce9 \ud800 ü", value=float("inf"))
    raw = body(notice(Episode(strange, BEGIN)), Source({"instance": 'a"b\\c\ud800'}))
    (one,) = json.loads(raw.decode("utf-8"))["alerts"]
    assert one["labels"]["alertname"] == '"Q\n\\udcff' and one["labels"]["instance"] == 'a"b\\c\\ud800'
    assert one["annotations"] == {"summary": "caf\\udce9 \\ud800 ü", "value": "+Inf"}
    assert [value_text(number) for number in (None, float("-inf"), float("nan"), 81.2, 1e9, 0.1 + 0.2)] == [
        "", "-Inf", "NaN", "81.2", "1000000000", "0.3",
    ]  # fmt: skip


def test_a_body_never_grows_past_its_size_and_says_how_many_were_left_out():
    many = [Episode(alert(f"A{number}", summary="☃" * 100_000), BEGIN) for number in range(500)]
    raw = body(notice(*many), SOURCE)
    shown = json.loads(raw)
    assert len(raw) <= MOST_BODY_BYTES
    assert shown["alerts"] and len(shown["alerts"]) + shown["truncatedAlerts"] == 500


def test_what_is_news_is_told_before_what_was_told_already():
    old = [Episode(alert(f"Old{number}"), BEGIN) for number in range(300)]
    new = Episode(alert("New"), BEGIN)
    shown = json.loads(body(notice(*old, new)._replace(news=(new,)), SOURCE))
    assert shown["alerts"][0]["labels"]["alertname"] == "New" and len(shown["alerts"]) == 100


@pytest.fixture
def alertmanager(prometheus_binaries, tmp_path, free_port):
    """A real one, and the receiver that it tells."""
    with receiver() as hook:
        config, place = tmp_path / "alertmanager.yml", f"127.0.0.1:{free_port}"
        config.write_text(CONFIG.format(url=hook.url))
        words = [prometheus_binaries.alertmanager, f"--config.file={config}", f"--storage.path={tmp_path / 'data'}"]
        words += [f"--web.listen-address={place}", "--cluster.listen-address="]
        with serving(words, f"http://{place}/-/ready", tmp_path / "alertmanager.log"):
            yield f"http://{place}", hook


def test_a_real_alertmanager_tells_of_the_same_alert_in_the_same_words(alertmanager):
    url, hook = alertmanager
    now = round(time.time(), 3)
    mine = document(Episode(alert(since=now), now))
    (one,) = mine["alerts"]
    pushed = {name: one[name] for name in ("labels", "annotations", "startsAt", "generatorURL")}
    assert Post(f"{url}/api/v2/alerts", "Alertmanager").post(json.dumps([pushed]).encode()).status == 200
    theirs = hook.until(1)[0].document
    assert set(theirs) == set(mine)
    for name in (
        "version",
        "truncatedAlerts",
        "status",
        "groupLabels",
        "commonLabels",
        "commonAnnotations",
        "groupKey",
    ):
        assert theirs[name] == mine[name]
    (told,) = theirs["alerts"]
    assert {**told, "startsAt": timestamp(now)} == one
