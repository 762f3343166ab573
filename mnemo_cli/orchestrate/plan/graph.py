"""What comes after what: ids that nobody has, circles, and how deep the plan goes."""

from collections.abc import Sequence

from mnemo_cli.errors import PlanError
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.redact import printable


def layers(jobs: Sequence[Job]) -> tuple[tuple[Job, ...], ...]:
    """The jobs by the earliest turn they could have; PlanError for an unknown id, or a circle, written out."""
    known = {job.id: job for job in jobs}
    missing: dict[str, int] = {}
    followers: dict[str, list[Job]] = {}
    for job in jobs:
        for needed in dict.fromkeys(job.after):
            if needed not in known:
                raise PlanError(
                    f"job {printable(job.id)!r} comes after {printable(needed)!r}, which is no job of the plan"
                )
            followers.setdefault(needed, []).append(job)
        missing[job.id] = len(dict.fromkeys(job.after))
    found: list[tuple[Job, ...]] = []
    layer = tuple(job for job in jobs if not job.after)
    while layer:
        found.append(layer)
        layer = tuple(_freed(layer, followers, missing))
    if sum(map(len, found)) < len(jobs):
        raise PlanError(f"these jobs wait for each other: {' after '.join(map(printable, _circle(known, missing)))}")
    return tuple(found)


def _freed(layer: Sequence[Job], followers: dict[str, list[Job]], missing: dict[str, int]) -> list[Job]:
    freed = []
    for job in layer:
        for follower in followers.get(job.id, ()):
            missing[follower.id] -= 1
            if not missing[follower.id]:
                freed.append(follower)
    return freed


def _circle(known: dict[str, Job], missing: dict[str, int]) -> list[str]:
    """One circle, from a job back to itself."""
    current = next(job_id for job_id, count in missing.items() if count)
    path: list[str] = []
    while current not in path:
        path.append(current)
        current = next(needed for needed in known[current].after if missing[needed])
    return [*path[path.index(current) :], current]
