"""What grows, as a table with its suspects for people and as mnemo.growth/1 for programs."""

from collections.abc import Iterator

from mnemo_cli.forensics.growth import Ceiling, Growth, Line, Suspect, suspects
from mnemo_cli.forensics.growth.suspects import LIKELY_SECONDS, amount
from mnemo_cli.model import Json, Unlimited, limit_json
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.words import duration
from mnemo_cli.output.wrapping import wrapped
from mnemo_cli.recording.document import gap_documents, timestamp
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

GROWTH_SCHEMA = "mnemo.growth/1"
_INDENT = "    "
_LEAST_WIDTH = 40


def growth_text(growth: Growth, width: int = 80) -> str:
    """The suspects first, each with its next steps, then every line as a table, then the gaps."""
    found = suspects(growth)
    parts = [
        _headline(growth),
        wrapped(_sentence(growth, found), max(_LEAST_WIDTH, width)),
        *(list(_suspect_text(suspect, number, width)) for number, suspect in enumerate(found, start=1)),
        _table(growth),
        [printable(f"gap: {gap.field}: {gap.reason} ({gap.source})") for gap in growth.gaps],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def growth_document(growth: Growth) -> dict[str, Json]:
    """The whole as mnemo.growth/1."""
    return {
        "schema": GROWTH_SCHEMA,
        "time": timestamp(growth.time_seconds),
        "target": {
            "pid": growth.pid,
            "started": growth.started,
            "name": growth.name,
            "language": growth.program.language,
            "allocator": growth.program.allocator,
            "listening": list(growth.listening),
        },
        "asked_seconds": growth.asked_seconds,
        "watched_seconds": growth.seconds,
        "readings": growth.readings,
        "ended": growth.ended,
        "suspects": [_suspect_document(suspect) for suspect in suspects(growth)],
        "lines": [_line_document(line) for line in growth.lines],
        "gaps": gap_documents(growth.gaps),
    }


def _headline(growth: Growth) -> list[str]:
    words = [f"pid {growth.pid}", growth.program.language, growth.program.allocator]
    about = ", ".join(word for word in words if word is not None)
    watched = f"watched {format_duration(growth.seconds)}, {growth.readings} readings"
    lines = [printable(f"{growth.name} ({about})  {watched}  {timestamp(growth.time_seconds)}")]
    if growth.ended is not None:
        asked = format_duration(growth.asked_seconds)
        lines.append(f"{growth.ended}: this is what was seen of the {asked} until then")
    return lines


def _sentence(growth: Growth, found: tuple[Suspect, ...]) -> str:
    if found:
        return f"{len(found)} suspect{'' if len(found) == 1 else 's'}"
    short = growth.seconds < LIKELY_SECONDS
    more = "; a slow leak needs a longer watch, such as --growth 60s" if short else ""
    return f"nothing looks like a leak: whatever rose has stopped, or fell back{more}"


def _suspect_text(suspect: Suspect, number: int, width: int) -> Iterator[str]:
    yield printable(f"{number}. {suspect.line.series.name}: {suspect.confidence} leak, {suspect.line.trend.shape}")
    yield from wrapped(printable(suspect.sentence), max(_LEAST_WIDTH, width), _INDENT)
    yield from (f"{_INDENT}{printable(detail)}" for detail in suspect.line.series.details)
    for step in suspect.steps:
        yield from wrapped(printable(f"- {step.text}"), max(_LEAST_WIDTH, width), _INDENT)
        if step.command is not None:
            # Never broken: it is there to be copied.
            yield f"{_INDENT}    {printable(step.command)}"


def _table(growth: Growth) -> list[str]:
    rows = [["LINE", "FIRST", "LAST", "PER SECOND", "SHAPE", "LIMIT IN", "OF"]]
    rows += [_row(line) for line in growth.lines if _is_shown(line)]
    return aligned(rows, right=frozenset({1, 2, 3, 5})) if len(rows) > 1 else []


def _is_shown(line: Line) -> bool:
    """One of twenty kinds of descriptors that never moved says nothing."""
    is_part = line.series.kind in ("descriptors", "connections", "tracker") and line.series.part_of is not None
    return not is_part or line.first != line.last or line.trend.rise != 0


def _row(line: Line) -> list[str]:
    unit, trend = line.series.unit, line.trend
    stopped = "" if trend.stopped_seconds is None else f" since {format_duration(trend.stopped_seconds)}"
    ceiling = line.series.ceiling
    return [
        printable(line.series.name),
        amount(line.first, unit),
        amount(line.last, unit),
        amount(trend.rate_per_second, unit),
        trend.shape + stopped,
        duration(line.seconds_to_limit) if trend.grows else "-",
        printable(ceiling.name) if ceiling is not None and trend.grows else "-",
    ]


def _suspect_document(suspect: Suspect) -> dict[str, Json]:
    return {
        "line": suspect.line.series.name,
        "confidence": suspect.confidence,
        "text": suspect.sentence,
        "rate_per_second": suspect.line.trend.rate_per_second,
        "seconds_to_limit": limit_json(suspect.line.seconds_to_limit),
        "details": list(suspect.line.series.details),
        "steps": [{"text": step.text, "command": step.command} for step in suspect.steps],
    }


def _line_document(line: Line) -> dict[str, Json]:
    series, trend = line.series, line.trend
    return {
        "name": series.name,
        "kind": series.kind,
        "unit": series.unit,
        "part_of": series.part_of,
        "readings": len(series.points),
        "first": line.first,
        "last": line.last,
        "rate_per_second": trend.rate_per_second,
        "low_per_second": trend.low_per_second,
        "high_per_second": trend.high_per_second,
        "shape": trend.shape,
        "grows": trend.grows,
        "since_seconds": trend.since_seconds,
        "stopped_seconds": trend.stopped_seconds,
        "limit": None if series.ceiling is None else _ceiling_document(series.ceiling),
        "seconds_to_limit": limit_json(line.seconds_to_limit),
    }


def _ceiling_document(ceiling: Ceiling) -> dict[str, Json]:
    left = ceiling.left
    return {
        "name": ceiling.name,
        "limit": limit_json(ceiling.limit),
        "used": ceiling.used,
        "left": left.value if isinstance(left, Unlimited) else left,
    }
