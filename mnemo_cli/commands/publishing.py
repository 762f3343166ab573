"""How the findings of a command leave it: on stdout or in a file, in further reports, as an exit code."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from mnemo_cli.errors import MnemoError
from mnemo_cli.output.findings import FindingsFormat, Report, Rule, render

if TYPE_CHECKING:
    from mnemo_cli.output.findings.report import ReportFile


class Look(NamedTuple):
    """How the result is shown, and where."""

    format: FindingsFormat
    reports: "tuple[ReportFile, ...]"
    output: Path | None
    verbose: bool


def choose_look(
    findings_format: FindingsFormat | None, reports: Sequence[str] | None, output: Path | None, *, verbose: bool
) -> Look:
    """The formats and files; UsageError before anything is done for a file that cannot be written."""
    chosen = findings_format
    if chosen is None:
        on_terminal = output is None and sys.stdout.isatty()
        chosen = FindingsFormat.TABLE if on_terminal else FindingsFormat.PLAIN
    if not reports:
        return Look(chosen, (), output, verbose)
    from mnemo_cli.output.findings.report import parse_reports

    return Look(chosen, parse_reports(reports), output, verbose)


def publish(report: Report, look: Look, terse: Callable[[Report, int | None], str] | None = None) -> int:
    """Show the result and write the further reports; the exit code. `terse` is a view of its own for people."""
    table = look.format is FindingsFormat.TABLE
    width = shutil.get_terminal_size().columns if table else None
    if terse is not None and not look.verbose and look.format in (FindingsFormat.TABLE, FindingsFormat.PLAIN):
        text = terse(report, width)
    else:
        text = render(report, look.format, width=width, verbose=look.verbose)
    if look.output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    if look.output is not None or look.reports:
        _write(report, look, text)
    if look.format is FindingsFormat.NAGIOS:
        from mnemo_cli.output.findings.nagios import nagios_exit

        return nagios_exit(report)
    return report.exit_code


def rules_for(look: Look, ids: frozenset[str]) -> tuple[Rule, ...]:
    """The checks as other tools list them, for the one format that wants them."""
    if FindingsFormat.SARIF not in {look.format, *(file.format for file in look.reports)}:
        return ()
    from mnemo_cli.doctor.page import pages

    chosen = [page for page in pages() if page.id in ids]
    return tuple(Rule(one.id, one.slug, one.title, "\n\n".join((one.title, *one.paragraphs))) for one in chosen)


@contextmanager
def told_to_nagios(look: Look) -> Iterator[None]:
    """Nagios takes exit code 2 for critical: with its format, what goes wrong is unknown, 3, and said on stdout."""
    try:
        yield
    except MnemoError as err:
        if look.format is not FindingsFormat.NAGIOS:
            raise
        sys.stdout.write(f"MNEMO UNKNOWN - {str(err).replace('|', '/')}\n")
        raise typer.Exit(3) from err


def _write(report: Report, look: Look, text: str) -> None:
    from mnemo_cli.output.findings.report import write_reports, write_whole

    if look.output is not None:
        write_whole(look.output, text)
    write_reports(report, look.reports, verbose=look.verbose)
