"""Plans: what to run, as its author wrote it; every mistake names the job, the field and the nearest right word.

fields      the fields of a job: what each may be, and what it becomes
document    a TOML plan as a whole
lines       one job a line: JSON, a command, or the blank of a template
stream      lines as they come, no faster than they are taken
graph       what comes after what, and where that goes in circles
check       a plan judged before it is run
reading     a plan from wherever it is: a file, lines, stdin, the words after --
"""

from collections.abc import Sequence
from typing import NamedTuple

from mnemo_cli.orchestrate.job import Job


class PlanDocument(NamedTuple):
    """A plan that was read whole; None where its author left the choice to us."""

    name: str | None
    budget_bytes: int | None
    slots: int | None
    jobs: Sequence[Job]
