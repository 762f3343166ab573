"""Takes no new work, and finishes what is in flight until a deadline."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload


def begin(workload: Workload, occasion: Occasion) -> Result:
    """Refuse first: what came in meanwhile would have to be finished too."""
    refused = workload.accept(False)
    said = workload.drain(occasion.deadline_seconds)
    return told("; ".join(text for text in (refused, said) if text is not None) or None, "nothing is in flight")


def hold(workload: Workload, occasion: Occasion) -> Result:
    """Only refuse, for as long as it is critical."""
    return told(workload.accept(False), "no work comes in")


def accept(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.accept(True), "no work comes in")


def finish(workload: Workload, occasion: Occasion) -> Result:
    """The wait is over; the outcome says whether everything was finished."""
    if workload.is_drained:
        return Result("done", "what was in flight is finished")
    return Result("failed", "the drain time-out ran out, and something is still in flight")


DRAIN = Response("drain", begin)
HOLD = Response("drain", hold)
ACCEPT = Response("drain", accept)
DRAINED = Response("drain", finish)
