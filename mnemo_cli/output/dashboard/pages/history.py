"""The history: the share used against time with the bands of the levels, what happened then, and each component."""

from collections.abc import Sequence
from typing import NamedTuple

from mnemo_cli.limits.programs import Part, Program, programs, worst_first
from mnemo_cli.model import Event
from mnemo_cli.output.dashboard.bars import CHART_ROWS, buckets, sparkline
from mnemo_cli.output.dashboard.boxes import padded
from mnemo_cli.output.dashboard.components import fill_words, rate_words, share_words
from mnemo_cli.output.dashboard.fills import Fill
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, TITLE
from mnemo_cli.output.dashboard.pages.axis import KINDS, axis, letter_of, times, within
from mnemo_cli.output.dashboard.panels import CHART_BEGIN, CHART_MARGIN, event_lines, history_chart
from mnemo_cli.output.dashboard.sentences import share, window_words
from mnemo_cli.output.dashboard.spans import Line, cut, fitted, whole
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.trackers import name_of
from mnemo_cli.output.words import glyph

# The title, the axis and its times.
_FRAME_LINES, _MOST_EVENTS = 3, 6
_NAME_WIDTH, _LONG_NAME_WIDTH, _NUMBERS_WIDTH, _RATES_WIDTH, _LONG_FROM = 20, 34, 24, 32, 100
_WIDEST_SPARKLINE = 60
# A component's points are five seconds apart: the last one still holds now.
_SPACING_SECONDS = 5.0


class _Heights(NamedTuple):
    """How many lines each part has."""

    chart: int
    components: int
    events: int


def lines(view: View, width: int, height: int) -> list[Line]:
    """The chart with its axis, a line for each component, and the events of the window."""
    found = programs(view.moment.sample.trackers)
    parts = worst_first((program, part) for program in found for part in program.components)
    events = within(view.memory.events, view.moment.sample.time_seconds, view.choice.window_seconds)
    heights = _heights(height, len(parts), len(events))
    rows = [_title(view, width), *history_chart(view, width, heights.chart), *_axis_lines(view, events, width)]
    rows += _component_lines(view, found, parts, width, heights.components)
    rows += _event_lines(view, events, width, heights.events)
    return padded(rows, height, width)


def _heights(height: int, components: int, events: int) -> _Heights:
    """The chart has five rows at least and grows by five, so that its rows end where 20 % do."""
    left = max(0, height - _FRAME_LINES - CHART_ROWS)
    # Each of the two has a title.
    some_components = min(components + 1, left * 2 // 3) if components else 0
    some_events = min(events + 1, _MOST_EVENTS + 1, left - some_components) if events else 0
    more = (left - some_components - some_events) // CHART_ROWS * CHART_ROWS
    return _Heights(CHART_ROWS + more, some_components, some_events)


def _title(view: View, width: int) -> Line:
    span, verdict = view.choice.window_seconds, view.moment.verdict
    ratios = [ratio for _, ratio in view.memory.window(view.moment.sample.clock_seconds, span)]
    words: list[tuple[str, str]] = [(f" HISTORY {window_words(span)}", TITLE)]
    if verdict.binding is not None:
        words.append((f"  now {share(verdict.binding)} {glyph(verdict.level)}", LEVEL_STYLES[verdict.level]))
    if ratios:
        mean = sum(ratios) / len(ratios)
        words.append((f"  min {min(ratios):.0%}  avg {mean:.0%}  max {max(ratios):.0%}", ""))
    else:
        words.append(("  no readings yet", ""))
    words.append(("  [ ] zoom", DIM))
    return whole(words, width)


def _axis_lines(view: View, events: Sequence[Event], width: int) -> list[Line]:
    """As wide as the chart, and in its place."""
    room = max(0, width - CHART_MARGIN)
    now, span = view.moment.sample.time_seconds, view.choice.window_seconds
    return [
        fitted([(" " * CHART_BEGIN + text, "")], width)
        for text in (axis(events, now, span, room, view.look), times(now, span, room))
    ]


def _component_lines(
    view: View, found: Sequence[Program], parts: Sequence[tuple[Program, Part]], width: int, height: int
) -> list[Line]:
    if height <= 0:
        return []
    room = height - 1
    shown = parts if len(parts) <= room else parts[: max(0, room - 1)]
    rows = [_component_line(view, program, part, len(found) > 1, width) for program, part in shown]
    if len(shown) < len(parts) and room:
        rows.append(fitted([(f" +{len(parts) - len(shown)} more", DIM)], width))
    return [fitted([(" COMPONENTS, in the same window", TITLE)], width), *rows]


def _component_line(view: View, program: Program, part: Part, is_named: bool, width: int) -> Line:
    component = part.component
    is_long = width >= _LONG_FROM
    name_width, rates = (_LONG_NAME_WIDTH, _RATES_WIDTH) if is_long else (_NAME_WIDTH, 0)
    name = name_of(component.name, name_width)
    if is_named:
        name = f"{name_of(program.name, name_width // 2 - 1)}.{name_of(component.name, name_width // 2)}"
    style = LEVEL_STYLES[part.level] if part.level is not None else ""
    count = max(0, min(_WIDEST_SPARKLINE, width - name_width - _NUMBERS_WIDTH - rates - 2))
    past = _sparkline(view, view.memory.fills.of(program.name, component.name), count)
    level = glyph(part.level) if part.level is not None else ""
    numbers = f" {fill_words(component):>13} {share_words(part):>4} {level:<2}"
    words = [(f" {word}", "") for word in rate_words(component, view.memory.flows.of(program.name, component.name))]
    begin = fitted([(f" {cut(view.look.text(name), name_width)}", "")], name_width + 2)
    return fitted((*begin, (past, style), (numbers, style), *(words if rates else ())), width)


def _sparkline(view: View, fill: Fill, count: int) -> str:
    """From empty to full; of what has no limit, from nothing to the most it ever was in the window."""
    now, span = view.moment.sample.clock_seconds, view.choice.window_seconds
    points = list(fill.points)
    if points and 0 <= now - points[-1][0] <= _SPACING_SECONDS:
        points.append((now, points[-1][1]))
    values = buckets(points, end=now, span=span, count=count)
    highest = max((value for value in values if value is not None), default=0.0)
    return sparkline(values, view.look, low=0.0, high=1.0 if fill.is_share else max(highest, 1.0))


def _event_lines(view: View, events: Sequence[Event], width: int, height: int) -> list[Line]:
    if height <= 1:
        return []
    legend = "  ".join(f"{kind.letter} {kind.word}" for kind in KINDS.values())
    rows = [whole([(" EVENTS", TITLE), (f"  {legend}", DIM)], width)]
    for event in events[: height - 1]:
        (told,) = event_lines([event], max(0, width - 2), 1, view.look)
        rows.append(fitted([(f" {letter_of(event)}", told[0][1]), *told], width))
    return rows
