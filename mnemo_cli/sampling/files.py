"""Files of /proc and /sys: kept open and read whole, with a Gap where a reading is missing.

A kept descriptor costs a tenth of open, read and close, and is safe against pid reuse: after its
task is reaped a read fails with ESRCH, after its group is removed with ENODEV.
"""

import errno
import os
import re
from pathlib import Path

from mnemo_cli.errors import SourceError
from mnemo_cli.model import Gap

# Larger than any single-shot file we read often; longer files are read on in a loop.
_CHUNK_BYTES = 16384
_LARGEST_FILE_BYTES = 1 << 22
# No counter of bytes or events is this large: a larger one is a damaged reading.
_LARGEST_NUMBER = 1 << 63


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
        return parse_number(self.read())

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

    The files have 50 lines and we want 8. One expression that skips to the next key, in the
    kernel's own order, costs half of splitting all lines. Compiling it costs more than a single
    reading saves, so it is made at the second one; and where a key is missing or the order is
    another, the lines are split after all.
    """

    __slots__ = ("_all", "_used", "keys")

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self._all: re.Pattern[bytes] | None = None
        self._used = False

    def values(self, text: bytes) -> list[int | None]:
        """One answer per key, in the order of the keys; None where there is no such number."""
        if self._all is None and self._used:
            # Atomic: a damaged file that repeats a key must not make the search start over and over.
            self._all = re.compile(b"".join(rb"(?>(?:.*\n)*?%b\n)" % _entry(key) for key in self.keys))
        self._used = True
        match = self._all.match(text) if self._all is not None else None
        if match is not None:
            return [int(word) for word in match.groups()]
        found = _entries(text)
        return [found.get(key.encode()) for key in self.keys]


def _entry(key: str) -> bytes:
    # 19 digits hold every counter of 63 bits: a longer word is a damaged reading.
    return rb"%b:?[ ]+(\d{1,19})(?: kB)?" % re.escape(key).encode()


def _entries(text: bytes) -> dict[bytes, int]:
    """Every whole line that is a key and a number; the first one of a key that is there twice."""
    found: dict[bytes, int] = {}
    for line in text.split(b"\n")[:-1]:
        key, _, rest = line.partition(b" ")
        word = rest.removesuffix(b" kB").lstrip(b" ")
        if word.isdigit() and len(word) < 20:
            found.setdefault(key.removesuffix(b":"), int(word))
    return found


def is_there(path: Path) -> bool:
    """Whether there is such a file. One that we may not look at counts: reading it fails and says why."""
    try:
        path.stat()
    except OSError as err:
        return err.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
    except ValueError:  # a NUL in the name
        return False
    return True


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
