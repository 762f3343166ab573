"""systemd's own lines about a unit: that the kernel killed something in it, that it was stopped, how it ended.

With OOMPolicy=stop, which is the default, one member's OOM kill ends the rest of the unit with SIGTERM.
https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from mnemo_cli.forensics.case import Notice
from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.log.line import LogLine

_UNIT = r"([^ /:]{1,255}\.(?:service|scope|slice|socket|mount))"
_Kind = Literal["oom", "stop", "grace", "oom-result"]
_LINES: tuple[tuple[_Kind, re.Pattern[str]], ...] = (
    ("oom", re.compile(rf"{_UNIT}: A process of this unit has been killed by the OOM killer\.?")),
    ("oom-result", re.compile(rf"{_UNIT}: Failed with result 'oom-kill'\.?")),
    ("grace", re.compile(rf"{_UNIT}: State '[a-z-]+' timed out\. (?:Killing|Aborting)\.?")),
    # Since version 249 the unit's name stands before its description; before, there is only the latter.
    ("stop", re.compile(rf"Stopping {_UNIT}(?: - .*)?")),
    ("stop", re.compile(r"Stopping (.{1,255}?)(?:\.\.\.|…)?")),
)


def read(lines: Sequence[LogLine], source: str) -> Iterator[Notice]:
    """One notice per line; the subject of an old "Stopping …" is the unit's description."""
    for line in lines:
        text = line.text.strip()
        for kind, pattern in _LINES:
            if (match := pattern.fullmatch(text)) is not None:
                subject = match[1].removesuffix("...").removesuffix("…")
                yield Notice(kind, subject, quote(line, source), line.time_seconds, line.clock)
                break


CARD = Card(
    senders=("systemd",),
    literals=(
        b"killed by the OOM killer",
        b"Failed with result 'oom-kill'",
        b"' timed out. ",
        # With the prefix of a syslog and as a member of a journal's JSON: the word alone is everywhere.
        b"]: Stopping ",
        b'"Stopping ',
    ),
    read=read,
)
