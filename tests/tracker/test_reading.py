"""Whatever bytes lie in a file: a Tracker, or UnreadableError with the reason."""

import json
import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED, Tracker
from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.adding import folded, folded_content
from mnemo_cli.tracker.discovery import CountersFile
from mnemo_cli.tracker.reading import UnreadableError, decode, header_of
from mnemo_cli.tracker.storage import private


def valid_content():
    """A file in which every area is used."""
    with MemoryTracker("app", limit_bytes=9000) as tracker:
        storage = tracker._storage
        storage.put(layout.NAME_AT, layout.label("app", layout.NAME_BYTES))
        for word, number in ((layout.VERSION_AT, 1), (layout.PID_AT, 7), (layout.STARTED_AT, 99), (layout.STATE_AT, 1)):
            storage.words[word] = number
        storage.put(layout.MAGIC_AT, layout.MAGIC)
        tracker.record_allocation(700)
        tracker.set_work_queue_size(12)
        tracker.set_limit("work_queue", UNLIMITED)
        for at, counter in enumerate(layout.COMPONENT_OFFSETS):
            tracker.component("inbox")(counter, at)
        tracker.gauge("load", unit="ratio").set(0.75)
        tracker.counter("requests", unit="requests").inc(3)
        return bytes(tracker._words)


VALID = valid_content()


def with_word(at, number):
    content = bytearray(VALID)
    struct.pack_into("=q", content, at * 8, number)
    return bytes(content)


def read(content):
    """A Tracker whose parts are what they say, None with the reason; anything else fails the test."""
    try:
        header = header_of(content)
        tracker = decode(content, pid=header.pid, name=header.name)
    except UnreadableError as err:
        assert str(err)
        return None
    assert isinstance(tracker, Tracker)
    assert min(tracker[4:11]) >= 0
    for part in tracker.components:
        assert all(
            number is None or number is UNLIMITED or number >= 0 for number in (part.used, part.limit, *part[8:])
        )
    for metric in tracker.metrics:
        assert metric.value is None or math.isfinite(metric.value)
    json.dumps([str(tracker), header.name, [part.name for part in tracker.components]]).encode()
    return tracker


def test_a_valid_file_is_read_whole():
    seen = read(VALID)
    assert (seen.used_bytes, seen.limit_bytes, len(seen.components), len(seen.metrics)) == (700, 9000, 2, 2)
    assert seen.component("work_queue").limit is UNLIMITED


@given(st.binary(max_size=2 * layout.FILE_BYTES))
def test_arbitrary_bytes_are_refused(content):
    assert read(content) is None


@given(st.integers())
def test_arbitrary_numbers_behind_a_good_beginning_never_crash(seed):
    read(VALID[:16] + random.Random(seed).randbytes(layout.FILE_BYTES - 16))


@given(st.integers(0, layout.FILE_BYTES))
def test_a_truncated_file_is_refused_with_both_sizes(size_bytes):
    if size_bytes < layout.FILE_BYTES:
        with pytest.raises(UnreadableError, match=f"it has {size_bytes} bytes, and a counters file has 8192"):
            header_of(VALID[:size_bytes])
    with pytest.raises(UnreadableError, match="8193"):
        header_of(VALID + b"\0")


@given(st.sets(st.integers(0, layout.FILE_BYTES * 8 - 1), max_size=30))
def test_flipped_bits_never_crash(bits):
    content = bytearray(VALID)
    for bit in bits:
        content[bit // 8] ^= 1 << bit % 8
    read(bytes(content))


EXTREME = st.one_of(
    st.integers(-3, 3), st.sampled_from([1 << 62, (1 << 63) - 1, -(1 << 63)]), st.integers(-(1 << 63), (1 << 63) - 1)
)


@given(st.dictionaries(st.integers(2, layout.WORDS - 1), EXTREME, max_size=40))
def test_extreme_numbers_anywhere_never_crash_and_can_be_added_up(numbers):
    content = bytearray(VALID)
    for at, number in numbers.items():
        struct.pack_into("=q", content, at * 8, number)
    content = bytes(content)
    if read(content) is None:
        return
    file = CountersFile("/dev/shm/mnemosyne-0", "1-2-0", 0, header_of(content), content)
    try:
        total = folded([file, file, file])
        again = folded_content(total, file)
    except UnreadableError:
        return
    assert read(again) is not None


@pytest.mark.parametrize(
    ("at", "number", "reason"),
    [
        (layout.VERSION_AT, 2, "it is of version 2; this mnemo reads 1"),
        (layout.VERSION_AT, 0, "it is of version 0"),
        (layout.MAGIC_AT, 0, "it does not begin as a counters file"),
        (layout.USED_AT, -1, "a counter is negative, and no count is"),
        (layout.COMPLETED_AT, -7, "a counter is negative"),
        (layout.FOLDED_COUNT_AT, -1, "the number of folded workers is negative"),
        (layout.COMPONENTS_AT + 7 * layout.COMPONENT_WORDS + 12, -5, "a counter of a component is negative"),
        (
            layout.METRICS_AT + layout.METRIC_WORDS + layout.VALUE_OFFSET,
            -2,
            "a counter of the program's own is negative",
        ),
    ],
)
def test_what_cannot_be_is_named(at, number, reason):
    with pytest.raises(UnreadableError, match=reason):
        content = with_word(at, number)
        decode(content, pid=1, name=header_of(content).name)


def test_a_version_2_of_another_size_is_still_named_by_its_size():
    with pytest.raises(UnreadableError, match="16384 bytes"):
        header_of(with_word(layout.VERSION_AT, 2) + bytes(layout.FILE_BYTES))


def test_a_metric_of_an_unknown_kind_and_one_without_a_name_are_left_out():
    first = layout.METRICS_AT
    assert [metric.name for metric in read(with_word(first + layout.KIND_OFFSET, 3)).metrics] == ["requests"]
    assert [metric.name for metric in read(with_word(first, 0)).metrics] == ["requests"]


def test_a_hole_between_two_components_hides_none_of_them():
    seen = read(with_word(layout.COMPONENTS_AT + layout.COMPONENT_WORDS, 0))
    assert [part.name for part in seen.components] == ["inbox"]


def test_text_that_is_not_utf_8_is_replaced():
    seen = read(with_word(layout.COMPONENTS_AT + layout.COMPONENT_WORDS, 0x00FF41))
    assert seen.components[0].name == "A\ufffd"


def test_the_limit_is_told_not_told_or_unlimited():
    limits = [read(with_word(layout.LIMIT_AT, word)).limit_bytes for word in (5, 0, -1, -2)]
    assert limits == [5, None, UNLIMITED, None]


def test_what_did_not_change_is_not_confused_with_what_did():
    """Decoded parts are remembered by their bytes: an earlier reading is never given for a later one."""
    storage = private("test")
    storage.words[:] = memoryview(VALID).cast("q")
    word = layout.COMPONENTS_AT + layout.COMPONENT_WORDS + layout.COMPONENT_OFFSETS["used"]
    for number in (1, 2, 1, 3):
        storage.words[word] = storage.words[layout.USED_AT] = number
        seen = read(bytes(storage.words))
        assert (seen.used_of("work_queue"), seen.used_bytes) == (number, number)
