"""Destinations as values: no secret in sight, and words about those that are missing."""

import pytest

from mnemo_cli.degrade.actions.destinations import Destinations, missing_destinations
from mnemo_cli.degrade.actions.notifier import Notifier
from mnemo_cli.errors import ConfigError
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules

SECRET = Destinations(
    webhook_url="https://ops:Zq8canary1@hooks.slack.com/services/T1/B2/Zq8canary2?t=Zq8canary3",
    webhook_bearer_token="Zq8canary4",
    webhook_password="Zq8canary5",
    pagerduty_key="Zq8canary6",
    pagerduty_url="https://events.pagerduty.com/v2/enqueue",
    exec_argv=("/usr/bin/notify", "--password", "Zq8canary7", "--to", "ops"),
)


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{0!r:>10}".format])
def test_no_secret_is_shown_and_all_else_is(show):
    shown = show(SECRET)
    assert "canary" not in shown
    assert "hooks.slack.com/services" in shown and "/usr/bin/notify --password <redacted> --to ops" in shown
    assert "pagerduty_key='…'" in shown and "repeat_seconds=14400.0" in shown


def test_what_is_not_set_is_shown_so():
    assert "webhook_url=None" in repr(Destinations()) and "pagerduty_key=None" in repr(Destinations())


@pytest.mark.parametrize(
    ("destinations", "count"),
    [
        (Destinations(), 1),
        (Destinations(pagerduty_key="k"), 0),
        (Destinations(webhook_url="http://h/"), 0),
        (Destinations(exec_argv=("/bin/true",)), 1),
    ],
)
def test_of_the_built_in_rules_only_the_page_may_lack_a_destination(destinations, count):
    missing = missing_destinations(BUILT_IN, destinations)
    assert len(missing) == count
    assert all(one.startswith("alert MemoryCritical wants to page the operator, and there is no") for one in missing)


def test_each_action_without_a_destination_is_named_with_its_rule():
    condition = BUILT_IN.rules[0].condition
    rules = Rules(
        (
            Rule("A", condition, "error", ("log", "webhook", "exec", "throttle_requests")),
            Rule("B", condition, "error", ("webhook", "restart_recommended")),
        ),
        "alerts.yml",
    )
    first, second, third = missing_destinations(rules, Destinations())
    assert first.startswith("alert A wants a webhook") and second.startswith("alert A wants a program to be run")
    assert third == "alert B wants a webhook, and [alerts] gives no address for one; it will only be logged"


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook_url": "ftp://Zq8canary"},
        {"webhook_url": ""},
        {"webhook_url": "http://h/", "webhook_bearer_token": "Zq8canary\n"},
        {"pagerduty_key": "k", "pagerduty_url": "Zq8canary"},
        {"exec_argv": ("./Zq8",)},
        {"timeout_seconds": 0},
        {"connect_timeout_seconds": -1},
        {"exec_timeout_seconds": float("inf")},
        {"first_pause_seconds": float("nan")},
        {"group_wait_seconds": -1},
        {"repeat_seconds": float("nan")},
        {"most_per_minute": 0},
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_watched(wrong):
    with pytest.raises(ConfigError) as refused:
        Notifier(Destinations(**wrong))
    assert "canary" not in str(refused.value)
