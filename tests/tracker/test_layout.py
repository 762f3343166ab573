"""The table of the bytes in the module is what is written, by Python and by another language."""

import os
import re
import shutil
import struct
from pathlib import Path

import pytest

from mnemo_cli.model import UNLIMITED
from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.owner import Owner

WRITER = Path(__file__).parent / "programs/writer.c"
ROW = re.compile(r"    (\d+)(?:–(\d+))? +(?:(\d+) +)?(\S.*)")


def table(heading):
    """word -> what, of one of the tables; the byte column is checked on the way."""
    lines = layout.__doc__.partition(f"    {heading}")[2].splitlines()[1:]
    rows = {}
    for line in lines:
        found = ROW.fullmatch(line)
        if found:
            first, _, first_byte, what = found.groups()
            rows[int(first)] = what
            if first_byte is not None:
                assert int(first_byte) == int(first) * 8, line
        elif line and not line.startswith("     "):
            break
    return rows


FILE, COMPONENT, METRIC = table("word      bytes      what"), table("word of a component"), table("word of a metric")


def only(rows, *words):
    """The one row that tells of all these words."""
    found = [word for word, what in rows.items() if all(part in what for part in words)]
    assert len(found) == 1, (words, found)
    return found[0]


def test_every_constant_of_the_file_stands_in_its_table():
    assert only(FILE, "magic") == layout.MAGIC_AT
    assert only(FILE, "version") == layout.VERSION_AT
    assert only(FILE, "pid of the owner") == layout.PID_AT
    assert only(FILE, "start of the owner") == layout.STARTED_AT
    assert only(FILE, "boot id") == layout.BOOT_AT
    assert only(FILE, "inode") == layout.NAMESPACE_AT
    assert only(FILE, "when the file was made") == layout.MADE_AT
    assert only(FILE, "state:") == layout.STATE_AT
    assert only(FILE, "how many files of dead workers") == layout.FOLDED_COUNT_AT
    last = only(FILE, "the file that was added last")
    assert [last, last + 1, last + 2] == [layout.FOLDED_PID_AT, layout.FOLDED_STARTED_AT, layout.FOLDED_MADE_AT]
    assert only(FILE, "name of the program") == layout.NAME_AT
    assert only(FILE, "requests of others") == layout.REQUESTS_AT
    assert only(FILE, "16 components of 24 words") == layout.COMPONENTS_AT
    assert only(FILE, "32 metrics") == layout.METRICS_AT


def test_every_counter_stands_in_its_table():
    assert {word: what.partition(" (")[0].partition(":")[0] for word, what in FILE.items() if 32 <= word < 64} == {
        layout.USED_AT: "used bytes",
        layout.PEAK_AT: "peak used bytes",
        layout.ALLOCATED_AT: "allocated bytes",
        layout.ALLOCATIONS_AT: "allocations",
        layout.DEALLOCATED_AT: "deallocated bytes",
        layout.DEALLOCATIONS_AT: "deallocations",
        layout.UNBALANCED_AT: "unbalanced calls",
        layout.LIMIT_AT: "limit of the used bytes",
        layout.SPAWNED_AT: "spawned tasks",
        layout.COMPLETED_AT: "completed tasks",
    }


def test_every_word_of_a_component_and_of_a_metric_stands_in_its_table():
    names = {"blocked_seconds_total": "nanoseconds that callers were blocked", "limit_bytes": "limit in bytes"}
    for counter, offset in layout.COMPONENT_OFFSETS.items():
        word = names.get(counter, counter.removesuffix("_total").replace("_", " "))
        assert COMPONENT[offset].startswith(word), counter
    assert COMPONENT[0].startswith("name, 32 bytes") and layout.LABEL_BYTES == 32
    assert COMPONENT[layout.UNIT_OFFSET].startswith("unit, 16 bytes") and layout.UNIT_BYTES == 16
    assert COMPONENT[layout.POLICY_OFFSET].startswith("policy, 16 bytes")
    assert METRIC[layout.UNIT_OFFSET].startswith("unit, 16 bytes")
    assert METRIC[layout.KIND_OFFSET].startswith(f"kind: {layout.GAUGE} gauge, {layout.COUNTER} counter")
    assert METRIC[layout.VALUE_OFFSET].startswith("value: a double for a gauge")


def test_no_two_areas_overlap_and_all_fit_into_the_file():
    components_end = layout.COMPONENTS_AT + layout.COMPONENTS * layout.COMPONENT_WORDS
    metrics_end = layout.METRICS_AT + layout.METRICS * layout.METRIC_WORDS
    assert layout.NAME_AT * 8 + layout.NAME_BYTES <= layout.USED_AT * 8
    assert layout.COMPLETED_AT < layout.REQUESTS_AT < layout.REQUESTS_AT + 16 <= layout.COMPONENTS_AT
    assert components_end <= layout.METRICS_AT and metrics_end <= layout.WORDS == layout.FILE_BYTES // 8


def test_the_requests_are_reserved_and_zero(host):
    with MemoryTracker("app", published=True, shared_memory=host.shared_memory) as tracker:
        tracker.record_allocation(1)
        content = Path(tracker.path).read_bytes()
    assert content[layout.REQUESTS_AT * 8 : layout.COMPONENTS_AT * 8] == bytes(256)


def test_the_file_is_what_the_table_says(host):
    """Read with nothing but the numbers of the table."""
    with MemoryTracker("app", published=True, shared_memory=host.shared_memory, limit_bytes=9000) as tracker:
        tracker.record_allocation(700)
        tracker.record_allocation(50)
        tracker.record_deallocation(250)
        tracker.record_deallocation(9999)
        tracker.record_allocation(40)
        tracker.set_limit("event_queue", UNLIMITED)
        tracker.set_work_queue_size(12)
        tracker.set_limit("work_queue", 20)
        tracker.component("work_queue")("blocked_seconds_total", 1.5)
        tracker.gauge("load", unit="ratio").set(0.75)
        tracker.counter("requests", unit="requests").inc(3)
        with tracker.task():
            content = Path(tracker.path).read_bytes()

    def word(at):
        return struct.unpack_from("=q", content, at * 8)[0]

    def text(at, size_bytes):
        return content[at * 8 : at * 8 + size_bytes].rstrip(b"\0").decode()

    own = Owner()
    assert content[:8] == b"mnemotrk"
    assert [word(at) for at in (1, 2, 3, 6, 8)] == [1, os.getpid(), own.started, own.namespace, 1]
    assert content[32:48] == own.boot_id
    assert text(16, 64) == "app"
    assert [word(at) for at in range(32, 42)] == [40, 750, 790, 3, 750, 2, 1, 9000, 1, 0]
    assert [text(96, 32), text(100, 16), text(102, 16)] == ["event_queue", "events", "drop_oldest"]
    assert [word(96 + at) for at in range(8, 18)] == [-1, -1, -1, 0, 0, 0, 0, 0, 0, 0]
    assert [text(120, 32), text(124, 16), text(126, 16)] == ["work_queue", "items", "block"]
    assert [word(120 + at) for at in range(8, 18)] == [12, 20, -1, 0, 0, 0, 0, 1_500_000_000, 0, 0]
    assert [text(480, 32), text(484, 16), word(486)] == ["load", "ratio", 1]
    assert struct.unpack_from("=d", content, 487 * 8)[0] == 0.75
    assert [text(488, 32), text(492, 16), word(494), word(495)] == ["requests", "requests", 2, 3]


def test_a_program_in_c_writes_what_mnemo_reads(host, tmp_path):
    assert WRITER.read_text().count("\n") <= 60
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    binary = tmp_path / "writer (and) a strange name"
    built = host.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(binary), str(WRITER)])
    assert built.wait() == 0
    writer = host.run([str(binary), str(host.folder)])
    assert int(writer.line()) == writer.pid
    (seen,), gaps = host.read(writer.pid)
    assert gaps == []
    assert (seen.pid, seen.name, seen.used_bytes, seen.peak_bytes, seen.limit_bytes) == (
        writer.pid,
        "in-c",
        300,
        500,
        1000,
    )
    assert (seen.allocated_bytes_total, seen.allocations) == (700, 7)
    (inbox,), (load,) = seen.components, seen.metrics
    assert (inbox.name, inbox.unit, inbox.policy, inbox.used, inbox.limit) == ("inbox", "letters", "block", 12, 20)
    assert load == ("load", "ratio", "gauge", 0.75)
    writer.kill()
    assert host.read(writer.pid)[0] == ()
