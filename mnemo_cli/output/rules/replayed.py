"""What rules would have told of a recording: the history of their alerts, and how each rule fared: mnemo.replay/1."""

from collections.abc import Iterator

from mnemo_cli.model import Json, Level
from mnemo_cli.model.alerts import SEVERITY_LEVELS
from mnemo_cli.output.rules import RulesFormat
from mnemo_cli.output.rules import phrases as words
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.words import glyph
from mnemo_cli.output.wrapping import wrapped
from mnemo_cli.recording.document import encode, event_document, pretty, timestamp
from mnemo_cli.recording.replay import Change, Course, Replay, Series
from mnemo_cli.redact import printable

REPLAY_SCHEMA = "mnemo.replay/1"


def replay_text(replay: Replay, rules_format: RulesFormat, source: str, *, width: int | None = None) -> str:
    """In one format; `source` is the recording, `width` of the table's reader. ndjson has the events only."""
    match rules_format:
        case RulesFormat.JSON:
            return pretty(replay_document(replay, source))
        case RulesFormat.NDJSON:
            return "".join(f"{encode(event_document(change.event))}\n" for change in replay.changes)
        case RulesFormat.PLAIN:
            return "".join(f"{line}\n" for line in _plain(replay))
        case RulesFormat.TABLE:
            return _table(replay, source, max(words.LEAST_WIDTH, width or words.WIDTH))


def replay_document(replay: Replay, source: str) -> dict[str, Json]:
    """The events are those of a watch, each with the series that it is of."""
    first, last = (None, None) if replay.span_seconds is None else map(timestamp, replay.span_seconds)
    return {
        "schema": REPLAY_SCHEMA,
        "recording": source,
        "source": replay.rules.source,
        "samples": replay.samples,
        "from": first,
        "to": last,
        "series": [_series_document(series) for series in replay.series],
        "events": [
            {**event_document(change.event), "series": replay.series.index(change.series)} for change in replay.changes
        ],
        "rules": [_course_document(course) for course in replay.courses],
        "left_out": [{"line": strange.line_number, "reason": strange.reason} for strange in replay.strange],
        "more_left_out": replay.more_strange,
    }


def left_out(replay: Replay) -> Iterator[str]:
    """The lines that are no samples, for people."""
    for strange in replay.strange:
        yield f"line {strange.line_number:,}: {printable(strange.reason)}"
    if replay.more_strange:
        yield f"{words.counted(replay.more_strange, 'line')} more"


def _series_document(series: Series) -> dict[str, Json]:
    return {"scope": series.scope.json, "writer_pid": series.writer_pid}


def _course_document(course: Course) -> dict[str, Json]:
    return {
        **words.rule_document(course.rule),
        "fired": course.fired,
        "state": course.last.state,
        "value": words.number_json(course.last.value),
        "unknown_samples": course.unknown_looks,
        "unknown": sorted(course.unknown_names),
    }


def _plain(replay: Replay) -> Iterator[str]:
    """One line for each event, each rule and each line that was left out, its parts two blanks apart."""
    for change in replay.changes:
        yield "  ".join(part for part in ("event", *_cells(change), _of(replay, change.series)) if part)
    for course in replay.courses:
        parts = [
            "rule", course.rule.name, f"fired {course.fired}", course.last.state,
            f"value {words.number(course.last.value)}", course.rule.severity, course.rule.condition.text,
        ]  # fmt: skip
        yield "  ".join([*parts, *([_unknown(course)] if course.unknown_looks else [])])
    for line in left_out(replay):
        yield f"left out  {line}"


def _table(replay: Replay, source: str, width: int) -> str:
    parts = [
        list(_headline(replay, source, width)),
        _changes(replay),
        list(_courses(replay, width)),
        [line for text in left_out(replay) for line in wrapped(f"left out: {text}", width, "", words.INDENT)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _headline(replay: Replay, source: str, width: int) -> Iterator[str]:
    whose = words.whom(replay.series[0].scope) if len(replay.series) == 1 else f"{len(replay.series):,} series"
    yield from wrapped(words.origin(replay.rules), width)
    yield from wrapped(f"{words.counted(replay.samples, 'sample')} of {whose} in {printable(source)}", width)
    if replay.span_seconds is not None:
        yield " to ".join(map(timestamp, replay.span_seconds))


def _changes(replay: Replay) -> list[str]:
    if not replay.changes:
        return ["No alert would have fired."]
    rows = [("TIME", "RULE", "CHANGE", "VALUE", "OF" if len(replay.series) > 1 else "")]
    rows += [(*_cells(change), _of(replay, change.series)) for change in replay.changes]
    return aligned(rows, right=frozenset({3}))


def _cells(change: Change) -> tuple[str, str, str, str]:
    fields = change.event.fields
    value = fields["value"]
    shown = words.number(value) if isinstance(value, int | float) or value is None else str(value)
    return (
        timestamp(change.event.time_seconds),
        str(fields["name"]),
        f"{fields['from']} -> {fields['to']}",
        shown,
    )


def _of(replay: Replay, series: Series) -> str:
    """Whose alert it is, where there are several to be told apart."""
    if len(replay.series) == 1:
        return ""
    writer = "" if series.writer_pid is None else f" (written by {series.writer_pid})"
    return f"{words.whom(series.scope)}{writer}"


def _courses(replay: Replay, width: int) -> Iterator[str]:
    if not replay.courses:
        return
    rows = [("RULE", "FIRED", "IN THE END", "VALUE", "SEVERITY", "FOR")]
    rows += [
        (
            course.rule.name,
            f"{course.fired:,}",
            _status(course),
            words.number(course.last.value),
            course.rule.severity,
            words.waits(course.rule),
        )
        for course in replay.courses
    ]
    head, *lines = aligned(rows, right=frozenset({1, 3, 5}))
    yield head
    for line, course in zip(lines, replay.courses, strict=True):
        yield line
        yield from wrapped(course.rule.condition.text, width, words.INDENT)
        if course.unknown_looks:
            yield from wrapped(_unknown(course), width, words.INDENT)


def _status(course: Course) -> str:
    state = course.last.state
    levels = {"firing": SEVERITY_LEVELS[course.rule.severity], "pending": Level.MODERATE, "unknown": None}
    level = levels.get(state, Level.NORMAL)
    return f"{glyph(level)} {state}"


def _unknown(course: Course) -> str:
    names = ", ".join(sorted(course.unknown_names))
    return f"unknown in {words.counted(course.unknown_looks, 'sample')}: {names}"
