"""A plan judged before it is run: its layers, what can never fit, which commands are not there."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.plan.graph import layers
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Entry, Waiting
from mnemo_cli.redact import printable


class CheckedJob(NamedTuple):
    """A job with what is expected of it."""

    job: Job
    claim_bytes: int
    is_guess: bool
    never_fits: bool
    is_missing: bool

    @property
    def is_hopeless(self) -> bool:
        return self.never_fits or self.is_missing


class CheckedPlan(NamedTuple):
    """`layers` are the jobs by the earliest turn they could have."""

    name: str | None
    budget_bytes: int
    slots: int
    layers: tuple[tuple[CheckedJob, ...], ...]

    @property
    def jobs(self) -> tuple[CheckedJob, ...]:
        return tuple(checked for layer in self.layers for checked in layer)


def check_plan(
    jobs: Sequence[Job], *, name: str | None, budget_bytes: int, slots: int, learned: Learned, search_path: str
) -> CheckedPlan:
    """Raises PlanError for an id that is there twice, an unknown one, or a circle."""
    _no_id_twice(jobs)
    scheduler = Scheduler(slots=slots, budget_bytes=budget_bytes, waiting=Waiting(lambda _: None), learned=learned)
    found: dict[str, bool] = {}
    checked = tuple(
        tuple(_checked(job, scheduler, learned, search_path, found) for job in layer) for layer in layers(jobs)
    )
    return CheckedPlan(name=name, budget_bytes=budget_bytes, slots=slots, layers=checked)


def _checked(job: Job, scheduler: Scheduler, learned: Learned, search_path: str, found: dict[str, bool]) -> CheckedJob:
    program = job.command[0]
    key = program if "/" not in program else f"{job.cwd or ''}\0{program}"
    own_path = job.env.get("PATH")
    if own_path is not None or key not in found:
        found[key] = _is_there(job, own_path or search_path)
    return CheckedJob(
        job=job,
        claim_bytes=scheduler.claim_of(Entry(job)),
        is_guess=job.claim_bytes is None and not learned.knows(job.name),
        never_fits=scheduler.never_fits(job),
        is_missing=not found[key],
    )


def _is_there(job: Job, search_path: str) -> bool:
    program = job.command[0]
    if "/" not in program:
        return shutil.which(program, path=search_path) is not None
    path = Path(job.cwd or ".", program)
    return path.is_file() and os.access(path, os.X_OK)


def _no_id_twice(jobs: Sequence[Job]) -> None:
    """The same as for a plan in TOML, where lines are read one by one."""
    seen: dict[str, Job] = {}
    for job in jobs:
        if seen.setdefault(job.id, job) is not job:
            raise PlanError(f"two jobs have the id {printable(job.id)!r}; give each an id of its own")


def search_path_of(environment: Mapping[str, str]) -> str:
    """Where commands are looked for."""
    return environment.get("PATH", os.defpath)
