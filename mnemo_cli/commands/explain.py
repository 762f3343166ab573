"""`mnemo explain WHAT`: finds out what kind of thing WHAT is, and shows its page."""

import difflib
import os.path
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import ConfigFile, command_app, load_settings
from mnemo_cli.errors import SourceError, UsageError
from mnemo_cli.forensics.codes import code_page, codes_page, signal_names, signal_page
from mnemo_cli.forensics.levels import level_page, levels_page
from mnemo_cli.forensics.page import Page
from mnemo_cli.model import Level
from mnemo_cli.output.explain import page_document, page_text, topics_document, topics_text
from mnemo_cli.recording.document import pretty
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from mnemo_cli.settings import Row, Settings

app = command_app()


class ExplainFormat(StrEnum):
    PLAIN = "plain"
    JSON = "json"


# -9 is a signal here, not an option.
@app.command(context_settings={"ignore_unknown_options": True})
def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT", help="A level, an exit code, a signal, a setting or a topic.", show_default=False
        ),
    ] = None,
    output_format: Annotated[ExplainFormat, typer.Option("--format", help="plain or json.")] = ExplainFormat.PLAIN,
    config_file: ConfigFile = None,
) -> None:
    """Say what a level, an exit code or a setting means.

    Without WHAT, list everything that can be explained.
    """
    settings = load_settings(config_file, {})
    as_json = output_format is ExplainFormat.JSON
    if what is None:
        topics = _topics(settings)
        sys.stdout.write(pretty(topics_document(topics)) if as_json else topics_text(topics))
        return
    page = _find(what, settings)
    if as_json:
        sys.stdout.write(pretty(page_document(page)))
    else:
        sys.stdout.write(page_text(page, width=min(100, shutil.get_terminal_size().columns)))


def _find(what: str, settings: "Settings") -> Page:
    """The first kind of thing that WHAT is; the order is part of the interface."""
    # Path.exists raises for a name that is too long: a quoted message may be one.
    if what == "-" or os.path.exists(what):  # noqa: PTH110
        shown = printable(what)
        raise SourceError(f"{shown}: mnemo cannot read logs and bundles as evidence yet; give an exit code or a topic")
    kinds: Sequence[Callable[[str], Page | None]] = (
        _number,
        signal_page,
        lambda word: level_page(word.lower(), settings.levels()),
        lambda word: _topic(word.lower(), settings),
        lambda word: _setting(word, settings),
    )
    for kind in kinds:
        if (page := kind(what)) is not None:
            return page
    known = {name.lower(): name for name, _ in _topics(settings)}
    near = [known[word] for word in difflib.get_close_matches(what.lower(), known, n=2, cutoff=0.5)]
    hint = f"did you mean {' or '.join(near)}?" if near else "`mnemo explain` lists what there is"
    raise UsageError(f"nothing is known about {what!r}; {hint}")


def _number(word: str) -> Page | None:
    # int() alone would also read "1_37" and the digits of every script.
    return code_page(int(word)) if re.fullmatch(r"-?\d{1,9}", word, re.ASCII) else None


def _topic(word: str, settings: "Settings") -> Page | None:
    if word == "levels":
        return levels_page(settings.levels())
    if word in ("exit-codes", "exit codes"):
        return codes_page()
    return _settings_page(settings) if word == "settings" else None


def _setting(word: str, settings: "Settings") -> Page | None:
    from mnemo_cli.settings import ROWS

    row = next((row for row in ROWS if word in (row.key, row.name, row.environment)), None)
    if row is None:
        return None
    return Page(
        topic=row.key,
        title=f"setting {row.key}",
        paragraphs=(row.help,),
        rows=(
            ("value", f"{settings.value(row.key)} {row.unit}".rstrip()),
            ("origin", str(settings.origin(row.key))),
            ("default", f"{settings.default(row.key)} {row.unit}".rstrip()),
            ("environment", row.environment),
        ),
    )


def _settings_page(settings: "Settings") -> Page:
    return Page(
        topic="settings",
        title="settings",
        paragraphs=(
            "A value comes from a flag, else from the environment, else from the settings file, else it is the "
            "default. `mnemo config show --origin` shows all values with their origins.",
        ),
        rows=tuple((row.key, row.help) for row in _shown_rows()),
    )


def _topics(settings: "Settings") -> list[tuple[str, str]]:
    return [
        ("levels", "the levels and their edges"),
        *((level.word, "one level") for level in Level),
        ("exit-codes", "what mnemo exits with"),
        ("0 … 255", "an exit code, such as 137"),
        *((name, "a signal") for name in signal_names()),
        ("settings", "all settings"),
        *((row.key, row.help) for row in _shown_rows()),
    ]


def _shown_rows() -> "list[Row]":
    from mnemo_cli.settings import ROWS

    return [row for row in ROWS if not row.hidden]
