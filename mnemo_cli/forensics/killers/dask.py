"""Dask's nanny ends a worker at 95 % of its memory limit: SIGTERM, and SIGKILL where it does not go.

The limit is the worker's own (`--memory-limit`), and the kernel's counters do not move.
https://distributed.dask.org/en/stable/worker-memory.html
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.forensics.log.line import LogLine

_EXCEEDED = re.compile(
    r"(?:^|[\s:])Worker (?:(\S{1,255}) )?(?:\(pid=(\d{1,10})\) )?exceeded \d{1,3}% memory budget\. Restarting"
)


def read(lines: Sequence[LogLine], source: str) -> Iterator[Kill]:
    """One kill per restart; old versions name neither the worker nor its pid."""
    for line in lines:
        match = _EXCEEDED.search(line.text)
        if match is not None:
            yield Kill(
                killer="dask",
                signal="SIGTERM",
                victim=Victim(pid=None if match[2] is None else int(match[2]), name=match[1]),
                evidence=(quote(line, source),),
                time_seconds=line.time_seconds,
                clock=line.clock,
            )


CARD = Card(senders=("dask", "python", "distributed"), literals=(b"% memory budget. Restarting",), read=read)
