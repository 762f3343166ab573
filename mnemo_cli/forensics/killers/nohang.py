"""nohang watches the whole machine, with PSI and zram too: SIGTERM first, SIGKILL where that did not help.

The victim and the signal stand in different lines. https://github.com/hakavlad/nohang
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.forensics.log.line import LogLine

_VICTIM = re.compile(r"PID: (\d{1,10}), [Nn]ame: (.*), badness: -?\d+", re.DOTALL)
_ACTION = re.compile(r"Send(?:ing)? (SIGTERM|SIGKILL) to the victim\b")


def read(lines: Sequence[LogLine], source: str) -> Iterator[Kill]:
    """An action without the line of its victim before it is a kill of somebody who is not told."""
    chosen: LogLine | None = None
    for line in lines:
        text = line.text.strip()
        if _VICTIM.fullmatch(text) is not None:
            chosen = line
        elif (action := _ACTION.search(text)) is not None:
            yield _kill(action[1], chosen, line, source)


def _kill(signal: str, chosen: LogLine | None, line: LogLine, source: str) -> Kill:
    match = _VICTIM.fullmatch(chosen.text.strip()) if chosen is not None else None
    return Kill(
        killer="nohang",
        signal="SIGKILL" if signal == "SIGKILL" else "SIGTERM",
        victim=Victim(pid=int(match[1]), name=match[2]) if match is not None else Victim(pid=None, name=None),
        evidence=tuple(quote(each, source) for each in (chosen, line) if each is not None),
        scope="global",
        time_seconds=line.time_seconds,
        clock=line.clock,
    )


CARD = Card(senders=("nohang",), literals=(b", badness: ", b" to the victim"), read=read)
