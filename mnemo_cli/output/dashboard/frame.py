"""The whole screen for a width and a height: a pure function, so that screens are tested without a terminal."""

from mnemo_cli.output.dashboard import panels
from mnemo_cli.output.dashboard.boxes import beside, boxed, padded
from mnemo_cli.output.dashboard.choice import Choice, Page
from mnemo_cli.output.dashboard.components import box_lines, box_title, component_line
from mnemo_cli.output.dashboard.footer import footer, help_lines
from mnemo_cli.output.dashboard.heading import forecast_line, header, sentence
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.pages import PageLines, page_of, processes
from mnemo_cli.output.dashboard.pages.alerts import alert_lines, ordered, worst_alert
from mnemo_cli.output.dashboard.sentences import forecast_parts, kills, pressure_parts, rate, share, window_words
from mnemo_cli.output.dashboard.spans import Line, fitted, whole
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.words import glyph, percent, size

_WIDE_SIZE = (140, 40)
_COMPACT_SIZE = (60, 12)
_TINY_SIZE = (20, 3)
# Heights from which the narrow screen has its lower rules, its history, its components, and its newest event.
_RULES_FROM, _HISTORY_FROM, _COMPONENTS_FROM, _EVENT_FROM = 18, 22, 23, 24
_WIDE_LINES, _NEWS_LINES = 25, 5


def frame(view: View, width: int, height: int) -> list[Line]:
    """Exactly `height` lines of exactly `width` cells."""
    if width <= 0 or height <= 0:
        return []
    page = page_of(view)
    if _is_tiny(width, height):
        lines = [_word(view, width)]
    elif page is not None:
        lines = _paged(view, page, width, height)
    elif _is_small(width, height):
        lines = _three_lines(view, width, height)
    elif width >= _WIDE_SIZE[0] and height >= _WIDE_SIZE[1]:
        lines = _wide(view, width, height)
    else:
        lines = _compact(view, width, height)
    if view.choice.helping and height > 1:
        lines = _with_help(view, lines, width, height)
    blank = fitted((), width)
    return [*lines[:height], *[blank] * (height - len(lines))]


def page_height(width: int, height: int) -> int:
    """How many lines a page has between the heading and the footer: any page but the overview."""
    if _is_tiny(width, height):
        return 0
    if _is_small(width, height):
        return height - 2
    return height - 4 - (height >= _RULES_FROM)


def process_rows(width: int, height: int, *, has_trackers: bool = False, choice: Choice = Choice()) -> int:  # noqa: B008 - frozen
    """How many processes a frame of this size can show: more need not be read."""
    # The table has a title and a footnote.
    if choice.focus is not None or choice.page not in (Page.OVERVIEW, Page.PROCESSES):
        return 0
    if choice.page is Page.PROCESSES:
        return max(0, page_height(width, height) - 2)
    if _is_small(width, height):
        return 0
    if width >= _WIDE_SIZE[0] and height >= _WIDE_SIZE[1]:
        others = _WIDE_LINES
    else:
        others = 9 + 2 * (height >= _RULES_FROM) + (height >= _HISTORY_FROM) + (height >= _EVENT_FROM)
        others += has_trackers and height >= _COMPONENTS_FROM
    return height - others - 2


def _is_tiny(width: int, height: int) -> bool:
    return width < _TINY_SIZE[0] or height < _TINY_SIZE[1]


def _is_small(width: int, height: int) -> bool:
    return width < _COMPACT_SIZE[0] or height < _COMPACT_SIZE[1]


def _word(view: View, width: int) -> Line:
    verdict = view.moment.verdict
    used = "unknown" if verdict.binding is None else share(verdict.binding)
    return fitted([(f"{glyph(verdict.level)} {used}", LEVEL_STYLES[verdict.level])], width)


def _three_lines(view: View, width: int, height: int) -> list[Line]:
    """A footer only where it has something to say: a question, a filter being typed."""
    lines = [sentence(view, width), panels.memory_lines(view, width)[0], forecast_line(view, width)]
    choice = view.choice
    if height <= len(lines) or (choice.notice, choice.complaint, choice.dialog) == (None, None, None):
        return lines
    return [*padded(lines, height - 1, width), footer(view, width)]


def _paged(view: View, page: PageLines, width: int, height: int) -> list[Line]:
    """Heading, page, footer; a small screen has room for one line of heading."""
    middle = page(view, width, page_height(width, height))
    if _is_small(width, height):
        return [sentence(view, width), *middle, footer(view, width)]
    rule = fitted([(view.look.rule * width, DIM)], width)
    lower = [rule] if height >= _RULES_FROM else []
    return [header(view, width), sentence(view, width), rule, *middle, *lower, footer(view, width)]


def _compact(view: View, width: int, height: int) -> list[Line]:
    """80×24 up to the wide screen; on a low one event, components, history and rules go, in this order."""
    rule = fitted([(view.look.rule * width, DIM)], width)
    top = [header(view, width), sentence(view, width), forecast_line(view, width), rule]
    middle = [*panels.memory_lines(view, width), panels.swap_line(view, width), panels.pressure_line(view, width)]
    if height >= _HISTORY_FROM:
        middle.append(panels.history_line(view, width))
    if height >= _COMPONENTS_FROM and view.moment.sample.trackers:
        middle.append(component_line(view, width))
    if height >= _EVENT_FROM:
        middle.append(worst_alert(view, width) or panels.newest_event(view, width))
    bottom = [footer(view, width)]
    if height >= _RULES_FROM:
        middle.append(rule)
        bottom.insert(0, rule)
    return [*top, *middle, *processes.lines(view, width, height - len(top) - len(middle) - len(bottom)), *bottom]


def _wide(view: View, width: int, height: int) -> list[Line]:
    """160×45: boxes beside each other, the table, and the events."""
    left, right = width // 2, width - width // 2
    top = [header(view, width), sentence(view, width)]
    boxes = beside(
        boxed("MEMORY (used = what killing or swapping would free)", _memory_box(view, left - 2), left, view.look),
        boxed("FORECAST and PRESSURE", _forecast_box(view, right - 2), right, view.look),
        width,
    )
    title = f"HISTORY {window_words(view.choice.window_seconds)}  ( [ ] zoom  <- -> step when paused )"
    boxes += beside(
        boxed(title, panels.history_chart(view, left - 2), left, view.look), _limits_or_components(view, right), width
    )
    news = padded(_alerts_and_events(view, width - 2, _NEWS_LINES), _NEWS_LINES, width - 2)
    bottom = [
        *boxed("ALERTS and EVENTS", news, width, view.look),
        panels.page_names(view, width),
        footer(view, width),
    ]
    return [*top, *boxes, *processes.lines(view, width, height - len(top) - len(boxes) - len(bottom)), *bottom]


def _alerts_and_events(view: View, width: int, height: int) -> list[Line]:
    """The alerts that fire, but never all of the lines, and the newest events below them."""
    firing = [alert for alert in view.moment.verdict.alerts if alert.state == "firing"]
    told = alert_lines(view, width, ordered(firing, view.acknowledged)[: height - 2])
    events = panels.event_lines(view.memory.events, width, height - len(told), view.look)
    return [*told, *(events or [fitted([(" no events so far", DIM)], width)])]


def _memory_box(view: View, width: int) -> list[Line]:
    lines = panels.memory_lines(view, width)
    verdict, host = view.moment.verdict, view.moment.sample.host
    peak_at = view.memory.peak_at_seconds
    when = f" ({clock_text(peak_at)})" if peak_at is not None else ""
    lines.append(fitted([(f"      peak {size(verdict.peak_used_bytes)}{when} since the watch began", "")], width))
    lines.append(panels.swap_line(view, width))
    if host is not None and host is not verdict.binding:
        lines.append(fitted([(f" host {percent(host.used_ratio)} of {size(host.limit_bytes)}", "")], width))
    return padded(lines, 5, width)


def _limits_or_components(view: View, width: int) -> list[Line]:
    """Who tells of components wants to see them; the limit that binds is in the MEMORY box in any case."""
    if view.moment.sample.trackers:
        lines = padded(box_lines(view, width - 2, 5), 5, width - 2)
        return boxed(box_title(view, width), lines, width, view.look)
    return boxed("LIMITS on the path (* binds)", panels.limit_lines(view, width - 2, 5), width, view.look)


def _forecast_box(view: View, width: int) -> list[Line]:
    rates = view.memory.rates
    target = view.moment.sample.target
    target_words = "" if target is None else f" target {'~' if target.used_is_rss else ''}{size(target.used_bytes)}"
    faults = f" majflt {rate(rates.major_faults_per_second)}", f"  refault {rate(rates.refaults_per_second)}"
    lines: list[tuple[str, ...]] = [
        forecast_parts(view.moment.verdict.forecast),
        (" PSI memory ", *pressure_parts(view.moment)),
        (*faults, f"  OOM kills {kills(view.moment)}"),
        (target_words,),
    ]
    return padded([whole(parts, width) for parts in lines], 5, width)


def _with_help(view: View, lines: list[Line], width: int, height: int) -> list[Line]:
    """The help takes the place of everything below the first line."""
    return [*lines[:1], *help_lines(width, height - 1, view.look)][:height]
