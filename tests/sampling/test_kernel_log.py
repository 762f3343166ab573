"""The kernel log: records of /dev/kmsg as lines, what is overwritten or denied, and the programs that stand in."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.kernel_log import KernelLogTail, kmsg_lines, read_kernel_log, read_kmsg

RECORDS = (
    b"6,11660,10469522368,-;total_writeback 0\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n",
    b"3,14202,22115958847,-;Memory cgroup out of memory: Killed process 32455 (python3)\n",
)
LINES = [
    b"<6>[10469.522368] total_writeback 0\n",
    b"<3>[22115.958847] Memory cgroup out of memory: Killed process 32455 (python3)\n",
]


def reader(*answers: bytes | OSError) -> Callable[[], bytes]:
    """Gives one answer after the other, then says that there is no more, as the device does."""
    rest = iter([*answers, BlockingIOError(errno.EAGAIN, "")])

    def read() -> bytes:
        answer = next(rest)
        if isinstance(answer, OSError):
            raise answer
        return answer

    return read


def lines_of(*answers: bytes | OSError) -> tuple[list[bytes], list[str]]:
    gaps = []
    return list(kmsg_lines(reader(*answers), gaps)), [gap.reason for gap in gaps]


@pytest.fixture
def copy(tmp_path) -> Path:
    """A machine whose /dev/kmsg is a file."""
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/kmsg").write_bytes(b"".join(RECORDS))
    return tmp_path


def test_a_record_is_one_line_in_the_form_of_dmesg_r():
    assert lines_of(*RECORDS) == (LINES, [])


def test_a_small_time_is_padded_as_the_kernel_pads_it():
    assert lines_of(b"6,1,7,-;x\n")[0] == [b"<6>[    0.000007] x\n"]


def test_the_caller_stands_where_the_kernel_prints_it():
    assert lines_of(b"4,1,1000000,-,caller=T77;x\n")[0] == [b"<4>[    1.000000][   T77] x\n"]


def test_a_newline_in_a_record_stays_escaped_and_begins_no_line():
    forged = b"6,1,1000000,-;task=x\\x0aOut of memory: Killed process 1 (init),pid=9\n"
    (line,) = lines_of(forged)[0]
    assert line.count(b"\n") == 1 and b"task=x\\x0aOut of memory" in line


def test_other_escapes_of_the_kernel_are_undone():
    assert lines_of(b"6,1,1000000,-;caf\\xc3\\xa9 a\\x5cb \\x1b[31m\n")[0] == [
        "<6>[    1.000000] café a\\b \\x1b[31m\n".encode()
    ]


def test_overwritten_records_are_a_gap_and_reading_goes_on():
    lines, reasons = lines_of(RECORDS[0], BrokenPipeError(errno.EPIPE, ""), RECORDS[1])
    assert lines == LINES
    assert reasons == ["the kernel overwrote lines before they were read"]


def test_an_error_ends_the_log_with_a_gap():
    lines, reasons = lines_of(RECORDS[0], OSError(errno.EIO, "Input/output error"), RECORDS[1])
    assert lines == LINES[:1] and reasons == ["reading stopped: Input/output error"]


@pytest.mark.parametrize("damaged", [b"no record", b"6,1;x", b"a,b,c,d;x", b"6,1,-5,-;x", b";", b"6,1,\xff,-;x"])
def test_what_is_no_record_is_handed_on_as_it_is(damaged):
    assert lines_of(damaged + b"\n")[0] == [damaged + b"\n"]


@given(st.binary(max_size=300), st.lists(st.integers(1, 40)))
def test_any_bytes_in_any_pieces_are_lines(text, cuts):
    pieces, start = [], 0
    for size in cuts:
        pieces.append(text[start : start + size])
        start += size
    pieces = [piece for piece in [*pieces, text[start:]] if piece]
    lines = list(kmsg_lines(iter([*pieces, b""]).__next__, []))
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert lines == list(kmsg_lines(iter([text, b""] if text else [b""]).__next__, []))


def test_a_copy_of_the_device_is_read_like_it(copy):
    gaps = []
    log = read_kernel_log(copy, gaps)
    assert (log.source, list(log.chunks), gaps) == ("/dev/kmsg", LINES, [])


def test_without_the_device_there_is_no_log_of_a_copied_machine_and_a_gap_says_so(tmp_path):
    gaps = []
    assert read_kernel_log(tmp_path, gaps) is None
    assert [(gap.source, gap.reason) for gap in gaps] == [("/dev/kmsg", "No such file or directory")]


def test_a_reader_that_stops_early_leaves_no_descriptor(copy):
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    log = read_kmsg(copy, [])
    next(log.chunks)
    log.chunks.close()
    assert sys.platform != "linux" or len(os.listdir("/proc/self/fd")) == before


def test_a_tail_begins_where_the_log_ends(copy):
    tail = KernelLogTail(copy)
    try:
        assert list(tail.read_new([]).chunks) == []
        with open(copy / "dev/kmsg", "ab") as log:
            log.write(b"3,9,5000000,-;new\n")
        assert list(tail.read_new([]).chunks) == [b"<3>[    5.000000] new\n"]
        assert list(tail.read_new([]).chunks) == []
    finally:
        tail.close()


def test_a_tail_that_cannot_be_opened_says_so_at_each_reading(tmp_path):
    tail = KernelLogTail(tmp_path)
    for _ in range(2):
        gaps = []
        assert tail.read_new(gaps) is None
        assert "No such file or directory" in {gap.reason for gap in gaps}
    assert not tail.wait(0)
    tail.close()


@pytest.fixture
def programs(tmp_path, monkeypatch) -> Callable[[str, str], None]:
    """Stand-ins for `dmesg` and `journalctl`: shell scripts that come first on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def write(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return write


def without_kmsg(**options: float) -> tuple[str | None, bytes, list[tuple[str, str]]]:
    gaps = []
    log = read_kernel_log(Path("/"), gaps, kmsg=False, **options)
    text = b"" if log is None else b"".join(log.chunks)
    return None if log is None else log.source, text, [(gap.source, gap.reason) for gap in gaps]


def test_dmesg_stands_in_for_the_device(programs):
    programs("dmesg", 'echo "<6>[    1.000000] $@"')
    assert without_kmsg() == ("dmesg", b"<6>[    1.000000] -r\n", [])


def test_journalctl_stands_in_for_dmesg_whose_own_words_are_the_gap(programs):
    programs("dmesg", "echo 'dmesg: read kernel buffer failed: Operation not permitted' >&2; exit 1")
    programs("journalctl", 'echo \'{"MESSAGE":"x"}\'')
    source, text, gaps = without_kmsg()
    assert (source, text) == ("journalctl", b'{"MESSAGE":"x"}\n')
    said = "dmesg: read kernel buffer failed: Operation not permitted"
    assert gaps == [("dmesg", f"failed with code 1: {said}")]


def test_where_every_way_is_closed_each_one_has_its_gap(programs):
    programs("dmesg", "exit 1")
    programs("journalctl", "exit 0")
    source, _, gaps = without_kmsg()
    assert source is None
    assert gaps == [("dmesg", "failed with code 1"), ("journalctl", "it shows no line of the kernel")]


def test_a_program_that_hangs_is_ended_with_whatever_it_started(programs, tmp_path):
    pids = tmp_path / "pids"
    programs("dmesg", f"trap '' TERM; sleep 600 & echo $$ $! > {pids}; wait")
    programs("journalctl", "echo x")
    began = time.monotonic()
    source, _, gaps = without_kmsg(timeout_seconds=0.5)
    assert source == "journalctl" and time.monotonic() - began < 20
    assert gaps == [("dmesg", "did not answer within 0.5 s")]
    deadline = time.monotonic() + 10
    while any(is_running(int(pid)) for pid in pids.read_text().split()):
        assert time.monotonic() < deadline


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_what_was_printed_before_a_failure_is_kept(programs):
    programs("dmesg", "echo first; sleep 0; echo late >&2; exit 3")
    assert without_kmsg() == ("dmesg", b"first\n", [("dmesg", "failed with code 3: late")])


def test_a_complaint_is_shown_without_its_escape_codes(programs):
    programs("dmesg", "printf '\\033[31mred\\nsecond' >&2; exit 1")
    programs("journalctl", "exit 1")
    assert without_kmsg()[2][0] == ("dmesg", "failed with code 1: \\x1b[31mred")


def as_nobody(tell: Callable[[], str]) -> str:
    """What a function says in a copy of this process that has no privilege."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may become nobody")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            os.write(writing, tell().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


def test_nobody_is_told_that_the_log_is_closed_to_them():
    if sys.platform == "linux" and Path("/proc/sys/kernel/dmesg_restrict").read_text() != "1\n":
        pytest.skip("the kernel log is open to everybody here")

    def tell() -> str:
        gaps = []
        log = read_kernel_log(Path("/"), gaps)
        return "\n".join([str(log), *(f"{gap.source}: {gap.reason}" for gap in gaps)])

    said = as_nobody(tell).splitlines()
    assert said[0] == "None"
    assert said[1] == "/dev/kmsg: Operation not permitted; only root (CAP_SYSLOG) may read the kernel log here"
    assert len(said) == 4


def test_the_device_of_this_machine_tells_what_dmesg_tells():
    log = read_kmsg(Path("/"), gaps := [])
    if log is None:
        pytest.skip(f"{gaps[0].source}: {gaps[0].reason}")
    ours = list(log.chunks)
    theirs = subprocess.run(["dmesg", "-r"], capture_output=True).stdout.splitlines(keepends=True)
    if not theirs:
        pytest.skip("there is no dmesg here")
    # The ring turns, and the caller is shown by newer versions only: the plain lines of both must agree.
    plain = {line for line in ours if b"\\x" not in line and b"][" not in line}
    assert not set(theirs) or (plain & set(theirs) and len(plain - set(theirs)) <= len(ours) // 10)
