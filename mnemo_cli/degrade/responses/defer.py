"""Puts off work that is not critical and has not begun; what has begun is the affair of `freeze`."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload


def begin(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.defer(True), "nothing can wait")


def end(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.defer(False), "nothing was put off")


DEFER = Response("defer", begin)
TAKE_UP = Response("defer", end)
