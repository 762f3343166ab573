"""What an attempt's end means, and what becomes of its job: by evidence, never by the exit code alone."""

import signal
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.orchestrate.claims import claim_after_oom
from mnemo_cli.orchestrate.job import Ended, Job, Reason

# What a shell answers for a program that SIGKILL ended.
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
OOM_REASONS: tuple[Reason, ...] = ("oom-limit", "oom-mnemo")
# Not the job's fault: it is tried again as it was, and no retry is counted.
FREE_REASONS: tuple[Reason, ...] = ("preempted", "lost", "oom-host-suspected")
# Something that takes an attempt down with it each time must end some day.
MOST_FREE_ATTEMPTS = 20

StopWord: TypeAlias = Literal["timeout", "cancelled", "preempted"]


class Tally(NamedTuple):
    """What a job has used up of its tries, by kind."""

    retries: int = 0
    ooms: int = 0
    free: int = 0


class Again(NamedTuple):
    """The job waits for another attempt, with this claim."""

    claim_bytes: int
    tally: Tally


class Final(NamedTuple):
    """The job is over. `needed_bytes` is told where it needs more than there can be."""

    done: bool
    reason: Reason
    needed_bytes: int | None = None


def reason_of(ended: Ended, *, stopped_for: StopWord | None, host_ooms_rose: bool) -> Reason:
    """Why the attempt ended. `stopped_for` says why we stopped it, if we did.

    A job that ended well has ended well, whatever happened on the way: its parent dealt with it.
    `host_ooms_rose` is only a suspicion: the machine's counter does not say whom it killed.
    """
    if ended.status == 0:
        return "ok"
    if ended.kernel_oom:
        return "oom-limit"
    if ended.capped:
        return "oom-mnemo"
    if stopped_for is not None:
        return stopped_for
    if ended.status is None:
        return "lost"
    if host_ooms_rose and ended.status in _KILLED:
        return "oom-host-suspected"
    return "signal" if ended.status < 0 else "exit"


def after_attempt(
    job: Job, reason: Reason, tally: Tally, *, claim_bytes: int, peak_bytes: int | None, budget_bytes: int
) -> Again | Final:
    """Another attempt, or the end of the job."""
    if reason == "ok":
        return Final(done=True, reason=reason)
    if reason in OOM_REASONS:
        return _after_oom(job, reason, tally, claim_bytes, peak_bytes, budget_bytes)
    if reason in FREE_REASONS:
        if tally.free < MOST_FREE_ATTEMPTS:
            return Again(claim_bytes, tally._replace(free=tally.free + 1))
    elif reason in job.retry_on and tally.retries < job.retries:
        return Again(claim_bytes, tally._replace(retries=tally.retries + 1))
    return Final(done=False, reason=reason)


def _after_oom(
    job: Job, reason: Reason, tally: Tally, claim_bytes: int, peak_bytes: int | None, budget_bytes: int
) -> Again | Final:
    """More memory, up to the budget once; a job that fails at the whole budget says how much it needs."""
    raised = claim_after_oom(claim_bytes, peak_bytes, factor=job.oom_factor)
    can_grow = claim_bytes < budget_bytes and (peak_bytes is None or peak_bytes < budget_bytes)
    if can_grow and tally.ooms < job.oom_retries:
        return Again(min(raised, budget_bytes), tally._replace(ooms=tally.ooms + 1))
    return Final(done=False, reason=reason, needed_bytes=raised)
