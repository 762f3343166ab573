"""The sections of the screen, each as lines of exactly the width it is given."""

from collections.abc import Sequence

from mnemo_cli.limits.levels import Edges, level_at
from mnemo_cli.model import Event, Level, Memory, Unlimited
from mnemo_cli.output.dashboard.bars import CHART_ROWS, bar, buckets, chart, sparkline
from mnemo_cli.output.dashboard.boxes import padded
from mnemo_cli.output.dashboard.choice import Page
from mnemo_cli.output.dashboard.heading import NUMBERS_FROM
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, STRONG, Look
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.sentences import kinds, pressure_parts, rate, share, swap_of, window_words
from mnemo_cli.output.dashboard.spans import Line, cut_front, fitted, line, whole
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.words import glyph, percent, size, status

PAGE_WORDS = {
    Page.OVERVIEW: "overview",
    Page.PROCESSES: "processes",
    Page.GROUPS: "cgroups",
    Page.COMPONENTS: "components",
    Page.ALERTS: "alerts",
    Page.HISTORY: "history",
}
# What stands before the first column of the chart, and after its last one.
CHART_BEGIN, CHART_MARGIN = 9, 10


def memory_lines(view: View, width: int) -> list[Line]:
    """The bar of the binding limit, and what the memory is: always two lines."""
    verdict = view.moment.verdict
    binding = verdict.binding
    if binding is None or binding.used_ratio is None:
        return [fitted([(" MEM  unknown", "")], width), fitted((), width)]
    numbers = f"  {'-' if isinstance(binding.limit_bytes, Unlimited) else share(binding):>6} {glyph(verdict.level)}"
    if width >= NUMBERS_FROM:
        numbers = f"{f'  {size(binding.used_bytes)} / {size(binding.limit_bytes)}{numbers}':<30}"
    drawn = _bar_of(binding, binding.used_ratio, view.edges, max(4, min(width - 8 - len(numbers), 120)))
    bar_line = whole((" MEM  ", (drawn, LEVEL_STYLES[verdict.level]), numbers), width)
    return [bar_line, whole(("    ", *kinds(binding)), width)]


def swap_line(view: View, width: int) -> Line:
    """Swap of the binding limit; the machine's where the limit does not bound it."""
    memory = swap_of(view.moment)
    if memory is None or memory.swap_total_bytes is None or memory.swap_used_bytes is None:
        return fitted([(" SWAP unknown", "")], width)
    if memory.swap_total_bytes == 0:
        return fitted([(" SWAP none", "")], width)
    if isinstance(memory.swap_total_bytes, Unlimited):
        return fitted([(f" SWAP {size(memory.swap_used_bytes)} used, unlimited", "")], width)
    ratio = memory.swap_used_bytes / memory.swap_total_bytes
    drawn = bar(ratio, 0.0, None, max(4, min(width - 8 - 30, 120)))
    numbers = f"  {size(memory.swap_used_bytes)} / {size(memory.swap_total_bytes)}  {percent(ratio):>6}"
    return fitted([(f" SWAP {drawn}{numbers}", "")], width)


def pressure_line(view: View, width: int) -> Line:
    """PSI over 10, 60 and 300 s, and major faults."""
    faults = f"  majflt {rate(view.memory.rates.major_faults_per_second)}"
    return whole((" PSI  ", *pressure_parts(view.moment), faults), width)


def history_line(view: View, width: int) -> Line:
    """The share used in the window that was chosen, as one line of signs."""
    now, span = view.moment.sample.clock_seconds, view.choice.window_seconds
    points = view.memory.window(now, span)
    ratios = [ratio for _, ratio in points]
    words = ""
    if ratios:
        words = f"  min {min(ratios):4.0%}  avg {sum(ratios) / len(ratios):4.0%}  max {max(ratios):4.0%}"
    name = f" {window_words(span).replace(' ', ''):<4} "
    count = max(4, min(width - 2 - len(name) - len(words), 60))
    values = buckets(points, end=now, span=span, count=count)
    # At least ten points of range: the noise of a quiet machine must not look like a mountain.
    low = max(0.0, (min(ratios, default=0) + max(ratios, default=0)) / 2 - 0.05)
    high = max(low + 0.1, max(ratios, default=0))
    low = min(low, min(ratios, default=0))
    return fitted([(f"{name}{sparkline(values, view.look, low=low, high=high)}{words}", "")], width)


def history_chart(view: View, width: int, height: int = CHART_ROWS) -> list[Line]:
    """The window that was chosen, as five rows of 20 % (or a multiple of five), each with the name of its level."""
    now, span = view.moment.sample.clock_seconds, view.choice.window_seconds
    values = buckets(view.memory.window(now, span), end=now, span=span, count=width - CHART_MARGIN)
    rows = []
    for position, row in enumerate(chart(values, view.look, height)):
        ratio = (height - 1 - position) / height
        level = level_at(ratio + 0.001, view.edges)
        label = {Level.NORMAL: "norm", Level.MODERATE: "MOD ", Level.HIGH: "HIGH", Level.CRITICAL: "CRIT"}[level]
        # Reversed, what is blank would look full, and what is full blank.
        style = STRONG if level is Level.CRITICAL else LEVEL_STYLES[level]
        rows.append(fitted([(f" {label} {ratio * 100:2.0f}|", ""), (row, style)], width))
    return rows


def limit_lines(view: View, width: int, height: int) -> list[Line]:
    """The limits on the path, the binding one marked: the outermost, and the binding one in any case."""
    limits, binding = view.moment.sample.limits, view.moment.verdict.binding
    lines, first = [], len(limits) - height
    for position, (memory, level) in enumerate(zip(limits, view.moment.verdict.levels, strict=True)):
        if memory is binding:
            first = min(first, position)
        mark = "*" if memory is binding else " "
        used = "" if isinstance(memory.limit_bytes, Unlimited) else percent(memory.used_ratio)
        numbers = f"{size(memory.used_bytes):>7} / {size(memory.limit_bytes):<9} {used:>7} {status(level)}"
        room = max(0, width - len(numbers) - 4)
        name = view.look.text(cut_front(memory.source.sentence, room))
        named = fitted([(f" {mark}{name}", "")], room + 4)
        lines.append(fitted((*named, (numbers, LEVEL_STYLES[level])), width))
    return padded(lines[max(0, first) :], height, width)


def event_lines(events: Sequence[Event], width: int, height: int, look: Look) -> list[Line]:
    """The newest events, newest first."""
    lines = []
    for event in list(events)[:height]:
        # Whoever puts a mark knows that all is well with it.
        is_note = event.level is Level.NORMAL or event.event == "mark"
        severity = "ERROR" if event.level is Level.CRITICAL else "NOTE " if is_note else "WARN "
        text = look.text(f" {clock_text(event.time_seconds)} {severity} {event.event:<12} {event.text}")
        lines.append(fitted([(text, "" if is_note else LEVEL_STYLES[event.level])], width))
    return lines


def newest_event(view: View, width: int) -> Line:
    """One line for the newest event."""
    if not view.memory.events:
        return fitted([(" EVNT none so far", DIM)], width)
    (only,) = event_lines(view.memory.events, width - 5, 1, view.look)
    return fitted((*line(" EVNT"), *only), width)


def page_names(view: View, width: int) -> Line:
    """The six views, the present one in brackets."""
    present = None if view.choice.focus is not None else view.choice.page
    words = [
        f"{page.value} {word}" if page is not present else f"[{page.value} {word}]" for page, word in PAGE_WORDS.items()
    ]
    return fitted([(f" view  {'  '.join(words)}", DIM)], width)


def _bar_of(memory: Memory, used_ratio: float, edges: Edges, width: int) -> str:
    cache = 0.0
    if memory.reclaimable_bytes is not None and isinstance(memory.limit_bytes, int) and memory.limit_bytes:
        cache = memory.reclaimable_bytes / memory.limit_bytes
    return bar(used_ratio, cache, edges, width)
