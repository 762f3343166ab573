"""`mnemo export alertmanager`: a first configuration of Alertmanager, which sends mnemo's alerts on by severity.

A beginning to be edited, so it is written with its comments and not dumped from data. The rules that make these
alerts are in rules.py. No secret is ever in the text: what is secret is named by the file that holds it.
"""

from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

# Nobody listens there: a place to be replaced, which a check of the file accepts.
PLACE_OF_NO_RECEIVER = "http://127.0.0.1:9478/alerts"


class Receivers(NamedTuple):
    """Where alerts are sent: files that hold a webhook's URL, its bearer token, and the routing key of PagerDuty."""

    webhook_url_file: PurePath | None = None
    webhook_token_file: PurePath | None = None
    pagerduty_key_file: PurePath | None = None


NOBODY = Receivers()


def alertmanager_config(receivers: Receivers = NOBODY) -> str:
    """The text of alertmanager.yml; what no receiver is known for is there as a comment."""
    return "\n".join((_ROUTES, "receivers:", *_team(receivers), *_operator(receivers)))


_ROUTES = """\
# A first Alertmanager configuration for mnemo's alerts, made by `mnemo export alertmanager`.
# Check it after each change: amtool check-config alertmanager.yml

route:
  receiver: team
  # One message for each alert of each machine, however many series it has.
  group_by: [alertname, job, instance]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 4h
  routes:
    # Somebody has to act now.
    - matchers: ['severity=~"error|critical"']
      receiver: operator
      repeat_interval: 1h
    # Nobody has to act.
    - matchers: ['severity=~"note|info"']
      receiver: team
      repeat_interval: 1d

# Without this, a machine that is critical is also told of as high.
# inhibit_rules:
#   - source_matchers: ['alertname="MemoryCritical"']
#     target_matchers: ['alertname="MemoryHigh"']
#     equal: [job, instance]
"""


def _team(receivers: Receivers) -> Iterator[str]:
    yield "  - name: team"
    yield from _webhook(receivers)


def _operator(receivers: Receivers) -> Iterator[str]:
    """PagerDuty where its key is known, beside the webhook where that is known too."""
    pagerduty = _pagerduty(receivers.pagerduty_key_file)
    yield "  - name: operator"
    if receivers.pagerduty_key_file is None:
        yield from _webhook(receivers)
        yield "    # Or somebody's pager: the routing key of an Events v2 integration, alone in a file."
        yield from (f"    # {line.removeprefix('    ')}" for line in pagerduty)
    else:
        if receivers.webhook_url_file is not None:
            yield from _webhook(receivers)
        yield from pagerduty
    yield ""


def _webhook(receivers: Receivers) -> Iterator[str]:
    yield "    webhook_configs:"
    if receivers.webhook_url_file is None:
        yield "      # Replace this. A URL that is a secret goes into a file: url_file, from Alertmanager 0.26 on."
        yield f"      - url: {_quoted(PLACE_OF_NO_RECEIVER)}"
    else:
        yield "      # Needs Alertmanager 0.26."
        yield f"      - url_file: {_quoted(receivers.webhook_url_file)}"
    yield "        send_resolved: true"
    if receivers.webhook_token_file is not None:
        yield "        http_config:"
        yield "          authorization:"
        yield f"            credentials_file: {_quoted(receivers.webhook_token_file)}"


def _pagerduty(key_file: PurePath | None) -> tuple[str, ...]:
    return (
        "    pagerduty_configs:",
        f"      - routing_key_file: {_quoted(key_file or '/etc/alertmanager/pagerduty.key')}",
        "        severity: '{{ .CommonLabels.severity }}'",
        "        send_resolved: true",
    )


def _quoted(text: object) -> str:
    """As a double-quoted YAML scalar on one line."""
    from yaml import safe_dump

    # A path that is not UTF-8 has surrogates in it, which no YAML file may hold.
    plain = str(text).encode(errors="backslashreplace").decode()
    return safe_dump(plain, default_style='"', width=1 << 30).rstrip("\n")
