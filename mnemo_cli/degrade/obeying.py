"""What other programs ask of this one through its counters file, obeyed and answered: by a guard and by a run.

A throttle lasts a minute unless it is asked for again: who asked may have died.
"""

from mnemo_cli.degrade.conductor import Conductor
from mnemo_cli.degrade.responses.action import Result
from mnemo_cli.tracker import layout
from mnemo_cli.tracker.requests import Request, Requests

THROTTLE_SECONDS = 60.0
_CODES = {"done": layout.DONE, "nothing": layout.NOTHING, "failed": layout.FAILED}


def obey(requests: Requests, conductor: Conductor, *, clock_seconds: float, time_seconds: float) -> None:
    """All that are pending, each answered with what came of it."""
    for request in requests.pending():
        result = _result(request, conductor, clock_seconds=clock_seconds, time_seconds=time_seconds)
        requests.answer(request, layout.NOTHING if result is None else _CODES[result.outcome])


def _result(request: Request, conductor: Conductor, *, clock_seconds: float, time_seconds: float) -> Result | None:
    if request.name == "throttle":
        seconds = THROTTLE_SECONDS if request.ratio else 0.0
        return conductor.throttle(seconds, clock_seconds=clock_seconds, time_seconds=time_seconds)
    if not request.ratio:
        return None
    if request.name == "shrink":
        return conductor.shrink(request.ratio, time_seconds=time_seconds)
    return conductor.restart(clock_seconds=clock_seconds, time_seconds=time_seconds)
