"""Tasks: how many there are at all, and how many each user has.

RLIMIT_NPROC counts threads by real uid. Counting them means reading the status of every process (30 µs
each); the total in /proc/loadavg is one read, is not cut by pid namespaces, and is at least as much as
any user has: where that is far below the limit nothing needs to be counted.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import gap

_LOADAVG = re.compile(rb"(?:\d+\.\d\d ){3}\d{1,9}/(\d{1,9}) \d+\n")
_UID = re.compile(rb"\nUid:\t(\d{1,10})\t")
_THREADS = re.compile(rb"\nThreads:\t(\d{1,9})\n")
_STATUS_BYTES = 4096
# The total and the count are taken one after the other: a few tasks come and go in between.
_SLACK_TASKS = 16


class TaskCensus(NamedTuple):
    """The tasks that can be seen, a lower bound: `unread` processes could not be read, others may be hidden from us."""

    by_uid: Mapping[int, int]
    unread: int

    def hidden(self, total: int) -> int:
        """How many of all tasks could not be seen."""
        return max(0, total - sum(self.by_uid.values()) - _SLACK_TASKS)


def read_total_tasks(root: Path, gaps: list[Gap]) -> int | None:
    """Tasks of the whole machine, from /proc/loadavg."""
    try:
        match = _LOADAVG.fullmatch((root / "proc/loadavg").read_bytes())
    except OSError as err:
        gaps.append(gap("tasks", "/proc/loadavg", err))
        return None
    if match is None:
        gaps.append(Gap("tasks", "/proc/loadavg", "it is not a line of load averages"))
        return None
    return int(match.group(1))


def count_tasks(root: Path, gaps: list[Gap]) -> TaskCensus | None:
    """The tasks of every user; None where /proc cannot be listed. A process that ends meanwhile is left out."""
    by_uid: Counter[int] = Counter()
    unread = 0
    try:
        folder = os.open(root / "proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as err:
        gaps.append(gap("tasks_by_uid", "/proc", err))
        return None
    try:
        for name in filter(str.isdigit, os.listdir(folder)):  # noqa: PTH208 - of a descriptor
            try:
                text = _status(name, folder)
            except (FileNotFoundError, ProcessLookupError):
                continue
            except OSError:
                text = b""
            uid, threads = _UID.search(text), _THREADS.search(text)
            if uid is None or threads is None:
                unread += 1
                continue
            by_uid[int(uid[1])] += int(threads[1])
    finally:
        os.close(folder)
    if unread:
        gaps.append(Gap("tasks_by_uid", "/proc/*/status", f"{unread} processes cannot be read"))
    return TaskCensus(by_uid=by_uid, unread=unread)


def _status(name: str, folder: int) -> bytes:
    descriptor = os.open(f"{name}/status", os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(descriptor, _STATUS_BYTES)
    finally:
        os.close(descriptor)
