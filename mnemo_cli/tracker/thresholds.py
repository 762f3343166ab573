"""The level of a tracker's used bytes against the limit that it was given.

The same edges and release as `mnemo_cli.limits.levels`, which stands above this room: a program that
only counts imports neither it nor the model.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mnemo_cli.model import Level

# Where moderate, high and critical begin, and how far below its edge each is left: shares of the limit.
EDGES = (0.40, 0.60, 0.80, 0.05)


def rising(edges: "tuple[float, float, float, float]") -> "tuple[float, float, float, float]":
    """The edges, if they can be edges; ValueError otherwise."""
    moderate, high, critical, release_margin = edges
    if not 0 < moderate < high < critical <= 1 or not 0 <= release_margin < moderate:
        raise ValueError(f"edges rise from above 0 to 1 at most, with a smaller release margin; found {edges}")
    return edges


def level_index(used_ratio: float, edges: "tuple[float, float, float, float]", before: int) -> int:
    """0 for normal to 3 for critical: upward at once, downward only below the edge minus the release margin."""
    moderate, high, critical, release_margin = edges
    level = (used_ratio >= moderate) + (used_ratio > high) + (used_ratio > critical)
    while before > level and used_ratio < round((moderate, high, critical)[before - 1] - release_margin, 12):
        before -= 1
    return max(before, level)


def log_change(name: str, level: "Level", used_bytes: int, limit_bytes: int) -> None:
    """One message of the logger "mnemo.tracker": back to normal is information, critical an error."""
    import logging

    from mnemo_cli.units import format_percent, format_size

    severity = (logging.INFO, logging.WARNING, logging.WARNING, logging.ERROR)[level]
    logging.getLogger("mnemo.tracker").log(
        severity,
        "%s: memory is %s: %s of %s (%s)",
        name,
        level.word,
        format_size(used_bytes),
        format_size(limit_bytes),
        format_percent(used_bytes / limit_bytes),
    )
