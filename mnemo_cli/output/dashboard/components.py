"""The components of the programs in scope: one line on a narrow screen, a box on a wide one.

Queues, pools and whatever pushes back show a level. Caches and rings are healthy when full: they
show how many askers they serve, and what they evict.
"""

from collections.abc import Sequence
from math import floor

from mnemo_cli.limits.components import HEALTHY_WHEN_FULL, HIGH_RATIO, MODERATE_RATIO
from mnemo_cli.limits.programs import Part, Program, programs, worst_first
from mnemo_cli.model import Component, Limit, Unlimited
from mnemo_cli.output.dashboard.bars import marked_bar
from mnemo_cli.output.dashboard.look import LEVEL_STYLES
from mnemo_cli.output.dashboard.memory import Flow
from mnemo_cli.output.dashboard.sentences import rate
from mnemo_cli.output.dashboard.spans import Line, Span, cut, fitted, width_of
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.output.trackers import name_of, policy_word
from mnemo_cli.output.words import glyph
from mnemo_cli.units import format_size

_SHORT_NAMES = {
    "work_queue": "queue",
    "event_queue": "events",
    "db_connections": "db",
    "embeddings_cache": "emb",
    "operation_history": "ops",
    "network_connections": "net",
    "active_tasks": "tasks",
}
_SHORT_WIDTH, _NAME_WIDTH = 12, 20
_NARROWEST_BAR, _WIDEST_BAR = 6, 40
# What a line of the box takes beside the name and the bar.
_NUMBERS_WIDTH = 49
_EXACT_BELOW = 100_000


def component_line(view: View, width: int) -> Line:
    """As many components as fit whole, the worst first, and how many there are beside them."""
    cells = _cells(view)
    spans: list[Span] = [(" COMP", "")]
    room = width - 5
    for position, (text, style) in enumerate(cells):
        left = len(cells) - position - 1
        more = f"  +{left}" if left else ""
        if position and width_of(text) + 2 + len(more) > room:
            spans.append((f"  +{left + 1}", ""))
            break
        spans += [("  " if position else " ", ""), (text, style)]
        room -= width_of(text) + 2
    return fitted(spans, width)


def box_title(view: View, width: int) -> str:
    """Whose components they are, and how many workers were added up."""
    found = programs(view.moment.sample.trackers)
    workers = sum(len(program.workers) for program in found)
    if len(found) > 1:
        title = f"COMPONENTS of {len(found)} programs ({workers} workers; levels of the fullest)"
    elif workers == 1:
        title = f"COMPONENTS of {name_of(found[0].name)} (pid {found[0].workers[0].pid})"
    else:
        title = f"COMPONENTS of {name_of(found[0].name)} ({workers} workers; levels of the fullest)"
    return cut(view.look.text(title), max(0, width - 8))


def box_lines(view: View, width: int, height: int) -> list[Line]:
    """A bar for each component, the worst first; what there is no room for is counted in the last line."""
    found = programs(view.moment.sample.trackers)
    pairs = worst_first((program, part) for program in found for part in program.components)
    if not pairs:
        return [fitted([(f" {view.look.text(_words_without(program))}", "")], width) for program in found[:height]]
    shown = pairs if len(pairs) <= height else pairs[: height - 1]
    names = [view.look.text(_name(found, program, part, _NAME_WIDTH)) for program, part in shown]
    name_width = max(map(width_of, names), default=0)
    lines = [
        _box_line(view, program, part, fitted([(f" {name}", "")], name_width + 1), width)
        for name, (program, part) in zip(names, shown, strict=True)
    ]
    if len(shown) < len(pairs):
        lines.append(fitted([(f" +{len(pairs) - len(shown)} more", "")], width))
    return lines


def _cells(view: View) -> list[Span]:
    """Each component in a few words, with its style."""
    found = programs(view.moment.sample.trackers)
    pairs = worst_first((program, part) for program in found for part in program.components)
    if not pairs:
        return [(view.look.text(_words_without(program)), "") for program in found]
    return [_cell(view, found, program, part) for program, part in pairs]


def _cell(view: View, found: Sequence[Program], program: Program, part: Part) -> Span:
    words = [_name(found, program, part, _SHORT_WIDTH), fill_words(part.component)]
    if part.level is not None:
        words += [share_words(part), glyph(part.level)]
    elif part.component.policy in HEALTHY_WHEN_FULL:
        flow = view.memory.flows.of(program.name, part.component.name)
        # Room is scarce here: what evicts nothing says nothing of it.
        words += [word for word in flow_words(part.component, flow) if word != "evict 0/s"]
    return view.look.text(" ".join(words)), LEVEL_STYLES[part.level] if part.level else ""


def _box_line(view: View, program: Program, part: Part, name: Line, width: int) -> Line:
    component = part.component
    bar_width = max(_NARROWEST_BAR, min(_WIDEST_BAR, width - sum(width_of(text) for text, _ in name) - _NUMBERS_WIDTH))
    drawn = " " * (bar_width + 2)
    if part.used_ratio is not None:
        edges = () if part.level is None else (MODERATE_RATIO, HIGH_RATIO)
        drawn = marked_bar(part.used_ratio, 0.0, edges, bar_width)
    flow = view.memory.flows.of(program.name, component.name)
    words = [policy_word(component)]
    if component.policy in HEALTHY_WHEN_FULL:
        words += flow_words(component, flow)
    elif flow.rejected_per_second:
        words.append(f"rejected {rate(flow.rejected_per_second)}")
    level = glyph(part.level) if part.level is not None else ""
    numbers = f" {fill_words(component):>13} {share_words(part):>4} {level:<2} "
    style = LEVEL_STYLES[part.level] if part.level else ""
    return fitted((*name, (f" {drawn}", style), (numbers, style), (view.look.text(" ".join(words)), "")), width)


def rate_words(component: Component, flow: Flow) -> list[str]:
    """What happens when it is full comes first: a cache evicts, a queue refuses."""
    evicted, rejected = f"evict {rate(flow.evicted_per_second)}", f"reject {rate(flow.rejected_per_second)}"
    hits = [word for word in flow_words(component, flow) if word.startswith("hit")]
    return [*hits, evicted, rejected] if component.policy in HEALTHY_WHEN_FULL else [rejected, *hits, evicted]


def flow_words(component: Component, flow: Flow) -> list[str]:
    asked = component.hits_total + component.misses_total
    hits = [] if not asked else [f"hit {'?' if flow.hit_ratio is None else f'{floor(flow.hit_ratio * 100)}%'}"]
    return [*hits, f"evict {rate(flow.evicted_per_second)}"]


def _words_without(program: Program) -> str:
    """A program that only counts its allocations."""
    used_bytes = sum(worker.used_bytes for worker in program.workers)
    rates = [worker.allocation_bytes_per_second for worker in program.workers]
    per_second = sum(one for one in rates if one is not None)
    growth = "?" if None in rates else f"{format_size(round(per_second))}/s"
    return f"{name_of(program.name)} tells of none; recorded {format_size(used_bytes)}, allocates {growth}"


def _name(found: Sequence[Program], program: Program, part: Part, width: int) -> str:
    """The component's name, after its program's where there are several programs."""
    name = part.component.name
    if width == _SHORT_WIDTH:
        name = _SHORT_NAMES.get(name, name)
    return name_of(name, width) if len(found) == 1 else f"{name_of(program.name, width // 2)}.{name_of(name, width)}"


def fill_words(component: Component) -> str:
    """Use and limit of the fuller of its two ceilings."""
    pairs = ((component.used, component.limit, _amount), (component.used_bytes, component.limit_bytes, format_size))
    told = [(_ratio(used, limit), used, limit, write) for used, limit, write in pairs if used is not None]
    if not told:
        return "?"
    _, used, limit, write = max(told, key=lambda one: one[0])
    if limit is None:
        return write(used)
    return f"{write(used)}/{'unlimited' if isinstance(limit, Unlimited) else write(limit)}"


def _ratio(used: int, limit: Limit | None) -> float:
    return used / limit if isinstance(limit, int) and limit else -1.0


def share_words(part: Part) -> str:
    """Rounded down: 99.9 % is not full."""
    return "" if part.used_ratio is None else f"{floor(part.used_ratio * 100 + 1e-9)}%"


def _amount(number: int) -> str:
    """Exact below 100,000, then with a letter."""
    letters = iter("kMGTPE")
    letter = ""
    while number >= _EXACT_BELOW:
        number, letter = number // 1000, next(letters)
    return f"{number}{letter}"
