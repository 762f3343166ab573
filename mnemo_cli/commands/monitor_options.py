"""The options of `mnemo monitor`: what is watched and shown, what is recorded, and what is replayed."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from mnemo_cli.commands.options import duration
from mnemo_cli.commands.recordings import RecordingChoice
from mnemo_cli.commands.ruling import rules_flag
from mnemo_cli.errors import UsageError
from mnemo_cli.model import Level
from mnemo_cli.output.lines import LineFormat
from mnemo_cli.units import KIB, parse_size
from mnemo_cli.watch.outcome import Bounds

_LEAST_RECORD_BYTES = 64 * KIB


def _columns() -> list[str]:
    from mnemo_cli.settings.table import ROWS_BY_KEY

    return [choice.lower() for choice in ROWS_BY_KEY["monitor.columns"].choices]


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
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="NAME,…",
        help="Columns of the process table.",
        autocompletion=_columns,
        show_default=False,
    ),
]
AllowSignal = Annotated[bool, typer.Option("--allow-signal", help="Let the key K send signals to processes.")]
Record = Annotated[
    Path | None, typer.Option("--record", metavar="FILE.mnr", help="Record every sample.", show_default=False)
]
RecordMax = Annotated[
    str | None,
    typer.Option("--record-max", metavar="SIZE", help="Begin a new file at this size (100 MiB).", show_default=False),
]
Replay = Annotated[
    Path | None,
    typer.Option("--replay", metavar="FILE", help="Show a recording or a memory log.", show_default=False),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="From TIME on: 14:02:31, an ISO time, +10m.", show_default=False),
]
Speed = Annotated[
    float | None, typer.Option("--speed", metavar="N", help="Replay N times as fast.", show_default=False)
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Draw the recording as an .svg or .png.", show_default=False),
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


class ReplayChoice(NamedTuple):
    """What is replayed, from when on, how fast, and the picture that is drawn instead."""

    path: Path
    at: str | None = None
    speed: float | None = None
    plot: Path | None = None


# By the names of the command's parameters.
_OF_A_WATCH = (
    "limit", "interval", "rules", "record", "record_max", "allow_signal", "headless", "once", "count", "duration_",
    "timeout", "until_level", "fail_on", "fail_fast",
)  # fmt: skip
_OF_A_REPLAY = ("at", "speed", "plot")
_NOT_ON_THE_SCREEN = ("line_format", "output", "fields", "plot")
# Each is written while the other one is read or written; of --record and --replay there is only one.
_FILES_APART = (("output", "replay"), ("output", "record"), ("output", "plot"), ("plot", "replay"))


def refuse_what_does_not_go_together(ctx: typer.Context, program: list[str] | None) -> None:
    """UsageError for options of a watch beside --replay, for those of a replay without it, and for one file twice."""
    given = {name for name in ctx.params if _is_typed(ctx, name)}
    for one, other in _FILES_APART:
        if {one, other} <= given and _is_one_file(Path(ctx.params[one]), Path(ctx.params[other])):
            raise UsageError(f"{_option(one)} and {_option(other)} name the same file: choose another")
    if "replay" in given:
        if program is not None:
            raise UsageError("--replay and -- CMD do not go together: a replay starts nothing")
        for name in _OF_A_WATCH:
            if name in given:
                raise UsageError(f"--replay and {_option(name)} do not go together: a replay watches nothing")
        if "speed" in given and not given.isdisjoint(_NOT_ON_THE_SCREEN):
            raise UsageError("--speed is for the screen: lines and pictures are made as fast as they can be")
        return
    for name in _OF_A_REPLAY:
        if name in given:
            raise UsageError(f"{_option(name)} needs --replay FILE")


def bounds(
    once: bool,
    count: int | None,
    duration_text: str | None,
    timeout_text: str | None,
    until_level: UntilLevel | None,
    fail_fast: bool,
) -> Bounds:
    """UsageError for a time that is none."""
    return Bounds(
        samples=1 if once else count,
        duration_seconds=duration("--duration", duration_text),
        timeout_seconds=duration("--timeout", timeout_text),
        until_level=Level[until_level.name] if until_level is not None else None,
        fail_fast=fail_fast,
    )


def recording_choice(path: Path | None, most: str | None, *, has_keys: bool) -> RecordingChoice:
    """UsageError for a size that is none, too small to hold a few samples, or of nothing: a key may record as well."""
    if most is None:
        return RecordingChoice(path)
    try:
        max_bytes = parse_size(most)
    except ValueError as err:
        raise UsageError(f"--record-max: {err}") from err
    if max_bytes < _LEAST_RECORD_BYTES:
        raise UsageError(f"--record-max {most}: choose at least 64KiB")
    if path is None and not has_keys:
        raise UsageError("--record-max needs --record FILE")
    return RecordingChoice(path, max_bytes)


def setting_flags(columns: str | None, interval: str | None, rules: Path | None) -> Mapping[str, str | None]:
    """Those options that are settings."""
    return {"monitor.interval": interval, "monitor.columns": columns, **rules_flag(rules)}


def _is_one_file(one: Path, other: Path) -> bool:
    """By their names, also where neither is there yet, or by two names of one file."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return one.exists() and other.exists() and one.samefile(other)


def _option(name: str) -> str:
    return f"--{name.rstrip('_').replace('_', '-')}"


def _is_typed(ctx: typer.Context, name: str) -> bool:
    """Typer has no name of its own for where a value is from."""
    return getattr(ctx.get_parameter_source(name), "name", "") == "COMMANDLINE"
