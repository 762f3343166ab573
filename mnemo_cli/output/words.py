"""Levels and quantities in the words that every view shares: status is always word + glyph + number."""

from mnemo_cli.model import Level, Limit, Unlimited
from mnemo_cli.units import format_duration, format_percent, format_size

_GLYPHS = {None: "??", Level.NORMAL: "ok", Level.MODERATE: "!", Level.HIGH: "!!", Level.CRITICAL: "XX"}


def glyph(level: Level | None) -> str:
    """ "ok", "!", "!!", "XX"; "??" for unknown. Readable without colour."""
    return _GLYPHS[level]


def status(level: Level | None, at_least: Level | None = None) -> str:
    """Glyph and word: "!! HIGH", "?? UNKNOWN (at least HIGH)"."""
    if level is not None:
        return f"{glyph(level)} {level.name}"
    known = f" (at least {at_least.name})" if at_least is not None and at_least > Level.NORMAL else ""
    return f"{glyph(None)} UNKNOWN{known}"


def size(value: Limit | None) -> str:
    """ "2.85G", "unlimited", or "unknown": never a 0 that nobody read."""
    if value is None:
        return "unknown"
    return "unlimited" if isinstance(value, Unlimited) else format_size(value)


def percent(ratio: float | None) -> str:
    """ "71.2%" or "unknown"."""
    return "unknown" if ratio is None else format_percent(ratio)


def count(value: int | None) -> str:
    """ "12" or "unknown"."""
    return "unknown" if value is None else str(value)


def duration(value: float | Unlimited | None) -> str:
    """ "6m40s", "never", or "unknown"."""
    if value is None:
        return "unknown"
    return "never" if isinstance(value, Unlimited) else format_duration(value)
