"""Moments as lines of text for files, pipes and CI logs: ndjson, csv, plain."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from mnemo_cli.model import Event, Json, Moment, Unlimited
from mnemo_cli.output.fields import field_row, pick, pick_present
from mnemo_cli.output.words import duration, percent, size, status
from mnemo_cli.recording.document import encode, event_document, sample_document, timestamp
from mnemo_cli.units import format_size


class LineFormat(StrEnum):
    NDJSON = "ndjson"
    PLAIN = "plain"
    CSV = "csv"


# Names of mnemo.sample/1, as --fields takes them.
_CSV_FIELDS = (
    "time", "level", "memory.used_bytes", "memory.limit_bytes", "memory.used_ratio", "memory.headroom_bytes",
    "memory.peak_bytes", "memory.swap_used_bytes", "memory.limit_source.kind", "memory.limit_source.path",
    "target.used_bytes", "target.processes", "pressure.some_avg10_ratio", "pressure.full_avg10_ratio",
    "forecast.seconds_to_limit", "forecast.growth_bytes_per_second", "host_oom_kills_total",
)  # fmt: skip


def header(line_format: LineFormat, fields: Sequence[str] = ()) -> str:
    """What comes before the first line."""
    return _csv_line(fields or _CSV_FIELDS) + "\n" if line_format is LineFormat.CSV else ""


def moment_text(moment: Moment, line_format: LineFormat, fields: Sequence[str] = ()) -> str:
    """The lines of one moment: its events at once, its sample when it is reported. csv has samples only.

    With `fields` there are only these numbers of each sample.
    """
    if fields:
        return _fields_line(moment, line_format, fields) + "\n" if moment.reported else ""
    return "".join(f"{line}\n" for line in _lines(moment, line_format))


def event_text(event: Event, line_format: LineFormat) -> str:
    """The line of one event; nothing in csv."""
    if line_format is LineFormat.CSV:
        return ""
    line = encode(event_document(event)) if line_format is LineFormat.NDJSON else _plain_event(event)
    return line + "\n"


def standing_text(moment: Moment) -> str:
    """How memory stands, in one line for people."""
    verdict = moment.verdict
    binding, forecast = verdict.binding, verdict.forecast
    words = [f"{status(verdict.level, verdict.at_least):<11}"]
    if binding is None:
        words.append("no limit could be read")
    else:
        words.append(f"{percent(binding.used_ratio):>6} of {size(binding.limit_bytes)} ({binding.source.sentence})")
        words.append(f"used {size(binding.used_bytes)}  headroom {size(binding.headroom_bytes)}")
    if forecast is not None and not isinstance(forecast.seconds_to_limit, Unlimited):
        words.append(
            f"growth {format_size(round(forecast.growth_bytes_per_second))}/s  "
            f"to limit {duration(forecast.seconds_to_limit)}"
        )
    target = moment.sample.target
    if target is not None and moment.sample.scope.kind in ("process", "name", "command"):
        mark = "~" if target.used_is_rss else ""
        words.append(f"target {mark}{size(target.used_bytes)}")
    if moment.sample.trackers:
        from mnemo_cli.output.trackers import worst_component

        words += filter(None, [worst_component(moment.sample.trackers)])
    return "  ".join(words)


def _lines(moment: Moment, line_format: LineFormat) -> Iterator[str]:
    for event in moment.verdict.events:
        if text := event_text(event, line_format):
            yield text[:-1]
    if not moment.reported:
        return
    if line_format is LineFormat.NDJSON:
        yield encode(sample_document(moment))
    elif line_format is LineFormat.CSV:
        yield _csv_line(pick(sample_document(moment), _CSV_FIELDS).values())
    else:
        yield _plain(moment)


def _fields_line(moment: Moment, line_format: LineFormat, fields: Sequence[str]) -> str:
    values = pick_present(sample_document(moment), fields)
    if line_format is LineFormat.CSV:
        return _csv_line(encode(value) if isinstance(value, dict | list) else value for value in values.values())
    return encode(values) if line_format is LineFormat.NDJSON else field_row(values)


def _plain(moment: Moment) -> str:
    return f"{_clock_time(moment.sample.time_seconds)}  {standing_text(moment)}"


def _plain_event(event: Event) -> str:
    return f"{_clock_time(event.time_seconds)}  {event.event}: {event.text}"


def _csv_line(values: Iterable[Json]) -> str:
    """Unknown is an empty cell, never 0."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(list(values))
    return text.getvalue()


def _clock_time(time_seconds: float) -> str:
    return timestamp(time_seconds)[11:19] + "Z"
