"""Recordings: every moment is read back as it was, and no file is lost that way."""

import errno
import gzip
import json
import os
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Event, Level, Process
from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.mnr.file import RecordingFile
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.member import MEMBER_START, Member
from mnemo_cli.recording.mnr.recorder import SAMPLES_OF_A_PART, Recorder
from mnemo_cli.recording.mnr.sealed import opened, sealed
from mnemo_cli.recording.reading.line import Recorded
from tests.examples import few_examples
from tests.recording.mnr.conftest import ABOUT, ROOMY_BYTES
from tests.recording.moments import MOMENTS

MARK = Event(1_700_000_002.5, "mark", Level.NORMAL, "deployed", {"by": "a person"})


def note_all(recorder, moments):
    for moment in moments:
        recorder.note(moment)


def lines_of(path):
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def uses_of(found):
    return [each.moment.sample.limits[0].used_bytes for each in found]


# What is written is read


@few_examples
@given(st.lists(MOMENTS, min_size=1, max_size=6))
def test_any_moments_are_read_back_exactly(tmp_path_factory, read, moments):
    path = tmp_path_factory.mktemp("recording") / "any.mnr"
    recorder = Recorder(path, ABOUT, pytest.fail, max_bytes=ROOMY_BYTES)
    note_all(recorder, moments)
    recorder.close()
    found = read(path)
    assert [encode(sample_document(each.moment)) for each in found] == [
        encode(sample_document(moment)) for moment in moments
    ]
    assert all(isinstance(each, Recorded) and each.about == ABOUT for each in found)


def test_every_moment_of_many_parts_is_read_back(path, recorder_at, moments_of, read):
    recorder, complaints = recorder_at(path)
    moments = moments_of(*[100 + step % 17 for step in range(3 * SAMPLES_OF_A_PART + 5)])
    note_all(recorder, moments)
    recorder.close()
    found = read(path)
    assert [each.moment.sample for each in found] == [moment.sample for moment in moments]
    assert [each.moment.verdict for each in found] == [moment.verdict for moment in moments]
    kinds = [line["type"] for line in lines_of(path)]
    assert (kinds.count("header"), kinds.count("sample"), kinds.count("change")) == (4, 4, len(moments) - 4)
    assert complaints == []


def test_each_line_is_as_the_schema_says(path, recorder_at, moments_of, validator_of):
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(100, 900, None, 100))
    recorder.tell(MARK)
    lines = lines_of(path)
    assert {line["type"] for line in lines} == {"header", "sample", "change", "event"}
    for line in lines:
        validator_of("recording").validate(line)
        if line["type"] in ("sample", "event"):
            del line["check"]
            validator_of(line["type"]).validate(line)
    assert lines[0]["host_name"] == "web-7f9c" and lines[0]["levels"]["critical_ratio"] == 0.8


def test_a_schema_of_recordings_refuses_what_is_none(path, recorder_at, moments_of, validator_of):
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(100, 200))
    for line in lines_of(path):
        for key in line:
            assert not validator_of("recording").is_valid({name: line[name] for name in line if name != key})
        assert not validator_of("recording").is_valid({**line, "check": "xyz"})
        assert not validator_of("recording").is_valid({**line, "type": "other"})


def test_after_each_moment_the_file_is_whole_and_has_it(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    for count, moment in enumerate(moments_of(*range(100, 100 + SAMPLES_OF_A_PART + 3)), 1):
        recorder.note(moment)
        assert uses_of(read(path)) == list(range(100, 100 + count))
        assert recorder.status.size_bytes == path.stat().st_size
        gzip.decompress(path.read_bytes())


def test_gzip_itself_unpacks_it(path, recorder_at, moments_of):
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(*[100] * 70))
    done = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True, stdin=subprocess.DEVNULL)
    assert done.stdout == gzip.decompress(path.read_bytes()) and done.stderr == b""


def test_lines_that_somebody_unpacked_or_packed_anew_are_read(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(*[100] * 70))
    packed = path.read_bytes()
    plain = gzip.decompress(packed)
    assert read(plain) == read(gzip.compress(plain)) == read(packed + bytes(512)) == read(packed)


def test_who_recorded_is_told_with_each_sample(path, recorder_at, moments_of, read):
    edges = Edges(moderate_ratio=0.3, high_ratio=0.5, critical_ratio=0.75, release_margin_ratio=0.02)
    about = About("9.9", "höst\x1b", 0.25, edges)
    recorder, _ = recorder_at(path, about=about)
    note_all(recorder, moments_of(100))
    assert read(path)[0].about == about


def test_levels_that_were_changed_meanwhile_are_told_from_the_next_part_on(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    moments = moments_of(*[100] * (SAMPLES_OF_A_PART + 1))
    note_all(recorder, moments[:10])
    recorder.about = ABOUT._replace(interval_seconds=7.0)
    note_all(recorder, moments[10:])
    assert [each.about.interval_seconds for each in read(path)] == [1.0] * SAMPLES_OF_A_PART + [7.0]


def test_only_the_largest_processes_are_recorded(path, recorder_at, moments_of, read):
    (moment,) = moments_of(100)
    processes = tuple(Process(pid, 1, 7, "python", 0, 100) for pid in range(1, 41))
    moment = moment._replace(sample=moment.sample._replace(processes=processes))
    recorder, _ = recorder_at(path, rows=30)
    recorder.note(moment)
    assert read(path)[0].moment.sample.processes == processes[:30]


# Events


def test_events_are_in_the_moment_after_them_and_marks_too(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    first, second, third, fourth = moments_of(100, 900, 900, 100)
    recorder.note(first)
    recorder.note(second._replace(reported=False))
    recorder.tell(MARK)
    recorder.note(third)
    recorder.note(fourth)
    found = read(path)
    assert uses_of(found) == [100, 900, 100]
    events = [[event.event for event in each.moment.verdict.events] for each in found]
    assert events == [[], ["level", "mark"], ["level"]]
    assert found[1].moment.verdict.events[1] == MARK
    assert found[2].moment.verdict.events == fourth.verdict.events


def test_a_mark_before_the_first_moment_waits_for_it(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    recorder.tell(MARK)
    note_all(recorder, moments_of(100))
    assert read(path)[0].moment.verdict.events == (MARK,)


def test_a_mark_after_the_last_moment_is_kept(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(100))
    recorder.tell(MARK)
    sample, mark = read(path)
    assert (mark.moment.reported, mark.moment.verdict.events) == (False, (MARK,))
    assert mark.moment.sample == sample.moment.sample


def test_a_moment_between_two_intervals_without_events_is_not_recorded(path, recorder_at, moments_of):
    recorder, _ = recorder_at(path)
    note_all(recorder, [moment._replace(reported=False) for moment in moments_of(100, 100)])
    assert path.read_bytes() == b""


# The file


def test_the_file_is_for_its_owner_only(path, recorder_at):
    recorder_at(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_recording_that_is_there_is_gone_on_with(path, recorder_at, moments_of, read):
    for start in (0, 10):
        recorder, _ = recorder_at(path)
        note_all(recorder, moments_of(100 + start, 101 + start, start_seconds=start))
        recorder.close()
    assert uses_of(read(path)) == [100, 101, 110, 111]


@pytest.mark.parametrize("left", [1, 5, len(MEMBER_START), len(MEMBER_START) + 9])
def test_a_recording_that_was_killed_in_its_first_write_is_begun_anew(path, recorder_at, moments_of, read, left):
    path.write_bytes((MEMBER_START + b"\x03" * 99)[:left])
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(100))
    assert uses_of(read(path)) == [100]


@pytest.mark.parametrize("content", [b"hello\n", gzip.compress(b"hello\n", mtime=0), b"\0" * 5000, b"x"])
def test_a_file_of_somebody_else_is_never_written_to(path, content):
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is there already, and is no recording of mnemo; choose another name"):
        Recorder(path, ABOUT, pytest.fail, max_bytes=ROOMY_BYTES)
    assert path.read_bytes() == content


def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/full", "/dev/null"):
        with pytest.raises(UsageError, match="is no regular file"):
            RecordingFile(type(tmp_path)(path), kept_files=3)


@pytest.mark.parametrize("name", ["missing/night.mnr", ".", "x" * 300])
def test_a_file_that_cannot_be_made_is_told(tmp_path, name):
    with pytest.raises(OutputError, match=r"cannot record to .*: "):
        Recorder(tmp_path / name, ABOUT, pytest.fail, max_bytes=ROOMY_BYTES)


def test_two_never_record_to_one_file(path, recorder_at, moments_of, read):
    first, _ = recorder_at(path)
    note_all(first, moments_of(100))
    with pytest.raises(UsageError, match=r"another mnemo records to .*night\.mnr; choose another name"):
        Recorder(path, ABOUT, pytest.fail, max_bytes=ROOMY_BYTES)
    note_all(first, moments_of(101, start_seconds=1))
    assert uses_of(read(path)) == [100, 101]


def test_a_file_that_was_removed_is_made_again_with_the_next_part(path, recorder_at, moments_of, read):
    recorder, complaints = recorder_at(path)
    moments = moments_of(*[100] * (SAMPLES_OF_A_PART + 5))
    note_all(recorder, moments[:10])
    path.unlink()
    note_all(recorder, moments[10:])
    assert len(read(path)) == 5 and complaints == []


# Rotation


def test_a_full_file_is_rotated_and_some_old_ones_are_kept(path, recorder_at, moments_of, read):
    recorder, complaints = recorder_at(path, max_bytes=4000, kept_files=2)
    note_all(recorder, moments_of(*range(100, 800)))
    assert sorted(os.listdir(path.parent)) == ["night.mnr", "night.mnr.1", "night.mnr.2"]
    newest_last = [path.with_name(name) for name in ("night.mnr.2", "night.mnr.1", "night.mnr")]
    uses = [used for file in newest_last for used in uses_of(read(file))]
    assert uses == list(range(800 - len(uses), 800)) and len(uses) > 100
    assert all(0 < file.stat().st_size <= 4000 for file in newest_last)
    assert complaints == []


def test_a_sample_that_is_larger_than_a_file_may_be_has_a_file_of_its_own(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path, max_bytes=10, kept_files=3)
    note_all(recorder, moments_of(*range(100, 110)))
    names = ("night.mnr.3", "night.mnr.2", "night.mnr.1", "night.mnr")
    assert [uses_of(read(path.with_name(name))) for name in names] == [[106], [107], [108], [109]]


def test_without_files_to_keep_the_full_one_goes(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path, max_bytes=2000, kept_files=0)
    note_all(recorder, moments_of(*range(100, 300)))
    assert os.listdir(path.parent) == ["night.mnr"]
    assert uses_of(read(path))[-1] == 299


def test_rotation_never_takes_the_place_of_a_file_of_somebody_else(path, recorder_at, moments_of, read):
    stranger = path.with_name("night.mnr.2")
    recorder, complaints = recorder_at(path, max_bytes=2000)
    stranger.write_bytes(b"letters\n")
    note_all(recorder, moments_of(*range(100, 300)))
    assert stranger.read_bytes() == b"letters\n" and sorted(os.listdir(path.parent)) == ["night.mnr", "night.mnr.2"]
    assert len(complaints) == 1 and "night.mnr.2 is in the way, and is no recording of mnemo" in complaints[0]
    assert recorder.status.failure is not None
    assert uses_of(read(path)) == list(range(100, 100 + len(read(path))))


@pytest.mark.parametrize("kind", ["text", "pipe", "link", "folder"])
def test_a_stranger_in_the_way_of_rotation_is_found_before_anything_is_recorded(path, kind):
    stranger = path.with_name("night.mnr.1")
    if kind == "text":
        stranger.write_bytes(b"letters\n")
    elif kind == "pipe":
        os.mkfifo(stranger)
    elif kind == "link":
        stranger.symlink_to("letters")
    else:
        stranger.mkdir()
    with pytest.raises(UsageError, match=r"night\.mnr\.1 is in the way, and is no recording of mnemo"):
        Recorder(path, ABOUT, pytest.fail, max_bytes=ROOMY_BYTES)
    assert os.listdir(path.parent) == ["night.mnr.1"]
    RecordingFile(path, kept_files=0).close()


def test_a_pipe_in_the_way_does_not_hold_up_the_watch(path, recorder_at, moments_of):
    recorder, complaints = recorder_at(path, max_bytes=2000)
    os.mkfifo(path.with_name("night.mnr.1"))
    note_all(recorder, moments_of(*range(100, 300)))
    assert len(complaints) == 1 and "night.mnr.1 is in the way" in complaints[0]


def test_an_empty_numbered_file_is_in_nobodys_way(path, recorder_at, moments_of, read):
    path.with_name("night.mnr.1").touch()
    recorder, complaints = recorder_at(path, max_bytes=2000)
    note_all(recorder, moments_of(*range(100, 200)))
    assert complaints == [] and uses_of(read(path))[-1] == 199


def test_a_file_that_was_moved_away_is_not_rotated_too(path, recorder_at, moments_of, read):
    """As by logrotate: the file that takes its place is empty, and the numbered ones keep their numbers."""
    recorder, complaints = recorder_at(path, max_bytes=2000)
    used = iter(moments_of(*range(100, 1000)))
    while not path.with_name("night.mnr.1").exists():
        recorder.note(next(used))
    older = path.with_name("night.mnr.1").read_bytes()
    path.rename(path.with_name("away.mnr"))
    while not path.exists():
        recorder.note(next(used))
    assert path.with_name("night.mnr.1").read_bytes() == older
    assert not path.with_name("night.mnr.2").exists()
    note_all(recorder, used)
    assert complaints == [] and uses_of(read(path))[-1] == 999
    assert path.with_name("night.mnr.3").exists(), "it is rotated as before"


# Disks that are full


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 16 KiB that can really be full."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    point = tmp_path / "disk"
    point.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", point], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield point
    subprocess.run(["umount", point], check=True)


def long_moments(moments_of, count):
    """Each sample is some hundred bytes, so that a page ends in the middle of one."""
    texts = (f"{zlib.crc32(b'%d' % number):08x}" * 9 for number in range(10_000))
    for moment in moments_of(*range(100, 100 + count)):
        processes = tuple(Process(pid, 1, 7, next(texts), 0, 100) for pid in range(3))
        yield moment._replace(sample=moment.sample._replace(processes=processes))


def test_a_full_disk_ends_the_recording_whole_and_is_told_once(tiny_disk, recorder_at, moments_of, read):
    path = tiny_disk / "night.mnr"
    recorder, complaints = recorder_at(path)
    note_all(recorder, long_moments(moments_of, 200))
    assert len(complaints) == 1
    assert complaints[0].endswith("No space left on device; the watch goes on without it")
    assert recorder.status.failure == "No space left on device"
    gzip.decompress(path.read_bytes())
    found = read(path)
    assert uses_of(found) == list(range(100, 100 + len(found))) and len(found) > 20
    assert recorder.status.size_bytes == path.stat().st_size


LIMITED = """
import resource, sys
from pathlib import Path
from tests.recording.mnr.writer import endless
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
endless(Path(sys.argv[1]), 200)
"""


@pytest.mark.parametrize("most_bytes", [3000, 5001, 8002])
def test_so_does_a_limit_on_the_size_of_files(path, read, most_bytes):
    """Wherever in a write the room ends: what was written of it is taken back."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path, str(most_bytes)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].startswith(f"cannot go on recording to {path}: {os.strerror(errno.EFBIG)}")
    assert path.stat().st_size <= most_bytes and len(done.stdout.splitlines()) == len(read(path)) + 1
    gzip.decompress(path.read_bytes())


def test_after_a_failure_nothing_is_written_and_nothing_is_told(tiny_disk, recorder_at, moments_of):
    path = tiny_disk / "night.mnr"
    recorder, complaints = recorder_at(path)
    note_all(recorder, long_moments(moments_of, 200))
    raw = path.read_bytes()
    note_all(recorder, moments_of(100))
    recorder.tell(MARK)
    recorder.close()
    assert path.read_bytes() == raw and len(complaints) == 1


# Lines and members


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers()), min_size=1, max_size=4), st.data())
def test_a_line_opens_only_where_it_was_sealed(documents, data):
    lines, before = [], [0]
    for document in documents:
        lines.append(sealed(document, before[-1]))
        before.append(zlib.crc32(lines[-1], before[-1]))
    for line, check, after, document in zip(lines, before, before[1:], documents, strict=False):
        text, now = opened(line, check)
        assert json.loads(text) == document and now == after
        assert opened(line, check ^ 1) is None
        at = data.draw(st.integers(0, len(line) - 1))
        assert opened(line[:at] + bytes([line[at] ^ data.draw(st.integers(1, 255))]) + line[at + 1 :], check) is None
        assert opened(line[:at], check) is None


def test_a_member_may_be_closed_after_every_piece():
    member, packed = Member(), b""
    for number in range(5):
        member.add(b"line %d\n" % number)
        piece = member.piece()
        packed += piece.packed
        assert gzip.decompress(packed + piece.closing).endswith(b"line %d\n" % number)


def test_a_level_that_is_unknown_is_recorded_as_such(path, recorder_at, moments_of, read):
    recorder, _ = recorder_at(path)
    note_all(recorder, moments_of(None, 900))
    unknown, critical = read(path)
    assert (unknown.moment.verdict.level, critical.moment.verdict.level) == (None, Level.CRITICAL)
