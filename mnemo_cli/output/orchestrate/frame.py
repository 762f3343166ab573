"""The live screen of a run for a width and a height: a pure function, so that screens are tested without a terminal."""

from collections.abc import Sequence
from typing import NamedTuple

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.orchestrate.run.picture import JobRowNow, Picture
from mnemo_cli.output.dashboard.bars import marked_bar
from mnemo_cli.output.dashboard.look import DIM, LEVEL_STYLES, STRONG, TITLE, Look
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.sentences import limit_name, share
from mnemo_cli.output.dashboard.spans import Line, Span, cut, fitted, spread, whole, width_of
from mnemo_cli.output.orchestrate.keys import KEYS
from mnemo_cli.output.orchestrate.words import NOTHING, duration, size, why_text
from mnemo_cli.output.orchestrate.workers import worker_lines
from mnemo_cli.output.words import status
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration, format_size

_NAMES_FROM, _EVENTS_FROM = 110, 30
_SIDE_EVENTS = 6
_WIDEST_BAR, _WIDEST_ID = 60, 40
_STATE_STYLES = {"frozen": "bold magenta", "stopping": "yellow", "waiting": DIM}
# Right-aligned columns after the state, with their widths.
_COLUMNS = (("USED", 5), ("CLAIM", 5), ("LIMIT", 5), ("PEAK", 5), ("TIME", 6))
_STATE_WIDTH = 8
# What stands last: "  needs 2.00G, free 1.37G".
_LAST_WIDTH = 25


class RunView(NamedTuple):
    """Everything that a frame is made of. `events` are lines of the past, the newest first."""

    plan: str
    moment: Moment
    picture: Picture
    edges: Edges
    step: str
    look: Look
    events: Sequence[str] = ()
    interval_seconds: float = 1.0
    seconds: float = 0.0
    is_draining: bool = False
    helping: bool = False
    notice: str | None = None


def run_frame(view: RunView, width: int, height: int) -> list[Line]:
    """Exactly `height` lines of exactly `width` cells."""
    if width <= 0 or height <= 0:
        return []
    top = [_header(view, width), _sentence(view, width), _jobs_line(view, width), _memory_line(view, width)]
    top.append(_rule(view, width))
    events = _SIDE_EVENTS if height >= _EVENTS_FROM else 1
    bottom = [*_event_lines(view, width, events), _footer(view, width)]
    if height >= len(top) + len(bottom) + 4:
        bottom.insert(0, _rule(view, width))
    room = height - len(top) - len(bottom)
    workers = _worker_table(view, width, room // 3)
    middle = _help_lines(view, width) if view.helping else [*workers, *_table(view, width, room - len(workers))]
    blank = fitted((), width)
    lines = [*top, *middle[: max(0, room)], *[blank] * (room - len(middle)), *bottom]
    return lines[:height] if room >= 0 else [*top, bottom[-1]][:height]


def _header(view: RunView, width: int) -> Line:
    left = f" mnemo orchestrate  {view.look.text(printable(view.plan))}"
    right = f"  {view.interval_seconds:.3g}s  {clock_text(view.moment.sample.time_seconds)} UTC "
    return spread([(left, STRONG)], [(right, "")], width)


def _sentence(view: RunView, width: int) -> Line:
    """The level and the step: steps also heed the forecast and PSI."""
    verdict = view.moment.verdict
    binding = verdict.binding
    parts: list[Span] = [(f" {status(verdict.level, verdict.at_least)} ", LEVEL_STYLES[verdict.level])]
    if binding is None:
        parts.append(("  no limit could be read", ""))
    else:
        limit = f" of {format_size(binding.limit_bytes)}" if isinstance(binding.limit_bytes, int) else ""
        parts += [(f" {share(binding)}", ""), (f"{limit} {limit_name(binding)}", "")]
    parts.append((f"   step {view.step}", "" if view.step == "normal" else STRONG))
    if view.is_draining:
        parts.append(("   DRAINING", STRONG))
    return whole(parts, width)


def _jobs_line(view: RunView, width: int) -> Line:
    picture = view.picture
    over = picture.done + picture.failed
    words = [f" JOBS {picture.running} of {picture.slots} running", f"  {picture.waiting} waiting"]
    words.append(f"  {picture.done} done")
    words += [f"  {picture.failed} failed"] if picture.failed else []
    words += [f"  {picture.retried} retried"] if picture.retried else []
    words.append(f"  {over}/{picture.total}" if picture.total is not None else "  more to come")
    if picture.total:
        words.append(f" {100 * over // picture.total}%")
    words.append(f"  after {format_duration(view.seconds)}")
    if picture.total is not None and picture.left_seconds is not None:
        words.append(f"  about {format_duration(picture.left_seconds)} left")
    return whole([words[0], *words[1:]], width)


def _memory_line(view: RunView, width: int) -> Line:
    """What the jobs use of the budget, and `|` where their claims end."""
    picture = view.picture
    numbers = (
        f"  used {size(picture.used_bytes)}  claimed {format_size(picture.claimed_bytes)}"
        f"  budget {format_size(picture.budget_bytes)}"
    )
    bar_width = min(_WIDEST_BAR, width - 8 - width_of(numbers))
    if bar_width < 4 or not picture.budget_bytes:
        return whole([" MEM ", numbers], width)
    used_ratio = 0.0 if picture.used_bytes is None else min(1.0, picture.used_bytes / picture.budget_bytes)
    mark = min(1.0, picture.claimed_bytes / picture.budget_bytes)
    drawn = marked_bar(used_ratio, 0.0, (mark,) if picture.claimed_bytes else (), bar_width)
    return fitted([(" MEM ", ""), (drawn, LEVEL_STYLES[view.moment.verdict.level]), (numbers, "")], width)


def _table(view: RunView, width: int, height: int) -> list[Line]:
    """The title, a row for each job as far as there is room, and how many more there are."""
    if height < 2:
        return []
    rows = view.picture.rows
    has_names = width >= _NAMES_FROM
    texts = [_text_of(view, row, has_names=has_names) for row in rows[: height - 1]]
    longest = max((width_of(text) for text in texts), default=3)
    room = width - 1 - _STATE_WIDTH - 2 - sum(cells + 1 for _, cells in _COLUMNS) - _LAST_WIDTH
    id_width = max(3, min(longest, _WIDEST_ID, room))
    title = f" {'JOB':<{id_width}}  {'STATE':<{_STATE_WIDTH}}"
    title += "".join(f" {name:>{cells}}" for name, cells in _COLUMNS) + "  LEFT, or why it waits"
    shown = rows[: height - 1]
    more = view.picture.running + view.picture.waiting - len(shown)
    if more > 0 and len(shown) == height - 1:
        shown = shown[:-1]
    lines = [fitted([(title, TITLE)], width)]
    lines += [_row_line(view, row, text, id_width, width) for row, text in zip(shown, texts, strict=False)]
    hidden = view.picture.running + view.picture.waiting - len(shown)
    if hidden > 0:
        lines.append(fitted([(f" and {hidden} more", DIM)], width))
    return lines


def _worker_table(view: RunView, width: int, height: int) -> list[Line]:
    """As far as there is room for it; nothing for a run on this machine."""
    lines = worker_lines(view.picture.workers, time_seconds=view.moment.sample.time_seconds)
    if not lines or height < 3:
        return []
    title, *rows = (f" {view.look.text(line)}" for line in lines)
    if len(rows) > height - 2:
        rows = [*rows[: height - 3], f" and {len(view.picture.workers) - height + 3} more workers"]
    return [fitted([(title, TITLE)], width), *(fitted([(row, "")], width) for row in rows), fitted((), width)]


def _text_of(view: RunView, row: JobRowNow, *, has_names: bool) -> str:
    text = printable(row.id) + (f" #{row.number}" if row.number > 1 else "")
    if has_names and row.name != row.id:
        text += f" ({printable(row.name)})"
    return view.look.text(text)


def _row_line(view: RunView, row: JobRowNow, text: str, id_width: int, width: int) -> Line:
    waits = row.state == "waiting"
    cells = [
        NOTHING if waits else size(row.used_bytes),
        format_size(row.claim_bytes),
        NOTHING if row.limit_bytes is None else format_size(row.limit_bytes),
        NOTHING if row.peak_bytes is None else format_size(row.peak_bytes),
        NOTHING if row.seconds is None else format_duration(row.seconds),
    ]
    numbers = "".join(f" {cell:>{cells_wide}}" for cell, (_, cells_wide) in zip(cells, _COLUMNS, strict=True))
    last = why_text(row.why) if waits else _left(row)
    name = cut(text, id_width)
    padded = name + " " * (id_width - width_of(name))
    style = _STATE_STYLES.get(row.state, "")
    return fitted(
        [
            (f" {padded}  ", ""),
            (f"{row.state:<{_STATE_WIDTH}}", style),
            (numbers, ""),
            (f"  {view.look.text(last)}", ""),
        ],
        width,
    )


def _left(row: JobRowNow) -> str:
    if row.state == "frozen":
        return "until memory is lower"
    return "" if row.left_seconds is None else f"about {duration(row.left_seconds)}"


def _event_lines(view: RunView, width: int, count: int) -> list[Line]:
    lines = [fitted([(f" {view.look.text(text)}", DIM)], width) for text in view.events[:count]]
    return [*lines, *[fitted((), width)] * (count - len(lines))]


def _footer(view: RunView, width: int) -> Line:
    if view.notice is not None:
        return fitted([(f" {view.notice}", STRONG)], width)
    return whole([f" {key.name} {key.word} " for key in KEYS], width)


def _help_lines(view: RunView, width: int) -> list[Line]:
    words = [f" {key.name:<7}{key.help}" for key in KEYS]
    words += [
        "",
        " USED    what a job uses now, with everything it has started",
        " CLAIM   what it is expected to need: learned from its name, or its mem",
        " LIMIT   where it is ended: its mem_limit, or twice its claim",
        " MEM     what all jobs use of the budget; | is where their claims end",
    ]
    return [fitted([(view.look.text(text), "")], width) for text in words]


def _rule(view: RunView, width: int) -> Line:
    return fitted([(view.look.rule * width, DIM)], width)
