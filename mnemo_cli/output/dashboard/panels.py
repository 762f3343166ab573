"""The sections of the screen, each as lines of exactly the width it is given."""

from collections.abc import Sequence

from mnemo_cli.limits.levels import Edges, level_at
from mnemo_cli.model import Event, Level, Memory, Unlimited
from mnemo_cli.output.dashboard.bars import CHART_ROWS, bar, buckets, chart, sparkline
from mnemo_cli.output.dashboard.boxes import padded
from mnemo_cli.output.dashboard.keys import KEYS
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, STRONG, Look
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.sentences import (
    forecast_parts,
    kills,
    kinds,
    limit_name,
    machine_words,
    own_size,
    pressure_parts,
    rate,
    share,
    swap_of,
)
from mnemo_cli.output.dashboard.spans import Line, cut_front, fitted, line, spread, whole
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.words import glyph, percent, size, status
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

HISTORY_WINDOW_SECONDS = 300.0
# Narrower screens have no room for the version, for what mnemo costs, or for more than a bar and its share.
_VERSION_FROM, _COST_FROM, _NUMBERS_FROM = 140, 80, 60


def header(view: View, width: int) -> Line:
    """Where we are, how often we look, what we cost, what time it is."""
    scope = view.moment.sample.scope
    where = "" if scope.kind == "host" else f"{scope.kind}:{scope.name}"
    version = f" {view.version}" if width >= _VERSION_FROM else ""
    left = f" mnemo{version}  {printable(view.host_name)}  {printable(where)}"
    state = "PAUSED  " if view.paused else ""
    cost = ""
    if view.own_cpu_ratio is not None and width >= _COST_FROM:
        cost = f"self {view.own_cpu_ratio * 100:.1f}% {own_size(view.own_rss_bytes)}  "
    right = f"  {state}{cost}{view.interval_seconds:.3g}s  {clock_text(view.moment.sample.time_seconds)} UTC "
    return spread([(view.look.text(left), STRONG)], [(right, STRONG if view.paused else "")], width)


def sentence(view: View, width: int) -> Line:
    """The level, of which limit, since when, and how many alerts fire."""
    verdict = view.moment.verdict
    binding = verdict.binding
    style = LEVEL_STYLES[verdict.level]
    if binding is None:
        return fitted(line((f" {status(verdict.level, verdict.at_least)} ", style), "  no limit could be read"), width)
    limit = "" if isinstance(binding.limit_bytes, Unlimited) else f" of {size(binding.limit_bytes)}"
    firing = sum(alert.state == "firing" for alert in verdict.alerts)
    parts = (
        f" {share(binding)}",
        f"{limit} {limit_name(binding)}",
        machine_words(view.moment),
        f"   since {format_duration(verdict.since_seconds)}",
        f"   alerts {firing}" if firing else "",
        f"   events {len(view.memory.events)}",
    )
    return whole(((f" {status(verdict.level, verdict.at_least)} ", style), *parts), width)


def forecast_line(view: View, width: int) -> Line:
    """Time to the limit with its band, growth, and kills, which are the last to go."""
    parts = forecast_parts(view.moment.verdict.forecast)
    killed = f"   OOM kills: {kills(view.moment)} "
    if width < _NUMBERS_FROM:
        return whole(parts, width)
    return (*whole(parts, width - len(killed)), (killed, ""))


def memory_lines(view: View, width: int) -> list[Line]:
    """The bar of the binding limit, and what the memory is: always two lines."""
    verdict = view.moment.verdict
    binding = verdict.binding
    if binding is None or binding.used_ratio is None:
        return [fitted([(" MEM  unknown", "")], width), fitted((), width)]
    numbers = f"  {'-' if isinstance(binding.limit_bytes, Unlimited) else share(binding):>6} {glyph(verdict.level)}"
    if width >= _NUMBERS_FROM:
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
    """Five minutes of the share used, as one line of signs."""
    now = view.moment.sample.clock_seconds
    points = view.memory.window(now, HISTORY_WINDOW_SECONDS)
    ratios = [ratio for _, ratio in points]
    words = ""
    if ratios:
        words = f"  min {min(ratios):4.0%}  avg {sum(ratios) / len(ratios):4.0%}  max {max(ratios):4.0%}"
    count = max(4, min(width - 8 - len(words), 60))
    values = buckets(points, end=now, span=HISTORY_WINDOW_SECONDS, count=count)
    # At least ten points of range: the noise of a quiet machine must not look like a mountain.
    low = max(0.0, (min(ratios, default=0) + max(ratios, default=0)) / 2 - 0.05)
    high = max(low + 0.1, max(ratios, default=0))
    low = min(low, min(ratios, default=0))
    return fitted([(f" 5min {sparkline(values, view.look, low=low, high=high)}{words}", "")], width)


def history_chart(view: View, width: int) -> list[Line]:
    """Five minutes as five rows of 20 %, each with the name of its level."""
    now = view.moment.sample.clock_seconds
    values = buckets(
        view.memory.window(now, HISTORY_WINDOW_SECONDS), end=now, span=HISTORY_WINDOW_SECONDS, count=width - 10
    )
    rows = []
    for position, row in enumerate(chart(values, view.look)):
        percent_ = 20 * (CHART_ROWS - 1 - position)
        level = level_at(percent_ / 100 + 0.001, view.edges)
        label = {Level.NORMAL: "norm", Level.MODERATE: "MOD ", Level.HIGH: "HIGH", Level.CRITICAL: "CRIT"}[level]
        rows.append(fitted([(f" {label} {percent_:2}|", ""), (row, LEVEL_STYLES[level])], width))
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
        severity = "ERROR" if event.level is Level.CRITICAL else "NOTE " if event.level is Level.NORMAL else "WARN "
        text = f" {clock_text(event.time_seconds)} {severity} {event.event:<12} {event.text}"
        lines.append(
            fitted(
                [(look.text(text.replace("→", "->") if look.ascii_only else text), LEVEL_STYLES[event.level])], width
            )
        )
    return lines


def newest_event(view: View, width: int) -> Line:
    """One line for the newest event."""
    if not view.memory.events:
        return fitted([(" EVNT none so far", DIM)], width)
    (only,) = event_lines(view.memory.events, width - 5, 1, view.look)
    return fitted((*line(" EVNT"), *only), width)


def footer(view: View, width: int) -> Line:
    """The keys, or what mnemo has to say right now."""
    if view.notice is not None:
        return fitted([(" " + view.look.text(view.notice), STRONG)], width)
    return fitted([(" " + "  ".join(f"{key.name} {key.word}" for key in KEYS), DIM)], width)


def help_lines(width: int, look: Look) -> list[Line]:
    """The help overlay, made from the key table."""
    rows = [f"  {key.name:<7}{key.help}" for key in KEYS]
    notes = [
        "",
        "  MEM bar: # used, % reclaimable cache, | the edges of the levels",
        "  levels: ok NORMAL, ! MODERATE, !! HIGH, XX CRITICAL, ?? UNKNOWN",
        "  used: what would have to be freed by killing or swapping",
        "  ~ before a size: RSS, because PSS is denied; * binds",
        "  components: ! from 60 %, !! above 90 %, XX full; caches: hits, evictions",
    ]
    return [fitted([(look.text(text), "")], width) for text in (" KEYS", *rows, *notes)]


def _bar_of(memory: Memory, used_ratio: float, edges: Edges, width: int) -> str:
    cache = 0.0
    if memory.reclaimable_bytes is not None and isinstance(memory.limit_bytes, int) and memory.limit_bytes:
        cache = memory.reclaimable_bytes / memory.limit_bytes
    return bar(used_ratio, cache, edges, width)
