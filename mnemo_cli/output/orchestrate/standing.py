"""How a run stands, asked from another terminal; and what was learned of each name."""

from collections.abc import Sequence

from mnemo_cli.model import Json
from mnemo_cli.orchestrate.claims import claim_bytes
from mnemo_cli.orchestrate.history import Remembered, typical_seconds
from mnemo_cli.orchestrate.journal import AttemptRow
from mnemo_cli.output.orchestrate.document import Whole
from mnemo_cli.output.orchestrate.report import standing_words
from mnemo_cli.output.orchestrate.words import NOTHING, duration, size
from mnemo_cli.output.orchestrate.workers import worker_lines
from mnemo_cli.output.tables import aligned
from mnemo_cli.recording.document import pretty, timestamp
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration, format_size

_MOST_ROWS = 40


def status_text(whole: Whole, open_attempts: Sequence[AttemptRow], *, time_seconds: float) -> str:
    """One line for the whole, one for each attempt that has begun and not ended."""
    name = f"{printable(whole.plan)}: " if whole.plan else ""
    lines = [f"{name}{_state(whole)}; {standing_words(whole.standing)}"]
    if open_attempts:
        rows = [_attempt_row(attempt, time_seconds) for attempt in open_attempts[:_MOST_ROWS]]
        titles = ("JOB", "NAME", "TRY", "SINCE", "CLAIM", "LIMIT")
        lines += ["", *aligned([titles, *rows], right=frozenset({2, 3, 4, 5}))]
        more = len(open_attempts) - _MOST_ROWS
        lines += [f"and {more} more"] if more > 0 else []
    if workers := worker_lines(whole.workers, time_seconds=time_seconds):
        lines += ["", *workers]
    return "\n".join(lines) + "\n"


def history_text(names: Sequence[Remembered]) -> str:
    """A line for each name, the one that ran last first."""
    if not names:
        return "nothing is learned yet: run a plan first\n"
    titles = ("NAME", "RUNS", "PEAK MAX", "NEXT CLAIM", "USUALLY TAKES", "LAST RUN")
    rows = [_history_row(one) for one in names]
    return "\n".join(aligned([titles, *rows], right=frozenset({1, 2, 3, 4}))) + "\n"


def history_document(names: Sequence[Remembered]) -> str:
    """The same for programs, with every attempt that is remembered."""
    found: list[Json] = [
        {
            "name": one.name,
            "last": timestamp(one.last_seconds),
            "claim_bytes": next_claim_bytes(one),
            "attempts": [{"peak_bytes": a.peak_bytes, "seconds": a.seconds} for a in one.attempts],
        }
        for one in names
    ]
    return pretty({"schema": "mnemo.history/1", "names": found})


def next_claim_bytes(one: Remembered) -> int | None:
    """What the next job of this name claims, where the budget does not cut it; None before a peak was measured."""
    peaks = one.peaks_bytes
    return claim_bytes(peaks, budget_bytes=2 * max(peaks), slots=1) if peaks else None


def _state(whole: Whole) -> str:
    if whole.is_running:
        return "running"
    if whole.exit_code is not None:
        return f"over, exit code {whole.exit_code}"
    return "not running; go on with --resume" if whole.standing.unfinished else "not running"


def _attempt_row(attempt: AttemptRow, time_seconds: float) -> tuple[str, ...]:
    return (
        printable(attempt.job_id),
        printable(attempt.name),
        str(attempt.number),
        format_duration(max(0.0, time_seconds - attempt.began_seconds)),
        format_size(attempt.claim_bytes),
        NOTHING if attempt.limit_bytes is None else format_size(attempt.limit_bytes),
    )


def _history_row(one: Remembered) -> tuple[str, ...]:
    peaks = one.peaks_bytes
    return (
        printable(one.name),
        str(len(one.attempts)),
        size(max(peaks, default=None)),
        size(next_claim_bytes(one)),
        duration(typical_seconds(one.attempts)),
        timestamp(one.last_seconds)[:19].replace("T", " "),
    )
