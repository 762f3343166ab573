"""Options that several commands share, spelled once, and the Typer that each command module starts from."""

import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Level
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.units import parse_duration, parse_size

if TYPE_CHECKING:
    from mnemo_cli.output.fields import Fields
    from mnemo_cli.settings import Settings


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


class Invocation(NamedTuple):
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


def program_of(ctx: typer.Context) -> list[str] | None:
    """The words after `--`; None without one."""
    invocation = ctx.find_object(Invocation)
    program = invocation.program if invocation is not None else None
    if program is not None and not any(program[:1]):
        raise UsageError("there is no program after --; write for example: -- python train.py")
    return program


def choose_target(
    *,
    host: bool,
    pid: int | None,
    name: str | None,
    cgroup: str | None,
    limit: str | None,
    program: Sequence[str] | None = None,
) -> TargetChoice:
    """The one target that the options name; UsageError for two, or for a budget that nothing could have."""
    for option, text in (("--name", name), ("--cgroup", cgroup)):
        # An unset variable in a script must not quietly mean everything.
        if text == "":
            raise UsageError(f"{option} is empty; name what to look at")
    chosen: list[TargetChoice] = []
    if host:
        chosen.append(TargetChoice(kind="host"))
    if pid is not None:
        chosen.append(TargetChoice(kind="process", pid=pid))
    if name is not None:
        chosen.append(TargetChoice(kind="name", pattern=name))
    if cgroup is not None:
        chosen.append(TargetChoice(kind="cgroup", path=cgroup))
    if program is not None:
        from mnemo_cli.redact import redact_command

        chosen.append(TargetChoice(kind="command", pattern=redact_command(program)))
    if len(chosen) > 1:
        raise UsageError("more than one target was given; choose one of --host, --pid, --name, --cgroup and -- CMD")
    target = chosen[0] if chosen else TargetChoice()
    if limit is None:
        return target
    if not target.is_tree:
        raise UsageError("--limit is a budget for processes: give them with --pid, --name or -- CMD")
    return target._replace(budget_bytes=_size(limit))


def load_settings(
    config_file: Path | None, flags: Mapping[str, str | None], warn: Callable[[str], None] | None = None
) -> "Settings":
    """The settings of this run; what they warn of goes to `warn`, else to stderr."""
    from mnemo_cli.settings import load

    settings = load(config_file=config_file, flags={key: text for key, text in flags.items() if text is not None})
    for warning in settings.warnings:
        if warn is not None:
            warn(warning)
        else:
            sys.stderr.write(f"mnemo: warning: {warning}\n")
    return settings


def choose_fields(text: str | None) -> "Fields":
    """The fields of --fields; UsageError for one that no sample has."""
    from mnemo_cli.output.fields import Fields, parse_fields

    if text is None:
        return Fields()
    from mnemo_cli.output.field_names import check_fields

    names = parse_fields(text)
    check_fields(names)
    return Fields(names)


def duration(option: str, text: str | None) -> float | None:
    """Seconds of an option; UsageError names the option."""
    try:
        return None if text is None else parse_duration(text)
    except ValueError as err:
        raise UsageError(f"{option}: {err}") from err


def _size(text: str) -> int:
    try:
        budget_bytes = parse_size(text)
    except ValueError as err:
        raise UsageError(f"--limit: {err}") from err
    if budget_bytes <= 0:
        raise UsageError("--limit: a budget of 0 is no budget; write for example 2Gi")
    return budget_bytes


def _field_names() -> list[str]:
    from mnemo_cli.output.field_names import field_names

    return list(field_names())


ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Read the settings from FILE.", show_default=False),
]
HostTarget = Annotated[bool, typer.Option("--host", help="Look at the whole machine.")]
PidTarget = Annotated[
    int | None, typer.Option("--pid", metavar="N", help="Look at process N and its descendants.", show_default=False)
]
NameTarget = Annotated[
    str | None,
    typer.Option("--name", metavar="REGEX", help="Look at the processes whose name matches REGEX.", show_default=False),
]
CgroupTarget = Annotated[
    str | None,
    typer.Option("--cgroup", metavar="PATH", help="Look at a control group, such as /app.", show_default=False),
]
Color = Annotated[ColorChoice, typer.Option("--color", help="When to use colour.", case_sensitive=False)]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Log more.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Log errors only.")]
LimitBudget = Annotated[
    str | None,
    typer.Option(
        "--limit",
        metavar="SIZE",
        help="Give the processes a budget of their own; passing it exits 1.",
        show_default=False,
    ),
]
# What serves or writes metrics has no verdict to end with.
ExportedBudget = Annotated[
    str | None,
    typer.Option("--limit", metavar="SIZE", help="Give the processes a budget of their own.", show_default=False),
]
FieldsOption = Annotated[
    str | None,
    typer.Option(
        "--fields",
        metavar="NAME,…",
        help="Print only these numbers.",
        autocompletion=_field_names,
        show_default=False,
    ),
]
FailOnOption = Annotated[
    FailOn,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help="Exit 1 from this level on: moderate, high, critical or never (or note, warning, error).",
        case_sensitive=False,
    ),
]
