"""Files of /proc and /sys: kept open and read whole, with a Gap where a reading is missing.

A kept descriptor costs a tenth of open, read and close, and is safe against pid reuse: after its
task is reaped a read fails with ESRCH, after its group is removed with ENODEV.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from mnemo_cli.errors import SourceError
from mnemo_cli.model import Gap

# Larger than any single-shot file we read often; longer files are read on in a loop.
_CHUNK_BYTES = 16384
_LARGEST_FILE_BYTES = 1 << 22
# No counter of bytes or events is this large: a larger one is a damaged reading.
_LARGEST_NUMBER = 1 << 63
# What says that there is no such file; anything else says that we could not look.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


class KeptFile:
    """One file, opened at its first read and kept. `read` raises OSError, and `number` ValueError."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._descriptor = -1

    def read(self) -> bytes:
        """The whole file as it is now; b"" for an empty one."""
        if self._descriptor < 0:
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            text = os.pread(self._descriptor, _CHUNK_BYTES, 0)
        except OSError:
            # A service that restarts gets a new group of the same name: the next read opens that one.
            self.close()
            raise
        # A seq_file may end a read early at a record's end: only files near a page can have more.
        return text if len(text) < 2048 else self._read_on(text)

    def number(self) -> int:
        """The file's one number, 0 or more."""
        text = self.read()
        word = text[:-1]
        # Nine of ten readings are as they should be: only the tenth is looked at closely.
        return int(word) if word.isdigit() and text[-1:] == b"\n" and len(word) < 19 else parse_number(text)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read_on(self, text: bytes) -> bytes:
        while len(text) < _LARGEST_FILE_BYTES:
            more = os.pread(self._descriptor, _CHUNK_BYTES, len(text))
            if not more:
                break
            text += more
        return text


def parse_number(text: bytes) -> int:
    """A whole line with a decimal number of at most 63 bits; raises ValueError for anything else."""
    # isdigit: int() alone would also take "1_000", "+5" and "−5". Without its newline "12" may be the half of "1234".
    word = text[:-1].strip()
    if text[-1:] == b"\n" and word.isdigit() and len(word) <= 20 and (number := int(word)) < _LARGEST_NUMBER:
        return number
    raise ValueError(f"not a number: {text[:40]!r}")


class Table:
    """The numbers of some keys in a kernel file of `key number` or `key: number kB` lines.

    The files have 50 lines in a fixed order and we want 8: where the keys stand among the words is
    learned at the first reading and checked at each later one, which is three times as fast as
    looking at every line. Not for files that hold a name: `line_values` is for them.
    """

    __slots__ = ("_places", "_splits", "_word_count", "keys")

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self._places: list[tuple[int, bytes] | None] = []
        self._word_count = -1
        self._splits = -1

    def values(self, text: bytes) -> list[int | None]:
        """One answer per key, in the order of the keys; None where there is no such number."""
        if self._word_count > 0 and text[-1:] == b"\n":
            words = text.split(None, self._splits)
            known = self._known(words) if len(words) == self._word_count else None
            if known is not None:
                return known
        found = line_values(text, self.keys)
        if text[-1:] == b"\n":
            self._learn(text.split(), found)
        return found

    def _known(self, words: list[bytes]) -> list[int | None] | None:
        """The values at the places that were learned; None when something stands elsewhere now."""
        values: list[int | None] = []
        for place in self._places:
            if place is None:
                values.append(None)
                continue
            position, key = place
            word = words[position + 1]
            # 19 digits hold every counter of 63 bits: a longer word is a damaged reading.
            if words[position] != key or not word.isdigit() or len(word) > 19:
                return None
            values.append(int(word))
        return values

    def _learn(self, words: list[bytes], found: list[int | None]) -> None:
        """Remember where the keys stand, if reading there gives the same numbers."""
        places = {word.removesuffix(b":"): (position, word) for position, word in reversed(list(enumerate(words[:-1])))}
        self._places = [
            None if number is None else places.get(key.encode(), (0, b""))
            for key, number in zip(self.keys, found, strict=True)
        ]
        last = max((place[0] for place in self._places if place is not None), default=0)
        # What follows the last key need not be split, unless a key is missing and might turn up there.
        self._splits = last + 2 if None not in found and last + 2 < len(words) else -1
        self._word_count = self._splits + 1 if self._splits > 0 else len(words)
        damaged = any(number is None and key.encode() in places for key, number in zip(self.keys, found, strict=True))
        if damaged or all(number is None for number in found) or self._known(words) != found:
            self._word_count = -1


def line_values(text: bytes, keys: Sequence[str]) -> list[int | None]:
    """The same for any file: each whole line is looked at; the first one of a key that is there twice counts."""
    found: dict[bytes, int] = {}
    for line in text.split(b"\n")[:-1]:
        key, _, rest = line.partition(b" ")
        word = rest.removesuffix(b" kB").lstrip(b" ")
        if word.isdigit() and len(word) < 20:
            found.setdefault(key.removesuffix(b":"), int(word))
    return [found.get(key.encode()) for key in keys]


def is_there(path: Path) -> bool:
    """Whether there is such a file. One that we may not look at counts: reading it fails and says why."""
    try:
        path.stat()
    except OSError as err:
        return err.errno not in ABSENT
    except ValueError:  # a NUL in the name
        return False
    return True


def is_named(descriptor: int, path: Path) -> bool:
    """Whether `path` is the name of this open file, and not of another one that has taken its place."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(descriptor)
    return (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino)


def read_text(path: Path) -> str:
    """A whole file, once; raises SourceError."""
    try:
        return os.fsdecode(path.read_bytes())
    except OSError as err:
        raise SourceError(f"cannot read {path}: {reason(err)}") from err


def reason(error: OSError | ValueError) -> str:
    """Why a reading is missing, in words for a person."""
    if not isinstance(error, OSError):
        return str(error)
    if error.errno == errno.ESRCH:
        return "the process has ended"
    if error.errno == errno.ENODEV:
        return "the control group was removed"
    return error.strerror or str(error)


def gap(field: str, source: str, error: OSError | ValueError) -> Gap:
    """The Gap that a failed read leaves."""
    return Gap(field, source, reason(error))
