"""A stream of bytes cut into blocks of whole lines, the same ones however it arrives."""

from collections.abc import Iterator

PIECE_BYTES = 256 * 1024
LONGEST_LINE_BYTES = 256 * 1024


class Blocks:
    """Takes chunks of any size; every block it gives ends with a newline."""

    def __init__(self) -> None:
        self.cut_lines = 0
        self._waiting = bytearray()
        self._beginning = b""
        self._is_overlong = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The blocks that are complete with this chunk."""
        if len(chunk) == PIECE_BYTES and not self._waiting:
            yield from self._piece(chunk)
            return
        view = memoryview(chunk)
        for start in range(0, len(chunk), PIECE_BYTES):
            self._waiting += view[start : start + PIECE_BYTES]
            if len(self._waiting) >= PIECE_BYTES:
                piece = bytes(self._waiting[:PIECE_BYTES])
                del self._waiting[:PIECE_BYTES]
                yield from self._piece(piece)

    def finish(self) -> Iterator[bytes]:
        """What is left, its last line ended."""
        yield from self._piece(bytes(self._waiting))
        if self._beginning:
            yield self._beginning + b"\n"
        self._waiting, self._beginning = bytearray(), b""

    def _piece(self, piece: bytes) -> Iterator[bytes]:
        if self._is_overlong:
            # The head of the line is kept already; nobody wants the rest.
            end = piece.find(b"\n")
            if end < 0:
                return
            piece = piece[end:]
        data = self._beginning + piece
        cut = data.rfind(b"\n") + 1
        self._is_overlong = len(data) - cut > LONGEST_LINE_BYTES
        self.cut_lines += self._is_overlong
        self._beginning = data[cut : cut + LONGEST_LINE_BYTES]
        if cut:
            yield data[:cut]
