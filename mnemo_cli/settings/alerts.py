"""What `[alerts]` comes to: the rules that hold, and where alerts are told, with the secrets read from their files."""

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, cast

from mnemo_cli.errors import ConfigError
from mnemo_cli.redact import printable
from mnemo_cli.settings.load import Settings
from mnemo_cli.settings.secret_file import read_secret
from mnemo_cli.settings.texts import words_of

if TYPE_CHECKING:
    from mnemo_cli.degrade.actions.destinations import Destinations, LogTo
    from mnemo_cli.limits.rules.rule import Rules

TOKEN_VARIABLE = "MNEMOSYNE_ALERTS_WEBHOOK_TOKEN"
PAGERDUTY_VARIABLE = "MNEMOSYNE_ALERTS_PAGERDUTY_KEY"
_LARGEST_BYTES = 1 << 20


def alert_rules(settings: Settings, known: Collection[str]) -> "Rules":
    """Those of the file, or the built-in ones. `known` are the names that a condition may use; raises ConfigError."""
    from mnemo_cli.limits.rules.rule import BUILT_IN

    path = settings.named_file("alerts.rules")
    if path is None:
        return BUILT_IN
    from mnemo_cli.limits.rules.document import read_rules

    shown = printable(str(path))
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as err:
        raise ConfigError(
            f"cannot read the alert rules {shown}: {err.strerror} (named by {settings.origin('alerts.rules')})"
        ) from err
    return read_rules(content or b"", shown, known=known)


def destinations(settings: Settings, environment: Mapping[str, str] = os.environ) -> "Destinations":
    """Where alerts are told. Raises ConfigError for a secret that cannot be read, or that is given twice."""
    from mnemo_cli.degrade.actions.destinations import Destinations

    ca_file = settings.named_file("alerts.webhook_ca_file")
    seconds = {name: settings.value(f"alerts.{name}_secs") for name in ("timeout", "group_wait", "repeat")}
    timeout, group_wait, repeat = (float(value) for value in seconds.values())
    return Destinations(
        log_to=cast(
            "tuple[LogTo, ...]", tuple(word for word in str(settings.value("alerts.log_to")).split(",") if word)
        ),
        webhook_url=_secret(settings, "alerts.webhook_url_file", str(settings.value("alerts.webhook_url"))),
        webhook_bearer_token=_secret(settings, "alerts.webhook_token_file", environment.get(TOKEN_VARIABLE, "")),
        webhook_ca_file=None if ca_file is None else str(ca_file),
        pagerduty_key=_secret(settings, "alerts.pagerduty_key_file", environment.get(PAGERDUTY_VARIABLE, "")),
        exec_argv=words_of(str(settings.value("alerts.exec"))),
        exec_timeout_seconds=timeout,
        timeout_seconds=timeout,
        connect_timeout_seconds=min(5.0, timeout),
        group_wait_seconds=group_wait,
        repeat_seconds=repeat,
    )


def _secret(settings: Settings, key: str, given: str) -> str | None:
    """That of the file, or the one that was given otherwise; None where there is neither."""
    path = settings.named_file(key)
    if path is None:
        return given or None
    what = {
        "alerts.webhook_url_file": "the URL of the webhook",
        "alerts.webhook_token_file": "the token of the webhook",
        "alerts.pagerduty_key_file": "PagerDuty's key",
    }[key]
    if given:
        raise ConfigError(f"{what} is given twice: by {key} ({settings.origin(key)}) and without it; leave one of them")
    try:
        return read_secret(path, what).decode("ascii")
    except UnicodeDecodeError as err:
        raise ConfigError(f"{printable(str(path))} holds signs that {what} cannot have") from err
