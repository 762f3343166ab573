"""`mnemo orchestrate demo`: the whole ladder, live, in a minute."""

import os
from typing import Annotated

import typer

from mnemo_cli.commands.options import Color, ColorChoice, ConfigFile, duration, load_settings
from mnemo_cli.errors import UsageError
from mnemo_cli.units import MIB, parse_size

_GROUP_BYTES, _SIMULATED_BYTES = 256 * MIB, 96 * MIB
_MOST_BYTES = 1024 * MIB
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.0, 600.0


def demo(
    seconds: Annotated[str, typer.Option("--duration", metavar="TIME", help="How long the load goes on.")] = "45s",
    limit: Annotated[
        str | None,
        typer.Option("--limit", metavar="SIZE", help="The limit that is filled.", show_default=False),
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Make no memory group, only count against the limit.")
    ] = False,
    color: Color = ColorChoice.AUTO,
    config_file: ConfigFile = None,
) -> None:
    """See every level and every step of the ladder in a minute.

    A small service fills its memory. It runs in a memory group of 256 MiB of its own, or against a limit of 96 MiB
    that is only counted, and uses no more than that. At critical it drains, saves its state and ends with exit code
    75: that is the point.
    """
    from mnemo_cli.commands.demonstrating import Demonstrating

    if not _SHORTEST_SECONDS <= (length := duration("--duration", seconds) or 0.0) <= _LONGEST_SECONDS:
        raise UsageError(f"--duration: write a time from {_SHORTEST_SECONDS:.0f}s to {_LONGEST_SECONDS:.0f}s")
    settings = load_settings(config_file, {})
    demonstrating = Demonstrating(settings, seconds=length, limit_bytes=_limit(limit), color=color.value)
    raise typer.Exit(demonstrating.run(_GROUP_BYTES, _SIMULATED_BYTES, in_group=not simulated, environment=os.environ))


def _limit(text: str | None) -> int | None:
    try:
        limit_bytes = None if text is None else parse_size(text)
    except ValueError as err:
        raise UsageError(f"--limit: {err}") from err
    if limit_bytes is not None and not 0 < limit_bytes <= _MOST_BYTES:
        raise UsageError("--limit: write a size of 1Gi at most: that much memory will be filled")
    return limit_bytes
