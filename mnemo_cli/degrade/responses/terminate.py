"""Ends: everything with exit code 75 after a drain, or in an emergency the youngest alone, at once."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload
from mnemo_cli.errors import ExitCode


def leave(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.leave(ExitCode.DRAINED), "nobody ends")


def kill(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.kill_youngest(), "nothing may be ended at once")


LEAVE = Response("terminate", leave)
KILL = Response("terminate", kill)
