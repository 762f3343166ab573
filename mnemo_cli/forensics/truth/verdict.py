"""The rows of the table in order: proven, likely, possible, excluded. The first one is the verdict."""

from collections.abc import Iterator
from typing import get_args

from mnemo_cli.forensics.explanation import Cause, Confidence
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.forensics.truth.kernel import kernel_causes
from mnemo_cli.forensics.truth.limits import limit_causes
from mnemo_cli.forensics.truth.others import open_causes, other_causes
from mnemo_cli.forensics.truth.userspace import userspace_causes

_ORDER: tuple[Confidence, ...] = get_args(Confidence)
_EXPLAINED = ("proven", "likely")


def ranked_causes(found: Found) -> tuple[Cause, ...]:
    """At least one; "unknown" where nothing speaks for any."""
    causes = [*kernel_causes(found), *userspace_causes(found), *limit_causes(found)]
    is_explained = any(cause.confidence in _EXPLAINED for cause in causes)
    causes += other_causes(found, is_explained=is_explained)
    if not is_explained:
        told = {cause.verdict for cause in causes}
        causes += [cause for cause in open_causes(found) if cause.verdict not in told]
    ranked = tuple(sorted(causes, key=lambda cause: _ORDER.index(cause.confidence)))
    if any(cause.confidence != "excluded" for cause in ranked):
        return ranked
    return (Cause("unknown", "possible", _nothing(found)), *ranked)


def _nothing(found: Found) -> str:
    return "; ".join(_looked(found))


def _looked(found: Found) -> Iterator[str]:
    case = found.case
    if found.ending.is_alive:
        yield "it is alive, and nothing speaks of a kill in it"
    elif found.has_target:
        yield "nothing speaks for any cause, and nobody tells how it ended"
    elif case.logs:
        kind = "holds no OOM kill" if case.kernel_log_read else "is no kernel log and holds no line of a killer"
        yield f"{', '.join(case.logs)} {kind}"
    else:
        yield "there is nothing to judge by"
