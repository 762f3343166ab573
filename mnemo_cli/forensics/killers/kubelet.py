"""kubelet evicts pods before the node runs out: SIGTERM, and SIGKILL after the grace. The kernel's counters stay.

It also repeats the kernel's own kills as "System OOM encountered": those are the kernel's, and read as such.
https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.case import Notice
from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.forensics.log.line import LogLine

_RESOURCE = re.compile(r'[Ee]viction manager: attempting to reclaim"? (?:resourceName="?)?([a-z.-]+)')
_EVICTED = re.compile(r'[Ee]viction manager: pod (?:is )?evicted successfully" pod="([^"]{1,520})"')
_LOW = re.compile(r"The node was low on resource: memory\b")
_EVENT_POD = re.compile(r'\bobject="([^"]{1,520})"')
_SYSTEM_OOM = re.compile(r"System OOM encountered, victim process: (.*), pid: (\d{1,10})", re.DOTALL)
_GRACE = re.compile(r'Killing container with a grace period(?: override)?".*?\bpod="([^"]{1,520})"')


def read(lines: Sequence[LogLine], source: str) -> Iterator[Kill | Notice]:
    """Evictions for memory, kills of the kernel that kubelet saw, and containers that it stopped."""
    resource: LogLine | None = None
    for line in lines:
        if (match := _RESOURCE.search(line.text)) is not None:
            resource = line if match[1] == "memory" else None
        elif (match := _EVICTED.search(line.text)) is not None:
            # Without the line before it, the resource may as well have been the disk.
            if resource is not None:
                yield _eviction(match[1], (resource, line), source)
        elif _LOW.search(line.text) is not None:
            match = _EVENT_POD.search(line.text)
            yield _eviction(match[1] if match else None, (line,), source)
        elif (match := _SYSTEM_OOM.search(line.text)) is not None:
            yield _seen(match[1], int(match[2]), line, source)
        elif (match := _GRACE.search(line.text)) is not None:
            yield Notice("stop", match[1], quote(line, source), line.time_seconds, line.clock)


def _eviction(pod: str | None, lines: tuple[LogLine, ...], source: str) -> Kill:
    return Kill(
        killer="kubelet",
        signal="SIGTERM",
        victim=Victim(pid=None, name=pod),
        evidence=tuple(quote(line, source) for line in lines),
        scope="global",
        group_kill=True,
        time_seconds=lines[-1].time_seconds,
        clock=lines[-1].clock,
    )


def _seen(name: str, pid: int, line: LogLine, source: str) -> Kill:
    return Kill(
        killer="kernel",
        signal="SIGKILL",
        victim=Victim(pid=pid, name=name),
        evidence=(quote(line, source),),
        time_seconds=line.time_seconds,
        clock=line.clock,
    )


CARD = Card(
    senders=("kubelet", "k3s", "rke2", "microk8s", "k0s"),
    literals=(
        b"viction manager: ",
        b"The node was low on resource",
        b"System OOM encountered",
        b"Killing container with a grace period",
    ),
    read=read,
)
