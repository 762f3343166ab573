"""Runs from outside: a plan checked before it is run, and a journal asked from another terminal."""

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import ConfigFile, load_settings
from mnemo_cli.errors import ExitCode, UsageError
from mnemo_cli.output.log import tell
from mnemo_cli.output.orchestrate import ReportFormat
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from mnemo_cli.orchestrate.journal import Journal
    from mnemo_cli.output.orchestrate.document import Whole

JournalArgument = Annotated[Path, typer.Argument(metavar="JOURNAL", help="The journal of the run.")]
FormatOption = Annotated[ReportFormat, typer.Option("--format", help="table or json.")]


def check(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan; - is stdin.")],
    template: Annotated[
        str | None, typer.Option("--template", metavar="'CMD {}'", help="As for the run.", show_default=False)
    ] = None,
    slots: Annotated[
        int | None, typer.Option("--slots", metavar="N", min=1, help="As for the run.", show_default=False)
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="SIZE", help="As for the run.", show_default=False)
    ] = None,
    config_file: ConfigFile = None,
) -> None:
    """Show what a plan would run, and what of it can never fit.

    Exits 2 for a plan that is wrong, and 1 for jobs that can never fit or whose command is not there.
    """
    from mnemo_cli.commands.planning import checked_plan
    from mnemo_cli.orchestrate.plan.reading import open_plan
    from mnemo_cli.output.orchestrate.plan import plan_text, warnings

    flags = {"orchestrate.slots": None if slots is None else str(slots), "orchestrate.budget": budget}
    found = checked_plan(open_plan(plan, template=template), load_settings(config_file, flags))
    sys.stdout.write(plan_text(found))
    for warning in warnings(found):
        tell(warning)
    if any(checked.is_hopeless for checked in found.jobs):
        raise typer.Exit(ExitCode.FINDING)


def status(journal: JournalArgument, report_format: FormatOption = ReportFormat.TABLE) -> None:
    """Show how a run stands, also while it goes on."""
    from mnemo_cli.orchestrate.report import results, summaries
    from mnemo_cli.output.orchestrate.document import run_pieces
    from mnemo_cli.output.orchestrate.standing import status_text

    with _opened(journal) as opened:
        whole = _whole(opened)
        if report_format is ReportFormat.JSON:
            sys.stdout.writelines(run_pieces(whole, results(opened), summaries(opened)))
        else:
            open_attempts = tuple(opened.attempts(open_only=True))
            sys.stdout.write(status_text(whole, open_attempts, time_seconds=time.time()))


def cancel(
    journal: JournalArgument,
    jobs: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="The jobs; without any, all that are not over.")
    ] = None,
) -> None:
    """Cancel jobs of a run, those that run and those that wait.

    Those that run are asked to end, those that wait never start.
    """
    with _opened(journal) as opened:
        if jobs:
            for job_id in jobs:
                _check_cancellable(opened, job_id)
            ids = list(dict.fromkeys(jobs))
        else:
            ids = [row.job.id for row in opened.unfinished()]
        if not ids:
            tell("the run is over: there is nothing to cancel")
            return
        opened.ask_to_cancel(ids)
        running = _whole(opened).is_running
        said = f"{len(ids)} job{'s' * (len(ids) != 1)} will be cancelled"
        tell(said if running else f"{said} when the run is gone on with: nobody runs it now")


def report(journal: JournalArgument, report_format: FormatOption = ReportFormat.TABLE) -> None:
    """Show what became of a run: memory by name, and why jobs died."""
    from mnemo_cli.orchestrate.report import died, results, summaries
    from mnemo_cli.output.orchestrate.document import run_pieces
    from mnemo_cli.output.orchestrate.report import report_text

    with _opened(journal) as opened:
        whole, names = _whole(opened), summaries(opened)
        if report_format is ReportFormat.JSON:
            sys.stdout.writelines(run_pieces(whole, results(opened), names))
        else:
            sys.stdout.write(report_text(whole, names, died(opened)))


def history(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="The names of jobs; without any, all.")
    ] = None,
    report_format: FormatOption = ReportFormat.TABLE,
    config_file: ConfigFile = None,
) -> None:
    """Show what memory jobs needed, by name, and the next claim."""
    from mnemo_cli.commands.planning import history_of
    from mnemo_cli.output.orchestrate.standing import history_document, history_text

    kept = history_of(load_settings(config_file, {}))
    known = kept.all()
    kept.close()
    if kept.error is not None:
        raise UsageError(kept.error)
    found = known if not names else [one for one in known if one.name in names]
    for name in names or ():
        if all(one.name != name for one in found):
            raise UsageError(f"nothing is learned of {printable(name)!r}{_nearest(name, [one.name for one in known])}")
    sys.stdout.write(history_document(found) if report_format is ReportFormat.JSON else history_text(found))


def _opened(path: Path) -> "contextlib.closing[Journal]":
    from mnemo_cli.orchestrate.journal import Journal

    return contextlib.closing(Journal.read(path))


def _whole(journal: "Journal") -> "Whole":
    from mnemo_cli.orchestrate.journal.lock import is_in_use
    from mnemo_cli.orchestrate.roll import roll_in
    from mnemo_cli.orchestrate.run.facts import WORKERS, whole_facts
    from mnemo_cli.output.orchestrate.document import Whole

    facts = whole_facts(journal.description)
    return Whole(
        plan=facts.plan,
        journal=str(journal.path.absolute()),
        exit_code=facts.exit_code,
        budget_bytes=facts.budget_bytes,
        slots=facts.slots,
        standing=journal.standing,
        is_running=is_in_use(journal.path),
        workers=roll_in(journal.description.get(WORKERS, "")),
    )


def _check_cancellable(journal: "Journal", job_id: str) -> None:
    """UsageError for an id that the run does not have, or that is over."""
    state = journal.state_of(job_id)
    if state is None:
        raise UsageError(f"the run has no job {printable(job_id)!r}; see `mnemo orchestrate status --format json`")
    if state not in ("waiting", "running"):
        raise UsageError(f"job {printable(job_id)!r} is over already: {state}")


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"; did you mean {printable(near[0])!r}?" if near else ""
