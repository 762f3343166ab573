"""Kills in bounded memory: the last ten thousand of a log, the newest with all they say, the others in brief."""

from collections import deque

from mnemo_cli.forensics.kills import Kill

MOST_KILLS = 10_000
_DETAILED = 256
_BRIEF_EVIDENCE = 1


class Kept:
    """Takes kills with the line of each; the same line twice is one kill."""

    def __init__(self) -> None:
        self.total = 0
        self._detailed: deque[tuple[int, Kill]] = deque()
        self._brief: deque[tuple[int, Kill]] = deque(maxlen=MOST_KILLS - _DETAILED)

    def add(self, number: int, kill: Kill) -> bool:
        """Keep the kill; False where it is known already: logs that were put together have lines twice."""
        if any(_is_same(kill, known) for _, known in self._detailed):
            return False
        self.total += 1
        self._detailed.append((number, kill))
        if len(self._detailed) > _DETAILED:
            old_number, old = self._detailed.popleft()
            brief = old._replace(tasks=(), usage=None, evidence=old.evidence[-_BRIEF_EVIDENCE:])
            self._brief.append((old_number, brief))
        return True

    def replace(self, old: Kill, new: Kill) -> None:
        """Put what became known later into a kill that is still among the newest."""
        for at, (number, kill) in enumerate(self._detailed):
            if kill is old:
                self._detailed[at] = (number, new)

    def has(self, pid: int) -> bool:
        """Is a victim with this pid among the newest?"""
        return any(kill.victim.pid == pid for _, kill in self._detailed)

    def kills(self) -> tuple[Kill, ...]:
        """All that is kept, in the order of the log."""
        return tuple(kill for _, kill in sorted((*self._brief, *self._detailed), key=lambda pair: pair[0]))


def _is_same(one: Kill, other: Kill) -> bool:
    # A pid comes round again, but not with the same sizes at the same time.
    return one.victim == other.victim and one.time_seconds == other.time_seconds and one.clock == other.clock
