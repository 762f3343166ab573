"""Where alerts are told, as plain values: addresses, keys that were read already, a program, times.

`missing_destinations` says which of them a set of rules would need, and has not.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mnemo_cli.errors import ConfigError

if TYPE_CHECKING:
    from mnemo_cli.limits.rules.rule import Rules

LogTo: TypeAlias = Literal["stderr", "syslog", "journald"]


class Destinations(NamedTuple):
    """None or empty where there is none. `webhook_ca_file` is trusted in place of the system's certificates.

    `group_wait_seconds`: how long the first alert of a notice waits for others. `repeat_seconds`: after how
    long an alert that still fires is told again. `most_per_minute` notices go to one destination.
    """

    log_to: tuple[LogTo, ...] = ("stderr",)
    webhook_url: str | None = None
    webhook_bearer_token: str | None = None
    webhook_user: str | None = None
    webhook_password: str | None = None
    webhook_ca_file: str | None = None
    pagerduty_key: str | None = None
    pagerduty_url: str = "https://events.pagerduty.com/v2/enqueue"
    exec_argv: tuple[str, ...] = ()
    exec_timeout_seconds: float = 30.0
    connect_timeout_seconds: float = 5.0
    timeout_seconds: float = 10.0
    group_wait_seconds: float = 5.0
    repeat_seconds: float = 14_400.0
    first_pause_seconds: float = 1.0
    most_per_minute: int = 20
    syslog_path: Path = Path("/dev/log")
    journald_path: Path = Path("/run/systemd/journal/socket")

    def __repr__(self) -> str:
        """Addresses and program without their secrets; of a secret only whether there is one."""
        from mnemo_cli.degrade.actions.address import shown_url
        from mnemo_cli.redact import redact_command

        shown = {
            "webhook_url": self.webhook_url and shown_url(self.webhook_url),
            "pagerduty_url": shown_url(self.pagerduty_url),
            "exec_argv": redact_command(self.exec_argv),
        }
        for name in ("webhook_bearer_token", "webhook_password", "pagerduty_key"):
            shown[name] = None if getattr(self, name) is None else "…"
        values = (f"{name}={shown.get(name, value)!r}" for name, value in self._asdict().items())
        return f"Destinations({', '.join(values)})"


def missing_destinations(rules: "Rules", destinations: Destinations) -> tuple[str, ...]:
    """One sentence for each action of a rule that has nowhere to go, and is only logged."""
    lacking = {
        "page_operator": (
            destinations.pagerduty_key is None and destinations.webhook_url is None,
            "wants to page the operator, and there is no pager: give [alerts] a PagerDuty key or a webhook",
        ),
        "webhook": (destinations.webhook_url is None, "wants a webhook, and [alerts] gives no address for one"),
        "exec": (not destinations.exec_argv, "wants a program to be run, and [alerts] names none"),
    }
    return tuple(
        f"alert {rule.name} {lacking[action][1]}; it will only be logged"
        for rule in rules.rules
        for action in rule.actions
        if action in lacking and lacking[action][0]
    )


def check_times(destinations: Destinations) -> None:
    """ConfigError for what no clock can keep."""
    for name in ("exec_timeout_seconds", "connect_timeout_seconds", "timeout_seconds", "first_pause_seconds"):
        if not 0 < getattr(destinations, name) < float("inf"):
            raise ConfigError(f"alerts: {name} is {getattr(destinations, name)!r}; give more than 0 seconds")
    if not destinations.group_wait_seconds >= 0 or not destinations.repeat_seconds > 0:
        raise ConfigError("alerts: the times to wait for others and until a repeat cannot be negative")
    if destinations.most_per_minute < 1:
        raise ConfigError(f"alerts: {destinations.most_per_minute} notices a minute are none; give 1 or more")
