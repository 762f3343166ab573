"""What a run has: slots and budget from flag, plan and settings, in this order; and the history."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.errors import UsageError

if TYPE_CHECKING:
    from mnemo_cli.model import Memory
    from mnemo_cli.orchestrate.history import History
    from mnemo_cli.orchestrate.plan.check import CheckedPlan
    from mnemo_cli.orchestrate.plan.reading import OpenedPlan
    from mnemo_cli.settings import Settings


class Means(NamedTuple):
    """`own_budget_bytes` is a person's; None: the share of the limit that binds.

    Where jobs run on other machines their workers have slots and budgets: `chosen_slots` is a person's number.
    """

    slots: int
    budget_bytes: int
    own_budget_bytes: int | None
    chosen_slots: int | None = None


def means_of(plan: "OpenedPlan", settings: "Settings", limits: "tuple[Memory, ...]") -> Means:
    """UsageError where no limit can be read and nobody gave a budget."""
    from mnemo_cli.orchestrate.run.loop import budget_in

    slots = _chosen(settings, "orchestrate.slots", plan.slots)
    own_budget_bytes = _chosen(settings, "orchestrate.budget", plan.budget_bytes)
    budget_bytes = own_budget_bytes or budget_in(limits, settings.levels())
    if budget_bytes is None:
        raise UsageError("no memory limit could be read here; say how much the jobs may use with --budget")
    return Means(slots or _processors(), budget_bytes, own_budget_bytes, slots)


def limits_here(settings: "Settings") -> "tuple[Memory, ...]":
    """Every limit on our own path, now."""
    import time

    from mnemo_cli.sampling.asked import NOBODY
    from mnemo_cli.sampling.choose import choose_sampler
    from mnemo_cli.sampling.target import TargetChoice

    sampler = choose_sampler(TargetChoice(), portable=settings.sampler() == "portable", asked=NOBODY)
    try:
        return sampler.glance(time_seconds=time.time(), clock_seconds=time.monotonic()).limits
    finally:
        sampler.close()


def checked_plan(plan: "OpenedPlan", settings: "Settings") -> "CheckedPlan":
    """A plan and what is expected of it; raises PlanError. It is closed."""
    from mnemo_cli.orchestrate.history import RecallingLearned
    from mnemo_cli.orchestrate.plan.check import check_plan, search_path_of
    from mnemo_cli.orchestrate.plan.reading import all_jobs

    means = means_of(plan, settings, limits_here(settings))
    history = history_of(settings)
    try:
        return check_plan(
            all_jobs(plan),
            name=plan.name,
            budget_bytes=means.budget_bytes,
            slots=means.slots,
            learned=RecallingLearned(history),
            search_path=search_path_of(os.environ),
        )
    finally:
        plan.close()
        history.close()


def history_of(settings: "Settings") -> "History":
    from mnemo_cli.orchestrate.history import History

    return History(Path(str(settings.value("orchestrate.history_file"))).expanduser())


def _chosen(settings: "Settings", key: str, planned: int | None) -> int | None:
    """0 in the settings means that nobody chose."""
    value = settings.value(key)
    assert isinstance(value, int)
    if settings.origin(key).layer != "flag" and planned is not None:
        return planned
    return value or None


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
