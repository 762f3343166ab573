"""What is missing to be sure: sources that were not there, or not asked, for the cause that is not proven."""

from collections.abc import Iterator

from mnemo_cli.forensics.explanation import Cause
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.model import Gap

_COUNTER_FIELD, _LOG_FIELD = "groups", "kernel_log"


def missing(found: Found, causes: tuple[Cause, ...]) -> tuple[Gap, ...]:
    """The gaps of the readings, and those that the verdict itself leaves."""
    told = {gap.field for gap in found.case.gaps}
    own = () if causes[0].confidence == "proven" and not _is_bare(causes[0]) else tuple(_wanted(found))
    return (*found.case.gaps, *(gap for gap in own if gap.field not in told), *_of_report(found))


def _is_bare(cause: Cause) -> bool:
    return cause.verdict in ("signal", "exit")


def _wanted(found: Found) -> Iterator[Gap]:
    case = found.case
    if case.kernel_log_read is None:
        yield Gap(_LOG_FIELD, "kernel log", "it was not read: a kill by the kernel leaves its lines there")
    elif not case.kernel_log_read:
        yield Gap(_LOG_FIELD, "kernel log", "there is none of that time")
    if found.has_target and not found.moves.evidence and found.moves.own_kills is None:
        why = "no look at oom_kill before and after the end: the group is gone with its counters, or was not watched"
        yield Gap(_COUNTER_FIELD, "memory.events", why)
    if found.has_target and not found.ending.is_known and not found.ending.is_alive:
        yield Gap("ended", "exit status", "nobody tells how it ended")


def _of_report(found: Found) -> Iterator[Gap]:
    """A report that is cut says who, and not why."""
    for match in found.matches[-1:]:
        kill = match.kill
        if kill.killer != "kernel":
            continue
        if kill.suspicion is not None:
            yield Gap("kills", kill.evidence[0].source if kill.evidence else "kernel log", kill.suspicion)
        if kill.scope is None:
            yield Gap("limit", "kernel log", "the report does not tell which limit was hit: it is old, or cut")
        elif kill.scope == "memcg" and kill.limit_bytes is None:
            yield Gap("limit_bytes", "kernel log", "the report does not tell how large the limit was")
