"""The file of a recording: a whole gzip file after each write, and no file of anybody else is ever written to.

A file that is there is gone on with when it is a recording of ours, and refused when it is anything else. A write
that fails, as on a full disk, is taken back: the bytes that close the file had their place before it.
"""

import contextlib
import fcntl
import os
import stat
from pathlib import Path

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.recording.mnr.member import CLOSING_BYTES, MEMBER_START, Piece
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import is_named, reason


class RecordingFile:
    """One file and those it was rotated to. UsageError and OutputError when it cannot be opened."""

    def __init__(self, path: Path, *, kept_files: int) -> None:
        self._path = path
        self._numbered = [path.with_name(f"{path.name}.{number + 1}") for number in range(kept_files)]
        # Where the next piece goes, and the closing that stands there now.
        self._end, self._closing = 0, b""
        self._descriptor = -1
        self._refuse_strangers()
        self._open()

    @property
    def size_bytes(self) -> int:
        return self._end + len(self._closing)

    @property
    def is_there(self) -> bool:
        """Whether it still has its name: somebody may have removed it."""
        return is_named(self._descriptor, self._path)

    def room_for(self, piece: Piece, most_bytes: int) -> bool:
        """Whether the file may grow by it; one without anything takes any piece."""
        return not self.size_bytes or self._end + len(piece.packed) + len(piece.closing) <= most_bytes

    def write(self, piece: Piece) -> None:
        """Raises OSError, and then the file is as it was before."""
        size_before = self.size_bytes
        try:
            self._put(piece.packed + piece.closing)
        except OSError:
            with contextlib.suppress(OSError):
                self._put(self._closing)
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, size_before)
            raise
        self._end += len(piece.packed)
        self._closing = piece.closing

    def end_member(self) -> None:
        """What comes next does not go on with what is there."""
        self._end, self._closing = self.size_bytes, b""

    def rotate(self) -> None:
        """Give the file its first number, those before it the next, and begin another. Raises OSError too."""
        self._refuse_strangers()
        numbered = self._numbered
        for older, newer in zip(reversed(numbered[1:]), reversed(numbered[:-1]), strict=True):
            if newer.exists():
                newer.replace(older)
        if self.is_there:
            if numbered:
                self._path.replace(numbered[0])
            else:
                self._path.unlink()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Open what has the name now, or make it."""
        self.close()
        self._open()

    def close(self) -> None:
        """The file is whole as it stands."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _put(self, content: bytes) -> None:
        at = self._end
        while content:
            written = os.pwrite(self._descriptor, content, at)
            at, content = at + written, content[written:]

    def _refuse_strangers(self) -> None:
        """UsageError where a file that this one would be rotated to is none of ours."""
        for path in self._numbered:
            shown = printable(str(path))
            try:
                is_in_the_way = os.path.lexists(path) and not _begins_as_ours(path)
            except OSError as err:
                raise OutputError(f"cannot read {shown}, which is to be rotated: {reason(err)}") from err
            if is_in_the_way:
                raise UsageError(f"{shown} is in the way, and is no recording of mnemo; move it or choose another name")

    def _open(self) -> None:
        try:
            while True:
                # Not to wait for the reader of a pipe.
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
                self._descriptor = os.open(self._path, flags, 0o600)
                self._lock()
                if is_named(self._descriptor, self._path):
                    break
                self.close()  # another recording was rotated meanwhile
            self._end, self._closing = self._size_of_ours(), b""
        except OSError as err:
            self.close()
            raise OutputError(f"cannot record to {printable(str(self._path))}: {reason(err)}") from err
        except UsageError:
            self.close()
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another mnemo records to {printable(str(self._path))}; choose another name") from None

    def _size_of_ours(self) -> int:
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{printable(str(self._path))} is no regular file; name one to record to")
        start = os.pread(self._descriptor, len(MEMBER_START), 0)
        if not MEMBER_START.startswith(start):
            raise UsageError(
                f"{printable(str(self._path))} is there already, and is no recording of mnemo; choose another name"
            )
        if status.st_size < len(MEMBER_START) + CLOSING_BYTES:  # its first write did not come to its end
            os.ftruncate(self._descriptor, 0)
            return 0
        return status.st_size


def _begins_as_ours(path: Path) -> bool:
    """An empty one is in nobody's way. What is no file is not opened: a pipe would wait for its writer."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    with path.open("rb") as file:
        return file.read(len(MEMBER_START)) in (b"", MEMBER_START)
