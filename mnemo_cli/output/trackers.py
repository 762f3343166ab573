"""What the programs in scope count themselves, as rows of text: one for each process, one for each component.

The dashboard's box and line are in `dashboard.components`; the words for both are here.
"""

from collections.abc import Sequence

from mnemo_cli.limits.programs import Part, Program, programs, worst_first
from mnemo_cli.model import Component, Limit, Tracker, Unlimited
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.words import percent, size, status
from mnemo_cli.redact import printable

_MOST_COMPONENTS = 40
_NAME_WIDTH, _WORD_WIDTH = 24, 12
# What happens when a component is full; a program may also have a word of its own.
_POLICIES = {
    "block": "blocks",
    "reject": "rejects",
    "evict_lru": "LRU",
    "drop_oldest": "ring",
    "compact": "compacts",
    "none": "-",
}


def tracker_text(trackers: Sequence[Tracker], *, top: int) -> list[str]:
    """The part of `mnemo snapshot`: the `top` processes that use most, then every program's components."""
    if not trackers:
        return []
    all_programs = programs(trackers)
    blocks = [_process_lines(trackers, top), _component_lines(all_programs), _metric_lines(all_programs)]
    return "\n\n".join("\n".join(block) for block in blocks if block).split("\n")


def name_of(text: str, width: int = _NAME_WIDTH) -> str:
    """A name that a stranger chose, safe to print and at most so wide."""
    shown = printable(text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def policy_word(component: Component) -> str:
    """ "blocks", "LRU", "ring"; a program's own word as it is."""
    return _POLICIES.get(component.policy) or name_of(component.policy, _WORD_WIDTH)


def amount(value: Limit | None) -> str:
    """A number of things, exact; "-" where the program does not tell it."""
    return "-" if value is None else "unlimited" if isinstance(value, Unlimited) else str(value)


def worst_component(trackers: Sequence[Tracker]) -> str:
    """The fullest component from moderate on, in words for a line; "" where all is well."""
    parts = worst_first((program, part) for program in programs(trackers) for part in program.components)
    if not parts or not parts[0][1].level:
        return ""
    program, part = parts[0]
    return f"{name_of(program.name)} {name_of(part.component.name)} {percent(part.used_ratio)} {status(part.level)}"


def hit_share(hits: float, misses: float) -> float | None:
    """None where nobody asked."""
    return hits / (hits + misses) if hits + misses > 0 else None


def _process_lines(trackers: Sequence[Tracker], top: int) -> list[str]:
    living = sorted((one for one in trackers if one.pid is not None), key=lambda one: one.used_bytes, reverse=True)
    dead = [one for one in trackers if one.pid is None]
    rows = [["TRACKER", "PID", "USED", "OF", "SHARE", "PEAK", "ALLOCATED", "RATE", "UNBALANCED", "TASKS", "ACTIVE"]]
    rows += [_process_cells(tracker) for tracker in (*living[:top], *dead)]
    if len(rows) == 1:
        return []
    note = [f"({top} of {len(living)} trackers)"] if len(living) > top else []
    return [*aligned(rows, right=frozenset(range(1, 11))), *note]


def _process_cells(tracker: Tracker) -> list[str]:
    """Of dead workers only what they counted: they use nothing."""
    totals = [str(tracker.unbalanced_total), str(tracker.spawned_tasks)]
    name, peak, allocated = name_of(tracker.name), size(tracker.peak_bytes), size(tracker.allocated_bytes_total)
    if tracker.pid is None:
        return [name, f"{tracker.processes} dead", "-", "-", "-", peak, allocated, "-", *totals, "-"]
    limit_bytes, rate = tracker.limit_bytes, tracker.allocation_bytes_per_second
    share = percent(tracker.used_bytes / limit_bytes) if isinstance(limit_bytes, int) and limit_bytes else "-"
    return [
        name,
        str(tracker.pid),
        size(tracker.used_bytes),
        "-" if limit_bytes is None else size(limit_bytes),
        share,
        peak,
        allocated,
        "unknown" if rate is None else f"{size(round(rate))}/s",
        *totals,
        amount(tracker.used_of("active_tasks")),
    ]


def _component_lines(all_programs: Sequence[Program]) -> list[str]:
    parts = worst_first((program, part) for program in all_programs for part in program.components)
    if not parts:
        return []
    rows = [
        ["PROGRAM", "COMPONENT", "USED", "OF", "UNIT", "BYTES", "OF", "SHARE", "LEVEL", "WHEN FULL", "EVICTED",
         "EXPIRED", "REJECTED", "HITS"],
    ]  # fmt: skip
    rows += [_component_cells(program, part) for program, part in parts[:_MOST_COMPONENTS]]
    notes = []
    if any(len(program.workers) > 1 for program in all_programs):
        notes.append("the workers of a program are added up; share and level are those of the fullest worker")
    if len(parts) > _MOST_COMPONENTS:
        notes.append(f"({_MOST_COMPONENTS} of {len(parts)} components)")
    return [*aligned(rows, right=frozenset({2, 3, 5, 6, 7, 10, 11, 12, 13})), *notes]


def _component_cells(program: Program, part: Part) -> list[str]:
    component = part.component
    hits = hit_share(component.hits_total, component.misses_total)
    return [
        name_of(program.name),
        name_of(component.name),
        amount(component.used),
        amount(component.limit),
        name_of(component.unit, _WORD_WIDTH),
        "-" if component.used_bytes is None else size(component.used_bytes),
        "-" if component.limit_bytes is None else size(component.limit_bytes),
        "-" if part.used_ratio is None else percent(part.used_ratio),
        "-" if part.level is None else status(part.level),
        policy_word(component),
        str(component.evicted_total),
        str(component.expired_total),
        str(component.rejected_total),
        "-" if hits is None else percent(hits),
    ]


def _metric_lines(all_programs: Sequence[Program]) -> list[str]:
    """That there are some: a program has up to 32 in each worker."""
    lines = []
    for program in all_programs:
        count = max((len(worker.metrics) for worker in program.workers), default=0)
        if count:
            metrics = "1 metric" if count == 1 else f"{count} metrics"
            lines.append(f"{name_of(program.name)} has {metrics} of its own: see --format json")
    return lines
