"""The pure judge of all lines: which look like a leak, and what each one is a part or a consequence of.

A suspect rose all the time, still rises at the end, and by more than programs do that are only at work.
One leak shows in several lines: it is named where it can be told best, by its kind.
"""

from collections.abc import Iterable, Sequence

from mnemo_cli.forensics.explanation import Confidence
from mnemo_cli.forensics.growth.advice import next_steps
from mnemo_cli.forensics.growth.nouns import FILE_MAPS, Growth, Kind, Line, Suspect
from mnemo_cli.model import Unlimited
from mnemo_cli.units import format_duration, format_size

LEAST_RISE_BYTES, LEAST_RISE_COUNT = 512 << 10, 5
# A large process moves more while it is only at work.
_LEAST_SHARE = 0.001
# A part that explains this much of the whole stands for it; one that explains less than the other is beside the point.
_MOST_OF_IT, _LITTLE_OF_IT = 0.5, 0.25
# What one of these takes of the process's own memory: a growth of memory within it is their consequence.
_BYTES_EACH: dict[Kind, int] = {"threads": 128 << 10, "descriptors": 16 << 10, "connections": 16 << 10}
# Half a minute of growth may be a phase; below this many readings a trend is a guess.
LIKELY_SECONDS, LIKELY_READINGS = 45.0, 20
# Who rises from nearly the first reading on rose before it, too.
_BEGINNING_SHARE = 0.1
# They let garbage lie: what grows between two collections is no leak yet.
_COLLECTED = ("JVM", "Node", "Go")


def suspects(growth: Growth) -> tuple[Suspect, ...]:
    """What looks like a leak, the gravest first, each with its next steps."""
    growing = [line for line in growth.lines if _is_above_noise(line)]
    chosen = [line for line in growing if _is_best_told_here(line, growing)]
    named = [line for line in chosen if not line.series.fallback] or chosen[:1]
    found = [_suspect(line, growth) for line in named]
    return tuple(sorted(found, key=_gravity))


def _is_above_noise(line: Line) -> bool:
    least = LEAST_RISE_BYTES if line.series.unit == "bytes" else LEAST_RISE_COUNT
    grows = line.trend.grows and not line.series.bounded
    return grows and line.trend.rise >= max(least, _LEAST_SHARE * line.last)


def _is_best_told_here(line: Line, growing: Sequence[Line]) -> bool:
    """Not where its parts say it better, nor where it is a small part, nor a consequence of something else."""
    series, rise = line.series, line.trend.rise
    parts = sum(other.trend.rise for other in growing if other.series.part_of == series.name)
    if parts >= _MOST_OF_IT * rise:
        return False
    whole = next((other for other in growing if other.series.name == series.part_of), None)
    if whole is not None and rise < _LITTLE_OF_IT * whole.trend.rise:
        return False
    return not _is_consequence(line, growing)


def _is_consequence(line: Line, growing: Sequence[Line]) -> bool:
    causes = {other.series.kind: other for other in growing if other.series.kind in _BYTES_EACH}
    if line.series.kind == "stacks":
        return "threads" in causes
    if line.series.kind == "mappings":
        return any(other.series.kind in ("memory", "stacks", "threads", "files") for other in growing)
    if line.series.kind != "memory":
        return False
    return line.trend.rise <= sum(_BYTES_EACH[kind] * cause.trend.rise for kind, cause in causes.items())


def _suspect(line: Line, growth: Growth) -> Suspect:
    return Suspect(
        line=line,
        confidence=_confidence(line, growth),
        sentence=" ".join(_sentences(line, growth)),
        steps=next_steps(line, growth),
    )


def _confidence(line: Line, growth: Growth) -> Confidence:
    is_long = growth.seconds >= LIKELY_SECONDS and len(line.series.points) >= LIKELY_READINGS
    return "likely" if is_long and not line.series.fallback and not _may_be_collected(line, growth) else "possible"


def _may_be_collected(line: Line, growth: Growth) -> bool:
    return line.series.kind == "memory" and growth.program.language in _COLLECTED and line.trend.shape != "sawtooth"


def _sentences(line: Line, growth: Growth) -> Iterable[str]:
    series, trend = line.series, line.trend
    how = {"sawtooth": "and what stays after each fall rises", "stepped": "in steps"}.get(trend.shape, "steadily")
    since = trend.since_seconds
    when = (
        f"all of the {format_duration(growth.seconds)} watched"
        if since is None or since <= _BEGINNING_SHARE * growth.seconds
        else f"since {format_duration(since)} into the watch"
    )
    total = amount(line.last, series.unit)
    yield f"{series.name}: +{amount(trend.rate_per_second, series.unit)} per second, {how}, {when}; now {total}."
    yield from _until(line)
    yield from _mappings_first(line, growth)
    heap = growth.program.heap
    if heap is not None and heap.heap_bytes is not None and series.kind == "memory":
        yield f"Its own heap ends at {format_size(heap.heap_bytes)} ({heap.name}), if that comes first."
    if _may_be_collected(line, growth):
        yield f"{growth.program.language} lets garbage lie: watch it for longer than one collection to be sure."
    if series.name == FILE_MAPS:
        yield "Clean pages of files are given back when memory is short: only written ones press on a limit."


def _until(line: Line) -> Iterable[str]:
    ceiling, seconds = line.series.ceiling, line.seconds_to_limit
    if ceiling is None or seconds is None:
        yield "When it reaches a limit is unknown."
    elif isinstance(seconds, Unlimited):
        yield "No limit stops it."
    else:
        limit = ceiling.limit
        size = f" ({amount(limit, line.series.unit)})" if isinstance(limit, int) else ""
        yield f"At this rate {ceiling.name}{size} is reached in {format_duration(seconds)}."


def _mappings_first(line: Line, growth: Growth) -> Iterable[str]:
    """Many small maps meet the limit of their number before that of memory."""
    mappings = growth.line("mappings")
    if mappings is None or line.series.kind not in ("memory", "stacks") or not _is_above_noise(mappings):
        return
    until, other = line.seconds_to_limit, mappings.seconds_to_limit
    if isinstance(other, float) and (not isinstance(until, float) or other < until):
        yield f"Its number of mappings reaches vm.max_map_count sooner, in {format_duration(other)}."


def amount(number: float, unit: str) -> str:
    """ "1.5M" of bytes, "12" or "0.4" of things."""
    if unit == "bytes":
        return format_size(round(number))
    return f"{number:.0f}" if abs(number) >= 10 else f"{number:.2g}"


def _gravity(suspect: Suspect) -> tuple[int, float]:
    """A limit that is near comes first, one that nobody could read next, what nothing stops last."""
    seconds = suspect.line.seconds_to_limit
    if seconds is None:
        return 1, 0.0
    return (2, 0.0) if isinstance(seconds, Unlimited) else (0, seconds)
