"""A plan from wherever it is: a TOML file, a file of lines, stdin, or the words after --."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.plan.document import read_document
from mnemo_cli.orchestrate.plan.fields import program_name
from mnemo_cli.orchestrate.plan.graph import layers
from mnemo_cli.orchestrate.plan.lines import LineReader
from mnemo_cli.orchestrate.plan.stream import Stream
from mnemo_cli.orchestrate.run.source import Plan, Source
from mnemo_cli.redact import printable

STDIN = "-"
_TABLE = re.compile(rb"\[\[?\s*[A-Za-z_]+\s*\]?\]\s*(#.*)?")
_LOOKED_AT_BYTES = 1 << 16
_AT_ONCE = 1000


class OpenedPlan(NamedTuple):
    """`descriptor` is ours to close, -1 where there is none; `jobs` are known where the plan was read whole."""

    name: str | None
    source: Source
    budget_bytes: int | None = None
    slots: int | None = None
    jobs: Sequence[Job] | None = None
    descriptor: int = -1

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


def open_plan(place: str, *, template: str | None) -> OpenedPlan:
    """The plan at a path, or stdin for "-". Raises PlanError; of a stream only when it comes to a wrong line."""
    if place == STDIN:
        return OpenedPlan(None, Stream(0, LineReader("stdin", template=template)))
    path = Path(place)
    if template is None and _is_document(path):
        document = read_document(path)
        layers(document.jobs)
        return OpenedPlan(
            document.name or path.stem, Plan(document.jobs), document.budget_bytes, document.slots, document.jobs
        )
    descriptor = _opened(path)
    reader = LineReader(printable(str(path)), template=template)
    return OpenedPlan(path.stem, Stream(descriptor, reader), descriptor=descriptor)


def program_plan(words: Sequence[str]) -> OpenedPlan:
    """One job: the program after --."""
    job = Job(id=printable(PurePath(words[0]).name), name=program_name(words), command=tuple(words))
    return OpenedPlan(None, Plan((job,)), jobs=(job,))


def no_plan() -> OpenedPlan:
    """Nothing new: what the journal holds is gone on with."""
    return OpenedPlan(None, Plan(()), jobs=())


def all_jobs(plan: OpenedPlan) -> Sequence[Job]:
    """Every job of a plan that is checked, not run; waits for a stream's end."""
    return tuple(_read_on(plan.source)) if plan.jobs is None else plan.jobs


def _read_on(source: Source) -> Iterator[Job]:
    os.set_blocking(source.descriptor, True)
    while not source.is_exhausted:
        yield from source.take(_AT_ONCE)


def _is_document(path: Path) -> bool:
    """By its name, or by its first line that says something: a table of TOML is no command of a shell."""
    if path.suffix == ".toml":
        return True
    try:
        with path.open("rb") as file:
            lines = file.read(_LOOKED_AT_BYTES).splitlines()
    except OSError:
        return False  # told when it is opened
    said = (line.strip() for line in lines)
    first = next((line for line in said if line and not line.startswith(b"#")), b"")
    return _TABLE.fullmatch(first) is not None


def _opened(path: Path) -> int:
    shown = printable(str(path))
    try:
        if path.is_dir():
            raise PlanError(f"{shown} is a folder; give a plan, or - to read one from stdin")
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as err:
        raise PlanError(f"cannot read the plan {shown}: {err.strerror}") from err
