"""The end of a run: its exit code, its report, and what is kept of it."""

import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import ExitCode, JournalError, MnemoError
from mnemo_cli.orchestrate.journal import Journal, Standing
from mnemo_cli.orchestrate.report import died, results, summaries
from mnemo_cli.orchestrate.roll import roll_in
from mnemo_cli.orchestrate.run.facts import WORKERS, Facts
from mnemo_cli.output.log import tell
from mnemo_cli.output.orchestrate import RunFormat
from mnemo_cli.output.orchestrate.document import Whole, run_line, run_pieces
from mnemo_cli.output.orchestrate.report import program_text, report_text
from mnemo_cli.redact import printable


class HowItEnded(NamedTuple):
    """Everything that the exit code is made of. `was_left`: by the q of the live view.

    `is_complete`: the source has no more jobs.
    """

    journal_error: MnemoError | None = None
    engine_error: MnemoError | None = None
    wrong_line: MnemoError | None = None
    drained: bool = False
    signal_code: int | None = None
    was_left: bool = False
    refused: int = 0
    is_complete: bool = True

    def exit_code(self, standing: Standing) -> int:
        """What ended it early outranks what became of the jobs."""
        if self.journal_error is not None:
            return ExitCode.UNKNOWN
        if self.engine_error is not None:
            return self.engine_error.exit_code
        if self.drained:
            return ExitCode.DRAINED
        if self.signal_code is not None:
            return self.signal_code
        if self.was_left and standing.unfinished:
            return ExitCode.INTERRUPTED
        if self.wrong_line is not None:
            return ExitCode.USAGE
        if self.refused or standing.failed or standing.cancelled or standing.unfinished:
            return ExitCode.FINDING
        return ExitCode.DONE


class Place(NamedTuple):
    """Where a run keeps itself: its journal, and a folder beside it for the engine and for output."""

    journal: Path
    folder: Path
    is_temporary: bool
    output_folder: Path | None


class Ending:
    """`run_format` None is for a person. `program`: there is one job, the program after --."""

    def __init__(
        self, journal: Journal, facts: Facts, place: Place, *, run_format: RunFormat | None, program: bool, quiet: bool
    ) -> None:
        self._journal, self._facts, self._place = journal, facts, place
        self._run_format, self._program, self._quiet = run_format, program, quiet

    def end(self, how: HowItEnded, *, seconds: float) -> int:
        """Note the end, report, and clean up; the exit code."""
        code = self._code(how)
        if how.journal_error is None:
            try:
                self._note(how, code)
            except JournalError as err:
                how, code = how._replace(journal_error=err), ExitCode.UNKNOWN
        for error in (how.journal_error, how.engine_error, how.wrong_line):
            if error is not None:
                tell(str(error))
        self.report(code, seconds=seconds)
        self._clean_up(code, is_complete=how.is_complete and how.wrong_line is None)
        return code

    def report(self, code: int, *, seconds: float | None = None) -> None:
        """As the format says. The jobs' own output may have stdout: then a person is told on stderr."""
        whole = Whole(
            plan=self._facts.plan,
            journal=None if self._place.is_temporary else str(self._place.journal.absolute()),
            exit_code=code,
            budget_bytes=self._facts.budget_bytes,
            slots=self._facts.slots,
            standing=self._journal.standing,
            workers=roll_in(self._journal.description.get(WORKERS, "")),
        )
        if self._run_format is RunFormat.JSON:
            sys.stdout.writelines(run_pieces(whole, results(self._journal), summaries(self._journal)))
        elif self._run_format is RunFormat.NDJSON:
            sys.stdout.write(run_line(whole))
        elif self._quiet:
            return
        elif self._program:
            for result in results(self._journal):
                tell(program_text(result))
        else:
            stream = sys.stderr if self._place.output_folder is None else sys.stdout
            stream.write(report_text(whole, summaries(self._journal), died(self._journal), seconds=seconds))
            stream.flush()

    def _code(self, how: HowItEnded) -> int:
        """A program's own code, where it came to one."""
        code = how.exit_code(self._journal.standing)
        if self._program and code in (ExitCode.DONE, ExitCode.FINDING, how.signal_code):
            own = next((result.exit_code for result in results(self._journal)), None)
            return code if own is None else own
        return code

    def _note(self, how: HowItEnded, code: int) -> None:
        over = (
            how.is_complete
            and how.wrong_line is None
            and how.engine_error is None
            and not self._journal.standing.unfinished
        )
        if over and how.signal_code is None and not how.drained:
            self._journal.describe(self._facts._replace(exit_code=code).as_texts)
        self._journal.checkpoint()

    def _clean_up(self, code: int, *, is_complete: bool) -> None:
        """A run that nobody named a journal for leaves nothing after a complete success, but for its output."""
        place = self._place
        is_over = code == ExitCode.DONE or self._program or not any(self._journal.standing)
        if place.is_temporary and is_over:
            keeps = place.output_folder is not None and place.output_folder.parent == place.folder
            _remove(place, keeping=place.output_folder if keeps else None)
        elif place.is_temporary:
            journal = printable(str(place.journal))
            goes_on = f"the run is kept: go on with --resume --journal {journal}"
            is_left = self._journal.standing.unfinished or not is_complete
            tell(goes_on if is_left else f"the run is over and kept: `mnemo orchestrate report {journal}` shows it")
        if place.output_folder is not None and not self._quiet:
            tell(f"output of the jobs: {printable(str(place.output_folder))}")


def _remove(place: Place, *, keeping: Path | None) -> None:
    if keeping is None:
        shutil.rmtree(place.folder, ignore_errors=True)
        return
    for entry in place.folder.iterdir():
        if entry != keeping:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
