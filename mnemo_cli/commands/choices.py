"""What a person chose for a run, and what follows from it: the view, the plan, the place where it is kept."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.commands.ending import Place
from mnemo_cli.commands.engine_options import EngineChoice
from mnemo_cli.commands.options import ColorChoice
from mnemo_cli.commands.telling import View
from mnemo_cli.errors import OutputError
from mnemo_cli.orchestrate.plan.reading import STDIN, OpenedPlan, no_plan, open_plan, program_plan
from mnemo_cli.output.orchestrate import RunFormat
from mnemo_cli.redact import printable


class Choices(NamedTuple):
    """What a person typed. `program` is what stands after --."""

    plan: str | None
    template: str | None
    program: Sequence[str] | None
    journal: Path | None
    resume: bool
    output_folder: Path | None
    run_format: RunFormat | None
    color: ColorChoice
    verbose: bool
    quiet: bool
    engine: EngineChoice = EngineChoice()

    @property
    def owns_stdout(self) -> bool:
        return self.view is View.LIVE or self.run_format in (RunFormat.JSON, RunFormat.NDJSON)

    @property
    def view(self) -> View:
        """The live view needs a terminal that can move its cursor, and that the program after -- does not own."""
        if self.run_format is RunFormat.JSON:
            return View.NOTHING
        if self.run_format is RunFormat.NDJSON:
            return View.NDJSON
        terminal = sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
        if self.run_format is None and self.program is None and terminal and not self.quiet:
            return View.LIVE
        return View.NOTHING if self.quiet or self.program is not None else View.LINES


def plan_of(choices: Choices) -> OpenedPlan:
    if choices.program is not None:
        return program_plan(choices.program)
    if choices.plan is None and choices.template is None:
        return no_plan()
    return open_plan(choices.plan or STDIN, template=choices.template)


def place_of(choices: Choices) -> Place:
    """Beside the journal that was named, else in a temporary folder."""
    if choices.journal is None:
        try:
            folder = Path(tempfile.mkdtemp(prefix="mnemo-run-"))
        except OSError as err:
            raise OutputError(f"cannot keep the run in {tempfile.gettempdir()}: {err.strerror}") from err
    else:
        folder = choices.journal.with_name(f"{choices.journal.name}.d").absolute()
    output_folder = choices.output_folder
    # A screen, or a document, leaves no room for it.
    if output_folder is None and choices.owns_stdout:
        output_folder = folder / "outputs"
    return Place(
        journal=folder / "journal" if choices.journal is None else choices.journal,
        folder=folder,
        is_temporary=choices.journal is None,
        output_folder=None if output_folder is None else output_folder.absolute(),
    )


def make_folders(place: Place) -> None:
    try:
        place.folder.mkdir(mode=0o700, exist_ok=True)
        if place.output_folder is not None:
            place.output_folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(f"cannot make the folder {printable(str(err.filename))}: {err.strerror}") from err
