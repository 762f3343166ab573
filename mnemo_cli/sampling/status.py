"""What a process says of itself in /proc/PID/status, which everybody may read: sizes, tasks, users, capabilities."""

import os
import re
from typing import NamedTuple

from mnemo_cli.redact import printable

_KIB = 1024
# The bits of capability.h that decide about limits.
CAP_IPC_LOCK, CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 14, 21, 24
# The lines of a program in the kernel's order, those in between passed over: one match instead of twelve searches.
_PROGRAM = (
    rb"Name:\t([^\n]*)\n(?:Umask:[^\n]*\n)?State:\t([A-Z]) [^\n]*\n(?:[TN]gid:[^\n]*\n){2}"
    rb"Pid:\t(\d{1,10})\nPPid:\t(\d{1,10})\n"
    rb"TracerPid:[^\n]*\nUid:\t(\d{1,10})\t\d+\t\d+\t\d+\n(?:(?:Gid|FDSize|Groups|NS[a-z]+):[^\n]*\n)*(?:Kthread:\t0\n)?"
    rb"VmPeak:[^\n]*\n"
    rb"VmSize:\t *(\d{1,16}) kB\nVmLck:\t *(\d{1,16}) kB\n(?:(?:VmPin|VmHWM|VmRSS|Rss[A-Z][a-z]+):[^\n]*\n)*"
    rb"VmData:\t *(\d{1,16}) kB\nVmStk:\t *(\d{1,16}) kB\n(?:[A-SU-Z][^\n]*\n|THP[^\n]*\n)*(?:untag_mask:[^\n]*\n)?"
    rb"Threads:\t(\d{1,10})\nSigQ:\t(\d{1,10})/(\d{1,19})\n(?:S[a-z]+[A-Z][a-z]+:[^\n]*\n)*CapInh:[^\n]*\nCapPrm:[^\n]*\n"
    rb"CapEff:\t([0-9a-f]{16})\n"
)
# Compiling takes as long as parsing two hundred.
_FEW = 100
_HEXADECIMAL = b"0123456789abcdef"


class Status(NamedTuple):
    """None where the kernel does not say: a thread of the kernel has no sizes.

    `real_uid` is what RLIMIT_NPROC counts by; `signals_queued` and `signals_limit` are that user's.
    """

    name: str | None = None
    state: str | None = None
    pid: int | None = None
    ppid: int | None = None
    real_uid: int | None = None
    is_kernel_thread: bool = False
    virtual_bytes: int | None = None
    data_bytes: int | None = None
    stack_bytes: int | None = None
    locked_bytes: int | None = None
    threads: int | None = None
    signals_queued: int | None = None
    signals_limit: int | None = None
    capabilities: int | None = None

    def has_capability(self, bit: int) -> bool | None:
        """Whether it is in the effective set; None where the set is not told."""
        return None if self.capabilities is None else bool(self.capabilities >> bit & 1)


class StatusParser:
    """Parses many: from some number on it is worth to compile the whole layout, which reads in half the time."""

    def __init__(self) -> None:
        self._parsed = 0
        self._program: re.Pattern[bytes] | None = None

    def parse(self, text: bytes) -> Status:
        """The same as `parse_status`."""
        if self._program is None:
            self._parsed += 1
            if self._parsed < _FEW:
                return parse_status(text)
            self._program = re.compile(_PROGRAM)
        match = self._program.match(text)
        if match is None:  # threads of the kernel, zombies, other kernels, damage
            return parse_status(text)
        name, state, pid, ppid, uid, virtual, locked, data, stack, threads, queued, most, capabilities = match.groups()
        return Status(
            printable(os.fsdecode(name)), state.decode(), int(pid), int(ppid), int(uid), False, int(virtual) * _KIB,
            int(data) * _KIB, int(stack) * _KIB, int(locked) * _KIB, int(threads), int(queued), int(most),
            int(capabilities, 16),
        )  # fmt: skip


def parse_status(text: bytes) -> Status:
    """Every line that can be read; a damaged or cut one is left out."""
    uid, kthread = _line(text, b"\nUid:\t"), _line(text, b"\nKthread:\t")
    queued, _, most = (_line(text, b"\nSigQ:\t") or b"").partition(b"/")
    state = (_line(text, b"\nState:\t") or b"")[:1].decode("ascii", "replace") or None
    ppid, virtual = _number(_line(text, b"\nPPid:\t")), _kib(_line(text, b"\nVmSize:\t"))
    return Status(
        _name(text),
        state,
        _number(_line(text, b"\nPid:\t")),
        ppid,
        _number(uid.partition(b"\t")[0]) if uid is not None and uid.count(b"\t") == 3 else None,
        # The Kthread line is there from Linux 6.10 on; before, a thread of the kernel is a child of kthreadd.
        virtual is None and state not in (None, "Z", "X") and ppid in (0, 2) if kthread is None else kthread == b"1",
        virtual,
        _kib(_line(text, b"\nVmData:\t")),
        _kib(_line(text, b"\nVmStk:\t")),
        _kib(_line(text, b"\nVmLck:\t")),
        _number(_line(text, b"\nThreads:\t")),
        _number(queued),
        _number(most),
        _capabilities(_line(text, b"\nCapEff:\t")),
    )


def _line(text: bytes, key: bytes) -> bytes | None:
    """What stands between the key and the end of its line; None where the line is not there, or not whole."""
    start = text.find(key)
    if start < 0:
        return None
    start += len(key)
    end = text.find(b"\n", start)
    return None if end < 0 else text[start:end]


def _name(text: bytes) -> str | None:
    end = text.find(b"\n")
    return printable(os.fsdecode(text[6:end])) if end >= 0 and text.startswith(b"Name:\t") else None


def _number(word: bytes | None) -> int | None:
    return int(word) if word is not None and word.isdigit() and len(word) < 20 else None


def _kib(word: bytes | None) -> int | None:
    if word is None or word[-3:] != b" kB":
        return None
    number = word[:-3].lstrip(b" ")
    return int(number) * _KIB if number.isdigit() and len(number) < 17 else None


def _capabilities(word: bytes | None) -> int | None:
    return int(word, 16) if word is not None and len(word) == 16 and not word.strip(_HEXADECIMAL) else None
