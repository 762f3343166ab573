"""A job as one compact line of JSON, and back: only what differs from the defaults is kept."""

import json
from typing import Any

from mnemo_cli.orchestrate.job import Job

_DEFAULTS = Job._field_defaults
_TUPLES = ("command", "after", "retry_on")


def spec_of(job: Job) -> str:
    """The line."""
    fields = {
        name: dict(value) if name == "env" else value
        for name, value in job._asdict().items()
        if name not in ("id", "name") and value != _DEFAULTS.get(name)
    }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True)


def job_of(job_id: str, name: str, spec: str) -> Job:
    """The job that this line was made of."""
    # JSON has no types; `spec_of` wrote it.
    fields: dict[str, Any] = {key: tuple(value) if key in _TUPLES else value for key, value in json.loads(spec).items()}
    return Job(id=job_id, name=name, **fields)
