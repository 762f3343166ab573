"""The memory log: a line when it is due, and a whole file whatever happens to the disk, the folder or a writer."""

import errno
import fcntl
import itertools
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli.model import Scope
from mnemo_cli.recording.memory_log import MemoryLog, MemoryLogSettings

WRITER = Path(__file__).parent / "log_writer.py"
NORMAL, CRITICAL = 100, 900
ROOMY_BYTES = 1 << 30


@pytest.fixture
def path(tmp_path):
    return tmp_path / "logs" / "memory.log"


@pytest.fixture
def log_at(request):
    """A log with what it complained of; closed at the end."""

    def make(path, *, interval_seconds=30.0, max_bytes=ROOMY_BYTES):
        complaints = []
        settings = MemoryLogSettings(path=path, interval_seconds=interval_seconds, max_bytes=max_bytes)
        log = MemoryLog(settings, complaints.append)
        request.addfinalizer(log.close)
        return log, complaints

    return make


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 64 KiB that can really be full."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    point = tmp_path / "disk"
    point.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", point], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield point
    subprocess.run(["umount", point], check=True)


def lines_of(path):
    """Every line of the file, which must be whole."""
    text = path.read_bytes()
    assert text == b"" or text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


def files_of(path):
    return sorted(path.parent.iterdir())


def note_all(log, moments):
    for moment in moments:
        log.note(moment)


def clock_of(line, start=1_700_000_000):
    minutes, seconds = re.search(r":(\d\d):([\d.]+)Z", line["time"]).groups()
    return (int(minutes) * 60 + float(seconds) - start) % 3600


def test_there_is_a_line_per_interval(path, log_at, moments_of, validator_of):
    log, complaints = log_at(path)
    note_all(log, moments_of(*[NORMAL] * 95))
    lines = lines_of(path)
    assert [clock_of(line) for line in lines] == [0, 30, 60, 90]
    for line in lines:
        validator_of("log").validate(line)
    assert {line["type"] for line in lines} == {"memory"}
    assert complaints == []


def test_the_line_says_what_the_moment_was(path, log_at, moments_of):
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(*range(100, 200, 10)))
    first, *_, last = lines_of(path)
    assert (first["pid"], first["scope"]["kind"], first["level"]) == (os.getpid(), "host", "normal")
    assert (last["used_bytes"], last["limit_bytes"], last["peak_bytes"]) == (190, 1000, 190)
    assert last["limit_source"] == {"kind": "host", "path": None, "file": "/proc/meminfo"}
    assert last["growth_bytes_per_second"] == 10
    assert (first["growth_bytes_per_second"], [gap["field"] for gap in first["gaps"]]) == (None, ["forecast"])
    assert last["gaps"] == []


def test_what_is_unknown_is_null_with_its_reason(path, log_at, moments_of, validator_of):
    log, _ = log_at(path)
    note_all(log, moments_of(None))
    event, line = lines_of(path)
    for one in (event, line):
        validator_of("log").validate(one)
    assert (line["level"], line["used_bytes"], line["limit_source"], line["peak_bytes"]) == (None, None, None, None)
    assert {gap["field"] for gap in line["gaps"]} == {"level", "memory", "forecast"}


def test_each_event_is_a_line_followed_by_the_moment(path, log_at, moments_of, validator_of):
    log, _ = log_at(path)
    note_all(log, moments_of(NORMAL, NORMAL, 500, 500, 700, NORMAL))
    lines = lines_of(path)
    for line in lines:
        validator_of("log").validate(line)
    assert [(line["type"], clock_of(line)) for line in lines] == [
        ("memory", 0), ("event", 2), ("memory", 2), ("event", 4), ("memory", 4), ("event", 5), ("memory", 5),
    ]  # fmt: skip
    assert [(line["from"], line["to"]) for line in lines if line["type"] == "event"] == [
        ("normal", "moderate"),
        ("moderate", "high"),
        ("high", "normal"),
    ]


def test_an_event_does_not_put_the_next_line_off(path, log_at, moments_of):
    log, _ = log_at(path)
    note_all(log, moments_of(*[NORMAL] * 5, *[500] * 60))
    assert [clock_of(line) for line in lines_of(path) if line["type"] == "memory"] == [0, 5, 30, 60]


def test_while_critical_there_is_a_line_each_second(path, log_at, moments_of):
    log, _ = log_at(path)
    note_all(log, moments_of(NORMAL, *[CRITICAL] * 40, *[NORMAL] * 40, spacing_seconds=0.25))
    times = [clock_of(line) for line in lines_of(path) if line["type"] == "memory"]
    assert times == [0, 0.25, *[1.25 + second for second in range(9)], 10.25]


def test_samples_that_come_a_little_early_do_not_halve_the_lines(path, log_at, moments_of):
    log, _ = log_at(path)
    early = itertools.cycle([0.0, 0.003, 0.001, 0.002])
    for moment in moments_of(*[CRITICAL] * 40, start_seconds=1):
        at = moment.sample.clock_seconds - next(early)
        log.note(moment._replace(sample=moment.sample._replace(clock_seconds=at)))
    assert sum(line["type"] == "memory" for line in lines_of(path)) == 40


def test_an_interval_below_a_second_is_kept_while_critical(path, log_at, moments_of):
    log, _ = log_at(path, interval_seconds=0.5)
    note_all(log, moments_of(*[CRITICAL] * 9, spacing_seconds=0.25))
    assert sum(line["type"] == "memory" for line in lines_of(path)) == 5


def test_after_a_long_sleep_there_is_one_line_and_not_one_for_each_that_was_missed(path, log_at, moments_of):
    log, _ = log_at(path)
    note_all(log, [*moments_of(NORMAL), *moments_of(*[NORMAL] * 10, start_seconds=1000)])
    assert [clock_of(line) for line in lines_of(path)] == [0, 1000]


def test_odd_names_are_logged(path, log_at, moments_of):
    log, complaints = log_at(path)
    note_all(log, moments_of(NORMAL, scope=Scope(kind="name", name="\udc80\n\u2028\x1b[31m")))
    assert [line["scope"]["name"] for line in lines_of(path)] == ["\udc80\n\u2028\x1b[31m"]
    assert complaints == []


def test_folder_and_file_are_made_for_their_owner_only(path, log_at, moments_of):
    log, _ = log_at(path)
    note_all(log, moments_of(NORMAL))
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_opened_before_the_first_line(path, log_at):
    log_at(path)
    assert not path.parent.exists()


def test_a_full_file_is_rotated_and_three_old_ones_are_kept(path, log_at, moments_of):
    log, complaints = log_at(path, interval_seconds=1.0, max_bytes=2000)
    note_all(log, moments_of(*[NORMAL] * 60))
    assert [file.name for file in files_of(path)] == ["memory.log", "memory.log.1", "memory.log.2", "memory.log.3"]
    times = [clock_of(line) for file in reversed(files_of(path)) for line in lines_of(file)]
    assert times == list(range(60 - len(times), 60))
    assert all(0 < file.stat().st_size <= 2000 for file in files_of(path))
    assert complaints == []


def test_a_line_that_is_larger_than_a_file_may_be_has_a_file_of_its_own(path, log_at, moments_of):
    log, _ = log_at(path, interval_seconds=1.0, max_bytes=10)
    note_all(log, moments_of(*[NORMAL] * 10))
    assert [clock_of(line) for file in reversed(files_of(path)) for line in lines_of(file)] == [6, 7, 8, 9]


def test_many_pending_lines_push_no_empty_file_into_the_past(path, log_at, moments_of):
    log, _ = log_at(path, interval_seconds=1.0, max_bytes=5000)
    note_all(log, moments_of(*[NORMAL] * 5))
    with held(path):
        note_all(log, moments_of(*[NORMAL] * 30, start_seconds=5))
    note_all(log, moments_of(NORMAL, start_seconds=35))
    assert all(file.stat().st_size > 0 for file in files_of(path))
    assert [clock_of(line) for file in reversed(files_of(path)) for line in lines_of(file)] == list(range(36))


class held:
    """The log, locked by somebody else: a lock belongs to one opening of the file, even within a process."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.descriptor = os.open(self.path, os.O_RDWR)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def __exit__(self, *_):
        os.close(self.descriptor)


def test_a_log_that_another_program_holds_is_not_waited_for_and_nothing_is_lost(path, log_at, moments_of):
    log, complaints = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    with held(path):
        note_all(log, moments_of(*[NORMAL] * 5, start_seconds=1))
        assert len(lines_of(path)) == 1
    note_all(log, moments_of(NORMAL, start_seconds=6))
    assert [clock_of(line) for line in lines_of(path)] == list(range(7))
    assert complaints == []


def test_nothing_is_appended_without_the_lock_after_a_rotation(path, log_at, moments_of, monkeypatch):
    """Between a rotation and the next line another program may have made the new file, and hold it."""
    log, complaints = log_at(path, interval_seconds=1.0, max_bytes=1000)
    note_all(log, moments_of(*[NORMAL] * 2))
    plain_replace, other = Path.replace, []

    def replace_and_lose_the_race(self, target):
        plain_replace(self, target)
        if self == path:
            path.touch()
            other.append(held(path))
            other[0].__enter__()

    monkeypatch.setattr(Path, "replace", replace_and_lose_the_race)
    note_all(log, moments_of(*[NORMAL] * 3, start_seconds=2))
    assert lines_of(path) == []
    other[0].__exit__()
    monkeypatch.undo()
    note_all(log, moments_of(NORMAL, start_seconds=5))
    assert [clock_of(line) for file in reversed(files_of(path)) for line in lines_of(file)] == list(range(6))
    assert complaints == []


def test_a_file_that_another_program_rotated_is_left_alone(path, log_at, moments_of):
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    path.rename(path.with_name("memory.log.1"))
    note_all(log, moments_of(NORMAL, start_seconds=1))
    assert [clock_of(line) for line in lines_of(path)] == [1]
    assert [clock_of(line) for line in lines_of(path.with_name("memory.log.1"))] == [0]


def test_a_log_that_was_deleted_with_its_folder_is_made_anew(path, log_at, moments_of):
    log, complaints = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    path.unlink()
    path.parent.rmdir()
    note_all(log, moments_of(NORMAL, start_seconds=1))
    assert [clock_of(line) for line in lines_of(path)] == [1]
    assert complaints == []


def test_closing_writes_what_waited_for_the_lock(path, log_at, moments_of):
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    with held(path):
        note_all(log, moments_of(CRITICAL, start_seconds=1))
    log.close()
    assert len(lines_of(path)) == 3


def test_closing_gives_another_program_a_moment_to_let_go(path, log_at, moments_of, monkeypatch):
    """The last lines before an end are those that matter most."""
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    holder = held(path)
    holder.__enter__()
    note_all(log, moments_of(NORMAL, start_seconds=1))
    pauses = []

    def let_go(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            holder.__exit__()

    monkeypatch.setattr("time.sleep", let_go)
    log.close()
    assert [clock_of(line) for line in lines_of(path)] == [0, 1]
    assert len(pauses) == 3


def test_closing_does_not_wait_for_ever(path, log_at, moments_of, monkeypatch):
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    with held(path):
        note_all(log, moments_of(NORMAL, start_seconds=1))
        log.close()
    assert 0 < sum(pauses) <= 0.5


@pytest.mark.parametrize(
    ("left_over", "kept"),
    [
        (b'{"schema":"mnemo.log/1","type":"memory","ti', b""),
        (b'{"sch', b""),
        (b'{"schema":"mnemo.log/1","type":"memory"}', b""),
        (b"someone's own words", b"someone's own words\n"),
    ],
)
def test_a_half_line_of_a_killed_writer_is_taken_back(path, log_at, moments_of, left_over, kept):
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(left_over)
    note_all(log, moments_of(NORMAL, start_seconds=1))
    text = path.read_bytes()
    assert text.startswith(whole + kept)
    assert clock_of(json.loads(text.removeprefix(whole + kept))) == 1


def test_a_full_disk_is_told_once_leaves_the_file_whole_and_ends(tiny_disk, log_at, moments_of):
    path = tiny_disk / "memory.log"
    log, complaints = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(*[NORMAL] * 3))
    ballast = tiny_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError as err:
            assert err.errno == errno.ENOSPC
    note_all(log, moments_of(*[NORMAL] * 40, start_seconds=3))
    (complaint,) = complaints
    assert complaint == f"cannot write the memory log {path}: No space left on device; sampling goes on"
    written = len(lines_of(path))
    assert 3 <= written < 43
    ballast.unlink()
    note_all(log, moments_of(NORMAL, start_seconds=43))
    assert complaints[1:] == [f"the memory log {path} can be written again"]
    assert [clock_of(line) for line in lines_of(path)] == list(range(44))


def test_a_disk_that_fills_up_twice_is_told_twice(path, log_at, moments_of):
    path.parent.mkdir()
    path.mkdir()  # a folder where the file should be: as good as any reason
    log, complaints = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(*[NORMAL] * 3))
    path.rmdir()
    note_all(log, moments_of(NORMAL, start_seconds=3))
    path.unlink()
    path.mkdir()
    note_all(log, moments_of(*[NORMAL] * 3, start_seconds=4))
    assert ["cannot" in complaint for complaint in complaints] == [True, False, True]
    path.rmdir()


@pytest.mark.parametrize("size_limit", [300, 1000, 1500])
def test_a_file_that_may_not_grow_stays_whole(path, size_limit):
    """RLIMIT_FSIZE cuts a write short just as a full disk does, at any byte."""
    program = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size_limit}, {size_limit}))\n"
    done = run_writer(path, 10, before=program)
    assert done.stderr.count("cannot write the memory log") == 1
    assert path.stat().st_size <= size_limit
    lines_of(path)


def run_writer(path, count, *, max_bytes=ROOMY_BYTES, before=""):
    code = f"{before}import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    argv = [sys.executable, "-c", code, str(WRITER), str(path), str(count), str(max_bytes), "0"]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)


@pytest.mark.parametrize("obstacle", ["folder is a file", "file is a folder", "folder may not be written"])
def test_what_cannot_be_written_is_told_once_and_does_not_stop_the_watch(tmp_path, log_at, moments_of, obstacle):
    path = tmp_path / "logs" / "memory.log"
    if obstacle == "folder is a file":
        path.parent.write_text("")
    elif obstacle == "file is a folder":
        path.mkdir(parents=True)
    else:
        path = Path("/proc/1/mnemo/memory.log")
    log, complaints = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(*[NORMAL] * 20))
    (complaint,) = complaints
    assert re.fullmatch(rf"cannot write the memory log {re.escape(str(path))}: \w[\w ]+; sampling goes on", complaint)


def test_what_waits_for_a_broken_log_is_bounded_and_the_newest_are_kept(path, log_at, moments_of):
    path.mkdir(parents=True)
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(*[NORMAL] * 1500))
    path.rmdir()
    note_all(log, moments_of(NORMAL, start_seconds=1500))
    lines = lines_of(path)
    assert len(lines) == 1000
    assert clock_of(lines[-1]) == 1500


def start_writer(path, count, max_bytes, number):
    argv = [sys.executable, WRITER, path, str(count), str(max_bytes), str(number)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def numbers_of(files):
    """(writer, number) of every line in the files, oldest file first."""
    return [tuple(map(int, line["scope"]["name"].split())) for file in reversed(files) for line in lines_of(file)]


def test_two_programs_lose_and_tear_no_line_while_the_log_is_rotated(path):
    writers = [start_writer(path, 2000, 700_000, number) for number in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdout.close()
    files = files_of(path)
    assert 2 <= len(files) <= 4
    found = numbers_of(files)
    assert len(found) == 4000
    for number in range(2):
        assert [count for writer, count in found if writer == number] == list(range(2000))


def test_two_programs_tear_no_line_when_old_files_go(path):
    writers = [start_writer(path, 1000, 20_000, number) for number in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdout.close()
    files = files_of(path)
    assert len(files) == 4
    assert all(file.stat().st_size <= 20_000 for file in files)
    found = numbers_of(files)
    for number in range(2):
        own = [count for writer, count in found if writer == number]
        assert own == list(range(1000 - len(own), 1000))


def test_a_writer_that_is_killed_leaves_whole_lines_for_the_next_one(path):
    for round_number in range(8):
        writer = start_writer(path, 10**9, ROOMY_BYTES, round_number)
        assert writer.stdout.readline() == "started\n"
        writer.send_signal(signal.SIGKILL)
        assert writer.wait(timeout=10) == -signal.SIGKILL
        writer.stdout.close()
    run_writer(path, 1)
    assert {writer for writer, _ in numbers_of([path])} == set(range(8))


def test_a_killed_writer_leaves_no_lock_behind(path, log_at, moments_of):
    path.parent.mkdir()
    path.touch()
    context = multiprocessing.get_context("fork")
    locked = context.Event()

    def hold():
        fcntl.flock(os.open(path, os.O_RDWR), fcntl.LOCK_EX)
        locked.set()
        signal.pause()

    holder = context.Process(target=hold)
    holder.start()
    assert locked.wait(10)
    log, _ = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    assert lines_of(path) == []
    holder.kill()
    holder.join(10)
    note_all(log, moments_of(NORMAL, start_seconds=1))
    assert [clock_of(line) for line in lines_of(path)] == [0, 1]


# Settings that are read again


def test_another_interval_goes_on_from_the_last_line(path, log_at, moments_of):
    log, _ = log_at(path)
    note_all(log, moments_of(*[NORMAL] * 8))
    log.change(MemoryLogSettings(path=path, interval_seconds=10.0, max_bytes=ROOMY_BYTES))
    note_all(log, moments_of(*[NORMAL] * 25, start_seconds=8))
    assert [clock_of(line) for line in lines_of(path)] == [0, 10, 20, 30]


def test_what_waits_goes_to_the_new_file_and_the_old_one_stays_whole(path, log_at, moments_of, tmp_path):
    log, complaints = log_at(path, interval_seconds=1.0)
    note_all(log, moments_of(NORMAL))
    with held(path):
        note_all(log, moments_of(NORMAL, NORMAL, start_seconds=1))
        new = tmp_path / "new" / "memory.log"
        log.change(MemoryLogSettings(path=new, interval_seconds=1.0, max_bytes=ROOMY_BYTES))
        note_all(log, moments_of(NORMAL, start_seconds=3))
    assert [clock_of(line) for line in lines_of(path)] == [0]
    assert [clock_of(line) for line in lines_of(new)] == [1, 2, 3]
    assert complaints == []


def test_a_log_that_moves_away_from_a_bad_place_says_nothing_of_the_new_one(path, log_at, moments_of, tmp_path):
    tmp_path.joinpath("file").write_text("")
    log, complaints = log_at(tmp_path / "file" / "memory.log", interval_seconds=1.0)
    note_all(log, moments_of(NORMAL, NORMAL))
    log.change(MemoryLogSettings(path=path, interval_seconds=1.0, max_bytes=ROOMY_BYTES))
    note_all(log, moments_of(NORMAL, start_seconds=2))
    assert [clock_of(line) for line in lines_of(path)] == [0, 1, 2]
    assert len(complaints) == 1
