"""The phrases that every view of a run shares."""

import signal

from mnemo_cli.orchestrate.admission import Refusal
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.outcome import Again
from mnemo_cli.orchestrate.report import JobResult
from mnemo_cli.orchestrate.run.run import Happening
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration, format_size

UNKNOWN, NOTHING = "?", "-"
_SENTENCES: dict[str, str] = {
    "ok": "done",
    "timeout": "its time-out ran out",
    "oom-limit": "the kernel ended it at its own memory limit",
    "oom-mnemo": "mnemo ended it at its memory limit",
    "oom-host-suspected": "SIGKILL, while the machine's OOM killer was at work",
    "preempted": "ended to make room; that costs no retry",
    "lost": "it is gone, and nobody saw how it ended",
    "dependency-failed": "a job that it comes after has failed or never came",
    "cancelled": "cancelled",
    "never-fits": "it asks for more memory than the whole budget",
    "not-started": "its command cannot be started",
}
_WHOLE_SENTENCES = (
    "exit", "timeout", "oom-limit", "oom-mnemo", "oom-host-suspected", "lost", "dependency-failed", "never-fits",
)  # fmt: skip
_NOT_STARTED = "cannot be started"


def size(size_bytes: int | None) -> str:
    """ "2.10G", or "?" for what is not known."""
    return UNKNOWN if size_bytes is None else format_size(size_bytes)


def duration(seconds: float | None) -> str:
    """ "1m20s", or "?" for what is not known."""
    return UNKNOWN if seconds is None else format_duration(seconds)


def why_text(why: Refusal | str | None) -> str:
    """ "needs 2.10G, free 1.40G"; None is a job whose turn is next."""
    if why is None:
        return "is next"
    if isinstance(why, str):
        return printable(why)
    free = "unknown" if why.free_bytes is None else format_size(max(0, why.free_bytes))
    return f"needs {format_size(why.needed_bytes)}, free {free}"


def ended_text(reason: str, status: int | None) -> str:
    """How an attempt ended, in a few words."""
    if reason == "exit" and status is not None:
        return f"exit code {status}"
    if reason == "signal" and status is not None:
        return f"ended by {signal_name(-status)}"
    if reason == "not-started" and status in (126, 127):
        return "its command was not found" if status == 127 else "its command cannot be run"
    return _SENTENCES.get(reason, reason)


def signal_name(number: int) -> str:
    """ "SIGKILL"; a number that has no name is told as it is."""
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


def happening_text(happening: Happening) -> str:
    """One line of what happened to a job: "resize-7 done in 12s, peak 410M", or why it died."""
    words = [printable(happening.job.id)]
    if happening.number > 1:
        words.append(f"(attempt {happening.number})")
    ended = happening.ended
    if ended is not None and happening.headline is not None:
        how = f"died after {format_duration(ended.seconds)}"
        words.append(f"{_NOT_STARTED if happening.what == 'not-started' else how}: {printable(happening.headline)}")
    else:
        if happening.what in _WHOLE_SENTENCES:
            words[-1] += ":"
        words.append("started" if happening.what == "started" else _told(happening))
        if ended is not None and happening.what != "not-started":
            words.append(f"in {format_duration(ended.seconds)}")
            if ended.peak_bytes is not None:
                words[-1] += f", peak {format_size(ended.peak_bytes)}"
    if isinstance(happening.decision, Again):
        words[-1] += "; it is tried again"
        if happening.what in ("oom-limit", "oom-mnemo"):
            words[-1] += f" with {format_size(happening.decision.claim_bytes)}"
    return " ".join(words)


def verdict_text(result: JobResult, budget_bytes: int | None) -> str:
    """Why a job died and what to do, as far as its journal knows; by its headline, where there is one."""
    row, attempt = result.row, result.attempt
    status = None if attempt is None else attempt.status
    # A job that was cancelled after its attempt died was cancelled.
    headline = None if attempt is None or attempt.reason != row.reason else attempt.headline
    told = ended_text(row.reason or "lost", status) if headline is None else printable(headline)
    if headline is not None and row.reason == "not-started":
        told = f"{_NOT_STARTED}: {told}"
    words = f"{printable(row.job.id)}: {told}"
    if attempt is not None and attempt.peak_bytes is not None and headline is None:
        words += f"; peak {format_size(attempt.peak_bytes)}"
        words += "" if attempt.limit_bytes is None else f" of {format_size(attempt.limit_bytes)}"
    if row.needed_bytes is not None:
        words += f"; it needs at least {format_size(row.needed_bytes)}: raise --budget, or its mem and mem_limit"
    elif result.absent:
        words = f"{printable(row.job.id)}: it comes after {', '.join(map(printable, result.absent))}, which never came"
    elif row.reason == "never-fits":
        words = f"{printable(row.job.id)}: {never_fits_text(row.job, budget_bytes)}"
    elif row.reason == "not-started" and headline is None:
        words += f": {printable(row.job.command[0])}"
    return words + (f" ({result.attempts} attempts)" if result.attempts > 1 else "")


def never_fits_text(job: Job, budget_bytes: int | None) -> str:
    """What a job asks for beside what there is."""
    asked = max(size for size in (job.claim_bytes, job.limit_bytes, 0) if size is not None)
    budget = ", more than the budget" if budget_bytes is None else f" and the budget is {format_size(budget_bytes)}"
    return f"it asks for {format_size(asked)}{budget}: raise --budget, or lower its mem and mem_limit"


def _told(happening: Happening) -> str:
    status = None if happening.ended is None else happening.ended.status
    if happening.what == "never-fits":
        return never_fits_text(happening.job, None)
    return ended_text(happening.what, status)
