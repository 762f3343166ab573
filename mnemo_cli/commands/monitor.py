"""`mnemo monitor`: the dashboard on a terminal, lines elsewhere, and the gate for CI; or a replay of a recording."""

import logging
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import typer

from mnemo_cli.commands.lines import LinesChoice
from mnemo_cli.commands.monitor_options import (
    AllowSignal,
    AsciiOnly,
    At,
    Columns,
    Count,
    Duration,
    FailFast,
    Format,
    Headless,
    Interval,
    Once,
    OutputFile,
    Plot,
    Record,
    RecordMax,
    Replay,
    ReplayChoice,
    Speed,
    Timeout,
    Until,
    bounds,
    recording_choice,
    refuse_what_does_not_go_together,
    setting_flags,
)
from mnemo_cli.commands.options import (
    CgroupTarget,
    Color,
    ColorChoice,
    ConfigFile,
    FailOn,
    FailOnOption,
    FieldsOption,
    HostTarget,
    LimitBudget,
    NameTarget,
    PidTarget,
    Quiet,
    Verbose,
    choose_fields,
    choose_target,
    command_app,
    load_settings,
    program_of,
)
from mnemo_cli.commands.ruling import RulesFile
from mnemo_cli.commands.showing import LookChoice
from mnemo_cli.commands.watching import View, WatchChoice, Watching
from mnemo_cli.errors import UsageError
from mnemo_cli.output.log import start_log
from mnemo_cli.sampling.target import TargetChoice

if TYPE_CHECKING:
    from mnemo_cli.settings import Settings

app = command_app()


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
    columns: Columns = None,
    allow_signal: AllowSignal = False,
    line_format: Format = None,
    fields: FieldsOption = None,
    output: OutputFile = None,
    record: Record = None,
    record_max: RecordMax = None,
    replay: Replay = None,
    at: At = None,
    speed: Speed = None,
    plot: Plot = None,
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

    With -- CMD the program is started and its process tree is watched; mnemo ends with its code. With --headless
    it is a service: it tells systemd how it stands, and SIGHUP reads its settings again.
    """
    program = program_of(ctx)
    refuse_what_does_not_go_together(ctx, program)
    target = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit, program=program)
    lines, look = LinesChoice(line_format, output, choose_fields(fields)), LookChoice(ascii_only, color, allow_signal)
    logger = start_log(os.environ, verbose=verbose, quiet=quiet)
    read_settings = partial(load_settings, config_file, setting_flags(columns, interval, rules), warn=logger.warning)
    if replay is not None:
        raise typer.Exit(_replay(ReplayChoice(replay, at, speed, plot), target, lines, look, read_settings(), logger))
    view = _view(lines, program, headless=headless, once=once)
    choice = WatchChoice(
        target=target,
        bounds=bounds(once, count, duration_, timeout, until_level, fail_fast),
        view=view,
        fail_on=fail_on.level,
        program=program,
        look=look,
        lines=lines,
        recording=recording_choice(record, record_max, has_keys=view is View.DASHBOARD),
        is_service=headless,
    )
    raise typer.Exit(Watching(read_settings(), choice, logger, read_settings).run())


def _replay(
    choice: ReplayChoice,
    target: TargetChoice,
    lines: LinesChoice,
    look: LookChoice,
    settings: "Settings",
    logger: logging.Logger,
) -> int:
    from mnemo_cli.commands.replaying import Replaying

    view = View.LINES if lines.are_wanted or not _has_screen() else View.DASHBOARD
    speed = 1.0 if choice.speed is None else choice.speed
    replaying = Replaying(choice.path, at=choice.at, speed=speed, settings=settings, logger=logger, choice=target)
    return replaying.run(
        view, look, line_format=lines.line_format, output=lines.output, plot=choice.plot, fields=lines.fields
    )


def _view(lines: LinesChoice, program: list[str] | None, *, headless: bool, once: bool) -> View:
    """A program's own stdout is not mixed with ours."""
    if program is not None and lines.are_wanted and lines.output is None:
        option = "--fields" if lines.line_format is None else "--format"
        raise UsageError(f"{option} has nowhere to go: with -- CMD stdout belongs to the program; add --output FILE")
    if headless and not lines.are_wanted:
        return View.NOTHING
    if not (lines.are_wanted or once) and _has_screen():
        return View.DASHBOARD
    return View.NOTHING if program is not None and lines.output is None else View.LINES


def _has_screen() -> bool:
    """The dashboard needs a terminal that can move its cursor."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
