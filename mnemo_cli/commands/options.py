"""Options that several commands share, spelled once, and the Typer that each command module starts from."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mnemo_cli.model import Level


def command_app(help_text: str | None = None, *, invoke_without_command: bool = False) -> typer.Typer:
    """A Typer for one command module: plain errors everywhere, Rich help on a terminal only."""
    return typer.Typer(
        help=help_text,
        add_completion=False,
        rich_markup_mode=help_markup(),
        invoke_without_command=invoke_without_command,
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def help_markup() -> "typer.core.MarkupMode":
    """Rich prints boxes into pipes and costs nine bare interpreters: only for help that a person reads."""
    asked = any(word in ("-h", "--help") for word in sys.argv[1:])
    return "rich" if asked and sys.stdout.isatty() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What `app` knows beyond Typer's options: the program after `--`, as its words (None without one)."""

    program: list[str] | None


class ColorChoice(StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class FailOn(StrEnum):
    """A level, or the severity word for it."""

    NOTE = "note"
    MODERATE = "moderate"
    WARNING = "warning"
    HIGH = "high"
    ERROR = "error"
    CRITICAL = "critical"
    NEVER = "never"

    @property
    def level(self) -> Level | None:
        """The lowest level that fails; None for never."""
        return _FAIL_LEVELS.get(self.value)


_FAIL_LEVELS = {
    "note": Level.MODERATE,
    "moderate": Level.MODERATE,
    "warning": Level.HIGH,
    "high": Level.HIGH,
    "error": Level.CRITICAL,
    "critical": Level.CRITICAL,
}

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Read the settings from FILE.", show_default=False),
]
HostTarget = Annotated[bool, typer.Option("--host", help="Watch the whole machine.")]
PidTarget = Annotated[
    int | None, typer.Option("--pid", metavar="N", help="Watch process N and its descendants.", show_default=False)
]
NameTarget = Annotated[
    str | None,
    typer.Option("--name", metavar="REGEX", help="Watch the processes whose name matches REGEX.", show_default=False),
]
CgroupTarget = Annotated[
    str | None,
    typer.Option("--cgroup", metavar="PATH", help="Watch the control group PATH.", show_default=False),
]
Color = Annotated[ColorChoice, typer.Option("--color", help="When to use colour.", case_sensitive=False)]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Log more.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Log errors only.")]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", metavar="LEVEL", help="Exit 1 at this level or above.", case_sensitive=False)
]
