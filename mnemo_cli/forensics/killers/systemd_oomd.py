"""systemd-oomd kills a whole control group with SIGKILL: for memory pressure in it, or for swap that runs out.

It writes which group and why; systemd itself writes how many processes of the unit that were. The kernel's
counters do not move. https://www.freedesktop.org/software/systemd/man/latest/systemd-oomd.service.html
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.forensics.log.line import LogLine

# "Killed …" up to version 257, "Marked … for killing" after it.
_GROUP = re.compile(r"(?:Killed|Marked) (/.*?)(?: for killing)? due to memory (?:pressure for .*|used \(.*)", re.DOTALL)
_UNIT = re.compile(r"([^ /]{1,255}): systemd-oomd killed \d{1,10} process\(es\) in this unit\.?")


def read(lines: Sequence[LogLine], source: str) -> Iterator[Kill]:
    """One kill per group; systemd's line about the same unit becomes a second quotation of it."""
    open_kills: dict[str, Kill] = {}
    for line in lines:
        text = line.text.strip()
        if (match := _GROUP.fullmatch(text)) is not None:
            unit = match[1].rpartition("/")[2]
            earlier = open_kills.pop(unit, None)
            if earlier is not None:
                yield earlier
            open_kills[unit] = _kill(match[1], line, source)
        elif (match := _UNIT.fullmatch(text)) is not None:
            kill = open_kills.pop(match[1], None)
            yield (
                _kill(match[1], line, source)
                if kill is None
                else kill._replace(evidence=(*kill.evidence, quote(line, source)))
            )
    yield from open_kills.values()


def _kill(group: str, line: LogLine, source: str) -> Kill:
    return Kill(
        killer="systemd-oomd",
        signal="SIGKILL",
        victim=Victim(pid=None, name=group.rpartition("/")[2]),
        evidence=(quote(line, source),),
        scope="memcg",
        victim_cgroup=group if group.startswith("/") else None,
        group_kill=True,
        time_seconds=line.time_seconds,
        clock=line.clock,
    )


CARD = Card(
    senders=("systemd",),
    literals=(b"systemd-oomd killed ", b" due to memory pressure for /", b" due to memory used ("),
    read=read,
)
