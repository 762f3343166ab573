"""The topic `slow`: is it memory that slows a program, which group suffers, and what to do about it."""

from collections.abc import Iterator

from mnemo_cli.forensics.page import Page
from mnemo_cli.forensics.slowness import Rates, Slowness, watch_slowness
from mnemo_cli.units import format_percent, format_size

__all__ = ["Slowness", "slow_page", "watch_slowness"]

_WHAT = (
    "A program that lacks memory is slow long before it is killed. The kernel takes pages away (reclaim), the program "
    "needs them again and waits until they are read back (refaults, major faults, swap-in). PSI is the share of time "
    "in which tasks stood still for it. `mnemo explain slow --pid N` measures them and names the group that suffers."
)
_CAUSES = (
    "One cause is a limit that is too tight: the working set does not fit, and refaults beside a full group say so. "
    "Give it more memory, or less to do at once (smaller batches, fewer workers, smaller caches). memory.high slows "
    "down on purpose: raise it, or leave it to memory.max alone.",
    "Another is growth without bound: each hour is slower than the one before, until the limit kills it. "
    "`mnemo explain --pid N --growth 60s` names what grows; bound it (a queue, a cache, a pool) or mend the leak.",
    "A third is copying: the same data is held several times. Reading a file whole where a stream would do, building a "
    "list where an iterator would do, json.loads beside the text, str + str in a loop, children of a fork that write "
    "to what they share, deep copies handed on from stage to stage. A profiler of allocations shows it (memray run, "
    "heaptrack, async-profiler -e alloc): the peak is far above what stays.",
)
_OTHERWISE = (
    "Without these signs memory is not what it waits for: look at /proc/pressure/cpu and /proc/pressure/io, and at "
    "nr_throttled in the group's cpu.stat."
)


def slow_page(slowness: Slowness | None = None) -> Page:
    """The topic `slow`; with a Slowness, what slows this very target comes first."""
    if slowness is None:
        return Page(topic="slow", title="slow for want of memory", paragraphs=(_WHAT, *_CAUSES, _OTHERWISE))
    causes = (*_CAUSES, _OTHERWISE) if slowness.sufferer is not None else (_OTHERWISE,)
    return Page(
        topic="slow",
        title=f"is memory what slows {slowness.target}?",
        paragraphs=(*_attribution(slowness), *causes, *_missing(slowness)),
        rows=tuple((level.name, _words(level)) for level in slowness.levels),
    )


def _attribution(found: Slowness) -> Iterator[str]:
    sufferer, cause = found.sufferer, found.cause
    if sufferer is None:
        known = any(level.stalled_ratio is not None or level.refaults is not None for level in found.levels)
        if not known:
            yield "Nothing that would tell could be read: see what is missing below."
            return
        yield f"In these {found.seconds:.1f} s memory did not slow it: no level shows more than a healthy one does."
        return
    is_machine = sufferer is found.levels[-1] and len(found.levels) > 1
    if is_machine:
        yield (
            "The machine lacks memory, and the target's own groups do not show it: others are held up, and it may be "
            "next. `mnemo monitor --host` shows who holds the memory."
        )
    else:
        yield f"{sufferer.name} suffers: {_words(sufferer)}."
    if cause is not None:
        share = "" if cause.usage_ratio is None else f", {format_percent(cause.usage_ratio)} of it in use"
        yield f"The limit of {cause.name} presses{share}: {_remedy(cause)}"
    elif not is_machine:
        yield "No limit on its path is full: what it reads was not in memory before, or was taken away earlier."


def _remedy(cause: Rates) -> str:
    if cause.high_hits:
        return "memory.high holds it back on purpose; raise it, or let the program do less at once."
    if cause.swapped_in_pages:
        return "what it needs is in swap; give it more memory, or let it do less at once."
    return "raise it, or let the program do less at once; `mnemo limits show` has every limit on the path."


def _missing(found: Slowness) -> Iterator[str]:
    if found.gaps:
        yield "Missing: " + "; ".join(f"{each.source}: {each.reason}" for each in found.gaps) + "."
    if any(level.stalled_ratio is None for level in found.levels[:-1]):
        yield "Control groups v1 count neither stalls nor reclaim of a single group: only the machine's are known."


def _words(level: Rates) -> str:
    """What is known of it, the zeros summed up."""
    parts = [
        "" if level.usage_ratio is None else f"{format_percent(level.usage_ratio)} in use",
        "" if level.stalled_ratio is None else f"{format_percent(level.stalled_ratio)} of the time stalled",
        _pages("scanned", level.scanned_pages),
        _pages("reclaimed", level.reclaimed_pages),
        _each("refaults", level.refaults),
        _each("major faults", level.major_faults),
        _pages("swapped in", level.swapped_in_pages),
        _each("hits of memory.high", level.high_hits),
        _each("hits of the limit", level.limit_hits),
    ]
    return ", ".join(part for part in parts if part) or "nothing is counted here"


def _pages(what: str, rate: float | None) -> str:
    # The kernel counts in base pages; 4 KiB is what all but a few arm64 and ppc64 machines have.
    return "" if not rate else f"{rate:,.0f} pages/s {what} (~{format_size(round(rate * 4096))}/s)"


def _each(what: str, rate: float | None) -> str:
    return "" if rate is None else f"{rate:,.0f} {what}/s"
