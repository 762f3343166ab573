"""Where the next line stands that is worth reading: literals found in whole blocks of bytes.

Each literal costs a quarter of a second per GB, a pattern with alternatives would cost twenty. Literals that have
a rare piece in common are looked for together by that piece, until it turns out not to be rare in this log.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from mnemo_cli.forensics.log.finding import fastest_find

_SHORTEST_PIECE = 5
_SHORTEST_NAME = 3
# A line looked at in vain costs as much as a fortieth of going through a block once more.
_MISSES_PER_BLOCK = 40
_FREE_BLOCKS = 10
_SYSLOG_KERNEL = b" kernel: "
_JOURNAL_KERNEL = (b'"_TRANSPORT":"kernel"', b'"_TRANSPORT" : "kernel"')


def has_kernel_line(block: bytes, start: int, end: int) -> bool:
    """Does one of these lines of a syslog or journal come from a kernel?"""
    marks = _JOURNAL_KERNEL if block.startswith(b"{", start) else (_SYSLOG_KERNEL,)
    return any(block.find(mark, start, end) >= 0 for mark in marks)


@cache
def groups_of(literals: tuple[bytes, ...]) -> Mapping[bytes, tuple[bytes, ...]]:
    """Pieces to look for, each with the literals that it stands for; as few as a greedy choice finds."""
    left = [literal for literal in dict.fromkeys(literals) if literal]
    groups: dict[bytes, tuple[bytes, ...]] = {}
    while left:
        standing_for: dict[bytes, list[bytes]] = {}
        for literal in left:
            for piece in _pieces(literal):
                standing_for.setdefault(piece, []).append(literal)
        best = max(standing_for, key=lambda piece: (len(standing_for[piece]), len(piece), piece))
        groups[best] = tuple(standing_for[best])
        left = [literal for literal in left if literal not in groups[best]]
    return groups


class Hits:
    """Looks for literals in one block after the other."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self._groups = dict(groups_of(tuple(literals)))
        self._misses = dict.fromkeys(self._groups, 0)
        self._next: dict[bytes, int] = {}
        self._find = fastest_find()
        self._block = b""
        self._blocks = _FREE_BLOCKS

    def begin(self, block: bytes) -> None:
        """Go on with this block, which ends with a newline."""
        self._block = block
        self._blocks += 1
        self._next = dict.fromkeys(self._groups, -1)

    def line_after(self, start: int) -> int | None:
        """Where the first line with one of the literals begins, at or after `start`; None where there is none."""
        block = self._block
        while True:
            piece = min(self._next, key=lambda piece: self._place(piece, start), default=None)
            if piece is None or self._next[piece] == len(block):
                return None
            hit = self._next[piece]
            begin = max(start, block.rfind(b"\n", start, hit) + 1)
            end = block.index(b"\n", hit)
            line = block[begin:end]
            if any(literal in line for literal in self._groups[piece]):
                return begin
            self._missed(piece, end)

    def _place(self, piece: bytes, start: int) -> int:
        """The first place of the piece that is not before `start`; the block's length where there is none."""
        if self._next[piece] < start:
            found = self._find(self._block, piece, start)
            self._next[piece] = len(self._block) if found < 0 else found
        return self._next[piece]

    def _missed(self, piece: bytes, line_end: int) -> None:
        """The line has the piece and none of its literals: where that is the rule, each literal is looked for."""
        found = self._find(self._block, piece, line_end)
        self._next[piece] = len(self._block) if found < 0 else found
        self._misses[piece] += 1
        literals = self._groups[piece]
        if literals != (piece,) and self._misses[piece] > _MISSES_PER_BLOCK * len(literals) * self._blocks:
            del self._groups[piece], self._misses[piece], self._next[piece]
            for literal in literals:
                self._groups[literal] = (literal,)
                self._misses[literal] = 0
                self._next[literal] = -1


def _pieces(literal: bytes) -> set[bytes]:
    """The literal, and all of it that is probably rare: five bytes, or three letters with a capital among them."""
    length = len(literal)
    found = {literal}
    for start in range(length):
        for end in range(start + _SHORTEST_NAME, length + 1):
            piece = literal[start:end]
            if len(piece) >= _SHORTEST_PIECE or (piece.isalpha() and not piece.islower()):
                found.add(piece)
    return found
