"""What the picture says in words: short, and the same as the screens."""

from collections.abc import Mapping

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Event, Json, Level, Limit
from mnemo_cli.output.plot.gathered import Gathered, Point, ProcessUse
from mnemo_cli.output.words import glyph, percent, size, status
from mnemo_cli.recording.document import timestamp
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

_LONGEST_MARK, _LONGEST_NAME = 44, 16


def title(gathered: Gathered) -> str:
    """Whose memory it is."""
    scope = gathered.scope
    name = scope.name if scope.kind == "host" else f"{scope.kind} {scope.name}"
    return f"Memory of {cut(printable(name), 80)}"


def subtitle(gathered: Gathered) -> str:
    """From when to when, how many samples, and the peak."""
    first, last = gathered.points[0].time_seconds, gathered.points[-1].time_seconds
    start, end = (timestamp(seconds)[:19].replace("T", " ") for seconds in (first, last))
    until = end[11:] if end[:10] == start[:10] else end
    count = "1 sample" if gathered.samples == 1 else f"{gathered.samples:,} samples"
    parts = [f"{start} to {until} UTC ({format_duration(max(0.0, last - first))})", count]
    if (peak := gathered.peak) is not None:
        parts.append(f"peak {_used(peak)} at {timestamp(peak.time_seconds)[11:19]}")
    return "   ".join(parts)


def limit_words(point: Point, *, with_source: bool) -> str:
    """ "limit 4.00G, cgroup /app"."""
    source = f", {cut(printable(point.source), 40)}" if with_source else ""
    return f"limit {size(point.limit_bytes)}{source}"


def band_words(level: Level, edges: Edges) -> str:
    """ "!! HIGH  60–80 %"."""
    low, high = band(level, edges)
    span = f"{low * 100:g}–{high * 100:g} %" if high < 1 else f"over {low * 100:g} %"
    return f"{status(level)}  {span}"


def band(level: Level, edges: Edges) -> tuple[float, float]:
    """The shares of the limit between which a level is."""
    ends = (0.0, edges.moderate_ratio, edges.high_ratio, edges.critical_ratio, 1.0)
    return ends[level], ends[level + 1]


def process_words(use: ProcessUse) -> str:
    """ "python 4121"; ~ where only its RSS was known."""
    mark = "~" if use.is_rss else ""
    if use.pid is None:
        return f"{mark}{use.name}"
    return f"{mark}{cut(printable(use.name), _LONGEST_NAME)} {use.pid}"


def users_words(gathered: Gathered) -> str:
    """What the lower panel shows, and what it cannot."""
    words = "PSS of the largest processes"
    if any(use.is_rss for use in gathered.processes):
        words += " (~ RSS where PSS is unknown)"
    in_scope = gathered.most_in_scope
    if in_scope is not None and in_scope > gathered.most_recorded:
        words += f"; the recording has up to {gathered.most_recorded:,} of {in_scope:,}"
    return words


def event_words(event: Event) -> str:
    """With the time of the day, which the axis tells only roughly."""
    return f"{timestamp(event.time_seconds)[11:19]}  {what_happened(event)}"


def what_happened(event: Event) -> str:
    return cut(printable(_short(event)), _LONGEST_MARK)


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _short(event: Event) -> str:
    fields = event.fields
    if event.event == "level":
        return status(event.level)
    if event.event == "oom_kill":
        return f"{glyph(Level.CRITICAL)} OOM kill{_where(fields.get('limit_source'))}"
    if event.event == "limit_change":
        return f"{_limit(fields.get('from'))} → {_limit(fields.get('to'))}{_where(fields.get('limit_source'))}"
    if event.event == "alert":
        return f"alert {fields.get('name')} {fields.get('to')}"
    return event.text


def _where(source: Json) -> str:
    if not isinstance(source, Mapping):
        return ""
    return f", {source.get('path') or source.get('kind')}"


def _limit(limit: Json) -> str:
    known: Limit | None = UNLIMITED if limit == UNLIMITED.value else None
    if isinstance(limit, int) and not isinstance(limit, bool):
        known = limit
    return f"limit {size(known)}" if known is None or known is UNLIMITED else size(known)


def _used(point: Point) -> str:
    """Of no limit there is no share."""
    limit_bytes = point.limit_bytes
    if point.used_bytes is None or not isinstance(limit_bytes, int) or not limit_bytes:
        return size(point.used_bytes)
    return f"{size(point.used_bytes)} ({percent(point.used_bytes / limit_bytes)} of {size(limit_bytes)})"
