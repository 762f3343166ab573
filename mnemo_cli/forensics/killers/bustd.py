"""bustd watches the whole machine's pressure and sends SIGKILL, or SIGTERM first where it was told so.

Its line names the victim before the kill and not the signal. https://github.com/vrmiguel/bustd
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.forensics.log.line import LogLine

_VICTIM = re.compile(r"(?:\[LOG\] )?Victim => pid: (\d{1,10}), comm: (.*), oom_score: -?\d+", re.DOTALL)


def read(lines: Sequence[LogLine], source: str) -> Iterator[Kill]:
    """One kill per chosen victim."""
    for line in lines:
        match = _VICTIM.fullmatch(line.text.strip())
        if match is not None:
            yield Kill(
                killer="bustd",
                signal="SIGKILL",
                victim=Victim(pid=int(match[1]), name=match[2]),
                evidence=(quote(line, source),),
                scope="global",
                time_seconds=line.time_seconds,
                clock=line.clock,
            )


CARD = Card(senders=("bustd",), literals=(b"Victim => pid: ",), read=read)
