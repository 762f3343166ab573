"""The kernel's own log as a stream of lines: /dev/kmsg, else what `dmesg` prints, else what `journalctl` prints.

Lines of /dev/kmsg are handed on in the form of `dmesg -r`, "<3>[22115.958847] text", with one record per line:
a control character inside a record stays the kernel's \\xNN, so that a process whose name holds a newline
cannot write a line of its own. The number is the record's priority and facility, which tells the kernel's own
words (below 8) from what root wrote into the log. https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg
"""

import errno
import os
import re
import select
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import SourceError
from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import reason
from mnemo_cli.sampling.program_output import program_output

# The kernel refuses a buffer that is smaller than the record (EINVAL); none is larger than 8 KiB.
_RECORD_BYTES = 16384
_TIMEOUT_SECONDS = 5.0
_MOST_BYTES = 1 << 28
_PROGRAMS = (("dmesg", "-r"), ("journalctl", "-k", "-b", "-o", "json", "--no-pager"))
_FIELD = "kernel_log"
# The kernel escapes every byte that is not plain ASCII; of these only the control characters stay so.
_ESCAPE = re.compile(rb"\\x([89a-f][0-9a-f]|5c)")


class KernelLog(NamedTuple):
    """What was found: `source` names it for quoting; `chunks` are read once, to the end or to `close()`."""

    source: str
    chunks: Iterator[bytes]


def read_kernel_log(
    root: Path, gaps: list[Gap], *, timeout_seconds: float = _TIMEOUT_SECONDS, kmsg: bool = True
) -> KernelLog | None:
    """The log since boot, the oldest line first; None, with a gap for every way that failed, where there is none.

    The programs look at the machine that they run on, so they are asked only where `root` is "/".
    """
    if kmsg and (log := read_kmsg(root, gaps)) is not None:
        return log
    for argv in _PROGRAMS if root == Path("/") else ():
        chunks = _primed(program_output(argv, timeout_seconds=timeout_seconds, most_bytes=_MOST_BYTES), argv[0], gaps)
        if chunks is not None:
            return KernelLog(argv[0], chunks)
    return None


def read_kmsg(root: Path, gaps: list[Gap]) -> KernelLog | None:
    """The same from /dev/kmsg alone, in milliseconds; None, with a gap, where it is closed to us."""
    try:
        descriptor = _open_kmsg(root)
    except OSError as err:
        gaps.append(_denied("/dev/kmsg", err))
        return None
    return KernelLog("/dev/kmsg", _closing(descriptor, gaps))


class KernelLogTail:
    """The log from now on: opened before a program is started, read after its death."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._descriptor = -1
        self._refusal: Gap | None = None
        try:
            self._descriptor = _open_kmsg(root)
            os.lseek(self._descriptor, 0, os.SEEK_END)
        except OSError as err:
            self._refusal = _denied("/dev/kmsg", err)

    @property
    def is_open(self) -> bool:
        """Whether /dev/kmsg is ours to read: lines are told once, as they come."""
        return self._descriptor >= 0

    def read_new(self, gaps: list[Gap]) -> KernelLog | None:
        """What was logged since the last call. Where /dev/kmsg is closed to us, all that the programs tell."""
        if self._refusal is None:
            return KernelLog("/dev/kmsg", kmsg_lines(lambda: os.read(self._descriptor, _RECORD_BYTES), gaps))
        gaps.append(self._refusal)
        return read_kernel_log(self._root, gaps, kmsg=False)

    def wait(self, seconds: float) -> bool:
        """Wait for one more line, that long at the most; False where none came or nobody can tell."""
        if self._descriptor < 0:
            return False
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(max(0, int(seconds * 1000))))

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def kmsg_lines(read: Callable[[], bytes], gaps: list[Gap]) -> Iterator[bytes]:
    """Lines in the form of `dmesg -r`. `read` gives a record of the device (or any piece of a copy of it), and
    b"" or EAGAIN when there are no more.
    """
    rest = b""
    while True:
        try:
            text = read()
        except BrokenPipeError:
            # The ring turned faster than it was read; the next read goes on at the oldest record that is left.
            gaps.append(Gap(_FIELD, "/dev/kmsg", "the kernel overwrote lines before they were read"))
            continue
        except OSError as err:
            if err.errno != errno.EAGAIN:
                gaps.append(Gap(_FIELD, "/dev/kmsg", f"reading stopped: {reason(err)}"))
            return
        *lines, rest = (rest + text).split(b"\n") if text else (rest, b"")
        # A record may be followed by its properties, " SUBSYSTEM=…", each on a line that begins with a space.
        yield from (_line(line) for line in lines if line and not line.startswith(b" "))
        if not text:
            return


def _line(record: bytes) -> bytes:
    """Of "3,14202,22115958847,-;text"; what has not that form is handed on as it is."""
    head, mark, text = record.partition(b";")
    words = head.split(b",")
    if not mark or len(words) < 4 or not words[0].isdigit() or not words[2].isdigit():
        return record + b"\n"
    if b"\\x" in text:
        text = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), text)
    seconds, micros = divmod(int(words[2]), 1_000_000)
    # Who called printk keeps reports apart that are written at the same time: CONFIG_PRINTK_CALLER.
    caller = next((b"[%6b]" % word[7:] for word in words[4:] if word.startswith(b"caller=")), b"")
    return b"<%b>[%5d.%06d]%b %b\n" % (words[0], seconds, micros, caller, text)


def _open_kmsg(root: Path) -> int:
    return os.open(root / "dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _closing(descriptor: int, gaps: list[Gap]) -> Iterator[bytes]:
    try:
        yield from kmsg_lines(lambda: os.read(descriptor, _RECORD_BYTES), gaps)
    finally:
        os.close(descriptor)


def _primed(chunks: Iterator[bytes], program: str, gaps: list[Gap]) -> Iterator[bytes] | None:
    """The stream, once it has begun; a program that fails before its first word is no way to the log."""
    try:
        first = next(chunks, b"")
    except SourceError as err:
        gaps.append(Gap(_FIELD, program, str(err)))
        return None
    if not first:
        gaps.append(Gap(_FIELD, program, "it shows no line of the kernel"))
        return None
    return _rest(first, chunks, program, gaps)


def _rest(first: bytes, chunks: Iterator[bytes], program: str, gaps: list[Gap]) -> Iterator[bytes]:
    yield first
    try:
        yield from chunks
    except SourceError as err:
        gaps.append(Gap(_FIELD, program, str(err)))


def _denied(path: str, err: OSError) -> Gap:
    """EPERM is kernel.dmesg_restrict = 1 and no CAP_SYSLOG; EACCES is the mode of the file."""
    if err.errno in (errno.EPERM, errno.EACCES):
        return Gap(_FIELD, path, f"{reason(err)}; only root (CAP_SYSLOG) may read the kernel log here")
    return Gap(_FIELD, path, reason(err))
