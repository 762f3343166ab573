"""Slows the intake of new work (backpressure), and lets it run at full speed again below high."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload


def begin(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.throttle(True), "there is no intake to slow")


def end(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.throttle(False), "the intake was not slowed")


THROTTLE = Response("throttle", begin)
UNTHROTTLE = Response("throttle", end)
