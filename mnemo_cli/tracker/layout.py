"""The bytes of a counters file, version 1, so that a program in any language can write or read one.

The file is 8,192 bytes: 1,024 words of 8 bytes in the machine's byte order, each meaningful alone and
each written with one aligned store, so that a reader never sees half a number. Whole numbers are
signed; text is UTF-8, cut to its field and padded with NUL. A writer fills the file and stores word 0,
the magic, last. A reader takes only files that it can read whole, with this magic and version.

    word      bytes      what
    0         0          magic, the eight characters "mnemotrk"
    1         8          version: 1
    2         16         pid of the owner, in its own pid namespace; 0 in a file of folded workers
    3         24         start of the owner in clock ticks since boot (/proc/PID/stat, field 22)
    4–5       32         boot id (/proc/sys/kernel/random/boot_id), 16 bytes
    6         48         inode of the owner's pid namespace (/proc/self/ns/pid)
    7         56         when the file was made: nanoseconds of Unix time
    8         64         state: 1 in use, 2 closed by its owner, 3 folded from dead workers
    9         72         in a folded file: how many files of dead workers are in it
    10–12     80         in a folded file: words 2, 3 and 7 of the file that was added last
    16–23     128        name of the program, 64 bytes: workers of one name add up

    32        256        used bytes (gauge)
    33        264        peak used bytes (gauge)
    34        272        allocated bytes (counter)
    35        280        allocations (counter)
    36        288        deallocated bytes (counter)
    37        296        deallocations (counter)
    38        304        unbalanced calls: what they gave back had never been taken (counter)
    39        312        limit of the used bytes (gauge): 0 not told, -1 unlimited
    40        320        spawned tasks (counter)
    41        328        completed tasks (counter)

    64–79     512        requests of others to the owner: four words each for shrink (64), throttle (68)
                         and restart recommended (72): the number of the request, its argument (in
                         millionths), the number that the owner acknowledged, and what came of it:
                         1 done, 2 nothing to do, 3 refused, 4 failed. Who asks holds flock(2) on the
                         file, writes the argument first, and then one more than the last number
    96–479    768        16 components of 24 words
    480–735   3840       32 metrics of the program's own, of 8 words

    word of a component
    0–3       name, 32 bytes; an empty one is free
    4–5       unit, 16 bytes: "items", "connections"
    6–7       policy, 16 bytes: what happens when it is full: "block", "reject", "evict_lru",
              "drop_oldest", "compact", or "none"
    8         used, in the unit (gauge): -1 not told; with nothing else told either, it is not in use
    9         limit, in the unit (gauge): 0 not told, -1 unlimited
    10        used bytes (gauge): -1 not told
    11        limit in bytes (gauge): 0 not told, -1 unlimited
    12        evicted (counter)
    13        expired (counter)
    14        rejected (counter)
    15        nanoseconds that callers were blocked (counter)
    16        hits (counter)
    17        misses (counter)

    word of a metric
    0–3       name, 32 bytes; an empty one is free
    4–5       unit, 16 bytes
    6         kind: 1 gauge, 2 counter
    7         value: a double for a gauge (not a number: not told), a whole number for a counter

Everything not named is reserved and zero. tests/tracker/programs/writer.c writes such a file in C.
"""

import sys

MAGIC = b"mnemotrk"
VERSION = 1
FILE_BYTES = 8192
WORDS = FILE_BYTES // 8

MAGIC_AT, VERSION_AT, PID_AT, STARTED_AT, BOOT_AT, NAMESPACE_AT, MADE_AT, STATE_AT = 0, 1, 2, 3, 4, 6, 7, 8
FOLDED_COUNT_AT, FOLDED_PID_AT, FOLDED_STARTED_AT, FOLDED_MADE_AT = 9, 10, 11, 12
NAME_AT, NAME_BYTES = 16, 64
IN_USE, CLOSED, FOLDED = 1, 2, 3

USED_AT, PEAK_AT, ALLOCATED_AT, ALLOCATIONS_AT, DEALLOCATED_AT, DEALLOCATIONS_AT, UNBALANCED_AT = range(32, 39)
LIMIT_AT, SPAWNED_AT, COMPLETED_AT = 39, 40, 41
COUNTERS_AT = (ALLOCATED_AT, ALLOCATIONS_AT, DEALLOCATED_AT, DEALLOCATIONS_AT, UNBALANCED_AT, SPAWNED_AT, COMPLETED_AT)

REQUESTS_AT, REQUEST_WORDS = 64, 4
REQUESTS = ("shrink", "throttle", "restart")
ARGUMENT_OFFSET, ACKNOWLEDGED_OFFSET, CAME_OF_IT_OFFSET = 1, 2, 3
MILLION = 1_000_000
DONE, NOTHING, REFUSED, FAILED = 1, 2, 3, 4
COMPONENTS_AT, COMPONENTS, COMPONENT_WORDS = 96, 16, 24
METRICS_AT, METRICS, METRIC_WORDS = 480, 32, 8
LABEL_BYTES, UNIT_BYTES = 32, 16
UNIT_OFFSET, POLICY_OFFSET, KIND_OFFSET, VALUE_OFFSET = 4, 6, 6, 7
# What a component reports, by the offset of its word in the component.
COMPONENT_OFFSETS = {
    "used": 8,
    "limit": 9,
    "used_bytes": 10,
    "limit_bytes": 11,
    "evicted_total": 12,
    "expired_total": 13,
    "rejected_total": 14,
    "blocked_seconds_total": 15,
    "hits_total": 16,
    "misses_total": 17,
}
COMPONENT_COUNTER_OFFSETS = range(12, 18)
GAUGE, COUNTER = 1, 2
NOT_TOLD, UNLIMITED_WORD, NO_LIMIT_TOLD = -1, -1, 0
# Whole numbers in a word have 63 bits; sums of a few stay inside with 62.
MOST = (1 << 62) - 1


def label(text: str, size_bytes: int) -> bytes:
    """Text in its field, NUL-padded; ValueError when it does not fit, is empty, or holds a NUL."""
    encoded = text.encode("utf-8", "replace")
    if not encoded or b"\0" in encoded or len(encoded) > size_bytes:
        raise ValueError(f"a name or unit is 1 to {size_bytes} bytes of text without NUL, and not {text!r}")
    return encoded.ljust(size_bytes, b"\0")


def word(number: int) -> bytes:
    """A whole number as a word."""
    return number.to_bytes(8, sys.byteorder, signed=True)


def text_of(field: bytes) -> str:
    """The text of a field; bytes that are not UTF-8 are replaced."""
    return field.partition(b"\0")[0].decode("utf-8", "replace")
