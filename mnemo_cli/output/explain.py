"""Pages of `mnemo explain` as text, wrapped to the width of the reader, and the list of all; both as JSON, too."""

import textwrap
from collections.abc import Iterable
from itertools import groupby

from mnemo_cli.forensics.page import Group, Page, Topic
from mnemo_cli.model import Json
from mnemo_cli.output.tables import aligned
from mnemo_cli.redact import printable

TOPIC_SCHEMA = "mnemo.topic/1"
TOPICS_SCHEMA = "mnemo.topics/1"
_HEADINGS: dict[Group, str] = {
    "symptom": "Symptoms (in quotes where there are blanks)",
    "exit-code": "Exit codes (and any other number up to 255)",
    "signal": "Signals (also by number, such as -9)",
    "errno": "Errors of the system",
    "level": "Levels of memory use",
    "step": "Steps of the ladder",
    "action": "Actions of alert rules, and of the ladder",
    "check": "Checks (also by id)",
    "setting": "Settings",
}


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


def topics_text(topics: Iterable[Topic], width: int | None = None) -> str:
    """What can be asked for, one line each below its group; `width` is the terminal's, to which they are cut."""
    lines = ["mnemo explain WHAT, where WHAT is one of"]
    for group, members in groupby(topics, key=lambda topic: topic.group):
        lines += ["", _HEADINGS[group], *aligned([[f"  {topic.name}", topic.text] for topic in members])]
    if width is not None:
        lines = [line if len(line) <= width else f"{line[: max(0, width - 1)]}…" for line in lines]
    return "\n".join(lines) + "\n"


def topics_document(topics: Iterable[Topic]) -> dict[str, Json]:
    """The same for programs."""
    rows: list[Json] = [{"name": topic.name, "text": topic.text, "group": topic.group} for topic in topics]
    return {"schema": TOPICS_SCHEMA, "topics": rows}


def _list(rows: tuple[tuple[str, str], ...], width: int) -> str:
    indent = max(len(name) for name, _ in rows) + 4
    return "\n".join(
        textwrap.fill(printable(text), width, initial_indent=f"  {name}".ljust(indent), subsequent_indent=" " * indent)
        for name, text in rows
    )
