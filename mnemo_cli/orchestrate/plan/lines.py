"""One job a line: a JSON object, a command for sh, or what fills the blank of a template."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.plan.fields import job_from, read_fields
from mnemo_cli.redact import decoded, printable

BLANK = "{}"


class LineReader:
    """Turns lines into jobs; without an id of its own a job is called by its line's number."""

    def __init__(self, shown: str, *, template: str | None = None, defaults: Mapping[str, Any] | None = None) -> None:
        self._shown = shown
        self._words = None if template is None else _words(template)
        self._defaults = defaults or {}

    def where(self, number: int) -> str:
        """A line as messages name it."""
        return f"{self._shown}, line {number}"

    def job(self, raw: bytes, number: int) -> Job | None:
        """The job of line `number`; None for a blank line or a comment. PlanError names the line."""
        text = decoded(raw).strip("\r\n")
        if not text.strip() or (self._words is None and text.lstrip().startswith("#")):
            return None
        where = self.where(number)
        if "\0" in text:
            raise PlanError(f"{where}: it holds a NUL, which no command can take")
        if self._words is not None:
            # The line is put into words that are split already: whatever it holds, it stays one word.
            attributes = {"command": tuple(word.replace(BLANK, text) for word in self._words)}
        elif text.lstrip().startswith("{"):
            attributes = read_fields(_object(text, where), where)
        else:
            attributes = {"command": ("/bin/sh", "-c", text)}
        return job_from({**self._defaults, **attributes}, where, default_id=str(number))


def _words(template: str) -> list[str]:
    try:
        words = shlex.split(template)
    except ValueError as err:
        raise PlanError(f"--template {printable(template)!r}: {err}") from None
    if not words:
        raise PlanError("--template is empty; write for example --template 'resize {}'")
    return words if any(BLANK in word for word in words) else [*words, BLANK]


def _object(text: str, where: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as err:
        raise PlanError(f"{where} begins as JSON and is none: {err.msg} at character {err.pos + 1}") from None
    except (ValueError, RecursionError) as err:
        raise PlanError(f"{where} begins as JSON and is none: {printable(str(err))}") from None
    assert isinstance(found, dict)  # it began with a brace
    return found
