"""What became of a run, for a person: a summary for each name, a verdict for each job that died."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from mnemo_cli.orchestrate.journal import Standing
from mnemo_cli.orchestrate.report import JobResult, NameSummary
from mnemo_cli.output.orchestrate.document import Whole
from mnemo_cli.output.orchestrate.words import NOTHING, ended_text, size, verdict_text
from mnemo_cli.output.orchestrate.workers import worker_lines
from mnemo_cli.output.tables import aligned
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

_MOST_NAMES = 40
_MOST_VERDICTS = 50
_PEAKS = (50, 95, 100)
_TITLES = ("NAME", "RUNS", "DONE", "OOM", "RETRIES", "PEAK p50", "p95", "MAX", "SUGGESTED mem")


def report_text(
    whole: Whole, names: Sequence[NameSummary], died: Iterable[JobResult], *, seconds: float | None = None
) -> str:
    """The whole report; `seconds` is how long the run took."""
    lines = [_headline(whole, seconds)]
    if names:
        shown = sorted(names, key=lambda summary: -summary.runs)[:_MOST_NAMES]
        rows = [_TITLES, *(_row(summary, whole.budget_bytes) for summary in shown)]
        lines += ["", *aligned(rows, right=frozenset(range(1, len(_TITLES))))]
        lines += [f"and {len(names) - len(shown)} more names"] if len(names) > len(shown) else []
    if workers := worker_lines(whole.workers, time_seconds=max((one.heard_unix for one in whole.workers), default=0)):
        lines += ["", *workers]
    lines += _verdicts(whole, died)
    return "\n".join(lines) + "\n"


def standing_words(standing: Standing) -> str:
    """ "12 done, 1 failed, 3 waiting", with what is not 0; the done ones always."""
    words = [f"{standing.done} done"]
    others = ("failed", "cancelled", "running", "waiting")
    words += [f"{count} {name}" for name in others if (count := getattr(standing, name))]
    if standing.oom:
        words.append(f"{standing.oom} attempt{'s' * (standing.oom != 1)} out of memory")
    if standing.preempted:
        words.append(f"{standing.preempted} preempted")
    return ", ".join(words)


def _headline(whole: Whole, seconds: float | None) -> str:
    name = f"{printable(whole.plan)}: " if whole.plan else ""
    if not any(whole.standing):
        return f"{name}there are no jobs, nothing was run"
    took = "" if seconds is None else f" in {format_duration(seconds)}"
    return f"{name}{standing_words(whole.standing)}{took}"


def _row(summary: NameSummary, budget_bytes: int | None) -> tuple[str, ...]:
    peaks = [
        NOTHING if summary.peak_bytes(percent) is None else size(summary.peak_bytes(percent)) for percent in _PEAKS
    ]
    claim_bytes = summary.suggested_claim_bytes(budget_bytes)
    counts = map(str, (summary.runs, summary.done, summary.ooms, summary.retries))
    return (printable(summary.name), *counts, *peaks, NOTHING if claim_bytes is None else size(claim_bytes))


def _verdicts(whole: Whole, died: Iterable[JobResult]) -> Iterator[str]:
    results = iter(died)
    shown = [verdict_text(result, whole.budget_bytes) for result in islice(results, _MOST_VERDICTS)]
    if shown:
        yield ""
        yield from shown
        if more := sum(1 for _ in results):
            yield f"and {more} more; see them with --format json"


def program_text(result: JobResult) -> str:
    """One line for the program after --: how it ended, how long it took, its peak and where that comes from."""
    attempt = result.attempt
    if attempt is None or attempt.reason in (None, "not-started"):
        return verdict_text(result, None)
    told = ended_text(attempt.reason, attempt.status) if attempt.headline is None else printable(attempt.headline)
    words = f"{printable(result.row.job.id)}: {told}"
    if attempt.headline is not None:
        return words
    if attempt.seconds is not None:
        words += f" in {format_duration(attempt.seconds)}"
    if attempt.peak_bytes is not None:
        words += f", peak {size(attempt.peak_bytes)} ({attempt.peak_source})"
    return words
