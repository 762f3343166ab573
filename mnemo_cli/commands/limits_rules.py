"""`mnemo limits rules`: the alert rules that hold, how each stands now, and what they would have told before."""

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    ConfigFile,
    FailOn,
    HostTarget,
    NameTarget,
    PidTarget,
    choose_target,
    load_settings,
)
from mnemo_cli.commands.ruling import RulesFile, rules_flag, rules_of
from mnemo_cli.errors import ExitCode, UsageError
from mnemo_cli.output.log import tell
from mnemo_cli.output.rules import RulesFormat
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from mnemo_cli.model import Level, Moment
    from mnemo_cli.recording.replay import Replay
    from mnemo_cli.sampling.target import TargetChoice
    from mnemo_cli.settings import Settings

Budget = Annotated[
    str | None,
    typer.Option("--limit", metavar="SIZE", help="Give the processes a budget of their own.", show_default=False),
]
AllNames = Annotated[bool, typer.Option("--all", help="Show every name that a condition may use.")]
ReplayFile = Annotated[
    Path | None,
    typer.Option(
        "--replay",
        metavar="FILE",
        help="Test the rules on a recording: monitor's ndjson, or the memory log.",
        show_default=False,
    ),
]
FailOnAlert = Annotated[
    FailOn,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help="With --replay: exit 1 when an alert of this severity, or a worse one, fired.",
        case_sensitive=False,
    ),
]
Format = Annotated[
    RulesFormat | None,
    typer.Option("--format", help="table on a terminal, plain elsewhere; ndjson with --replay.", show_default=False),
]
OutputFile = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.", show_default=False)
]


def rules(
    host: HostTarget = False,
    pid: PidTarget = None,
    name: NameTarget = None,
    cgroup: CgroupTarget = None,
    limit: Budget = None,
    rules_file: RulesFile = None,
    all_names: AllNames = False,
    replay_file: ReplayFile = None,
    fail_on: FailOnAlert = FailOn.NEVER,
    rules_format: Format = None,
    output: OutputFile = None,
    config_file: ConfigFile = None,
) -> None:
    """Show the alert rules, how each stands, and what it may ask.

    With --replay the rules are tested on a recording: which alerts would have fired, when, and at what value.
    """
    choice = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit)
    _check(choice, rules_format, fail_on, replays=replay_file is not None, all_names=all_names)
    settings = load_settings(config_file, rules_flag(rules_file))
    to_terminal = output is None and sys.stdout.isatty()
    chosen = rules_format or (RulesFormat.TABLE if to_terminal else RulesFormat.PLAIN)
    width = shutil.get_terminal_size().columns if to_terminal else None
    if replay_file is None:
        _publish(_listing(choice, settings, chosen, width, all_names=all_names), output)
        return
    replay = _replay(replay_file, settings)
    if chosen is RulesFormat.NDJSON:
        _tell_left_out(replay, replay_file)
    from mnemo_cli.output.rules.replayed import replay_text

    _publish(replay_text(replay, chosen, str(replay_file), width=width), output)
    if fail_on.level is not None:
        raise typer.Exit(_judged(replay, fail_on.level))


def _judged(replay: "Replay", fail_on: "Level") -> ExitCode:
    """A rule that could be told at no look says nothing, and least of all that nothing was wrong. Of the built-in
    ones nobody expects it: two are about programs, and there may be none."""
    if replay.worst is not None and replay.worst >= fail_on:
        return ExitCode.FINDING
    untold = [course.rule.name for course in replay.courses if course.unknown_looks == replay.samples]
    if untold and not replay.rules.are_built_in:
        tell(f"the recording has not the numbers of {', '.join(untold)}")
        return ExitCode.UNKNOWN
    return ExitCode.DONE


def _check(
    choice: "TargetChoice", rules_format: RulesFormat | None, fail_on: FailOn, *, replays: bool, all_names: bool
) -> None:
    if replays and (choice.kind != "own" or all_names):
        raise UsageError("--replay looks at a recording, not at this machine: leave out the target and --all")
    if not replays and fail_on is not FailOn.NEVER:
        raise UsageError("--fail-on judges a recording: add --replay FILE; `mnemo limits check` judges what is now")
    if not replays and rules_format is RulesFormat.NDJSON:
        raise UsageError("--format ndjson has the events of a recording: add --replay FILE, or choose json")


def _listing(
    choice: "TargetChoice", settings: "Settings", rules_format: RulesFormat, width: int | None, *, all_names: bool
) -> str:
    from mnemo_cli.limits.rules.names import values_of
    from mnemo_cli.limits.rules.present import present
    from mnemo_cli.output.rules.listing import Listing, listing_text
    from mnemo_cli.settings.numbers import numbers

    # Wrong rules are told of before the machine is looked at.
    rules = rules_of(settings)
    moment = _look(choice, settings)
    values = values_of(moment.sample, moment.verdict, numbers(settings))
    presents = tuple(present(rule, values) for rule in rules.rules)
    return listing_text(Listing(rules, presents, moment, values, all_names), rules_format, width=width)


def _look(choice: "TargetChoice", settings: "Settings") -> "Moment":
    """One reading, as `mnemo snapshot` takes it; a row, so that the processes of a group are counted too."""
    from mnemo_cli.limits.engine import State, step
    from mnemo_cli.model import Moment
    from mnemo_cli.sampling.asked import Asked
    from mnemo_cli.sampling.choose import choose_sampler
    from mnemo_cli.watch.trackers import PublishedTrackers, with_trackers

    sampler = choose_sampler(choice, portable=settings.sampler() == "portable", asked=Asked(rows=1))
    try:
        sample = sampler.sample(time_seconds=time.time(), clock_seconds=time.monotonic())
        sample = with_trackers(sample, sampler, PublishedTrackers())
    finally:
        sampler.close()
    return Moment(sample=sample, verdict=step(State(), sample, settings.levels())[1])


def _replay(path: Path, settings: "Settings") -> "Replay":
    from mnemo_cli.recording.reading.stream import read_recording
    from mnemo_cli.recording.replay import replay
    from mnemo_cli.settings.numbers import numbers

    rules, shown = rules_of(settings), printable(str(path))
    try:
        with open(path, "rb") as file:
            found = replay(read_recording(file, shown), rules, numbers(settings))
    except OSError as err:
        raise UsageError(f"cannot read the recording {shown}: {err.strerror}") from err
    if not found.samples:
        raise UsageError(
            f"{shown} holds no samples to test the rules on; record some with "
            "`mnemo monitor --format ndjson -o FILE`, or name a memory log"
        )
    return found


def _tell_left_out(replay: "Replay", path: Path) -> None:
    from mnemo_cli.output.rules.replayed import left_out

    for line in left_out(replay):
        sys.stderr.write(f"mnemo: warning: {printable(str(path))}: left out {line}\n")


def _publish(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    from mnemo_cli.output.findings.report import write_whole

    write_whole(output, text)
