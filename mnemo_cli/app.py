"""The command table, loaded lazily, and the one place where errors become exit codes.

Typer swallows the first `--`, so argv is split there before Typer sees it: what follows is the
program to run, and a command that takes one finds it in its context as `Invocation.program`.
"""

import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from mnemo_cli import __version__
from mnemo_cli.commands.options import Invocation, help_markup
from mnemo_cli.errors import ExitCode, MnemoError


class CommandRow(NamedTuple):
    """A command: its name and module, its line in `mnemo --help`, and whether `-- CMD…` may follow it.

    Of a group of commands `programs_after` names those that a program may follow. A command that has two
    names is one `module`.
    """

    name: str
    help: str
    takes_program: bool = False
    programs_after: tuple[str, ...] = ()
    module: str | None = None

    def load(self) -> Any:
        """Import the module and build its command; a test compares its help with this row's."""
        module = importlib.import_module(f"mnemo_cli.commands.{self.module or self.name}")
        command = typer.main.get_command(module.app)
        command.name = self.name
        return command


COMMANDS: tuple[CommandRow, ...] = (
    CommandRow("monitor", "Watch memory live against the limit that binds.", takes_program=True),
    CommandRow("snapshot", "Show one reading of memory and its limits.", takes_program=True),
    CommandRow("limits", "Check limits for CI, show them all, render them.", programs_after=("check", "show")),
    CommandRow("ulimit", "Audit and mend limits, raise those of a live process.", programs_after=("doctor",)),
    CommandRow("doctor", "Find the limits that bind or will, and who set them.", takes_program=True),
    CommandRow("collect-diagnostics", "Put what explains a death into one redacted tarball.", module="collect"),
    CommandRow("collect", "Put what explains a death into one redacted tarball."),
    CommandRow("explain", "Say why something died, or what an error means."),
    CommandRow("orchestrate", "Run jobs so that memory never kills them.", takes_program=True),
    CommandRow("export", "Give metrics, rules and a dashboard to Prometheus."),
    CommandRow("config", "Show and change the settings."),
    CommandRow("completion", "Print the completion script of a shell."),
)


class ClosedPipe(Exception):
    """Whoever read our output is gone; Typer would turn the OSError into exit code 1."""


class LazyGroup(TyperGroup):
    """A group that knows its commands' names and help lines, and imports a command only to run it."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.rows = {row.name: row for row in COMMANDS}
        for row in COMMANDS:
            self.commands[row.name] = TyperCommand(row.name, help=row.help, rich_markup_mode=self.rich_markup_mode)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, (self.rows[name].load() if name else None), rest

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        """`--help` is printed while the words are parsed, before `invoke`."""
        try:
            return super().make_context(*arguments, **extra)
        except BrokenPipeError as err:
            raise ClosedPipe from err

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as err:
            raise ClosedPipe from err


def root_command() -> TyperGroup:
    """`mnemo` itself, with stubs for its commands."""
    app = typer.Typer(
        cls=LazyGroup,
        add_completion=False,
        rich_markup_mode=help_markup(),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def main(arguments: Sequence[str]) -> int:
    """Run mnemo on `arguments` (without the program's own name) and return its exit code."""
    code = _run(arguments)
    # What a terminal that is gone did not take, the interpreter would try again at its end, and exit with 120.
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return code


def _run(arguments: Sequence[str]) -> int:
    own, program = split_program(arguments)
    _prepare_streams()
    try:
        try:
            root_command().main(own, prog_name="mnemo", obj=Invocation(program=program))
        finally:
            sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.DONE if end.code is None else ExitCode.FINDING
    except MnemoError as error:
        _complain(str(error))
        return error.exit_code
    except (ClosedPipe, BrokenPipeError):
        # The interpreter flushes stdout once more at its end: give it somewhere to write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        _complain(f"{error.filename or 'the result'}: {error.strerror}; nothing more was written")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FINDING
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as bug:  # noqa: BLE001 a mistake of ours must not look like a verdict
        return _apologise(bug)
    return ExitCode.DONE


def split_program(arguments: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """mnemo's own words, and the program after the first `--`.

    A command that runs no program keeps its `--`, which then means what it means everywhere:
    no options follow (`mnemo explain -- -9`).
    """
    words = list(arguments)
    position = words.index("--") if "--" in words else len(words)
    names = [word for word in words[:position] if not word.startswith("-")]
    if position == len(words) or not any(_takes_program(row, names) for row in COMMANDS):
        return words, None
    return words[:position], words[position + 1 :]


def _takes_program(row: CommandRow, names: Sequence[str]) -> bool:
    """`names` are the words before `--` that are no options: the command, and perhaps one below it."""
    if names[:1] != [row.name]:
        return False
    return row.takes_program or (len(names) > 1 and names[1] in row.programs_after)


def _root(
    ctx: typer.Context,
    version: bool = typer.Option(False, "-V", "--version", help="Print the version and exit."),
) -> None:
    """Prevent out-of-memory crashes, and explain the ones that happened."""
    if version:
        typer.echo(f"mnemo {__version__}")
    elif ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def _prepare_streams() -> None:
    """Streams that were closed before we began lead nowhere; a sign that stdout's encoding lacks is escaped."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 it stays open to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _complain(message: str) -> None:
    # What happened is in the exit code too: a stderr that is full or closed does not change it.
    with suppress(OSError):
        sys.stderr.write(f"mnemo: {message}\n")
        sys.stderr.flush()


def _apologise(bug: Exception) -> int:
    """A mistake of ours: exit 3, since whatever was asked could not be told."""
    if os.environ.get("MNEMOSYNE_LOG", "").lower() == "debug":
        raise bug
    _complain(
        f"internal error: {type(bug).__name__}: {bug}; this is a bug in mnemo, "
        "set MNEMOSYNE_LOG=debug for the traceback"
    )
    return ExitCode.UNKNOWN
