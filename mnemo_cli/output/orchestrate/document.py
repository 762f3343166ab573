"""A run as the JSON that programs read: mnemo.run/1, and the lines of ndjson while it goes on."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mnemo_cli.model import Json
from mnemo_cli.orchestrate.journal import Standing
from mnemo_cli.orchestrate.outcome import Again
from mnemo_cli.orchestrate.report import JobResult, NameSummary
from mnemo_cli.orchestrate.roll import WorkerNow
from mnemo_cli.orchestrate.run.run import Happening
from mnemo_cli.output.orchestrate.words import happening_text, verdict_text
from mnemo_cli.output.orchestrate.workers import worker_json
from mnemo_cli.recording.document import encode, timestamp

SCHEMA = "mnemo.run/1"


class Whole(NamedTuple):
    """A run as a whole. `exit_code` None: it is not over."""

    plan: str | None
    journal: str | None
    exit_code: int | None
    budget_bytes: int | None
    slots: int | None
    standing: Standing
    is_running: bool = False
    workers: tuple[WorkerNow, ...] = ()


def run_pieces(whole: Whole, jobs: Iterable[JobResult], names: Iterable[NameSummary]) -> Iterator[str]:
    """One document in pieces: a million jobs are never all in memory."""
    yield "{" + _members(_head(whole)) + ', "jobs": ['
    for position, result in enumerate(jobs):
        yield (",\n" if position else "\n") + encode(_job(result, whole.budget_bytes))
    yield "\n]," + _members({"names": [_name(summary, whole.budget_bytes) for summary in names]})
    yield ", " + _members({"summary": _summary(whole.standing)}) + "}\n"


def run_line(whole: Whole) -> str:
    """The last line of ndjson: the same without its jobs, whose ends were lines of their own."""
    return encode({"type": "run", **_head(whole), "summary": _summary(whole.standing)}) + "\n"


def happening_line(happening: Happening) -> str:
    """The start or the end of an attempt, or of a job without one, as a line."""
    ended, decision = happening.ended, happening.decision
    return (
        encode(
            {
                "type": "event",
                "time": timestamp(happening.now.unix_seconds),
                "event": "job",
                "text": happening_text(happening),
                "id": happening.job.id,
                "name": happening.job.name,
                "attempt": happening.number or None,
                "what": "refused" if happening.what.startswith("refused") else happening.what,
                "again": isinstance(decision, Again),
                "exit_code": None if ended is None else _shell_code(ended.status),
                "seconds": None if ended is None else ended.seconds,
                "peak_bytes": None if ended is None else ended.peak_bytes,
                "peak_source": None if ended is None else ended.peak_source,
                "headline": happening.headline,
            }
        )
        + "\n"
    )


def _head(whole: Whole) -> dict[str, Json]:
    return {
        "schema": SCHEMA,
        "plan": whole.plan,
        "journal": whole.journal,
        "is_running": whole.is_running,
        "exit_code": whole.exit_code,
        "budget_bytes": whole.budget_bytes,
        "slots": whole.slots,
        **({"workers": [worker_json(worker) for worker in whole.workers]} if whole.workers else {}),
    }


def _job(result: JobResult, budget_bytes: int | None) -> dict[str, Json]:
    row, attempt = result.row, result.attempt
    died = row.state in ("failed", "cancelled")
    return {
        "id": row.job.id,
        "name": row.job.name,
        "state": row.state,
        "reason": row.reason,
        "attempts": result.attempts,
        "exit_code": result.exit_code,
        "peak_bytes": None if attempt is None else attempt.peak_bytes,
        "peak_source": None if attempt is None else attempt.peak_source,
        "claim_bytes": row.job.claim_bytes if attempt is None else attempt.claim_bytes,
        "limit_bytes": row.job.limit_bytes if attempt is None else attempt.limit_bytes,
        "needed_bytes": row.needed_bytes,
        "seconds": None if attempt is None else attempt.seconds,
        "headline": None if attempt is None else attempt.headline,
        "verdict": verdict_text(result, budget_bytes) if died else None,
    }


def _name(summary: NameSummary, budget_bytes: int | None) -> dict[str, Json]:
    return {
        "name": summary.name,
        "runs": summary.runs,
        "done": summary.done,
        "ooms": summary.ooms,
        "retries": summary.retries,
        "peak_p50_bytes": summary.peak_bytes(50),
        "peak_p95_bytes": summary.peak_bytes(95),
        "peak_max_bytes": summary.peak_bytes(100),
        "suggested_claim_bytes": summary.suggested_claim_bytes(budget_bytes),
    }


def _summary(standing: Standing) -> dict[str, Json]:
    return dict(standing._asdict())


def _shell_code(status: int | None) -> int | None:
    return 128 - status if status is not None and status < 0 else status


def _members(fields: dict[str, Json]) -> str:
    """The members of an object without its braces, in ASCII."""
    return json.dumps(fields, allow_nan=False)[1:-1]
