"""Alerts whose settings are read again: nothing that was to be told is lost, and nobody waits for it."""

import json
import logging
import time

import pytest

from mnemo_cli.commands.alarm import Alarm
from mnemo_cli.errors import ConfigError
from mnemo_cli.model import Moment
from mnemo_cli.settings import load
from tests.degrade.actions.receivers import hang, receiver, rude
from tests.limits.rules.moments import sample_of, verdict_of

LOGGER = logging.getLogger("mnemo")
RULE = "  - {name: Full, condition: memory_usage_pct > 60, severity: error, for: 0s, action: webhook}\n"


@pytest.fixture
def settings(tmp_path):
    """The settings with one rule for a webhook, and `text` beside."""

    def write(url, text="", rules=RULE, group_wait=0):
        (tmp_path / "rules.yml").write_text(f"alerts:\n{rules}")
        names = f'[alerts]\nrules = "{tmp_path}/rules.yml"\nwebhook_url = "{url}"\ngroup_wait_secs = {group_wait}\n'
        (tmp_path / "config.toml").write_text(names + text)
        return load(config_file=tmp_path / "config.toml")

    return write


def look(alarm, used, at):
    sample = sample_of(used, at=at)
    verdict = verdict_of(sample)
    alerts, events, _ = alarm.alerting.judge(sample, verdict)
    alarm.note(Moment(sample=sample, verdict=verdict._replace(alerts=alerts, events=events)))


def told(got):
    return [(alert["labels"]["alertname"], alert["status"]) for alert in got.document["alerts"]]


def test_another_webhook_is_told_what_fires_and_the_old_one_no_more(settings):
    with receiver() as old, receiver() as new:
        alarm = Alarm(settings(old.url), LOGGER)
        look(alarm, 70, 0)
        assert told(old.until(1)[0]) == [("Full", "firing")]
        alarm.change(settings(new.url))
        look(alarm, 70, 1)
        assert told(new.until(1)[0]) == [("Full", "firing")]
        look(alarm, 10, 2)
        assert told(new.until(2)[1]) == [("Full", "resolved")]
        alarm.close()
        assert len(old.got) == 1


def test_nobody_waits_for_an_old_webhook_that_hangs(settings):
    with rude(hang) as hanging, receiver() as new:
        alarm = Alarm(settings(hanging, "timeout_secs = 3\n"), LOGGER)
        look(alarm, 70, 0)
        began = time.monotonic()
        alarm.change(settings(new.url))
        assert time.monotonic() - began < 2
        look(alarm, 70, 1)
        assert told(new.until(1)[0]) == [("Full", "firing")]
        alarm.close()


def test_the_same_webhook_is_told_the_end_once_the_rules_are_others(settings):
    with receiver() as hook:
        alarm = Alarm(settings(hook.url), LOGGER)
        look(alarm, 70, 0)
        hook.until(1)
        alarm.change(settings(hook.url, rules=RULE.replace("60", "90")))
        look(alarm, 70, 1)
        assert told(hook.until(2)[1]) == [("Full", "resolved")]
        alarm.close()
        assert [json.loads(got.body)["status"] for got in hook.got] == ["firing", "resolved"]


def test_wrong_settings_leave_rules_and_webhook_as_they_are(settings, tmp_path):
    with receiver() as hook, receiver() as other:
        alarm = Alarm(settings(hook.url), LOGGER)
        look(alarm, 70, 0)
        hook.until(1)
        wrong = settings(other.url, rules=RULE.replace("memory_usage_pct", "memory_usage_ptc"))
        with pytest.raises(ConfigError, match="memory_usage_pct"):
            alarm.change(wrong)
        look(alarm, 10, 1)
        assert told(hook.until(2)[1]) == [("Full", "resolved")]
        alarm.close()
        assert other.got == []


def secret(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("key", "text"), [("webhook_url_file", "ftp://127.0.0.1/"), ("webhook_token_file", "two\twords")]
)
def test_wrong_destinations_leave_rules_and_webhook_as_they_are(settings, tmp_path, key, text):
    with receiver() as hook:
        alarm = Alarm(settings(hook.url), LOGGER)
        look(alarm, 70, 0)
        hook.until(1)
        rules = alarm.alerting.rules
        named = secret(tmp_path / "secret", text)
        url = "" if key == "webhook_url_file" else hook.url
        wrong = settings(url, f'{key} = "{named}"\n', rules=RULE.replace("60", "90"))
        with pytest.raises(ConfigError):
            alarm.change(wrong)
        assert alarm.alerting.rules is rules
        look(alarm, 10, 1)
        assert told(hook.until(2)[1]) == [("Full", "resolved")]
        alarm.close()


def test_an_old_webhook_is_told_what_is_over_at_the_next_look(settings):
    """It was told that the alert fires, and nobody else knows of it."""
    with receiver() as older, receiver() as old, receiver() as new:
        alarm = Alarm(settings(older.url), LOGGER)
        look(alarm, 70, 0)
        older.until(1)
        alarm.change(settings(old.url))
        alarm.change(settings(new.url))
        look(alarm, 10, 1)
        assert told(older.until(2)[1]) == [("Full", "resolved")]
        look(alarm, 70, 2)
        assert told(new.until(1)[0]) == [("Full", "firing")]
        alarm.close()
        assert (len(older.got), len(old.got), len(new.got)) == (2, 0, 1)


def test_an_old_webhook_is_told_of_an_alert_whose_rule_goes_with_it(settings):
    with receiver() as old, receiver() as new:
        alarm = Alarm(settings(old.url), LOGGER)
        look(alarm, 70, 0)
        old.until(1)
        alarm.change(settings(new.url, rules=RULE.replace("60", "50")))
        look(alarm, 70, 1)
        assert told(old.until(2)[1]) == [("Full", "resolved")]
        assert told(new.until(1)[0]) == [("Full", "firing")]
        alarm.close()


def test_what_an_old_webhook_is_still_to_be_told_is_sent_at_the_end(settings):
    with receiver() as old, receiver() as new:
        alarm = Alarm(settings(old.url, group_wait=60), LOGGER)
        look(alarm, 70, 0)
        alarm.change(settings(new.url))
        alarm.close()
        assert [told(got) for got in old.got] == [[("Full", "firing")]]
