"""The components: each program, what it recorded, its queues, pools and caches with their rates, and its workers."""

from collections.abc import Iterable

from mnemo_cli.limits.components import HIGH_RATIO, MODERATE_RATIO
from mnemo_cli.limits.levels import level_at
from mnemo_cli.limits.programs import Part, Program, programs, worst_first
from mnemo_cli.model import Tracker
from mnemo_cli.output.dashboard.bars import marked_bar
from mnemo_cli.output.dashboard.components import fill_words, rate_words, share_words
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, TITLE
from mnemo_cli.output.dashboard.pages.window import scrolled_lines
from mnemo_cli.output.dashboard.spans import Line, Span, fitted, whole
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.trackers import name_of, policy_word
from mnemo_cli.output.words import glyph, percent, size, status
from mnemo_cli.units import format_size

_NAME_WIDTH, _SHORT_NAME_WIDTH, _FILL_WIDTH, _STATUS_WIDTH, _POLICY_WIDTH = 20, 17, 13, 11, 9
_BAR_FROM, _STATUS_FROM = 60, 100
# What a row takes beside its bar: the name, the numbers, the policy and two rates.
_BESIDE_BAR, _NARROWEST_BAR, _WIDEST_BAR = 80, 6, 40


def lines(view: View, width: int, height: int) -> list[Line]:
    """As many of the rows as there is room for."""
    return scrolled_lines(rows(view, width), width, height, view.choice.first_row)


def rows(view: View, width: int) -> list[Line]:
    """Every program, its components with the worst first, its workers with the largest first."""
    found = programs(view.moment.sample.trackers)
    if not found:
        text = " no program in scope counts what it holds (the tracker of mnemo_cli does)"
        return [fitted([(text, DIM)], width)]
    told: list[Line] = []
    for program in found:
        told += [fitted((), width)] if told else []
        told += _program_lines(view, program, width)
    return told


def _program_lines(view: View, program: Program, width: int) -> list[Line]:
    told = [whole([(f" {part}", TITLE) for part in _title_words(view, program)], width)]
    parts = worst_first((program, part) for part in program.components)
    told += [_component_line(view, program, part, width) for _, part in parts]
    workers = sorted(program.workers, key=lambda worker: worker.used_bytes, reverse=True)
    return told + [_worker_line(view, worker, width) for worker in workers]


def _title_words(view: View, program: Program) -> list[str]:
    count, dead = len(program.workers), program.dead_workers
    workers = f"{count} worker{'' if count == 1 else 's'}{f', {dead} ended' if dead else ''}"
    recorded = f"  recorded {format_size(sum(worker.used_bytes for worker in program.workers))}" if count else ""
    rates = [worker.allocation_bytes_per_second for worker in program.workers]
    allocates = f"  allocates {_per_second(rates)}" if count else ""
    return [view.look.text(name_of(program.name)), f" {workers}", *filter(None, (recorded, allocates))]


def _component_line(view: View, program: Program, part: Part, width: int) -> Line:
    component = part.component
    style = LEVEL_STYLES[part.level] if part.level is not None else ""
    name_width = _NAME_WIDTH if width >= _STATUS_FROM else _SHORT_NAME_WIDTH
    name = fitted([(f"   {view.look.text(name_of(component.name, name_width))}", "")], name_width + 3)
    if width < _BAR_FROM:
        name = fitted(name[:1], max(0, width - _FILL_WIDTH - 9))
    level = "" if part.level is None else glyph(part.level) if width < _STATUS_FROM else status(part.level)
    numbers = f" {fill_words(component):>{_FILL_WIDTH}} {share_words(part):>4} "
    numbers += f"{level:<{2 if width < _STATUS_FROM else _STATUS_WIDTH}}"
    spans: list[Span] = [*name]
    if width >= _BAR_FROM:
        spans.append((_bar(part, max(_NARROWEST_BAR, min(_WIDEST_BAR, width - _BESIDE_BAR))), style))
    spans.append((numbers, style))
    flow = view.memory.flows.of(program.name, component.name)
    rates = [f" {word}" for word in rate_words(component, flow)]
    policy = f" {view.look.text(policy_word(component)):<{_POLICY_WIDTH}}"
    return whole([("".join(text for text, _ in spans[:1]), ""), *spans[1:], policy, *rates], width)


def _bar(part: Part, width: int) -> str:
    if part.used_ratio is None:
        return " " * (width + 3)
    edges = () if part.level is None else (MODERATE_RATIO, HIGH_RATIO)
    return f" {marked_bar(part.used_ratio, 0.0, edges, width)}"


def _worker_line(view: View, worker: Tracker, width: int) -> Line:
    """One process: what it recorded of its own limit, its peak, what it allocates, its fullest component."""
    words: list[Span | str] = [f"   pid {worker.pid!s:<8} used {format_size(worker.used_bytes)}"]
    if isinstance(worker.limit_bytes, int):
        ratio = worker.used_bytes / worker.limit_bytes if worker.limit_bytes else 1.0
        level = level_at(ratio, view.edges)
        words.append((f" of {size(worker.limit_bytes)} {percent(ratio)} {status(level)}", LEVEL_STYLES[level]))
    else:
        words.append(" without a limit" if worker.limit_bytes is not None else " (tells no limit)")
    words.append(f"  peak {format_size(worker.peak_bytes)}")
    words.append(f"  allocates {_per_second([worker.allocation_bytes_per_second])}")
    fullest = max(worker.components, key=lambda one: -1 if one.level is None else one.level, default=None)
    if fullest is not None and fullest.level:
        name = view.look.text(name_of(fullest.name))
        words.append((f"  {name} {percent(fullest.used_ratio)} {glyph(fullest.level)}", LEVEL_STYLES[fullest.level]))
    return whole(words, width)


def _per_second(rates: Iterable[float | None]) -> str:
    """Of all workers; unknown as long as one of them is."""
    known = list(rates)
    told = [one for one in known if one is not None]
    return "?" if not known or len(told) < len(known) else f"{format_size(round(sum(told)))}/s"
