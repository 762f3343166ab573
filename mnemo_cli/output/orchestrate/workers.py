"""The workers of a run, as rows for every view of it and as JSON."""

from collections.abc import Sequence

from mnemo_cli.model import Json
from mnemo_cli.orchestrate.roll import WorkerNow
from mnemo_cli.output.orchestrate.words import NOTHING, size
from mnemo_cli.output.tables import aligned
from mnemo_cli.recording.document import timestamp
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration, format_size

TITLES = ("WORKER", "LEVEL", "USED", "LIMIT", "CLAIMED", "JOBS", "DONE", "LOST", "HEARD", "LIMIT OF")
_NUMBERS = frozenset(range(2, 9))
_MOST_ROWS = 40


def worker_lines(workers: Sequence[WorkerNow], *, time_seconds: float) -> list[str]:
    """A table; nothing where the run has none."""
    if not workers:
        return []
    shown = sorted(workers, key=_order)[:_MOST_ROWS]
    rows = [TITLES, *(worker_cells(worker, time_seconds=time_seconds) for worker in shown)]
    more = len(workers) - len(shown)
    return [*aligned(rows, right=_NUMBERS), *([f"and {more} more workers"] if more > 0 else [])]


def worker_cells(worker: WorkerNow, *, time_seconds: float) -> tuple[str, ...]:
    silent_seconds = max(0.0, time_seconds - worker.heard_unix)
    return (
        printable(worker.name),
        worker.level_word,
        NOTHING if worker.is_lost else size(worker.used_bytes),
        size(worker.limit_bytes),
        format_size(worker.claimed_bytes),
        f"{worker.jobs}/{worker.slots}",
        str(worker.done),
        str(worker.lost),
        f"{format_duration(silent_seconds)} ago",
        printable(worker.limit_source) or NOTHING,
    )


def worker_json(worker: WorkerNow) -> dict[str, Json]:
    return {
        "name": worker.name,
        "level": None if worker.level is None or worker.is_lost else worker.level.word,
        "is_lost": worker.is_lost,
        "limit_bytes": worker.limit_bytes,
        "limit_source": worker.limit_source or None,
        "used_bytes": None if worker.is_lost else worker.used_bytes,
        "claimed_bytes": worker.claimed_bytes,
        "jobs": worker.jobs,
        "slots": worker.slots,
        "done": worker.done,
        "lost": worker.lost,
        "heard": timestamp(worker.heard_unix),
    }


def _order(worker: WorkerNow) -> tuple[bool, int, str]:
    """Those that are there first, the fullest ones above."""
    return worker.is_lost, -(-1 if worker.level is None else worker.level), worker.name
