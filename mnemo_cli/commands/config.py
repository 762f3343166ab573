"""`mnemo config`: every setting with its value and origin, and a safe way to change one."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import ConfigFile, command_app
from mnemo_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from mnemo_cli.output.config import SettingLine, WaiverLine
    from mnemo_cli.settings import Places, Row, Settings

app = command_app("Show and change the settings.", invoke_without_command=True)


class ShowFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"


def _keys() -> list[tuple[str, str]]:
    from mnemo_cli.settings import ROWS

    return [(row.key, row.help) for row in ROWS if not row.hidden]


def _values(ctx: typer.Context) -> list[str]:
    from mnemo_cli.settings.table import ROWS_BY_KEY

    row = ROWS_BY_KEY.get(str(ctx.params.get("key")))
    return list(row.choices) if row is not None else []


KeyArgument = Annotated[
    str,
    typer.Argument(metavar="KEY", help="As in `config show`; the table may be left out.", autocompletion=_keys),
]


@app.callback()
def config(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command()
def show(
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value came from.")] = False,
    all_settings: Annotated[bool, typer.Option("--all", help="Show the hidden settings too.")] = False,
    show_format: Annotated[
        ShowFormat | None,
        typer.Option("--format", help="table on a terminal, plain elsewhere.", show_default=False),
    ] = None,
    config_file: ConfigFile = None,
) -> None:
    """Show every setting and its value. The plain format is a settings file itself."""
    from mnemo_cli.output.config import json_text, plain_text, table_text
    from mnemo_cli.settings import ROWS, load

    settings = load(config_file=config_file)
    lines = [_setting_line(settings, row) for row in ROWS if all_settings or not row.hidden]
    waivers = _waiver_lines(settings)
    chosen = show_format or (ShowFormat.TABLE if sys.stdout.isatty() else ShowFormat.PLAIN)
    if chosen is ShowFormat.JSON:
        text = json_text(lines, waivers, file=str(settings.file) if settings.file else None, warnings=settings.warnings)
    elif chosen is ShowFormat.TABLE:
        text = table_text(lines, waivers, with_origin=origin)
    else:
        text = plain_text(lines, waivers, with_origin=origin)
    typer.echo(text, nl=False)
    _warn(settings.warnings)


@app.command()
def get(
    key: KeyArgument,
    config_file: ConfigFile = None,
) -> None:
    """Print the value of one setting, in the unit of its key."""
    from mnemo_cli.output.config import value_text
    from mnemo_cli.settings import load, row_of
    from mnemo_cli.settings.kinds import plain

    row = row_of(key)
    settings = load(config_file=config_file)
    typer.echo(value_text(plain(settings.value(row.key))), nl=False)
    _warn(settings.warnings)


@app.command("set")
def set_value(
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="For example 80, 4Gi, 30s.", autocompletion=_values)],
    local: Annotated[bool, typer.Option("--local", help="Change ./mnemo.toml.")] = False,
    config_file: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Change FILE.", show_default=False)
    ] = None,
) -> None:
    """Change one setting in your own file, in ./mnemo.toml, or in FILE. Comments stay."""
    from mnemo_cli.settings import machine_places
    from mnemo_cli.settings.write import write_setting

    if local and config_file is not None:
        raise UsageError("--local and --config name two files; give one of them")
    places = machine_places()
    change = write_setting(key, value, config_file=config_file, local=local, places=places)
    typer.echo(f"mnemo: {change.row.key} = {value} written to {change.path}", err=True)
    _warn(change.warnings)
    _warn(_still_elsewhere(change.row.key, change.path, config_file, places))


@app.command()
def path(config_file: ConfigFile = None) -> None:
    """Show which file is used, and which others are looked at."""
    from mnemo_cli.output.config import PlaceLine, paths_text
    from mnemo_cli.settings import machine_places, states

    lines = [
        PlaceLine(role=role, path=str(file), state=state) for role, file, state in states(config_file, machine_places())
    ]
    typer.echo(paths_text(lines), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON schema of a settings file."""
    from mnemo_cli.output.config import document_text
    from mnemo_cli.settings.schema import file_schema

    typer.echo(document_text(file_schema()), nl=False)


def _setting_line(settings: "Settings", row: "Row") -> "SettingLine":
    from mnemo_cli.output.config import SettingLine
    from mnemo_cli.settings.kinds import in_file, plain, readable

    value, origin = settings.value(row.key), settings.origin(row.key)
    return SettingLine(
        key=row.key,
        value=plain(value),
        default=plain(settings.default(row.key)),
        unit=row.unit,
        readable=readable(row, value),
        toml=in_file(row, value),
        layer=origin.layer,
        source=origin.source,
        line=origin.line,
        origin=str(origin),
        environment=row.environment,
        flag=row.flag,
        help=row.help,
    )


def _waiver_lines(settings: "Settings") -> "list[WaiverLine]":
    from mnemo_cli.output.config import WaiverLine

    return [
        WaiverLine(
            id=waiver.id,
            target=waiver.target,
            reason=waiver.reason,
            expires=waiver.expires.isoformat(),
            source=origin.source,
            line=origin.line,
            origin=str(origin),
        )
        for waiver, origin, _ in settings.waiver_entries
    ]


def _still_elsewhere(key: str, written: Path, config_file: Path | None, places: "Places") -> Iterator[str]:
    """Why a value that was just written is not the one in force here."""
    from mnemo_cli.settings import load

    try:
        settings = load(config_file=config_file, places=places)
    except ConfigError as err:
        yield str(err)
        return
    if settings.file != written:
        yield f"{settings.file} is read here instead of {written}"
    if settings.origin(key).layer == "environment":
        yield f"{settings.origin(key)} goes before the file"


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        typer.echo(f"mnemo: warning: {warning}", err=True)
