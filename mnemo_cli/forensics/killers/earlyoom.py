"""earlyoom watches the whole machine: SIGTERM below one threshold of free memory and swap, SIGKILL below half of it.

It sees no control group: a container at its own limit is none of its business.
https://github.com/rfjakob/earlyoom
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.kills import Kill, Task, Victim
from mnemo_cli.forensics.log.line import LogLine
from mnemo_cli.units import MIB

# The name is the process's own and may hold quotes; the words after it are earlyoom's.
_SENDING = re.compile(
    r"sending (SIGTERM|SIGKILL) to process (\d{1,10})(?: uid (\d{1,10}))? \"(.*?)\": (?:badness|oom_score) -?\d+, "
    r"VmRSS (\d{1,12}) MiB(?:, cmdline \".*\")?",
    re.DOTALL,
)


def read(lines: Sequence[LogLine], source: str) -> Iterator[Kill]:
    """One kill per signal that was sent; a test of its own with signal 0 is none."""
    for line in lines:
        match = _SENDING.fullmatch(line.text.strip())
        if match is None:
            continue
        name, pid, uid, comm, rss = match.groups()
        yield Kill(
            killer="earlyoom",
            signal="SIGKILL" if name == "SIGKILL" else "SIGTERM",
            victim=Victim(pid=int(pid), name=comm, uid=None if uid is None else int(uid)),
            evidence=(quote(line, source),),
            scope="global",
            tasks=(Task(pid=int(pid), name=comm, rss_bytes=int(rss) * MIB),),
            time_seconds=line.time_seconds,
            clock=line.clock,
        )


CARD = Card(senders=("earlyoom",), literals=(b"sending SIGTERM to process", b"sending SIGKILL to process"), read=read)
