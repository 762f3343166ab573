"""`mnemo export rules`, `alertmanager`, `dashboard`: files for those who take mnemo's metrics."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mnemo_cli.commands.options import ConfigFile, load_settings
from mnemo_cli.commands.ruling import RulesFile, rules_flag, rules_of

OutputFile = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.", show_default=False)
]


def _file(option: str, help: str) -> object:
    return typer.Option(option, metavar="FILE", help=help, show_default=False)


def rules(rules_file: RulesFile = None, output: OutputFile = None, config_file: ConfigFile = None) -> None:
    """Print the alert rules as rules of Prometheus.

    They fire there on the same numbers and after the same time as here.
    """
    from mnemo_cli.output.prometheus.rules import prometheus_rules

    settings = load_settings(config_file, rules_flag(rules_file))
    _publish(prometheus_rules(rules_of(settings)), output)


def alertmanager(
    webhook_url_file: Annotated[Path | None, _file("--webhook-url-file", "Holds the URL of your webhook.")] = None,
    webhook_token_file: Annotated[Path | None, _file("--webhook-token-file", "Holds its bearer token.")] = None,
    pagerduty_key_file: Annotated[Path | None, _file("--pagerduty-key-file", "Holds a routing key.")] = None,
    output: OutputFile = None,
) -> None:
    """Print a first configuration of Alertmanager.

    The files are named in it and not read: they are on the machine where Alertmanager runs.
    """
    from mnemo_cli.output.prometheus.alertmanager import Receivers, alertmanager_config

    _publish(alertmanager_config(Receivers(webhook_url_file, webhook_token_file, pagerduty_key_file)), output)


def dashboard(output: OutputFile = None, config_file: ConfigFile = None) -> None:
    """Print a dashboard for Grafana, with your levels as bands."""
    from mnemo_cli.output.prometheus.dashboard import dashboard_json

    _publish(dashboard_json(load_settings(config_file, {}).levels()), output)


def _publish(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    from mnemo_cli.output.findings.report import write_whole

    write_whole(output, text)
