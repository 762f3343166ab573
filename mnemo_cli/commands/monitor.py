"""`mnemo monitor`: the dashboard on a terminal, lines elsewhere, and the gate for CI."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    Color,
    ColorChoice,
    ConfigFile,
    FailOn,
    FailOnOption,
    HostTarget,
    LimitBudget,
    NameTarget,
    PidTarget,
    Quiet,
    Verbose,
    choose_target,
    command_app,
    duration,
    load_settings,
    program_of,
)
from mnemo_cli.commands.ruling import RulesFile, rules_flag
from mnemo_cli.commands.watching import LookChoice, View, Watching
from mnemo_cli.errors import UsageError
from mnemo_cli.model import Level
from mnemo_cli.output.lines import LineFormat
from mnemo_cli.output.log import start_log
from mnemo_cli.watch.outcome import Bounds

app = command_app()


class UntilLevel(StrEnum):
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


Interval = Annotated[
    str | None,
    typer.Option("--interval", metavar="TIME", help="Time between samples, such as 500ms or 5s.", show_default=False),
]
Format = Annotated[
    LineFormat | None, typer.Option("--format", help="Print lines instead of the dashboard.", show_default=False)
]
OutputFile = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the lines to FILE.", show_default=False)
]
Headless = Annotated[bool, typer.Option("--headless", help="Show nothing; only write the memory log.")]
Once = Annotated[bool, typer.Option("--once", help="Print one sample and exit.")]
Count = Annotated[
    int | None, typer.Option("--count", metavar="N", min=1, help="Exit after N samples.", show_default=False)
]
Duration = Annotated[
    str | None, typer.Option("--duration", metavar="TIME", help="Exit after TIME.", show_default=False)
]
Timeout = Annotated[
    str | None, typer.Option("--timeout", metavar="TIME", help="Exit 124 after TIME.", show_default=False)
]
Until = Annotated[UntilLevel | None, typer.Option("--until-level", help="Exit 0 at this level.", show_default=False)]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Exit as soon as --fail-on is met.")]
AsciiOnly = Annotated[bool, typer.Option("--ascii", help="Draw with ASCII signs only.")]


@app.command(options_metavar="[OPTIONS] [-- CMD...]")
def monitor(
    ctx: typer.Context,
    host: HostTarget = False,
    pid: PidTarget = None,
    name: NameTarget = None,
    cgroup: CgroupTarget = None,
    limit: LimitBudget = None,
    interval: Interval = None,
    rules: RulesFile = None,
    line_format: Format = None,
    output: OutputFile = None,
    headless: Headless = False,
    once: Once = False,
    count: Count = None,
    duration_: Duration = None,
    timeout: Timeout = None,
    until_level: Until = None,
    fail_on: FailOnOption = FailOn.NEVER,
    fail_fast: FailFast = False,
    ascii_only: AsciiOnly = False,
    color: Color = ColorChoice.AUTO,
    verbose: Verbose = False,
    quiet: Quiet = False,
    config_file: ConfigFile = None,
) -> None:
    """Watch memory live against the limit that binds.

    With -- CMD the program is started and its process tree is watched; mnemo ends with its code.
    """
    program = program_of(ctx)
    choice = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit, program=program)
    if program is not None and line_format is not None and output is None:
        raise UsageError("--format has nowhere to go: with -- CMD stdout belongs to the program; add --output FILE")
    bounds = Bounds(
        samples=1 if once else count,
        duration_seconds=duration("--duration", duration_),
        timeout_seconds=duration("--timeout", timeout),
        until_level=Level[until_level.name] if until_level is not None else None,
        fail_fast=fail_fast,
    )
    logger = start_log(os.environ, verbose=verbose, quiet=quiet)
    settings = load_settings(config_file, {"monitor.interval": interval, **rules_flag(rules)}, warn=logger.warning)
    view = _view(line_format, output, headless=headless, once=once, samples_apart=program is not None)
    watching = Watching(settings, choice, bounds, fail_on.level, logger, program=program)
    look = LookChoice(ascii_only=ascii_only, color=color)
    raise typer.Exit(watching.run(view, look, line_format=line_format, output=output))


def _view(
    line_format: LineFormat | None, output: Path | None, *, headless: bool, once: bool, samples_apart: bool
) -> View:
    """The dashboard needs a terminal that can move its cursor; a program's own stdout is not mixed with ours."""
    if headless and line_format is None and output is None:
        return View.NOTHING
    wants_lines = line_format is not None or output is not None or once
    if not wants_lines and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb"):
        return View.DASHBOARD
    return View.NOTHING if samples_apart and output is None else View.LINES
