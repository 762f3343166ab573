"""A plan before it is run: its layers, its sum, what can never fit, what is not there."""

from collections.abc import Iterator

from mnemo_cli.orchestrate.plan.check import CheckedJob, CheckedPlan
from mnemo_cli.output.orchestrate.words import never_fits_text
from mnemo_cli.output.tables import aligned
from mnemo_cli.redact import printable, redact_command
from mnemo_cli.units import format_size

_MOST_ROWS = 60
_MOST_WARNINGS = 20
_LONGEST_COMMAND = 48


def plan_text(plan: CheckedPlan) -> str:
    """Each layer with its jobs: those of one layer need not wait for each other."""
    lines = [_headline(plan)]
    for number, layer in enumerate(plan.layers, start=1):
        lines += ["", f"turn {number}: {len(layer)} job{'s' * (len(layer) > 1)}, {_claims(layer)}"]
        lines += [f"  {line}" for line in aligned([_row(checked) for checked in layer[:_MOST_ROWS]])]
        lines += [f"  and {len(layer) - _MOST_ROWS} more"] if len(layer) > _MOST_ROWS else []
    return "\n".join(lines) + "\n"


def warnings(plan: CheckedPlan) -> Iterator[str]:
    """What will go wrong, for stderr."""
    found = list(_warnings(plan))
    yield from found[:_MOST_WARNINGS]
    if len(found) > _MOST_WARNINGS:
        yield f"and {len(found) - _MOST_WARNINGS} more of that kind"


def _warnings(plan: CheckedPlan) -> Iterator[str]:
    for checked in plan.jobs:
        name = printable(checked.job.id)
        if checked.never_fits:
            yield f"job {name!r} can never fit: {never_fits_text(checked.job, plan.budget_bytes)}"
        if checked.is_missing:
            yield f"job {name!r}: {printable(checked.job.command[0])} was not found, or may not be run"


def _headline(plan: CheckedPlan) -> str:
    name = f"{printable(plan.name)}: " if plan.name else ""
    count = len(plan.jobs)
    turns = len(plan.layers)
    return (
        f"{name}{count} job{'s' * (count != 1)} in {turns} turn{'s' * (turns != 1)}; "
        f"budget {format_size(plan.budget_bytes)}, {plan.slots} slot{'s' * (plan.slots != 1)}"
    )


def _claims(layer: "tuple[CheckedJob, ...]") -> str:
    guessed = sum(checked.is_guess for checked in layer)
    words = f"claims {format_size(sum(checked.claim_bytes for checked in layer))} together"
    return words + (f" ({guessed} of them guessed: nothing is learned of them yet)" if guessed else "")


def _row(checked: CheckedJob) -> "tuple[str, ...]":
    job = checked.job
    after = f"after {', '.join(map(printable, job.after))}" if job.after else ""
    claim = f"{'~' if checked.is_guess else ''}{format_size(checked.claim_bytes)}"
    marks = " ".join([*["never fits"] * checked.never_fits, *["not found"] * checked.is_missing])
    command = redact_command(job.command)
    shown = command if len(command) <= _LONGEST_COMMAND else f"{command[: _LONGEST_COMMAND - 1]}…"
    return (printable(job.id), claim, shown, after, marks)
