"""`mnemo snapshot`: one reading of a target now; of a program, the reading in which it used most."""

import contextlib
import shutil
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    ConfigFile,
    FailOn,
    FailOnOption,
    FieldsOption,
    HostTarget,
    LimitBudget,
    NameTarget,
    PidTarget,
    choose_fields,
    choose_target,
    command_app,
    load_settings,
    program_of,
)
from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.gate import Gate
from mnemo_cli.model import Json, Moment
from mnemo_cli.output.fields import Fields
from mnemo_cli.recording.document import pretty, sample_document
from mnemo_cli.sampling.asked import NOBODY, Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.outcome import Bounds, Outcome
from mnemo_cli.watch.trackers import PublishedTrackers, with_trackers

if TYPE_CHECKING:
    from mnemo_cli.settings import Settings

# The highest use of a program that lives for a second should be seen too.
_PROGRAM_INTERVAL_SECONDS = 0.1
_BOUNDS = Bounds()

app = command_app()


class SnapshotFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    PROMETHEUS = "prometheus"


@app.command(options_metavar="[OPTIONS] [-- CMD...]")
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
    fields: FieldsOption = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=0, help="Show the N largest processes.")] = 10,
    diff: Annotated[
        Path | None,
        typer.Option("--diff", metavar="OLD.json", help="Compare with a saved reading.", show_default=False),
    ] = None,
    clean_trackers: Annotated[
        bool,
        typer.Option("--clean-trackers", help="First remove the counters that your ended programs left."),
    ] = False,
    fail_on: FailOnOption = FailOn.NEVER,
    config_file: ConfigFile = None,
) -> None:
    """Show one reading of memory and its limits.

    With -- CMD the program is run to its end, and the reading in which it used most is shown.
    """
    program = program_of(ctx)
    choice = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit, program=program)
    settings = load_settings(config_file, {})
    if output_format is SnapshotFormat.PROMETHEUS and (diff is not None or fields is not None):
        raise UsageError("--format prometheus has no --diff and no --fields: choose json for those")
    chosen = choose_fields(fields)
    old = None
    if diff is not None:
        from mnemo_cli.recording.diff import load_sample

        old, chosen = load_sample(diff), Fields()
    if clean_trackers:
        _clean_trackers()
    outcome, child_code = Outcome(gate=Gate(fail_on=fail_on.level)), None
    if program is None:
        moment = _look(choice, settings, top, chosen)
        outcome = outcome.after(moment, _BOUNDS)
    else:
        moment, outcome, child_code = _run(program, choice, settings, top, chosen, outcome)
    if output_format is SnapshotFormat.PROMETHEUS:
        text = _metrics(moment, settings, top)
    else:
        text = _text(moment, output_format, chosen.names, old, top)
    sys.stdout.write(text)
    raise typer.Exit(outcome.exit_code(_BOUNDS, timed_out=False, child_code=child_code, signal_code=None))


def _clean_trackers() -> None:
    from mnemo_cli.output.log import tell
    from mnemo_cli.tracker import folding, storage

    try:
        count = folding.clean_own(storage.SHARED_MEMORY)
    except OSError as err:
        raise OutputError(f"cannot clean {err.filename}: {err.strerror}") from err
    tell(f"removed {count} {'file' if count == 1 else 'files'} of counters of ended programs")


def _look(choice: TargetChoice, settings: "Settings", top: int, fields: Fields) -> Moment:
    asked = _asked(top, fields)
    sampler = choose_sampler(choice, portable=settings.sampler() == "portable", asked=asked)
    try:
        sample = sampler.sample(time_seconds=time.time(), clock_seconds=time.monotonic())
        if (trackers := _trackers(choice, asked, fields)) is not None:
            sample = with_trackers(sample, sampler, trackers)
    finally:
        sampler.close()
    return Moment(sample=sample, verdict=step(State(), sample, settings.levels())[1])


def _run(
    program: list[str], choice: TargetChoice, settings: "Settings", top: int, fields: Fields, outcome: Outcome
) -> tuple[Moment, Outcome, int]:
    """The moment of the program's highest use, what all its moments came to, and its exit code."""
    from mnemo_cli.commands.verdict import tell_verdict, witness_of
    from mnemo_cli.watch.child import GRACE_SECONDS, Child, Forward, Output
    from mnemo_cli.watch.clock import WaitingClock
    from mnemo_cli.watch.loop import Rhythm, watch
    from mnemo_cli.watch.signals import EndingSignals

    clock = WaitingClock()
    forward = Forward(clock, to_program=True)
    with contextlib.ExitStack() as stack:
        signals = stack.enter_context(EndingSignals(clock, forward))
        if (witness := witness_of(choice)) is not None:
            stack.callback(witness.close)
        child = Child(program, Output.STDERR)
        stack.callback(child.end, GRACE_SECONDS)
        forward.follow(child)
        if witness is not None:
            witness.meet(child.pid)
        child.stops(clock)
        asked, portable = _asked(top, fields), settings.sampler() == "portable"
        sampler = choose_sampler(choice._replace(pid=child.pid), portable=portable, asked=asked)
        stack.callback(sampler.close)
        rhythm = Rhythm(interval_seconds=_PROGRAM_INTERVAL_SECONDS)
        highest: Moment | None = None
        trackers = _trackers(choice, asked, fields)
        for moment in watch(sampler, edges=settings.levels(), rhythm=rhythm, clock=clock, trackers=trackers):
            outcome = outcome.after(moment, _BOUNDS)
            if moment.reported and witness is not None:
                witness.note(moment.sample, sampler.pids)
            if moment.reported and (highest is None or _used_by_target(moment) > _used_by_target(highest)):
                highest = moment
        was_asked = signals.received is not None or child.reap() is None
        ended = child.end(GRACE_SECONDS)
        if witness is not None:
            tell_verdict(witness, ended, (), expected=was_asked)
    assert highest is not None  # a watch begins with a whole sample
    outcome = outcome.with_largest(ended.largest_bytes, choice.budget_bytes, settings.levels())
    return highest, outcome, ended.exit_code


def _asked(top: int, fields: Fields) -> Asked:
    return Asked(rows=top) if fields.need_processes else NOBODY


def _trackers(choice: TargetChoice, asked: Asked, fields: Fields) -> PublishedTrackers | None:
    """Without rows the processes of the machine are not known, and not worth a walk of /proc."""
    if not fields.need_trackers:
        return None
    return PublishedTrackers(in_containers=choice.is_tree or asked.anyone or bool(fields.names))


def _used_by_target(moment: Moment) -> int:
    """For ranking only: an unknown use is below all others."""
    target = moment.sample.target
    return -1 if target is None or target.used_bytes is None else target.used_bytes


def _metrics(moment: Moment, settings: "Settings", top: int) -> str:
    from mnemo_cli.output.prometheus.families import families
    from mnemo_cli.output.prometheus.text import plain_text
    from mnemo_cli.settings.numbers import numbers

    return plain_text(families(moment, settings=numbers(settings), most_processes=top)).decode()


def _text(
    moment: Moment,
    output_format: SnapshotFormat | None,
    fields: tuple[str, ...],
    old: Mapping[str, Json] | None,
    top: int,
) -> str:
    chosen = output_format or (SnapshotFormat.TABLE if sys.stdout.isatty() else SnapshotFormat.PLAIN)
    as_json = chosen is SnapshotFormat.JSON
    if old is not None:
        from mnemo_cli.output.diff import diff_text
        from mnemo_cli.recording.diff import diff_document

        document = diff_document(old, sample_document(moment))
        return pretty(document) if as_json else diff_text(document)
    if fields:
        from mnemo_cli.output.fields import field_lines, pick

        values = pick(sample_document(moment), fields)
        return pretty(values) if as_json else field_lines(values)
    if as_json:
        return pretty(sample_document(moment))
    from mnemo_cli.output.snapshot import snapshot_text

    width = shutil.get_terminal_size().columns if chosen is SnapshotFormat.TABLE else None
    return snapshot_text(moment, top=top, width=width)
