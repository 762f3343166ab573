"""Reading evidence that may be anything, without end, a FIFO, gone or denied, in small chunks, with a cap.

Who reads here never waits for a writer, never follows a device, and learns from the error whether it is
denied, not there, or broken.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from mnemo_cli.diagnostics.collector import Missing, State
from mnemo_cli.diagnostics.head_and_tail import left_out, no_more
from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason

CHUNK_BYTES = 1 << 16
# No file that is read in one piece is larger: zoneinfo of a machine with 256 processors has 300 KiB.
_LARGEST_PIECE_BYTES = 1 << 20
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST_LINE_BYTES = 4096
# More than the line that says how much was left out.
_MARK_BYTES = 64
_MOST_LACKS = 8
# EOPNOTSUPP is PSI that was switched off at boot, or the processes of a threaded group.
_NOT_HERE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ESRCH, errno.ENODEV, errno.EOPNOTSUPP, errno.ENAMETOOLONG))
_DENIED = frozenset((errno.EACCES, errno.EPERM, errno.ELOOP))
_DENIED_WORDS = tuple(os.strerror(number) for number in sorted(_DENIED))
_NOT_HERE_WORDS = tuple(os.strerror(number) for number in sorted(_NOT_HERE))


def open_regular(path: str | os.PathLike[str], *, within: int | None = None) -> int:
    """A descriptor of a regular file; raises OSError for anything else.

    `within` is the descriptor of a folder that a stranger may write into: no link is followed there.
    """
    flags = _FLAGS if within is None else _FLAGS | os.O_NOFOLLOW
    descriptor = os.open(path, flags, dir_fd=within)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", os.fspath(path))
    return descriptor


def read_whole(path: str | os.PathLike[str], *, most_bytes: int = _LARGEST_PIECE_BYTES) -> bytes:
    """The beginning of a file, which for most is all of it; raises OSError."""
    descriptor = open_regular(path)
    try:
        return _read(descriptor, most_bytes)
    finally:
        os.close(descriptor)


def file_chunks(
    path: str | os.PathLike[str], *, most_bytes: int, tail_only: bool = False, within: int | None = None
) -> Iterator[bytes]:
    """Head and tail of a file (or the tail alone), at most `most_bytes`, with a line between that says what is missing.

    It is opened now, and OSError raised now; it is read as the chunks are taken.
    """
    chunks = _chunks(path, most_bytes, tail_only, within)
    next(chunks)  # a generator that has begun closes its file, however it ends
    return chunks


def pieces(text: bytes) -> Iterator[bytes]:
    """A text at hand as small chunks."""
    return (text[start : start + CHUNK_BYTES] for start in range(0, len(text), CHUNK_BYTES))


def joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Many small pieces as few chunks: each chunk passes through redactor, archive and compressor on its own."""
    held: list[bytes] = []
    held_bytes = 0
    for line in lines:
        if held_bytes + len(line) > CHUNK_BYTES and held:
            yield b"".join(held)
            held, held_bytes = [], 0
        held.append(line)
        held_bytes += len(line)
    if held:
        yield from pieces(b"".join(held))


def gathered(files: Iterable[tuple[str, Path]], lacks: list[Missing]) -> Iterator[bytes]:
    """Several small files, each after a line `==> name <==` as tail(1) prints; `lacks` takes what cannot be read."""
    for name, path in files:
        try:
            text = read_whole(path)
        except (OSError, ValueError) as err:
            lacks.append(missing(name, err))
            continue
        end = b"" if text.endswith(b"\n") else b"\n"
        yield from pieces(b"==> %b <==\n%b%b\n" % (os.fsencode(printable(name)), text, end))


def status_of(entry: "os.DirEntry[str]") -> os.stat_result | None:
    """Of the entry itself, no link followed; None where it has gone since the folder was listed."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; none where it cannot be listed."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return []


def shown(path: Path, root: Path) -> str:
    """A path below the root as the machine's owner knows it."""
    return printable("/" + os.fspath(path.relative_to(root)))


def missing(source: str, error: OSError | ValueError) -> Missing:
    """What a failed read leaves behind."""
    number = error.errno if isinstance(error, OSError) else None
    state: State = "denied" if number in _DENIED else "skipped" if number in _NOT_HERE else "error"
    return Missing(printable(source), state, reason(error))


def missing_of(gap: Gap) -> Missing:
    """The same of a Gap, which keeps only the words of the error."""
    denied = any(word in gap.reason for word in _DENIED_WORDS)
    absent = any(word in gap.reason for word in _NOT_HERE_WORDS)
    return Missing(printable(gap.source), "denied" if denied else "skipped" if absent else "error", gap.reason)


def few(lacks: Iterable[Missing]) -> Iterator[Missing]:
    """One for each reason, the first of its sources standing for all: a thousand closed files have one cause."""
    first: dict[tuple[State, str], Missing] = {}
    more: dict[tuple[State, str], int] = {}
    for lack in lacks:
        key = lack.state, lack.reason
        more[key] = more.get(key, -1) + 1
        first.setdefault(key, lack)
    for key, lack in list(first.items())[:_MOST_LACKS]:
        yield lack._replace(source=f"{lack.source} and {more[key]} more") if more[key] else lack


def _chunks(path: str | os.PathLike[str], most_bytes: int, tail_only: bool, within: int | None) -> Iterator[bytes]:
    descriptor = open_regular(path, within=within)
    try:
        yield b""
        size = os.fstat(descriptor).st_size
        if size == 0:  # files of /proc do not tell their size
            yield from _endless(descriptor, most_bytes)
            return
        head_end, tail_start = _cuts(descriptor, size, most_bytes, tail_only)
        yield from _span(descriptor, 0, head_end)
        if tail_start > head_end:
            before = os.pread(descriptor, min(1, head_end), max(0, head_end - 1))
            yield left_out(tail_start - head_end, after=before)
        yield from _span(descriptor, tail_start, size)
    finally:
        os.close(descriptor)


def _cuts(descriptor: int, size: int, most_bytes: int, tail_only: bool) -> tuple[int, int]:
    """Where the head ends and the tail begins, both at the end of a line where one is near."""
    if size <= most_bytes:
        return size, size
    room = max(0, most_bytes - _MARK_BYTES)
    head_end, tail_start = 0 if tail_only else room // 2, size - (room if tail_only else room - room // 2)
    before = os.pread(descriptor, min(head_end, _LONGEST_LINE_BYTES), max(0, head_end - _LONGEST_LINE_BYTES))
    after = os.pread(descriptor, _LONGEST_LINE_BYTES, tail_start)
    head_end -= len(before) - (before.rfind(b"\n") + 1) if b"\n" in before else 0
    return head_end, tail_start + (after.find(b"\n") + 1)


def _span(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    while start < end and (chunk := os.pread(descriptor, min(CHUNK_BYTES, end - start), start)):
        yield chunk
        start += len(chunk)


def _endless(descriptor: int, most_bytes: int) -> Iterator[bytes]:
    left = max(0, most_bytes - _MARK_BYTES)
    while chunk := os.read(descriptor, CHUNK_BYTES):
        yield chunk[:left]
        left -= len(chunk)
        if left < 0:
            yield no_more("there is more than fits", after=chunk[: left + len(chunk)])
            return


def _read(descriptor: int, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    left = most_bytes
    while left > 0 and (part := os.read(descriptor, min(left, CHUNK_BYTES))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
