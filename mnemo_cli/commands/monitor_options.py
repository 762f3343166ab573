"""The options of `mnemo monitor`: what is watched and shown, what is recorded, and what is replayed."""

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
    typer.Option("--columns", metavar="NAME,…", help="Columns of the process table.", show_default=False),
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


def refuse_what_does_not_go_together(ctx: typer.Context, program: list[str] | None) -> None:
    """UsageError for options of a watch beside --replay, and for those of a replay without it."""
    given = {name for name in ctx.params if _is_typed(ctx, name)}
    if "replay" in given:
        if program is not None:
            raise UsageError("--replay and -- CMD do not go together: a replay starts nothing")
        for name in _OF_A_WATCH:
            if name in given:
                raise UsageError(f"--replay and {_option(name)} do not go together: a replay watches nothing")
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


def recording_choice(path: Path | None, most: str | None) -> RecordingChoice:
    """UsageError for a size that is none, or too small to hold a few samples."""
    if most is None:
        return RecordingChoice(path)
    try:
        max_bytes = parse_size(most)
    except ValueError as err:
        raise UsageError(f"--record-max: {err}") from err
    if max_bytes < _LEAST_RECORD_BYTES:
        raise UsageError(f"--record-max {most}: choose at least 64KiB")
    return RecordingChoice(path, max_bytes)


def setting_flags(columns: str | None, interval: str | None, rules: Path | None) -> Mapping[str, str | None]:
    """Those options that are settings."""
    return {"monitor.interval": interval, "monitor.columns": columns, **rules_flag(rules)}


def _option(name: str) -> str:
    return f"--{name.rstrip('_').replace('_', '-')}"


def _is_typed(ctx: typer.Context, name: str) -> bool:
    """Typer has no name of its own for where a value is from."""
    return getattr(ctx.get_parameter_source(name), "name", "") == "COMMANDLINE"
