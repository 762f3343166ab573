"""Explanations as text, wrapped to the width of the reader."""

import textwrap
from collections.abc import Iterable

from mnemo_cli.forensics.page import Page
from mnemo_cli.model import Json
from mnemo_cli.output.tables import aligned
from mnemo_cli.redact import printable

TOPIC_SCHEMA = "mnemo.topic/1"
TOPICS_SCHEMA = "mnemo.topics/1"


def page_text(page: Page, width: int = 80) -> str:
    """Title, list, paragraphs."""
    parts = [page.title]
    if page.rows:
        parts.append(_list(page.rows, width))
    # A command or a slug that is broken at its hyphens cannot be copied.
    parts += [textwrap.fill(paragraph, width, break_on_hyphens=False) for paragraph in page.paragraphs]
    return "\n\n".join(parts) + "\n"


def page_document(page: Page) -> dict[str, Json]:
    """The same for programs."""
    return {
        "schema": TOPIC_SCHEMA,
        "topic": page.topic,
        "title": page.title,
        "paragraphs": list(page.paragraphs),
        "rows": [{"name": name, "text": text} for name, text in page.rows],
    }


def topics_text(topics: Iterable[tuple[str, str]], width: int | None = None) -> str:
    """What can be asked for, one line each; `width` is the terminal's, to which they are cut."""
    lines = aligned([[f"  {name}", what] for name, what in topics])
    if width is not None:
        lines = [line if len(line) <= width else f"{line[: max(0, width - 1)]}…" for line in lines]
    return "\n".join(["mnemo explain WHAT, where WHAT is one of", *lines]) + "\n"


def topics_document(topics: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """The same for programs."""
    return {"schema": TOPICS_SCHEMA, "topics": [{"name": name, "text": text} for name, text in topics]}


def _list(rows: tuple[tuple[str, str], ...], width: int) -> str:
    indent = max(len(name) for name, _ in rows) + 4
    return "\n".join(
        textwrap.fill(printable(text), width, initial_indent=f"  {name}".ljust(indent), subsequent_indent=" " * indent)
        for name, text in rows
    )
