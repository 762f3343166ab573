"""What a process's memory is made of: each mapping of smaps is counted as one kind, and the sums agree with status."""

import mmap
import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.mappings import MemoryKinds, MemorySums, parse_memory_kinds, parse_memory_sums

KIB = 1024
ARENA = 64 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def mapping(start, end, rights="rw-p", *, name="", inode=0, rss=0, anonymous=0, swap=0):
    return (
        f"{start:x}-{end:x} {rights} 00000000 00:00 {inode} {name}\nSize: {(end - start) // KIB:8} kB\n"
        f"KernelPageSize:        4 kB\nRss: {rss:17} kB\nPss: {rss:17} kB\nAnonymous: {anonymous:8} kB\n"
        f"AnonHugePages:         0 kB\nSwap: {swap:16} kB\nSwapPss:               0 kB\nVmFlags: rd wr\n"
    )


ARENA_BEGUN = mapping(ARENA, ARENA + 0x9000, rss=8, anonymous=8)


def kinds(*mappings, **arguments):
    return parse_memory_kinds("".join(mappings).encode(), **arguments)


def only(field, kibibytes, mappings):
    return MemoryKinds(0, 0, 0, 0, 0, mappings, 0)._replace(**{field: kibibytes * KIB})


@pytest.mark.parametrize(
    ("mappings", "field", "kibibytes"),
    [
        ([mapping(0x5000, 0x9000, name="[heap]", rss=12, anonymous=12, swap=4)], "heap_bytes", 16),
        ([mapping(0x5000, 0x9000, name="[anon: glibc: malloc arena]", rss=8, anonymous=8)], "heap_bytes", 8),
        ([ARENA_BEGUN, mapping(ARENA + 0x9000, 2 * ARENA, "---p")], "heap_bytes", 8),
        ([mapping(ARENA, 2 * ARENA, rss=99, anonymous=99)], "heap_bytes", 99),
        ([ARENA_BEGUN], "anonymous_bytes", 8),
        ([mapping(0x5000, 0x9000, rss=12, anonymous=12, swap=20)], "anonymous_bytes", 32),
        ([mapping(0x4000, 0x5000, "---p"), mapping(0x5000, 0x9000, rss=12, anonymous=12)], "stack_bytes", 12),
        ([mapping(0x3000, 0x4000, "---p"), mapping(0x5000, 0x9000, rss=12, anonymous=12)], "anonymous_bytes", 12),
        (
            [mapping(0x4000, 0x4000 + ARENA, "---p"), mapping(0x4000 + ARENA, 0x9000 + ARENA, rss=12, anonymous=12)],
            "anonymous_bytes",
            12,
        ),
        ([mapping(0x5000, 0x9000, name="[stack]", rss=12, anonymous=12)], "stack_bytes", 12),
        ([mapping(0x5000, 0x9000, name="[anon: glibc: pthread stack: 7]", rss=4, anonymous=4)], "stack_bytes", 4),
        ([mapping(0x5000, 0x9000, "r--p", name="/usr/lib/a.so", inode=7, rss=12)], "file_bytes", 12),
        ([mapping(0x5000, 0x9000, name="/usr/lib/a.so", inode=7, rss=12, anonymous=12)], "anonymous_bytes", 12),
        ([mapping(0x5000, 0x9000, "rw-s", name="/dev/zero (deleted)", inode=7, rss=12)], "shmem_bytes", 12),
        ([mapping(0x5000, 0x9000, "rw-s", name="/memfd:x (deleted)", inode=7, rss=12)], "shmem_bytes", 12),
        ([mapping(0x5000, 0x9000, "rw-s", name="/SYSV00000000 (deleted)", inode=0, rss=12)], "shmem_bytes", 12),
        ([mapping(0x5000, 0x9000, "rw-s", name="/dev/shm/a b", inode=7, rss=12)], "shmem_bytes", 12),
    ],
)  # fmt: skip
def test_each_mapping_is_of_one_kind(mappings, field, kibibytes):
    assert kinds(*mappings) == only(field, kibibytes, len(mappings))


def test_another_tmpfs_is_shared_memory_where_it_is_told():
    text = mapping(0x5000, 0x9000, "rw-s", name="/run/x", inode=7, rss=12)
    assert kinds(text).file_bytes == 12 * KIB
    assert kinds(text, shared_folders=(b"/run/",)).shmem_bytes == 12 * KIB


def test_a_damaged_mapping_is_counted_and_not_understood():
    text = mapping(0x5000, 0x9000, name="[heap]", rss=12, anonymous=12)
    damaged = text.replace("Anonymous:       12 kB", "Anonymous:       x kB")
    assert kinds(damaged, text) == MemoryKinds(12 * KIB, 0, 0, 0, 0, 2, 1)
    without_swap = text.replace("Swap: ", "Swop: ")
    assert kinds(without_swap, text) == MemoryKinds(12 * KIB, 0, 0, 0, 0, 2, 1)
    assert parse_memory_kinds(b"") == parse_memory_kinds(b"nonsense\n") == MemoryKinds(0, 0, 0, 0, 0, 0, 0)


def test_status_tells_the_sums():
    text = (
        b"Name:\ta\nVmSize:\t   60000 kB\nVmRSS:\t   900 kB\nRssAnon:\t  500 kB\nRssFile:\t  300 kB\n"
        b"RssShmem:\t 100 kB\n"
        b"VmPTE:\t  40 kB\nVmSwap:\t   8 kB\nHugetlbPages:\t 0 kB\nThreads:\t3\n"
    )
    in_kib = (900, 500, 300, 100, 8, 40, 0, 60000)
    assert parse_memory_sums(text) == MemorySums(*(number * KIB for number in in_kib), 3)


def test_what_status_does_not_tell_is_unknown_and_not_0():
    assert parse_memory_sums(b"Name:\ta\nVmRSS:\t 900 kB\nThreads:\t1") == MemorySums(900 * KIB, *[None] * 8)
    assert parse_memory_sums(b"") == MemorySums(*[None] * 9)


@given(st.binary(max_size=300))
def test_any_text_is_answered(text):
    whole = mapping(0x5000, 0x9000, name="[heap]", rss=12, anonymous=12).encode()
    for smaps in (text, whole + text, text + whole, whole[: len(text)]):
        found = parse_memory_kinds(smaps)
        assert min(found) >= 0
    parse_memory_sums(text)


@linux
def test_our_own_kinds_add_up_to_what_status_says():
    before = parse_memory_kinds(Path("/proc/self/smaps").read_bytes())
    done = threading.Event()
    # More than the stacks that the C library keeps of threads that have ended.
    threads = [threading.Thread(target=done.wait) for _ in range(16)]
    for thread in threads:
        thread.start()
    held = mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    shared = mmap.mmap(-1, 4 << 20)
    try:
        for part in (held, shared):
            part[:] = b"x" * len(part)
        found = parse_memory_kinds(Path("/proc/self/smaps").read_bytes())
        sums = parse_memory_sums(Path("/proc/self/status").read_bytes())
    finally:
        done.set()
        for thread in threads:
            thread.join()
        held.close()
        shared.close()
    assert found.unread == 0 and sums.threads is not None and sums.threads > 16
    assert found.anonymous_bytes - before.anonymous_bytes >= 3 << 20
    assert found.shmem_bytes - before.shmem_bytes == 4 << 20
    assert found.stack_bytes > before.stack_bytes
    assert sums.anonymous_bytes is not None and sums.swap_bytes is not None
    private = found.heap_bytes + found.anonymous_bytes + found.stack_bytes
    # The two were read one after the other, and status counts in batches of pages for each processor.
    assert abs(private - sums.anonymous_bytes - sums.swap_bytes) < (1 << 20) * (os.cpu_count() or 1)
