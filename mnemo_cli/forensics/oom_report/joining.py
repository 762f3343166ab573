"""Messages that stand on several lines: a newline in a process's name breaks one, and so do mail and tickets.

A message that can be complete is still held back until the next lines show that it does not go on:
`x,pid=1,uid=0` and a newline make a name that looks like the end of a line.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mnemo_cli.forensics.oom_report.fact import STRONG, Fact, fact_of, may_go_on
from mnemo_cli.forensics.oom_report.killed import Killed, cut_killed
from mnemo_cli.forensics.oom_report.selection import Selected

if TYPE_CHECKING:
    from mnemo_cli.forensics.log.line import LogLine

# Fifteen newlines make a name of sixteen lines.
_MOST_LINES = 17
# A log full of beginnings without ends must not cost more than a reader waits for.
_MOST_TRIES = 100_000


class Joining:
    """The lines of one stream in, whole messages with their facts out."""

    def __init__(self) -> None:
        self._held: list[LogLine] = []
        self._whole: tuple[int, LogLine, Fact] | None = None
        self._tries_left = _MOST_TRIES

    @property
    def is_waiting(self) -> bool:
        """Is a message held that is not known to be whole?"""
        return bool(self._held)

    def take(self, line: "LogLine") -> Iterator[tuple["LogLine", Fact]]:
        """The facts that this line completes."""
        fact = fact_of(line.text)
        if self._held:
            if not isinstance(fact, STRONG):
                self._held.append(line)
                self._join()
                if len(self._held) >= _MOST_LINES:
                    yield from self._release()
                return
            yield from self.flush()
        if isinstance(fact, Killed | Selected) or (fact is None and may_go_on(line.text)):
            self._held = [line]
            self._whole = (1, line, fact) if fact is not None else None
        elif fact is not None:
            yield line, fact

    def flush(self) -> Iterator[tuple["LogLine", Fact]]:
        """Whatever is still held."""
        while self._held:
            yield from self._release()

    def _join(self) -> None:
        """Try all that is held as one message; of several readings the longest one counts."""
        if not self._tries_left:
            return
        self._tries_left -= 1
        texts = [line.text for line in self._held]
        stripped = [text.strip() for text in texts]
        for text in ("\n".join(texts), "\n".join(stripped), "".join(texts), "".join(stripped)):
            fact = fact_of(text)
            if fact is not None and self._is_better(fact):
                # What goes on is part of the evidence: the lines as they were found.
                raw = "\n".join(line.raw for line in self._held)
                self._whole = (len(self._held), self._held[0]._replace(text=text, raw=raw), fact)
                return

    def _is_better(self, fact: Fact) -> bool:
        if self._whole is None:
            return True
        if isinstance(fact, Killed):
            return fact.total_vm_kib is not None
        return isinstance(fact, Selected)

    def _release(self) -> Iterator[tuple["LogLine", Fact]]:
        """The first message that is held; the lines after it are taken anew."""
        held, whole = self._held, self._whole
        self._held, self._whole = [], None
        if whole is not None:
            count, line, fact = whole
            yield line, fact
        else:
            count = 1
            cut = cut_killed(held[0].text)
            if cut is not None:
                yield held[0], cut
        for line in held[count:]:
            yield from self.take(line)
