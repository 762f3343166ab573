"""Puts on disk what the next run needs, once nothing in flight changes it any more."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload


def act(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.save(), "there is no state to save")


SAVE = Response("save", act)
