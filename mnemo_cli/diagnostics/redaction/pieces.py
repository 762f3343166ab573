"""A member's chunks, of any size, as pieces of whole lines: nothing that hides a secret is cut in two."""

from collections.abc import Generator, Iterable, Iterator

from mnemo_cli.redact import continues

PIECE_BYTES = 128 * 1024
LONGEST_LINE_BYTES = 1 << 20
_KEY_BYTES = 16 * 1024
_MOST_LINES_BACK = 8


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes | int]:
    """Pieces of whole lines, none much longer than PIECE_BYTES but for a long line.

    A line that is too long to be redacted comes as its length instead. An OSError of the chunks is
    raised after what came before it.
    """
    held = bytearray()
    lost = 0  # bytes of a line that is left out
    failure: OSError | None = None
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), PIECE_BYTES):
                held += chunk[start : start + PIECE_BYTES]
                if lost:
                    lost = yield from _rest_of_line(held, lost)
                if len(held) >= PIECE_BYTES and (end := _cut(held)):
                    yield bytes(held[:end])
                    del held[:end]
                elif len(held) > LONGEST_LINE_BYTES:
                    lost += len(held)
                    held.clear()
    except OSError as err:
        failure = err
    if lost:
        yield lost
    elif held:
        yield bytes(held)
    if failure is not None:
        raise failure


def _rest_of_line(held: bytearray, lost: int) -> Generator[int, None, int]:
    """Drops what belongs to a line that is left out; returns 0 when its end was found."""
    end = held.find(b"\n") + 1 or len(held)
    ended = held[end - 1 : end] == b"\n"
    lost += end
    del held[:end]
    if ended:
        yield lost
        return 0
    return lost


def _cut(held: bytearray) -> int:
    """Where the piece may end: at a line's end, before a key block and before lines that continue; 0 for nowhere."""
    end = held.rfind(b"\n") + 1
    key = held.rfind(b"-----BEGIN ", max(0, end - _KEY_BYTES), end)
    if key >= 0 and held.find(b"-----END", key, end) < 0:
        end = held.rfind(b"\n", 0, key) + 1
    for _ in range(_MOST_LINES_BACK):
        start = held.rfind(b"\n", 0, max(0, end - 1)) + 1
        if start == 0 or not continues(held[max(start, end - 64) : end].decode("utf-8", "replace")):
            break
        end = start
    return end
