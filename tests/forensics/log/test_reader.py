"""Logs as streams: the same answer however they arrive, in bounded memory, and nothing that is skipped is lost."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.log import LogReader
from tests.forensics.oom_report.stock import NOW_SECONDS, PREFIXES, REPORTS, messages, reading

NOISE = "Nov 22 14:02:31 node7 nginx[812]: GET /items?page=2 HTTP/1.1 200 17, room 12, out of memory: no\n"
REPORT = PREFIXES["syslog"](messages(REPORTS["6.18-v1"]))
QUIET = NOISE.replace("out of memory", "slots").encode()
LATE = QUIET * 5000 + NOISE.encode() * 500 + REPORT + QUIET * 5500
GROWING = """
import sys
from mnemo_cli.forensics.log import LogReader
reader = LogReader("pipe", (b"sending SIGTERM to process",))
chunk = bytes.fromhex(sys.argv[1]) * int(sys.argv[2])
for _ in range(int(sys.argv[3])):
    reader.feed(chunk)
reading = reader.close()
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")), reading.line_count)
"""


def test_a_report_in_the_midst_of_a_long_log_is_found_with_its_line_numbers():
    found = reading(LATE)
    [kill] = found.kills
    assert (kill.victim.pid, kill.limit_cgroup, kill.suspicion) == (4666, "/app", None)
    assert found.line_count == 11000 + REPORT.count(b"\n")
    lines = LATE.decode().splitlines()
    assert len(kill.evidence) == 4
    for evidence in kill.evidence:
        assert evidence.line is not None and lines[evidence.line - 1] == evidence.text


@pytest.mark.parametrize("size", [1, 7, 1000, 65536, 262144, 1 << 22])
def test_the_pieces_in_which_a_log_arrives_change_nothing(size):
    reader = LogReader("log", (b"room 12",), now_seconds=NOW_SECONDS)
    log = LATE if size > 100 else REPORT
    for at in range(0, len(log), size):
        reader.feed(log[at : at + size])
    assert reader.close() == reading(log, (b"room 12",))


@given(st.lists(st.integers(1, 500), max_size=20))
def test_no_cut_between_two_pieces_matters(sizes):
    reader = LogReader("log", now_seconds=NOW_SECONDS)
    at = 0
    for size in sizes:
        reader.feed(REPORT[at : at + size])
        at += size
    reader.feed(REPORT[at:])
    assert reader.close() == reading(REPORT)


def test_an_empty_log_has_no_lines_and_no_kernel():
    found = reading(b"")
    assert found == ((), (), 0, 0, (), None, None, None)


def test_no_kernel_log_differs_from_no_kill():
    assert reading(NOISE * 3000).kernel_lines == 0
    link = "Nov 22 14:02:31 node7 kernel: [12.5] eth0: link up\n"
    assert reading(link).kernel_lines == 1
    assert reading(NOISE * 3000 + link).kernel_lines == 1
    assert reading("[   12.5] eth0: link up\n" * 3).kernel_lines == 3
    assert reading("4,1,12500000,-;eth0: link up\n").kernel_lines == 1
    assert reading(
        '{"_TRANSPORT":"syslog","MESSAGE":"x"}\n' * 3000 + '{"_TRANSPORT":"kernel","MESSAGE":"x"}\n'
    ).kernel_lines


def test_the_reach_of_a_log_is_its_first_and_last_time():
    early = "Nov 22 13:00:00 node7 cron[1]: x\n"
    found = reading(early + NOISE * 3000)
    assert (found.first_time_seconds, found.last_time_seconds, found.clock) == (NOW_SECONDS - 3751, NOW_SECONDS, "unix")
    found = reading("[   12.500000] a\n" * 5000 + "[   99.500000] b\n")
    assert (found.first_time_seconds, found.last_time_seconds, found.clock) == (12.5, 99.5, "boot")


def test_wanted_lines_are_kept_with_their_numbers_and_senders():
    line = 'Nov 22 14:02:31 node7 earlyoom[655]: sending SIGTERM to process 812 uid 0 "app"\n'
    found = reading(NOISE * 3000 + line + NOISE * 3000, (b"sending SIGTERM to process", b"never there"))
    [wanted] = found.lines
    assert (wanted.number, wanted.identifier, wanted.pid, wanted.from_kernel) == (3001, "earlyoom", 655, False)
    assert wanted.text == 'sending SIGTERM to process 812 uid 0 "app"'
    assert (wanted.time_seconds, wanted.clock, wanted.raw) == (NOW_SECONDS, "unix", line.rstrip())


def test_upper_and_lower_case_are_apart():
    assert reading(NOISE * 3000, (b"ROOM 12", b"Room")).lines == ()


def test_of_very_many_wanted_lines_the_last_are_kept_and_a_gap_says_so():
    found = reading("".join(f"wanted {number}\n" for number in range(1, 2501)), (b"wanted",))
    assert len(found.lines) == 2000 and found.lines[-1].text == "wanted 2500"
    assert [gap.reason for gap in found.gaps] == ["500 earlier lines are left out; the last 2,000 are kept"]


def test_a_wanted_line_of_the_journal_is_found_in_a_list_of_bytes():
    message = list(b"earlyoom: \x1b[1msending SIGTERM to process 812")
    line = f'{{"_TRANSPORT":"stdout","SYSLOG_IDENTIFIER":"earlyoom","_PID":"655","MESSAGE":{message}}}\n'
    plain = '{"_TRANSPORT":"stdout","MESSAGE":"x"}\n'
    found = reading(plain * 3000 + line, (b"sending SIGTERM to process",))
    assert [(wanted.identifier, wanted.pid) for wanted in found.lines] == [("earlyoom", 655)]


def test_a_very_long_line_is_cut_and_a_gap_says_so():
    found = reading(b"x" * 3_000_000 + b"\n" + REPORT)
    assert [kill.victim.pid for kill in found.kills] == [4666]
    assert found.line_count == 1 + REPORT.count(b"\n")
    assert "long lines" in found.gaps[0].reason


def test_a_log_without_a_last_newline_has_its_last_line():
    assert [kill.victim.pid for kill in reading(REPORT.rstrip(b"\n")).kills] == [4666]


def test_nuls_and_carriage_returns_between_lines_change_nothing():
    damaged = b"\0" * 5000 + REPORT.replace(b"\n", b"\r\n")
    [kill] = reading(damaged).kills
    assert (kill.victim.pid, kill.limit_bytes) == (4666, 98304 * 1024)


def test_bytes_that_are_no_utf8_are_kept():
    [line] = reading(b"Nov 22 14:02:31 node7 app[1]: wanted \xff\n", (b"wanted",)).lines
    assert line.text == "wanted \udcff"


@pytest.mark.parametrize(
    ("chunk", "times", "chunks"),
    [(NOISE.encode(), 600, 100), (b"x", 60_000, 600), (b"\0", 60_000, 600), (REPORT, 10, 100)],
)
def test_memory_stays_bounded(chunk, times, chunks):
    argv = [sys.executable, "-c", GROWING, chunk.hex(), str(times), str(chunks)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120)
    peak_kib, _ = map(int, done.stdout.split())
    assert peak_kib < 40 * 1024
