"""The alert rules that a command judges by: those of --rules, else of the settings, else the built-in ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mnemo_cli.limits.rules.rule import Rules
    from mnemo_cli.settings import Settings

# To know them is a walk of /proc where nobody else looks at processes.
_COUNTS_OF_PROCESSES = frozenset(("process_count", "target_processes"))

RulesFile = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="Alert rules in place of the built-in ones.", show_default=False),
]


def rules_flag(rules_file: Path | None) -> dict[str, str | None]:
    """The option as a flag of the settings."""
    return {"alerts.rules": None if rules_file is None else str(rules_file.absolute())}


def rules_of(settings: "Settings") -> "Rules":
    """ConfigError for a file that cannot be read or is wrong."""
    from mnemo_cli.limits.rules.names import VARIABLES_BY_NAME
    from mnemo_cli.settings.alerts import alert_rules

    return alert_rules(settings, VARIABLES_BY_NAME)


def counts_processes(rules: "Rules") -> bool:
    """Whether a rule asks how many processes there are."""
    return any(_COUNTS_OF_PROCESSES & rule.condition.names for rule in rules.rules)
