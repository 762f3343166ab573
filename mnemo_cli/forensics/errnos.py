"""Errors of the system and the messages they make: which limit each one means, and which it does not.

An errno has several causes: a page names all that a limit can have, the likeliest first.
"""

import errno
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mnemo_cli.forensics.codes import signal_page
from mnemo_cli.forensics.page import Page


class _Cause(NamedTuple):
    """What an errno means for limits. `checks` are the doctor's slugs for the same causes."""

    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()
    checks: tuple[str, ...] = ()


_CAUSES: dict[str, _Cause] = {
    "EMFILE": _Cause(
        (
            "A process reached a limit of its own; other processes are not concerned.",
            "Usually the soft RLIMIT_NOFILE: every file, socket and pipe takes a descriptor. The limit is the highest "
            "descriptor number plus one, so lowering it below the use succeeds, and the next open fails.",
        ),
        (
            ("soft RLIMIT_NOFILE", "`mnemo doctor --pid N`; what counts is the limit of that process, not the shell's"),
            ("inotify instances", "fs.inotify.max_user_instances, 128 for each user by default, from inotify_init()"),
            ("message queues", "RLIMIT_MSGQUEUE, from mq_open()"),
        ),
        ("fd-soft-low", "fd-usage", "inotify-instances"),
    ),
    "ENFILE": _Cause(
        ("The whole machine has as many files open as fs.file-max allows; only CAP_SYS_ADMIN may go beyond.",),
        (("fs.file-max", "/proc/sys/fs/file-nr: the first number is in use, the third is the limit"),),
        ("file-max",),
    ),
    "EAGAIN": _Cause(
        (
            "From fork, clone or a new thread it means: no more tasks. Python says \"can't start new thread\", Java "
            '"unable to create native thread". From a socket or a pipe it only means: nothing there yet.',
            "Four limits have this errno, and the message names none of them. With memory free and no limit of tasks "
            "near, look at RLIMIT_AS and vm.max_map_count too: a thread reserves address space for its stack.",
        ),
        (
            ("RLIMIT_NPROC", "counts all threads of the user, in every session and container with the same uid"),
            ("pids.max", "of the control group and of each of its ancestors; TasksMax= in systemd"),
            ("kernel.threads-max", "all tasks of the machine"),
            ("kernel.pid_max", "all tasks of the machine, too"),
            ("RLIMIT_MEMLOCK", "from mlock() and io_uring, on some kernels"),
            ("fs.aio-max-nr", "from io_setup()"),
        ),
        ("task-usage", "pids-group-usage", "pids-group-hits", "threads-max", "pid-max"),
    ),
    "ENOMEM": _Cause(
        (
            "Memory, or address space, was refused: nobody was killed for it. With memory free it is nearly always one "
            "of these limits. A memory limit of a control group kills instead, and shows as exit code 137.",
        ),
        (
            ("vm.max_map_count", "mappings of one process; also from munmap() and mprotect()"),
            ("RLIMIT_AS", "address space, not memory: a runtime that reserves much fails early"),
            ("RLIMIT_DATA", "private writable memory"),
            ("strict overcommit", "vm.overcommit_memory 2: Committed_AS would pass CommitLimit, most often in fork"),
            ("RLIMIT_MEMLOCK", "from mlock()"),
            ("huge pages", "the reserved ones are used up"),
        ),
        ("mappings", "address-space-limited", "data-limited", "strict-overcommit", "locked-memory"),
    ),
    "ENOSPC": _Cause(
        ("With free space on the disk it is a limit of something else.",),
        (
            ("inotify watches", "fs.inotify.max_user_watches, from inotify_add_watch(): editors, bundlers, agents"),
            ("epoll watches", "fs.epoll.max_user_watches, from epoll_ctl()"),
            ("inodes, quota", "`df -i`, `quota`: the file system has space but no room for another file"),
        ),
        ("inotify-watches", "inotify-watches-low"),
    ),
    "EPERM": _Cause(
        (
            "On starting a thread it is no limit at all: usually seccomp, an old container runtime that does not know "
            "clone3(). Raising limits does not help; a newer runtime does.",
            "From setrlimit() the value is above the hard limit and CAP_SYS_RESOURCE is missing (uid 0 alone is not "
            "enough), or it is above fs.nr_open, which nobody may pass.",
        ),
        (),
        ("fd-above-nr-open",),
    ),
    "E2BIG": _Cause(
        (
            "The arguments and the environment together may take a quarter of the soft RLIMIT_STACK, and one word no "
            "more than 128 KiB.",
        ),
        (("RLIMIT_STACK", "`ulimit -s`; or pass the words by a file or a pipe, as xargs does"),),
        ("stack-limited",),
    ),
    "EFBIG": _Cause(
        ("A file would grow past RLIMIT_FSIZE, or past what its file system can hold.",),
        (("RLIMIT_FSIZE", "also sends SIGXFSZ: exit code 153 where the program does not handle it"),),
        ("file-size-limited",),
    ),
    "ETOOMANYREFS": _Cause(
        (
            "Too many descriptors are under way in Unix sockets: more than the sender's soft RLIMIT_NOFILE, and nobody "
            "has received them yet.",
        ),
        (),
        ("fd-soft-low",),
    ),
}  # fmt: skip
# What programs print, in lower case, and the errno or signal that it stands for.
_MESSAGES = {
    "too many open files": "EMFILE",
    "too many open files in system": "ENFILE",
    "file table overflow": "ENFILE",
    "resource temporarily unavailable": "EAGAIN",
    "can't start new thread": "EAGAIN",
    "unable to create native thread": "EAGAIN",
    "unable to create new native thread": "EAGAIN",
    "failed to create new os thread": "EAGAIN",
    "cannot allocate memory": "ENOMEM",
    "heap out of memory": "SIGABRT",
    "no space left on device": "ENOSPC",
    "operation not permitted": "EPERM",
    "argument list too long": "E2BIG",
    "file too large": "EFBIG",
    "file size limit exceeded": "SIGXFSZ",
    "cpu time limit exceeded": "SIGXCPU",
    "too many references": "ETOOMANYREFS",
    "killed": "SIGKILL",
    "oom": "SIGKILL",
    "oomkilled": "SIGKILL",
    "out of memory": "SIGKILL",
    "terminated": "SIGTERM",
}  # fmt: skip


def errno_page(word: str) -> Page | None:
    """The page of an errno by its name, in either case."""
    name = word.upper()
    number = getattr(errno, name, None) if name in errno.errorcode.values() else None
    if not isinstance(number, int):
        return None
    cause = _CAUSES.get(name, _Cause(("It is not the errno of a limit.",)))
    paragraphs = cause.paragraphs
    if cause.checks:
        paragraphs += (f"Look for it with `mnemo doctor --select {','.join(cause.checks)}`.",)
    return Page(
        topic=name, title=f"errno {name} ({number}), {os.strerror(number)}", paragraphs=paragraphs, rows=cause.rows
    )


def message_page(text: str) -> Page | None:
    """The page of what a program printed: a known message anywhere in it, the longest one first."""
    said = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    # Whole words only: "unterminated string" is no signal.
    found = [message for message in _MESSAGES if re.search(rf"(?<!\w){re.escape(message)}(?!\w)", said)]
    if not found:
        return None
    name = _MESSAGES[max(found, key=len)]
    return signal_page(name) if name.startswith("SIG") else errno_page(name)


def errno_names() -> Iterator[tuple[str, str]]:
    """The errnos that a limit makes, with their messages."""
    for name in _CAUSES:
        yield name, os.strerror(getattr(errno, name))


def messages() -> Iterator[tuple[str, str]]:
    """What programs print, in lower case, and the errno or signal that each stands for."""
    yield from _MESSAGES.items()


def named_checks() -> frozenset[str]:
    """The doctor's slugs that the pages name."""
    return frozenset(check for cause in _CAUSES.values() for check in cause.checks)
