"""The page of a check: what `mnemo explain fd-soft-low` prints is the docstring of the check's own module."""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from mnemo_cli.doctor import alerts, components, memory_level
from mnemo_cli.doctor.check import Check
from mnemo_cli.doctor.checks import CHECKS


class CheckPage(NamedTuple):
    """`title` is the first line of the docstring, `paragraphs` the rest."""

    id: str
    slug: str
    title: str
    paragraphs: tuple[str, ...]


# What only `mnemo limits check` judges, beside the doctor's checks.
GATE_PAGES = (
    CheckPage(
        memory_level.ID,
        memory_level.SLUG,
        "How full the memory limit is that binds, as `mnemo snapshot` shows it.",
        ("Moderate is a note, high a warning, critical an error; `mnemo explain levels` says where each begins.",),
    ),
    CheckPage(
        components.FULL_ID,
        components.SLUGS[components.FULL_ID],
        "How full a queue or pool is, of a program that keeps counters (mnemo_cli.tracker).",
        (
            "From 60 % it is a note, above 90 % a warning, full an error. The limit is the one that the program told. "
            "Caches and rings make room by themselves and are healthy when full.",
        ),
    ),
    CheckPage(
        components.UNBOUNDED_ID,
        components.SLUGS[components.UNBOUNDED_ID],
        "A component that reports a size has no limit, and may grow until memory is gone.",
        ("Tell its limit with `tracker.set_limit`, or bound it with a class of mnemo_cli.bounded.",),
    ),
    CheckPage(
        alerts.RULE_ID,
        alerts.SLUGS[alerts.RULE_ID],
        "An alert rule of yours holds now.",
        (
            "One look cannot wait for a rule's `for`: whatever holds counts, as bad as the rule's severity. The "
            "built-in rules say what the memory level says, and are not judged here; `mnemo limits rules` lists them.",
        ),
    ),
    CheckPage(
        alerts.UNHEARD_ID,
        alerts.SLUGS[alerts.UNHEARD_ID],
        "An alert rule of yours has an action that leads nowhere, and would only be logged.",
        ("Give [alerts] a webhook, PagerDuty's key or a program; `mnemo config show` lists what there is.",),
    ),
)


def page_of(word: str) -> CheckPage | None:
    """By id or slug, upper or lower case; None where there is no such check."""
    wanted = word.lower()
    return next((page for page in pages() if wanted in (page.id.lower(), page.slug)), None)


def pages() -> Iterator[CheckPage]:
    """Every page, those of the gate first."""
    yield from GATE_PAGES
    yield from map(page, CHECKS)


def page(check: Check) -> CheckPage:
    """Lines of a paragraph are joined: a view wraps them anew."""
    text = sys.modules[check.run.__module__].__doc__ or check.slug
    title, *paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return CheckPage(check.id, check.slug, title, tuple(paragraphs))
