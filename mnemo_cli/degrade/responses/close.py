"""Lets go of connections and files, after the state is saved and before the end."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload


def act(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.close(), "nothing is open")


CLOSE = Response("close", act)
