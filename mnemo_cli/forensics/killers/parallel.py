"""GNU parallel with --memfree kills its youngest job when memory gets short, and starts it again later.

All that it leaves is the row of its --joblog with a signal, which does not say who sent it.
https://www.gnu.org/software/parallel/man.html
"""

from collections.abc import Iterator

from mnemo_cli.forensics.kills import Evidence, Kill, Victim

JOBLOG_HEADER = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"
_COLUMNS = 9
_SIGNALS = {"9": "SIGKILL", "15": "SIGTERM"}


def joblog_kills(text: str, source: str) -> tuple[Kill, ...]:
    """The rows that SIGTERM or SIGKILL ended; each is suspicious, for anybody may have sent it."""
    return tuple(_kills(text, source))


def _kills(text: str, source: str) -> Iterator[Kill]:
    for number, row in enumerate(text.split("\n"), start=1):
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[7] not in _SIGNALS:
            continue
        started, ran = _number(cells[2]), _number(cells[3])
        yield Kill(
            killer="parallel",
            signal="SIGKILL" if cells[7] == "9" else "SIGTERM",
            victim=Victim(pid=None, name=cells[8]),
            evidence=(Evidence(source=source, text=row, line=number),),
            time_seconds=None if started is None or ran is None else started + ran,
            clock=None if started is None or ran is None else "unix",
            suspicion="the joblog does not say who sent the signal",
        )


def _number(word: str) -> float | None:
    word = word.strip()
    return float(word) if word.replace(".", "", 1).isdecimal() and word.isascii() and len(word) < 20 else None
