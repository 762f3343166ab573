"""Stops the youngest work that is not critical where it is, one at a time: frozen memory stays, but grows no more.

When all is frozen and it is still high after 30 s, the youngest is ended, to be begun again later.
"""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload


def begin(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.freeze_youngest(), "nothing can be frozen")


def preempt(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.preempt_youngest(), "nothing can be ended and begun again")


def end(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.thaw(), "nothing was frozen")


FREEZE = Response("freeze", begin)
PREEMPT = Response("freeze", preempt)
THAW = Response("freeze", end)
