"""The alerts of a command that watches: each notice says what is watched, and an exporter may tell nobody."""

import logging

import pytest

from mnemo_cli.commands.alarm import Alarm
from mnemo_cli.model import Scope
from mnemo_cli.settings import load
from tests.degrade.actions.receivers import receiver
from tests.degrade.actions.stage import alert
from tests.output.prometheus.rich import moment, sample

LOGGER = logging.getLogger("mnemo")


def told_by(scope, monkeypatch):
    """The alert as a webhook gets it from a watch of this scope."""
    with receiver() as hook:
        monkeypatch.setenv("MNEMOSYNE_ALERTS_WEBHOOK_URL", hook.url)
        alarm = Alarm(load(), LOGGER)
        alarm.note(moment(sample(scope=scope), alerts=(alert(actions=["webhook"]),)))
        alarm.close()
        (one,) = hook.until(1)[0].document["alerts"]
    return one


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        (Scope("host", "host"), "host"),
        (Scope("cgroup", "/app"), "cgroup /app"),
        (Scope("process", "pid 41", 41), "pid 41"),
        (Scope("name", "^app$"), "name ^app$"),
        (Scope("command", "app --run", 41), "command app --run"),
    ],
)
def test_a_notice_says_what_is_watched(scope, target, monkeypatch):
    labels = told_by(scope, monkeypatch)["labels"]
    assert labels["target"] == target and labels["job"] == "mnemo" and labels["instance"]


def test_two_watches_on_one_machine_tell_of_two_alerts(monkeypatch):
    scopes = (Scope("cgroup", "/app"), Scope("cgroup", "/db"))
    assert len({told_by(scope, monkeypatch)["fingerprint"] for scope in scopes}) == 2


def test_without_actions_nobody_is_told_and_no_secret_is_read(monkeypatch):
    """Nor is it said that an action has no destination."""
    with receiver() as hook:
        monkeypatch.setenv("MNEMOSYNE_ALERTS_WEBHOOK_URL", hook.url)
        monkeypatch.setenv("MNEMOSYNE_ALERTS_PAGERDUTY_KEY_FILE", "/nowhere/pagerduty")
        alarm = Alarm(load(), LOGGER, has_actions=False)
        alarm.note(moment(alerts=(alert(actions=["webhook"]),)))
        assert not alarm.notifications and alarm.alerting.rules.are_built_in
        alarm.close()
        assert hook.got == []
