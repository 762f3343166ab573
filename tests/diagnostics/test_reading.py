"""Reading evidence with a cap, in small chunks, without waiting for anybody."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.collector import Missing
from mnemo_cli.diagnostics.head_and_tail import LEFT_OUT
from mnemo_cli.diagnostics.reading import (
    CHUNK_BYTES,
    few,
    file_chunks,
    gathered,
    joined,
    missing,
    missing_of,
    open_regular,
    pieces,
    read_whole,
    status_of,
)
from mnemo_cli.model import Gap


def read(path, **options):
    return b"".join(file_chunks(path, **options))


def test_a_file_that_fits_is_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1000)
    assert read(tmp_path / "a", most_bytes=1000) == b"x" * 1000


def test_of_a_long_file_whole_lines_of_head_and_tail_are_kept(tmp_path):
    lines = [b"line %d\n" % number for number in range(10_000)]
    (tmp_path / "a").write_bytes(b"".join(lines))
    text = read(tmp_path / "a", most_bytes=10_000)
    head, mark, tail = text.partition(LEFT_OUT)
    assert len(text) <= 10_000 and head.startswith(lines[0]) and tail.endswith(lines[-1]) and mark
    assert set(head.splitlines(keepends=True)) | set(tail.splitlines(keepends=True)[1:]) <= set(lines)
    left_out = int(tail.split()[0])
    assert left_out + len(head) + len(tail.partition(b"\n")[2]) == sum(map(len, lines))


@given(lines=st.lists(st.binary(max_size=60), max_size=60), most_bytes=st.integers(0, 600), tail_only=st.booleans())
def test_no_cap_is_passed_and_what_is_kept_is_of_the_file(tmp_path_factory, lines, most_bytes, tail_only):
    path, content = tmp_path_factory.mktemp("x") / "a", b"\n".join(lines)
    path.write_bytes(content)
    text = read(path, most_bytes=most_bytes, tail_only=tail_only)
    if len(content) <= most_bytes:
        assert text == content
    else:
        assert len(text) <= max(most_bytes, 64)
        head, _, tail = text.partition(LEFT_OUT)
        # A line that was cut gets an end of its own before the mark.
        assert content.startswith(head.removesuffix(b"\n")) and content.endswith(tail.partition(b"\n")[2])


def test_a_file_of_proc_does_not_tell_its_size_and_is_read(tmp_path):
    assert b"MemTotal" in read("/proc/self/../meminfo", most_bytes=1 << 20)
    cut = read("/proc/self/smaps", most_bytes=300)
    assert len(cut) <= 300 and cut.endswith(b"--- mnemo left out the rest: there is more than fits ---\n")


def test_a_file_is_closed_however_its_reading_ends(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 300_000)
    before = set(os.listdir("/proc/self/fd"))
    chunks = file_chunks(tmp_path / "a", most_bytes=1 << 20)
    next(chunks)
    del chunks
    file_chunks(tmp_path / "a", most_bytes=1 << 20)
    with pytest.raises(OSError):
        file_chunks(tmp_path, most_bytes=1)
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_fifo_a_device_and_a_folder_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            open_regular(path)


def test_in_a_folder_of_others_no_link_is_followed(tmp_path):
    (tmp_path / "a").write_text("x")
    (tmp_path / "link").symlink_to("a")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        descriptor = open_regular("a", within=folder)
        assert stat.S_ISREG(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        with pytest.raises(OSError) as caught:
            open_regular("link", within=folder)
    finally:
        os.close(folder)
    assert missing("link", caught.value).state == "denied"


def test_a_piece_has_an_end(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 100)
    assert read_whole(tmp_path / "a", most_bytes=10) == b"x" * 10


@given(st.lists(st.binary(max_size=200_000), max_size=5))
def test_joined_chunks_are_small_and_lose_nothing(lines):
    chunks = list(joined(lines))
    assert b"".join(chunks) == b"".join(lines) and all(0 < len(chunk) <= CHUNK_BYTES for chunk in chunks)


def test_pieces_of_nothing_are_none():
    assert list(pieces(b"")) == [] and list(joined([])) == []


def test_several_files_stand_below_their_names(tmp_path):
    (tmp_path / "a").write_text("1\n")
    (tmp_path / "b").write_text("2")
    lacks: list[Missing] = []
    files = [(name, tmp_path / name) for name in ("a", "none", "b")]
    assert b"".join(gathered(files, lacks)) == b"==> a <==\n1\n\n==> b <==\n2\n\n"
    assert lacks == [Missing("none", "skipped", "No such file or directory")]


@pytest.mark.parametrize(
    ("number", "state"), [(2, "skipped"), (3, "skipped"), (13, "denied"), (1, "denied"), (95, "skipped"), (5, "error")]
)
def test_an_error_becomes_a_state(number, state):
    lack = missing("x\n", OSError(number, os.strerror(number)))
    assert lack.state == state and lack.source == "x\\x0a"
    assert missing_of(Gap("f", "x", f"cannot: {os.strerror(number)}")).state == state


def test_reasons_are_told_once_each():
    lacks = [Missing(f"/{number}", "denied", "no") for number in range(1000)] + [Missing("/x", "error", "broken")]
    assert list(few(lacks)) == [Missing("/0 and 999 more", "denied", "no"), Missing("/x", "error", "broken")]
    assert len(list(few(Missing("/", "error", f"{number}") for number in range(50)))) == 8


def test_a_file_that_goes_after_it_was_listed_has_no_status_and_stops_nobody(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("x")
    with os.scandir(tmp_path) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    (tmp_path / "a").unlink()
    assert [None if (status := status_of(entry)) is None else status.st_size for entry in listed] == [None, 1]
