"""What to do next, as exact commands for the world it happened in.

    next_steps(Scene(case, cause, …))

raising        a larger limit: docker, podman, Kubernetes, systemd, plain groups
needing_less   a heap that fits, a tmpfs that is bounded, a leak that is found
userspace      settings of killers that are programs
looking        where to look for what is missing
"""

from collections.abc import Iterator
from signal import SIGXFSZ
from typing import NamedTuple

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.explanation import Cause, Step
from mnemo_cli.forensics.hit import Hit
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.next_steps.looking import lasting_log_steps, looking_steps
from mnemo_cli.forensics.next_steps.needing_less import (
    growth_steps,
    heap_steps,
    larger_heap_steps,
    runtime_of,
    tmpfs_steps,
)
from mnemo_cli.forensics.next_steps.raising import guessed_mib, raising_steps
from mnemo_cli.forensics.next_steps.userspace import userspace_steps
from mnemo_cli.units import MIB

__all__ = ["Scene", "guessed_mib", "next_steps", "runtime_of"]


class Scene(NamedTuple):
    """What the steps depend on. `kill` is the decisive one, `in_tmpfs` says that most of the memory was there."""

    case: Case
    cause: Cause
    hit: Hit | None = None
    kill: Kill | None = None
    signal_number: int | None = None
    in_tmpfs: bool = False


def next_steps(scene: Scene) -> tuple[Step, ...]:
    """The steps for the first cause; each command once, in the order in which to try them."""
    unique: dict[tuple[str, str | None], Step] = {}
    for step in _steps(scene):
        unique.setdefault(("", step.command) if step.command is not None else (step.text, None), step)
    return tuple(unique.values())


def _steps(scene: Scene) -> Iterator[Step]:
    case, cause, kill = scene.case, scene.cause, scene.kill
    if cause.confidence == "excluded" or cause.verdict in ("unknown", "signal", "exit"):
        yield from looking_steps(case, scene.signal_number)
    elif cause.verdict == "kernel-oom":
        yield from _after_kernel(scene)
        if cause.confidence != "proven":
            yield from looking_steps(case, scene.signal_number)
    elif cause.verdict == "limit":
        yield from _after_limit(case, scene.hit, scene.signal_number)
    elif kill is not None:
        yield from userspace_steps(kill)
        yield from growth_steps(case, kill)
    elif cause.verdict == "eviction":
        yield from _after_eviction(case)
    else:
        yield Step("See whom systemd-oomd watches, and at which pressure it kills.", "oomctl")
    yield from lasting_log_steps(case)


def _after_kernel(scene: Scene) -> Iterator[Step]:
    case, hit, kill = scene.case, scene.hit, scene.kill
    if hit is not None and scene.in_tmpfs:
        yield from tmpfs_steps(hit)
    if hit is not None and hit.whose.owner == "machine":
        yield Step("The whole machine ran out: see who uses it now.", "mnemo snapshot --host")
        if kill is not None and kill.victim.name:
            yield Step("Have this one taken later, and others first (its next pid).",
                       "mnemo ulimit protect --score -500 --pid PID")  # fmt: skip
        yield Step("Bound what may grow: see which limits the machine has.", "mnemo limits show --host")
    elif hit is not None:
        yield from raising_steps(case, hit)
    limit = hit.limit_bytes if hit is not None and isinstance(hit.limit_bytes, int) else None
    yield from heap_steps(
        runtime_of(kill.victim.name if kill is not None else None), None if limit is None else limit // MIB
    )
    yield from growth_steps(case, kill)


def _after_limit(case: Case, hit: Hit | None, signal_number: int | None) -> Iterator[Step]:
    message = case.runtime_messages[-1] if case.runtime_messages else None
    if message is not None:
        if message.runtime == "Go":
            limit = hit.limit_bytes if hit is not None and isinstance(hit.limit_bytes, int) else None
            yield from heap_steps("Go", None if limit is None else limit // MIB)
        yield from larger_heap_steps(message.runtime, hit)
        yield from growth_steps(case, None)
        return
    pid = case.who.pid if case.who is not None else None
    yield Step(
        "See which of its limits are finite.", f"mnemo doctor --pid {pid}" if pid is not None else "mnemo limits show"
    )
    if signal_number == SIGXFSZ:
        yield Step("Lift the limit of file sizes for the next start from this shell.", "ulimit -f unlimited")
    else:
        yield Step("Lift the limit of processor time for the next start from this shell.", "ulimit -t unlimited")


def _after_eviction(case: Case) -> Iterator[Step]:
    record = next((record for record in case.records if record.evicted), None)
    yield Step("Request as much memory as the pod uses: those above their request are evicted first.")
    if record is not None and record.namespace:
        yield Step("See what its siblings use.", f"kubectl top pod -n {record.namespace}")
    yield Step("See what the nodes have left.", "kubectl describe node | grep -A8 'Allocated resources'")
