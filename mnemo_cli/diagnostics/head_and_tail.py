"""The cap of one member: of a source that is too long its beginning and its end are kept, and how much is missing.

A collector that can seek does the same more cheaply; this one is for whatever it yields, without end or not.
"""

from collections import deque
from collections.abc import Iterable, Iterator

# A line of its own in the text, here and where a collector leaves something out.
LEFT_OUT = b"--- mnemo left out "
# A line that is longer is cut where the cap falls.
_LONGEST_LINE_BYTES = 4096


class HeadAndTail:
    """`chunks` as they come while they fit; of more than `most_bytes` half of that from either end, in whole lines.

    `is_cut` says, after all has been taken, that something is missing: here, or by the collector's own word.
    """

    def __init__(self, chunks: Iterable[bytes], most_bytes: int) -> None:
        self._chunks = chunks
        self._most_bytes = most_bytes
        self.is_cut = False

    def __iter__(self) -> Iterator[bytes]:
        room, held, last = self._most_bytes // 2, b"", b""
        tail: _Tail | None = None
        for chunk in self._chunks:
            self.is_cut = self.is_cut or LEFT_OUT in chunk
            if tail is not None:
                tail.add(chunk)
                continue
            text = held + chunk
            head = _whole_lines(text[:room])
            held = text[len(head) :]
            room -= len(head)
            if len(held) > room:
                tail = _Tail(self._most_bytes - self._most_bytes // 2 + room)
                tail.add(held)
            if head:
                last = head
                yield head
        yield from (held,) if tail is None else self._end(tail, last)

    def _end(self, tail: "_Tail", last: bytes) -> Iterator[bytes]:
        left_out_bytes, chunks = tail.taken()
        if left_out_bytes:
            self.is_cut = True
            yield left_out(left_out_bytes, after=last)
        yield from chunks


def left_out(count: int, *, after: bytes) -> bytes:
    """The line that stands for `count` missing bytes."""
    return _own_line(b"%b%d bytes here ---\n" % (LEFT_OUT, count), after)


def no_more(reason: str, *, after: bytes) -> bytes:
    """The last line of a text that ended too early."""
    return _own_line(b"%bthe rest: %b ---\n" % (LEFT_OUT, reason.encode("ascii", "replace")), after)


def _own_line(line: bytes, after: bytes) -> bytes:
    return line if after[-1:] in (b"", b"\n") else b"\n" + line


class _Tail:
    """The last bytes of all that is added."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._chunks: deque[bytes] = deque()
        self._held_bytes = 0
        self._dropped_bytes = 0

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._held_bytes += len(chunk)
        while self._chunks and self._held_bytes - len(self._chunks[0]) >= self._most_bytes:
            dropped = len(self._chunks.popleft())
            self._held_bytes -= dropped
            self._dropped_bytes += dropped

    def taken(self) -> tuple[int, Iterator[bytes]]:
        """How many bytes are gone, and what is left."""
        excess = self._held_bytes - self._most_bytes
        if excess > 0 or self._dropped_bytes:
            self._trim(max(0, excess))
        return self._dropped_bytes, self._given()

    def _trim(self, excess: int) -> None:
        """Begin at a whole line."""
        first = b""
        while self._chunks and len(first) < excess + _LONGEST_LINE_BYTES:
            first += self._chunks.popleft()
        newline = first.find(b"\n", excess, excess + _LONGEST_LINE_BYTES)
        start = excess if newline < 0 else newline + 1
        self._dropped_bytes += start
        if start < len(first):
            self._chunks.appendleft(first[start:])

    def _given(self) -> Iterator[bytes]:
        while self._chunks:
            yield self._chunks.popleft()


def _whole_lines(text: bytes) -> bytes:
    """Without its last line, unless that is too long to be one."""
    end = text.rfind(b"\n") + 1
    return text if len(text) - end >= _LONGEST_LINE_BYTES else text[:end]
