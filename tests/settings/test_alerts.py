"""`[alerts]`: rules from a file, destinations with their secrets, and nothing of a stranger's."""

import os

import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.limits.rules.rule import BUILT_IN
from mnemo_cli.settings import load
from mnemo_cli.settings.alerts import PAGERDUTY_VARIABLE, TOKEN_VARIABLE, alert_rules, destinations

KNOWN = ("memory_usage_pct",)
RULES = "alerts:\n- name: Mine\n  condition: memory_usage_pct > 5\n"


def secret(folder, name, text, mode=0o600):
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def test_without_a_file_the_built_in_rules_hold(places):
    assert alert_rules(load(places=places), KNOWN) is BUILT_IN


def test_a_file_of_rules_replaces_them(places):
    path = places.folder / "rules.yml"
    path.write_text(RULES)
    rules = alert_rules(load(places=places, flags={"alerts.rules": str(path)}), KNOWN)
    assert [rule.name for rule in rules.rules] == ["Mine"]
    assert (rules.source, rules.are_built_in) == (str(path), False)


def test_a_file_of_rules_that_is_not_there_is_told_with_who_named_it(places):
    places.user_file.write_text('[alerts]\nrules = "/nowhere/rules.yml"\n')
    with pytest.raises(ConfigError) as refused:
        alert_rules(load(places=places), KNOWN)
    what = "cannot read the alert rules /nowhere/rules.yml: No such file or directory"
    assert str(refused.value) == f"{what} (named by file {places.user_file}:2)"


def test_a_pipe_in_place_of_rules_is_refused_at_once(places):
    os.mkfifo(places.folder / "rules.yml")
    with pytest.raises(ConfigError, match="empty"):
        alert_rules(load(places=places, flags={"alerts.rules": str(places.folder / "rules.yml")}), KNOWN)


def test_nothing_of_a_strangers_checkout_is_told_or_run(places):
    (places.folder / "mnemo.toml").write_text(
        '[alerts]\nrules = "/r"\nwebhook_url = "http://evil.example"\nexec = ["/bin/evil"]\nlog_to = "syslog"\n'
        'webhook_token_file = "/t"\npagerduty_key_file = "/p"\nwebhook_url_file = "/u"\nwebhook_ca_file = "/c"\n'
    )
    settings = load(places=places)
    assert alert_rules(settings, KNOWN) is BUILT_IN
    found = destinations(settings, {})
    assert (found.webhook_url, found.exec_argv, found.log_to) == (None, (), ("stderr",))
    assert (found.webhook_bearer_token, found.pagerduty_key, found.webhook_ca_file) == (None, None, None)
    assert len(settings.warnings) == 8


def test_secrets_come_from_files_or_the_environment(places):
    token = secret(places.folder, "token", "swordfish\n")
    places.user_file.write_text(f'[alerts]\nwebhook_url = "https://hooks.example/"\nwebhook_token_file = "{token}"\n')
    found = destinations(load(places=places), {PAGERDUTY_VARIABLE: "R0"})
    assert (found.webhook_bearer_token, found.pagerduty_key) == ("swordfish", "R0")
    assert "swordfish" not in repr(found)


def test_a_secret_that_is_given_twice_is_refused(places):
    token = secret(places.folder, "token", "a")
    places.user_file.write_text(f'[alerts]\nwebhook_token_file = "{token}"\n')
    with pytest.raises(ConfigError, match="the token of the webhook is given twice"):
        destinations(load(places=places), {TOKEN_VARIABLE: "b"})


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("swordfish\n", 0o644, "others may read or change it (mode 644); chmod 600 it"),
        ("\nswordfish\n", 0o600, "its first line is empty"),
        ("sword\u00fcfish\n", 0o600, "holds signs that PagerDuty's key cannot have"),
    ],
)
def test_a_secret_file_that_will_not_do_is_refused_without_showing_it(places, text, mode, message):
    key = secret(places.folder, "key", text, mode)
    places.user_file.write_text(f'[alerts]\npagerduty_key_file = "{key}"\n')
    with pytest.raises(ConfigError) as refused:
        destinations(load(places=places), {})
    assert message in str(refused.value)
    assert "sword" not in str(refused.value)


def test_times_and_a_program_reach_the_actions(places):
    places.user_file.write_text(
        '[alerts]\nexec = ["/bin/page", "the operator"]\ntimeout_secs = 2\ngroup_wait_secs = 0\nrepeat_secs = "1h"\n'
    )
    found = destinations(load(places=places), {})
    assert found.exec_argv == ("/bin/page", "the operator")
    assert (found.timeout_seconds, found.connect_timeout_seconds, found.group_wait_seconds) == (2, 2, 0)
    assert (found.exec_timeout_seconds, found.repeat_seconds) == (2, 3600)
