"""The levels, with the edges that are in force."""

from mnemo_cli.forensics.page import Page
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level

_DOES = {
    Level.NORMAL: "nothing",
    Level.MODERATE: "log a warning, go on",
    Level.HIGH: "warn; shrink caches, throttle, defer what can wait; alerts fire",
    Level.CRITICAL: "log an error; stop taking work, finish, save, close, exit asking for a restart",
}


def levels_page(edges: Edges) -> Page:
    """All four levels."""
    return Page(
        topic="levels",
        title="levels of memory use",
        paragraphs=(
            "A level says how much of the binding limit is used. Used is what would have to be freed by killing or "
            "swapping: usage without inactive file cache for a control group, MemTotal − MemAvailable for the machine.",
            "Every limit on the path is compared with its own use: the control group, each ancestor, the machine. The "
            "binding limit is the one with the worst level; among equals, the one with the least headroom.",
            f"A level is left downward only {_percent(edges.release_margin_ratio)} points below its edge, so that it "
            "does not flap. A limit that can be seen but not read makes the level unknown, which is never shown as "
            "normal.",
        ),
        rows=tuple((level.word, f"{_range(level, edges)}: {_DOES[level]}") for level in Level),
    )


def level_page(word: str, edges: Edges) -> Page | None:
    """One level by its word."""
    level = next((member for member in Level if member.word == word), None)
    if level is None:
        return None
    return Page(
        topic=level.word,
        title=f"level {level.word}",
        paragraphs=(f"{_range(level, edges)} of the binding limit is used.", f"What mnemo does: {_DOES[level]}."),
    )


def _range(level: Level, edges: Edges) -> str:
    moderate, high, critical = (
        _percent(edges.moderate_ratio), _percent(edges.high_ratio), _percent(edges.critical_ratio),
    )  # fmt: skip
    return {
        Level.NORMAL: f"less than {moderate} %",
        Level.MODERATE: f"{moderate} % to {high} %",
        Level.HIGH: f"more than {high} %, up to {critical} %",
        Level.CRITICAL: f"more than {critical} %",
    }[level]


def _percent(ratio: float) -> str:
    return f"{ratio * 100:g}"
