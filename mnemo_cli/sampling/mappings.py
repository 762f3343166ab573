"""What a process's memory is made of: heap, anonymous maps, thread stacks, mapped files, shared memory.

status tells the sums, to everybody and for nothing (10 µs). smaps tells the kinds; it walks the page tables
under the target's lock (1 ms for a small process, a second for a large one) and needs the right to trace it.
https://docs.kernel.org/filesystems/proc.html
"""

import re
from typing import NamedTuple

from mnemo_cli.sampling.files import line_values

_KIB = 1024
# glibc reserves each further arena as 64 MiB at a multiple of that (HEAP_MAX_SIZE in malloc/arena.c).
_ARENA_BYTES = 64 << 20
# The guard below a thread's stack: one page by default, larger where the program asks for more.
_LARGEST_GUARD_BYTES = 1 << 20
_MAPPING = re.compile(
    rb"(?m)^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([-rwxsp]{4}) [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ (\d{1,20}) *([^\n]*)\n"
    rb"((?:[A-Z][A-Za-z_]+:[^\n]*\n)+)"
)
_SIZES = re.compile(
    rb"\nRss: +(\d{1,16}) kB\n(?:[^\n]*\n)*?Anonymous: +(\d{1,16}) kB\n(?:[^\n]*\n)*?Swap: +(\d{1,16}) kB\n"
)
_SHARED_NAMES = (b"/memfd:", b"/SYSV", b"/dev/zero", b"/[aio]", b"/drm mm object", b"/anon_hugepage")


class MemorySums(NamedTuple):
    """From status; None where the kernel does not say it (the parts are there from Linux 4.5 on)."""

    resident_bytes: int | None
    anonymous_bytes: int | None
    file_bytes: int | None
    shmem_bytes: int | None
    swap_bytes: int | None
    page_table_bytes: int | None
    huge_page_bytes: int | None
    virtual_bytes: int | None
    threads: int | None


class MemoryKinds(NamedTuple):
    """From smaps. The first three count what is resident or swapped; shared memory is what this process has mapped.

    `anonymous_bytes` holds private copies of pages of files, too. `unread` mappings could not be understood.
    """

    heap_bytes: int
    anonymous_bytes: int
    stack_bytes: int
    file_bytes: int
    shmem_bytes: int
    mappings: int
    unread: int


class _Mapping(NamedTuple):
    start: int
    end: int
    rights: bytes
    inode: int
    name: bytes
    rss: int
    anonymous: int
    swap: int


def parse_memory_sums(text: bytes) -> MemorySums:
    """From a text of /proc/PID/status."""
    keys = ("VmRSS", "RssAnon", "RssFile", "RssShmem", "VmSwap", "VmPTE", "HugetlbPages", "VmSize", "Threads")
    *kibibytes, threads = line_values(text.replace(b"\t", b" "), keys)
    sizes = [None if number is None else number * _KIB for number in kibibytes]
    return MemorySums._make([*sizes, threads])


def parse_memory_kinds(text: bytes, shared_folders: tuple[bytes, ...] = (b"/dev/shm/",)) -> MemoryKinds:
    """From a text of smaps; `shared_folders` are where tmpfs is mounted, each with its last slash."""
    heap = anonymous = stack = file = shmem = 0
    mappings, unread = _mappings(text)
    for before, mapping, after in zip([None, *mappings], mappings, [*mappings[1:], None], strict=False):
        private = mapping.anonymous + mapping.swap
        if mapping.name.startswith((*_SHARED_NAMES, *shared_folders)) or (b"s" in mapping.rights and not mapping.inode):
            shmem += mapping.rss - mapping.anonymous
            anonymous += mapping.anonymous
        elif mapping.inode:
            file += mapping.rss - mapping.anonymous
            anonymous += private
        elif _is_heap(mapping, after):
            heap += private
        elif _is_stack(before, mapping):
            stack += private
        else:
            anonymous += private
    return MemoryKinds(
        heap * _KIB, anonymous * _KIB, stack * _KIB, file * _KIB, shmem * _KIB, len(mappings) + unread, unread
    )


def _mappings(text: bytes) -> tuple[list[_Mapping], int]:
    found: list[_Mapping] = []
    unread = 0
    for match in _MAPPING.finditer(text):
        start, end, rights, inode, name, lines = match.groups()
        sizes = _SIZES.search(b"\n" + lines)
        if sizes is None:
            unread += 1
            continue
        rss, anonymous, swap = map(int, sizes.groups())
        # Read one after the other by the kernel: never more anonymous than resident, or a part would be negative.
        anonymous = min(anonymous, rss)
        found.append(_Mapping(int(start, 16), int(end, 16), rights, int(inode), name, rss, anonymous, swap))
    return found, unread


def _is_heap(mapping: _Mapping, after: _Mapping | None) -> bool:
    """brk's, an arena of glibc, or one that glibc named (tunable glibc.mem.decorate_maps)."""
    if mapping.name == b"[heap]" or mapping.name.startswith((b"[anon: glibc: malloc", b"[anon:glibc: malloc")):
        return True
    if mapping.name or mapping.start % _ARENA_BYTES or mapping.rights[:2] != b"rw":
        return False
    reserved = after is not None and after.start == mapping.end and after.rights == b"---p" and not after.name
    end = after.end if reserved and after is not None else mapping.end
    return end % _ARENA_BYTES == 0


def _is_stack(before: _Mapping | None, mapping: _Mapping) -> bool:
    """The kernel no longer says whose stack it is (since 4.5): a thread's lies above a guard that nobody may touch."""
    if mapping.name == b"[stack]" or mapping.name.startswith((b"[anon: glibc: pthread", b"[anon:glibc: pthread")):
        return True
    if mapping.name or before is None or mapping.rights[:2] != b"rw":
        return False
    is_guard = before.rights == b"---p" and not before.inode and before.end == mapping.start
    return is_guard and before.end - before.start <= _LARGEST_GUARD_BYTES
