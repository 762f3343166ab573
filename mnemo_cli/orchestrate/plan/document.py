"""A TOML plan as a whole: [plan], [defaults], and one [[job]] each."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.plan import PlanDocument
from mnemo_cli.orchestrate.plan.fields import job_from, nearest, read_fields
from mnemo_cli.redact import printable
from mnemo_cli.units import parse_size

_TABLES = ("plan", "defaults", "job")
_PLAN_KEYS = ("name", "budget", "slots")
MOST_SLOTS = 100_000


def read_document(path: Path) -> PlanDocument:
    """The plan in the file; PlanError names the file, the job and the field."""
    shown = printable(str(path))
    try:
        return parse_document(path.read_bytes(), shown)
    except OSError as err:
        raise PlanError(f"cannot read the plan {shown}: {err.strerror}") from err


def parse_document(content: bytes, shown: str) -> PlanDocument:
    """The plan in these bytes; `shown` is its name in messages."""
    try:
        tables = tomllib.loads(content.decode())
    except UnicodeDecodeError as err:
        raise PlanError(f"{shown} is no TOML: byte {err.start + 1} is no UTF-8") from None
    except tomllib.TOMLDecodeError as err:
        raise PlanError(f"{shown} is no TOML: {printable(str(err))}") from None
    for name in tables:
        if name not in _TABLES:
            raise PlanError(f"{shown}: there is no table {printable(name)!r}{nearest(name, _TABLES)}")
    plan = _table(tables, "plan", shown)
    defaults = read_fields(_table(tables, "defaults", shown), f"{shown}: [defaults]", defaults=True)
    found = tables.get("job", [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise PlanError(f"{shown}: jobs are tables [[job]], with two brackets")
    jobs = [_job(item, number, defaults, shown) for number, item in enumerate(found, start=1)]
    if not jobs:
        raise PlanError(f"{shown} has no [[job]]: there is nothing to run")
    _no_id_twice(jobs, shown)
    return _document(plan, jobs, shown)


def _job(item: Mapping[str, object], number: int, defaults: Mapping[str, object], shown: str) -> Job:
    called = item.get("id")
    where = f"{shown}: job {printable(called)!r}" if isinstance(called, str) and called else f"{shown}: job {number}"
    return job_from({**defaults, **read_fields(item, where)}, where, default_id=str(number))


def _document(plan: Mapping[str, object], jobs: list[Job], shown: str) -> PlanDocument:
    for key in plan:
        if key not in _PLAN_KEYS:
            raise PlanError(f"{shown}: [plan] has no {printable(key)!r}{nearest(key, _PLAN_KEYS)}")
    name, budget, slots = (plan.get(key) for key in _PLAN_KEYS)
    if name is not None and not isinstance(name, str):
        raise PlanError(f"{shown}: [plan] name must be text")
    if slots is not None and (isinstance(slots, bool) or not isinstance(slots, int) or not 1 <= slots <= MOST_SLOTS):
        raise PlanError(f"{shown}: [plan] slots must be a whole number from 1 to {MOST_SLOTS}")
    return PlanDocument(name=name, budget_bytes=_budget(budget, shown), slots=slots, jobs=jobs)


def _budget(found: object, shown: str) -> int | None:
    try:
        size_bytes = parse_size(found) if isinstance(found, str) else found
    except ValueError as err:
        raise PlanError(f"{shown}: [plan] budget: {err}") from None
    if size_bytes is None or (isinstance(size_bytes, int) and not isinstance(size_bytes, bool) and size_bytes > 0):
        return size_bytes
    raise PlanError(f"{shown}: [plan] budget must be a size above 0, such as 8Gi")


def _table(tables: Mapping[str, object], name: str, shown: str) -> Mapping[str, object]:
    found = tables.get(name, {})
    if not isinstance(found, dict):
        raise PlanError(f"{shown}: {name} must be a table [{name}]")
    return found


def _no_id_twice(jobs: list[Job], shown: str) -> None:
    seen: set[str] = set()
    for job in jobs:
        if job.id in seen:
            raise PlanError(f"{shown}: two jobs have the id {printable(job.id)!r}; give each an id of its own")
        seen.add(job.id)
