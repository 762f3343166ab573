"""The archive as it grows: one whole file after the other, and an end that fits even where the room runs out.

A file that does not fit is taken back to the byte, so that what was written before it stays readable. The end
(manifest, summary, sums) is written last; where it does not fit, the last files make room for it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from mnemo_cli.diagnostics.archive.header import END, pack_header
from mnemo_cli.diagnostics.archive.sink import Sink
from mnemo_cli.diagnostics.archive.spool import Packed, gzip_member, packed
from mnemo_cli.errors import OutputError

SUMS = "SHA256SUMS"
# What one more file adds to the end: its lines in the manifest and the sums, compressed.
_END_BYTES, _END_BYTES_PER_FILE = 8 * 1024, 256
# Below this a file is no evidence any more.
_LEAST_ROOM_BYTES = 512
# A file system gives back whole pages.
_PAGE_BYTES = 4096


class Entry(NamedTuple):
    """A file that is in the archive; `path` is below the top folder, `start` its place in the archive."""

    path: str
    size_bytes: int
    sha256: str
    start: int


# Makes the last files from those that are in the archive: (path, content), the least important last.
Closing: TypeAlias = Callable[[Sequence[Entry]], Iterable[tuple[str, bytes]]]


class Archive:
    """`folder` is the one top folder, `most_bytes` the size that the whole should not pass."""

    def __init__(self, sink: Sink, *, folder: str, time_seconds: int, most_bytes: int) -> None:
        self._sink = sink
        self._folder = folder
        self._time_seconds = time_seconds
        self._most_bytes = most_bytes
        self._entries: list[Entry] = []

    @property
    def size_bytes(self) -> int:
        return self._sink.position

    def room_bytes(self) -> int:
        """What the next file may take, compressed: half of what is left, so that no file takes all; 0 when full."""
        left = self._most_bytes - self._sink.position
        free = self._sink.free_bytes()
        if free is not None:
            left = min(left, free)
        half = (left - _END_BYTES - _END_BYTES_PER_FILE * (len(self._entries) + 1)) // 2
        return half if half >= _LEAST_ROOM_BYTES else 0

    def add(self, path: str, content: Packed) -> Entry:
        """Write one file. OSError when it does not fit: the archive is then as it was before.

        ValueError for a path that a tar cannot hold.
        """
        header = gzip_member(pack_header(f"{self._folder}/{path}", content.size_bytes, self._time_seconds))
        entry = Entry(path, content.size_bytes, content.sha256, self._sink.position)
        try:
            for piece in (header, *content.pieces):
                self._sink.write(piece)
        except OSError:
            self._sink.rewind(entry.start)
            raise
        self._entries.append(entry)
        return entry

    def close(self, closing: Closing) -> tuple[Entry, ...]:
        """Write the end; OutputError when not even the manifest alone has room.

        `closing` is asked again, with fewer files, when the last of them had to give way.
        """
        while True:
            kept, files = len(self._entries), tuple(closing(tuple(self._entries)))
            # Without any evidence the manifest alone must do.
            for count in (len(files),) if kept else (len(files), 1):
                try:
                    self._end(files[:count])
                    return tuple(self._entries)
                except OSError as err:
                    failure = err
                    self._keep(kept)
            if not kept:
                raise OutputError(f"no bundle could be made: {failure.strerror or failure}") from failure
            self._give_way()

    def _end(self, files: Sequence[tuple[str, bytes]]) -> None:
        """The last files, the sums of all, the end of the tar. Raises OSError."""
        for path, content in files:
            self.add(path, packed(content))
        self.add(SUMS, packed(_sums(self._entries)))
        self._sink.write(gzip_member(END))
        self._sink.sync()

    def _keep(self, count: int) -> None:
        """Take back every file after the first `count`."""
        position = self._entries[count].start if count < len(self._entries) else self._sink.position
        del self._entries[count:]
        self._sink.rewind(position)

    def _give_way(self) -> None:
        """Take back the last files, until that is worth the trouble."""
        end = self._sink.position
        while self._entries and end - self._sink.position < _PAGE_BYTES:
            self._keep(len(self._entries) - 1)


def _sums(entries: Iterable[Entry]) -> bytes:
    """As `sha256sum -c` reads it from inside the top folder."""
    return "".join(f"{entry.sha256}  {entry.path}\n" for entry in entries).encode("ascii")
