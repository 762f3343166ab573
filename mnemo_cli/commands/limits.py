"""`mnemo limits`: the gate for CI, every limit with its layer, and the settings in the words of other worlds."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from mnemo_cli.commands.limits_check import check
from mnemo_cli.commands.limits_rules import rules
from mnemo_cli.commands.limits_show import show
from mnemo_cli.commands.options import ConfigFile, command_app, load_settings

app = command_app("Check limits for CI, show them all, render them.", invoke_without_command=True)
_WITH_PROGRAM = "[OPTIONS] [-- CMD...]"


class World(StrEnum):
    """The names of doctor.render.WORLDS; a test compares."""

    DOCKER = "docker"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"
    SYSTEMD = "systemd"


@app.callback()
def limits(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


app.command("check", options_metavar=_WITH_PROGRAM)(check)
app.command("show", options_metavar=_WITH_PROGRAM)(show)
app.command("rules")(rules)


@app.command()
def render(
    world: Annotated[World, typer.Option("--for", help="In whose words.")],
    config_file: ConfigFile = None,
) -> None:
    """Print the limits for docker, compose, Kubernetes or systemd.

    The settings are memory_limit, memory_request, memory_swap_total, cpu_limit and cpu_request; nofile
    and nproc come from doctor.need, else 65536 and 4096.
    """
    from mnemo_cli.doctor.render import render as render_budget

    settings = load_settings(config_file, {})
    sys.stdout.write(render_budget(world.value, settings.budget()))
