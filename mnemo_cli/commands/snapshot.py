"""`mnemo snapshot`: one reading of a target now; of a program, the reading in which it used most."""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    ConfigFile,
    FailOn,
    FailOnOption,
    HostTarget,
    LimitBudget,
    NameTarget,
    PidTarget,
    choose_target,
    command_app,
    load_settings,
    program_of,
)
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.gate import Gate
from mnemo_cli.model import Json, Moment
from mnemo_cli.recording.document import pretty, sample_document
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice

if TYPE_CHECKING:
    from mnemo_cli.settings import Settings

# The highest use of a program that lives for a second should be seen too.
_PROGRAM_INTERVAL_SECONDS = 0.1

app = command_app()


class SnapshotFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"


@app.command()
def snapshot(
    ctx: typer.Context,
    host: HostTarget = False,
    pid: PidTarget = None,
    name: NameTarget = None,
    cgroup: CgroupTarget = None,
    limit: LimitBudget = None,
    output_format: Annotated[
        SnapshotFormat | None,
        typer.Option("--format", help="table on a terminal, plain elsewhere.", show_default=False),
    ] = None,
    fields: Annotated[
        str | None,
        typer.Option("--fields", metavar="NAME,…", help="Print only these numbers.", show_default=False),
    ] = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=0, help="Show the N largest processes.")] = 10,
    diff: Annotated[
        Path | None,
        typer.Option("--diff", metavar="OLD.json", help="Compare with a saved reading.", show_default=False),
    ] = None,
    fail_on: FailOnOption = FailOn.NEVER,
    config_file: ConfigFile = None,
) -> None:
    """Show one reading of memory and its limits.

    With -- CMD the program is run to its end, and the reading in which it used most is shown.
    """
    program = program_of(ctx)
    choice = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit, program=program)
    settings = load_settings(config_file, {})
    old = None
    if diff is not None:
        from mnemo_cli.recording.diff import load_sample

        old = load_sample(diff)
    if program is None:
        moment, child_code = _look(choice, settings, top), 0
    else:
        moment, child_code = _run(program, choice, settings, top)
    sys.stdout.write(_text(moment, output_format, fields, old, top))
    gate = Gate(fail_on=fail_on.level).after(moment.verdict)
    raise typer.Exit(child_code or gate.exit_code)


def _look(choice: TargetChoice, settings: "Settings", top: int) -> Moment:
    sampler = choose_sampler(choice, portable=settings.sampler() == "portable", rows=top)
    try:
        sample = sampler.sample(time_seconds=time.time(), clock_seconds=time.monotonic())
    finally:
        sampler.close()
    return Moment(sample=sample, verdict=step(State(), sample, settings.levels())[1])


def _run(program: list[str], choice: TargetChoice, settings: "Settings", top: int) -> tuple[Moment, int]:
    """The moment of the program's highest use, and its exit code."""
    from mnemo_cli.watch.child import Child, Output
    from mnemo_cli.watch.clock import WaitingClock
    from mnemo_cli.watch.loop import Rhythm, watch

    child, clock = Child(program, Output.STDERR), WaitingClock()
    child.stops(clock)
    sampler = choose_sampler(replace(choice, pid=child.pid), portable=settings.sampler() == "portable", rows=top)
    rhythm = Rhythm(interval_seconds=_PROGRAM_INTERVAL_SECONDS)
    moments = watch(sampler, edges=settings.levels(), rhythm=rhythm, clock=clock)
    highest = max((moment for moment in moments if moment.reported), key=_used_by_target)
    sampler.close()
    return highest, child.wait().exit_code


def _used_by_target(moment: Moment) -> int:
    target = moment.sample.target
    return (target.used_bytes if target is not None else None) or 0


def _text(
    moment: Moment, output_format: SnapshotFormat | None, fields: str | None, old: Mapping[str, Json] | None, top: int
) -> str:
    chosen = output_format or (SnapshotFormat.TABLE if sys.stdout.isatty() else SnapshotFormat.PLAIN)
    as_json = chosen is SnapshotFormat.JSON
    if old is not None:
        from mnemo_cli.output.diff import diff_text
        from mnemo_cli.recording.diff import diff_document

        document = diff_document(old, sample_document(moment))
        return pretty(document) if as_json else diff_text(document)
    if fields is not None:
        from mnemo_cli.output.fields import field_lines, parse_fields, pick

        values = pick(sample_document(moment), parse_fields(fields))
        return pretty(values) if as_json else field_lines(values)
    if as_json:
        return pretty(sample_document(moment))
    from mnemo_cli.output.snapshot import snapshot_text

    return snapshot_text(moment, top=top)
