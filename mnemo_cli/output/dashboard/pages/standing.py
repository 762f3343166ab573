"""How each group of the tree stands: its level, whether it binds, and whether it is on the path of the target."""

from typing import NamedTuple

from mnemo_cli.limits.levels import level_at
from mnemo_cli.model import Level, Memory, Unlimited
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.group_tree import GroupUse

MACHINE, BUDGET = "the machine", "the budget"


class Standing(NamedTuple):
    """`level` is None without a limit, and where it is unknown."""

    level: Level | None
    binds: bool = False


def all_uses(view: View) -> list[GroupUse]:
    """What is around the groups first (the machine, a budget), then the tree.

    Where no tree was read, as in a replay, the limits on the path stand in for it. A tree may be older than the
    sample: of a group on the path the use and the limit are those that were judged.
    """
    sample = view.moment.sample
    around = [memory for memory in reversed(sample.limits) if memory.source.kind != "cgroup"]
    uses = [_outside(memory, sample.host_oom_kills_total) for memory in around]
    if view.groups is not None and view.groups.groups:
        judged = {memory.source: memory for memory in sample.limits}
        return [*uses, *(_as_judged(use, judged.get(use.memory.source)) for use in view.groups.groups)]
    path = [memory for memory in reversed(sample.limits) if memory.source.kind == "cgroup"]
    # All at one depth: what lies between them is not known, so that each is shown with its whole path.
    return [*uses, *(GroupUse(memory.source.path or "?", 0, memory, None, None) for memory in path)]


def path_names(view: View) -> frozenset[str]:
    """The groups on the path of the target."""
    return frozenset(memory.source.path for memory in view.moment.sample.limits if memory.source.path is not None)


def standing(view: View, use: GroupUse) -> Standing:
    """The verdict's own words on what it has judged; of other groups the level of what they use now."""
    moment, source = view.moment, use.memory.source
    for memory, level in zip(moment.sample.limits, moment.verdict.levels, strict=True):
        if memory.source == source:
            binding = moment.verdict.binding
            return Standing(level, binding is not None and binding.source == source)
    ratio = use.memory.used_ratio
    if ratio is None or isinstance(use.memory.limit_bytes, Unlimited):
        return Standing(None)
    return Standing(level_at(ratio, view.edges))


def _as_judged(use: GroupUse, judged: Memory | None) -> GroupUse:
    if judged is None:
        return use
    return use._replace(memory=use.memory._replace(used_bytes=judged.used_bytes, limit_bytes=judged.limit_bytes))


def _outside(memory: Memory, host_oom_kills_total: int | None) -> GroupUse:
    if memory.source.kind != "host":
        return GroupUse(BUDGET, 0, memory, None, None)
    return GroupUse(MACHINE, 0, memory._replace(oom_kills_total=host_oom_kills_total), None, None)
