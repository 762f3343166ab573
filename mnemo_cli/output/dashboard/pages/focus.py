"""One process alone: what it uses and how that grows, its memory and descriptors by kind, its limits with their use."""

from mnemo_cli.model import Process, Unlimited
from mnemo_cli.output.dashboard.bars import sparkline
from mnemo_cli.output.dashboard.boxes import beside, padded
from mnemo_cli.output.dashboard.look import DIM, STRONG, TITLE
from mnemo_cli.output.dashboard.pages.limits_of import limit_lines
from mnemo_cli.output.dashboard.pages.window import scrolled_lines
from mnemo_cli.output.dashboard.spans import Line, Span, cut, cut_front, fitted, whole, width_of
from mnemo_cli.output.dashboard.table.users import user_name
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.one_process import OneProcess
from mnemo_cli.units import format_size

_WIDE_FROM = 140
_STATES = {
    "R": "running", "S": "sleeping", "D": "waiting for a device", "T": "stopped", "t": "traced", "I": "idle",
    "Z": "ended, not reaped", "X": "ended",
}  # fmt: skip
_NEVER_KILLED = -1000
_MOST_COMMAND_LINES = 3


def lines(view: View, width: int, height: int) -> list[Line]:
    """As many of the rows as there is room for."""
    return scrolled_lines(rows(view, width), width, height, view.choice.first_row)


def rows(view: View, width: int) -> list[Line]:
    """What is known of it; the limits stand below on a narrow screen, and beside on a wide one."""
    row, one = _found(view)
    if row is None and one is None:
        return [fitted([(_absence(view), STRONG)], width)]
    if width < _WIDE_FROM:
        return [*_own_lines(view, row, one, width), *limit_lines(one, width)]
    left = width // 2
    own, limits = _own_lines(view, row, one, left), limit_lines(one, width - left)
    count = max(len(own), len(limits))
    return beside(padded(own, count, left), padded(limits, count, width - left), width)


def _found(view: View) -> tuple[Process | None, OneProcess | None]:
    """As the sample has it, and as it was looked at; what was read of another process is of no use."""
    key, one = view.choice.focus, view.one_process
    row = next((row for row in view.moment.sample.processes if (row.pid, row.started) == key), None)
    return row, one if one is not None and (one.pid, one.started) == key else None


def _absence(view: View) -> str:
    pid = view.choice.focus[0] if view.choice.focus is not None else "?"
    return f" process {pid} is not in this sample: it may have ended"


def _own_lines(view: View, row: Process | None, one: OneProcess | None, width: int) -> list[Line]:
    told = [*_name_lines(view, row, one, width), _memory_line(view, row, one, width), _growth_line(view, row, width)]
    told += [_kinds_line(one, width), _standing_line(row, one, width), *_descriptor_lines(row, one, width)]
    gaps = one.gaps if one is not None else ()
    told += [fitted([(view.look.text(f" not read: {gap.source}: {gap.reason}"), DIM)], width) for gap in gaps]
    return [*told, fitted((), width)]


def _name_lines(view: View, row: Process | None, one: OneProcess | None, width: int) -> list[Line]:
    """Who it is; its command line with secrets masked, as the sample has it."""
    key = view.choice.focus or (0, 0)
    status = one.status if one is not None else None
    name = row.name if row is not None else status.name if status is not None else None
    threads = status.threads if status is not None else row.threads if row is not None else None
    parent = row.ppid if row is not None else status.ppid if status is not None else None
    state = _STATES.get(status.state or "", "?") if status is not None else "?"
    uid = row.uid if row is not None else status.real_uid if status is not None else None
    words: list[Span | str] = [
        (f" {key[0]} {view.look.text(name or '?')}", TITLE),
        f"   {state}",
        f"   {_count(threads)} threads",
        f"   user {view.look.text(user_name(uid))}",
    ]
    group = cut_front(row.cgroup, max(1, width - 25)) if row is not None and row.cgroup else "?"
    command = row.command if row is not None else None
    shown = view.look.text(command) if command else "?" if row is None else f"[{view.look.text(row.name)}]"
    belongs = whole((f" parent {_count(parent)}", f"   cgroup {view.look.text(group)}"), width)
    return [whole(words, width), belongs, *_wrapped(shown, width)]


def _wrapped(text: str, width: int) -> list[Line]:
    """A long command line goes on below itself."""
    found: list[Line] = []
    while text and len(found) < _MOST_COMMAND_LINES:
        part = cut(text, max(1, width - 1)) if width_of(text) >= width else text
        # A wide character at the edge becomes a blank there, and comes whole in the next line.
        taken = max(1, len(part) - (part.endswith(" ") and not text.startswith(part)))
        found.append(fitted([(f" {text[:taken]}", "")], width))
        text = text[taken:]
    return found


def _memory_line(view: View, row: Process | None, one: OneProcess | None, width: int) -> Line:
    rss = row.rss_bytes if row is not None else one.sums.resident_bytes if one is not None else None
    pss, uss, swap = (row.pss_bytes, row.uss_bytes, row.swap_bytes) if row is not None else (None, None, None)
    binding, used = view.moment.verdict.binding, rss if pss is None else pss
    share = ""
    if used is not None and binding is not None and isinstance(binding.limit_bytes, int) and binding.limit_bytes:
        share = f"   {'~' if pss is None else ''}{used / binding.limit_bytes:.0%} of the limit"
    words = (" MEM    PSS ", _size(pss), "  USS ", _size(uss), "  RSS ", _size(rss), "  SWAP ", _size(swap))
    return whole(("".join(words), share), width)


def _growth_line(view: View, row: Process | None, width: int) -> Line:
    trend = view.memory.trend_of(row) if row is not None else None
    growth = trend.growth_bytes_per_minute if trend is not None else None
    values = trend.values() if trend is not None else []
    low, high = min(values, default=0.0), max(values, default=0.0)
    # A change of less than a tenth is drawn as flat: noise must not look like growth.
    middle, span = (low + high) / 2, max(high - low, 0.1 * high)
    drawn = sparkline(values, view.look, low=middle - span / 2, high=middle + span / 2)
    words = "?" if growth is None else f"{'+' if growth > 0 else ''}{format_size(round(growth))}"
    return whole((f" GROWTH {words}/min", f"   {drawn}", "  RSS over 2 min"), width)


def _kinds_line(one: OneProcess | None, width: int) -> Line:
    """From smaps where we may read it; else the three sums that everybody may read."""
    if one is None:
        return fitted([(" KINDS  ?", "")], width)
    kinds, sums = one.kinds, one.sums
    if kinds is None:
        told = (("anon", sums.anonymous_bytes), ("file", sums.file_bytes), ("shmem", sums.shmem_bytes))
        return whole((" KINDS ", *(f" {name} {_size(size_bytes)} " for name, size_bytes in told)), width)
    parts = (
        ("heap", kinds.heap_bytes), ("anon", kinds.anonymous_bytes), ("stack", kinds.stack_bytes),
        ("file", kinds.file_bytes), ("shmem", kinds.shmem_bytes),
    )  # fmt: skip
    words = [f" {name} {_size(size_bytes)} " for name, size_bytes in parts]
    return whole((" KINDS ", *words, f" in {kinds.mappings} mappings"), width)


def _standing_line(row: Process | None, one: OneProcess | None, width: int) -> Line:
    """The adjustment is what an administrator set; the score is the kernel's."""
    score = one.oom_score if one is not None else None
    adjustment = row.oom_score_adj if row is not None else None
    if adjustment is None:
        meaning = ""
    elif adjustment == _NEVER_KILLED:
        meaning = "   never killed for memory"
    else:
        meaning = "" if not adjustment else "   killed sooner" if adjustment > 0 else "   killed later"
    return whole((f" OOM    score {_count(score)}", f"   adjustment {_count(adjustment)}", meaning), width)


def _descriptor_lines(row: Process | None, one: OneProcess | None, width: int) -> list[Line]:
    number = one.fd_count if one is not None and one.fd_count is not None else row.fds if row is not None else None
    limit = row.fd_soft_limit if row is not None else None
    of = "" if limit is None else " of unlimited" if isinstance(limit, Unlimited) else f" of {limit}"
    kinds = sorted((one.descriptors or {}).items(), key=lambda item: (-item[1], item[0])) if one is not None else []
    words = [f"  {kind} {count}" for kind, count in kinds]
    return [whole((f" FDS    {_count(number)}{of}", *words), width)]


def _size(size_bytes: int | None) -> str:
    return "?" if size_bytes is None else format_size(size_bytes)


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)
