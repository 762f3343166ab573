"""`mnemo export textfile`: metrics as a file in the folder that node_exporter reads."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    ConfigFile,
    ExportedBudget,
    HostTarget,
    NameTarget,
    PidTarget,
    Quiet,
    Verbose,
    choose_target,
    duration,
    load_settings,
)
from mnemo_cli.commands.ruling import RulesFile, counts_processes, rules_flag, rules_of
from mnemo_cli.errors import ExitCode, OutputError, UsageError
from mnemo_cli.model import Moment
from mnemo_cli.output.log import log_event, start_log
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.signals import EndingSignals
from mnemo_cli.watch.trackers import PublishedTrackers

if TYPE_CHECKING:
    import logging

    from mnemo_cli.output.prometheus.textfile import TextFile
    from mnemo_cli.settings import Settings

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of node_exporter's textfile collector.")]
FileName = Annotated[str, typer.Option("--file", metavar="FILE.prom", help="The name of the file.")]
Once = Annotated[bool, typer.Option("--once", help="Write one sample and exit; this is the default.")]
Interval = Annotated[
    str | None, typer.Option("--interval", metavar="TIME", help="Go on, and write at this pace.", show_default=False)
]
Top = Annotated[int, typer.Option("--top", metavar="N", min=0, max=1000, help="Write the N largest processes.")]


def textfile(
    folder: Folder,
    file_name: FileName = "mnemo.prom",
    once: Once = False,
    interval: Interval = None,
    host: HostTarget = False,
    pid: PidTarget = None,
    name: NameTarget = None,
    cgroup: CgroupTarget = None,
    limit: ExportedBudget = None,
    rules_file: RulesFile = None,
    top: Top = 20,
    verbose: Verbose = False,
    quiet: Quiet = False,
    config_file: ConfigFile = None,
) -> None:
    """Write metrics to a file for node_exporter.

    The file is replaced in one step, and stays when mnemo ends: mnemo_sample_time_seconds tells its age.
    Alerts are judged with --interval only: one look cannot wait for the time that a rule must hold.
    """
    target = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit)
    seconds = duration("--interval", interval)
    if once and seconds is not None:
        raise UsageError("--once and --interval exclude each other; give one of them")
    if seconds is not None and not 0.05 <= seconds <= 86400:
        raise UsageError(f"--interval {interval}: choose 50ms to 24h")
    logger = start_log(os.environ, verbose=verbose, quiet=quiet)
    settings = load_settings(config_file, rules_flag(rules_file), warn=logger.warning)
    from mnemo_cli.output.prometheus.textfile import TextFile

    file, clock, samples_total = TextFile(folder, file_name), WaitingClock(), 0
    was_written = True
    with EndingSignals(clock, lambda number: clock.stop()) as signals:
        for moment in _moments(settings, target, clock, rows=top, seconds=seconds):
            for event in moment.verdict.events:
                log_event(logger, event)
            if moment.reported:
                samples_total += 1
                text = _text(moment, settings, top, samples_total)
                if samples_total == 1:
                    file.write(text)  # a mistyped folder is told at once
                else:
                    was_written = _is_written(file, text, logger, was_written=was_written)
            if seconds is None:
                clock.stop()
    raise typer.Exit(ExitCode.DONE if signals.exit_code is None else signals.exit_code)


def _moments(
    settings: "Settings", target: TargetChoice, clock: WaitingClock, *, rows: int, seconds: float | None
) -> Iterator[Moment]:
    """All of them until the clock is stopped; the reported ones are to be written."""
    from mnemo_cli.limits.rules.alerting import Alerting
    from mnemo_cli.settings.numbers import numbers

    rules = rules_of(settings)
    # One look cannot wait for a rule's `for`: the file would say for ever that nothing fires.
    alerting = None if seconds is None else Alerting(rules, numbers(settings))
    asked = Asked(rows=rows, counted=alerting is not None and counts_processes(rules))
    sampler = choose_sampler(target, portable=settings.sampler() == "portable", asked=asked)
    try:
        yield from watch(
            sampler,
            edges=settings.levels(),
            rhythm=Rhythm(interval_seconds=1.0 if seconds is None else seconds),
            clock=clock,
            trackers=PublishedTrackers(in_containers=target.is_tree or rows > 0),
            alerting=alerting,
        )
    finally:
        sampler.close()


def _is_written(file: "TextFile", text: bytes, logger: "logging.Logger", *, was_written: bool) -> bool:
    """A disk that is full may be different at the next interval: told once."""
    try:
        file.write(text)
    except OutputError as err:
        if was_written:
            logger.error("%s; it is tried again at each interval", err)
        return False
    return True


def _text(moment: Moment, settings: "Settings", most_processes: int, samples_total: int) -> bytes:
    from mnemo_cli.output.prometheus.families import families
    from mnemo_cli.output.prometheus.own import Own
    from mnemo_cli.output.prometheus.text import plain_text
    from mnemo_cli.sampling.own import read_own_cost
    from mnemo_cli.settings.numbers import numbers

    own = Own(cost=read_own_cost(Path("/")), samples_total=samples_total)
    return plain_text(families(moment, settings=numbers(settings), own_cost=own, most_processes=most_processes))
