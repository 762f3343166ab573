"""Where an archive goes: into a file that gets its name when it is whole, or down a stream.

The file is FILE.part while it is written: whoever waits for FILE never sees half of it.
"""

import contextlib
import os
from pathlib import Path
from typing import Protocol

from mnemo_cli.errors import OutputError, UsageError

_PART_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Sink(Protocol):
    """Bytes in order. `write`, `rewind` and `sync` raise OSError."""

    @property
    def position(self) -> int:
        """Bytes written so far."""
        ...

    def write(self, data: bytes) -> None: ...

    def rewind(self, position: int) -> None:
        """Take back everything after `position`."""
        ...

    def free_bytes(self) -> int | None:
        """What may still be written, as far as somebody knows."""
        ...

    def sync(self) -> None:
        """Return when everything is where a loss of power does not reach it."""
        ...

    def publish(self) -> None:
        """It is whole now; raises OutputError."""
        ...

    def discard(self) -> None:
        """It will never be whole; nothing happens after `publish`."""
        ...


class PartFile:
    """`path` with .part behind it, readable for its owner only. Raises UsageError where one of them is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        if os.path.lexists(path):
            raise UsageError(f"{path} is there already; remove it, or name another file with -o")
        try:
            self._descriptor = os.open(self._part, _PART_FLAGS, 0o600)
        except FileExistsError as err:
            raise UsageError(
                f"{self._part} is there: another run is writing it, or left it when it was killed; "
                "remove it, or name another file with -o"
            ) from err
        except OSError as err:
            raise OutputError(f"cannot write {self._part}: {err.strerror}; name another place with -o") from err
        self._position = 0

    @property
    def position(self) -> int:
        return self._position

    def write(self, data: bytes) -> None:
        self._position += _write_whole(self._descriptor, data)

    def rewind(self, position: int) -> None:
        os.ftruncate(self._descriptor, position)
        os.lseek(self._descriptor, position, os.SEEK_SET)
        self._position = position

    def free_bytes(self) -> int | None:
        try:
            status = os.fstatvfs(self._descriptor)
        except OSError:
            return None
        blocks = status.f_bfree if os.geteuid() == 0 else status.f_bavail
        # Some network and user-space file systems tell nothing: all their numbers are 0.
        return blocks * status.f_frsize if status.f_blocks else None

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def publish(self) -> None:
        """Give the file its name, never in place of another one; raises OutputError."""
        try:
            self._rename()
        except FileExistsError as err:
            raise OutputError(f"{self.path} appeared meanwhile; the bundle is whole in {self._part}") from err
        except OSError as err:
            raise OutputError(f"cannot name {self.path}: {err.strerror}; the bundle is whole in {self._part}") from err
        finally:
            self._close()
        self._sync_folder()

    def discard(self) -> None:
        """Leave nothing behind; nothing happens to a file that has been published."""
        if self._descriptor >= 0:
            self._close()
            with contextlib.suppress(OSError):
                self._part.unlink()

    def _rename(self) -> None:
        try:
            self.path.hardlink_to(self._part)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if os.path.lexists(self.path):
                raise FileExistsError from None
            self._part.rename(self.path)
        else:
            self._part.unlink()

    def _close(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1

    def _sync_folder(self) -> None:
        # The name is there; that it would survive a loss of power at once is more than some systems can do.
        with contextlib.suppress(OSError):
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


class Stream:
    """A descriptor that somebody else reads or keeps, such as stdout: nothing can be taken back from it.

    So whatever goes wrong with it is an OutputError, and the end of the bundle.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0

    @property
    def position(self) -> int:
        return self._position

    def write(self, data: bytes) -> None:
        try:
            self._position += _write_whole(self._descriptor, data)
        except OSError as err:
            raise OutputError(f"no bundle could be made: stdout: {err.strerror}") from err

    def rewind(self, position: int) -> None:
        raise OutputError("what went down a stream cannot be taken back")

    def free_bytes(self) -> int | None:
        return None

    def sync(self) -> None:
        return None

    def publish(self) -> None:
        return None

    def discard(self) -> None:
        return None


def _write_whole(descriptor: int, data: bytes) -> int:
    written = 0
    while written < len(data):
        written += os.write(descriptor, data[written:] if written else data)
    return written
