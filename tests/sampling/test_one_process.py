"""One process looked at closely: what it is, never a stranger's, and None for whatever is denied."""

import os
from pathlib import Path

import pytest

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling import one_process
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.sampling.one_process import OneProcessReader
from mnemo_cli.sampling.rlimits import Rlimit

STAT = "7 (py) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 700 9 9\n"
STATUS = (
    "Name:\tpy\nState:\tS (sleeping)\nPid:\t7\nPPid:\t1\nUid:\t500\t500\t500\t500\nVmSize:\t    4000 kB\n"
    "VmLck:\t       8 kB\nVmRSS:\t     900 kB\nRssAnon:\t     700 kB\nRssFile:\t     150 kB\nRssShmem:\t      50 kB\n"
    "VmData:\t    2000 kB\nVmStk:\t     132 kB\nVmSwap:\t      10 kB\nThreads:\t3\nSigQ:\t2/100\n"
    "CapEff:\t0000000000000000\n"
)
LIMITS = (
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max stack size            8388608              unlimited            bytes     \n"
    "Max processes             100                  200                  processes \n"
    "Max open files            10                   4096                 files     \n"
)
SMAPS = (
    "1000-2000 rw-p 00000000 00:00 0                          [heap]\n"
    "Rss:                  40 kB\nAnonymous:            40 kB\nSwap:                  0 kB\n"
)
FILES = {
    "stat": STAT, "status": STATUS, "limits": LIMITS, "smaps": SMAPS, "oom_score": "712\n", "mountinfo": "",
}  # fmt: skip


@pytest.fixture
def process(fake_host):
    def make(**files):
        chosen = {name: text for name, text in {**FILES, **files}.items() if text != "absent"}
        root = fake_host({f"proc/7/{name}": text for name, text in chosen.items()})
        folder = root / "proc/7/fd"
        folder.mkdir()
        for number, goal in enumerate(("/dev/null", "socket:[1]", "socket:[2]")):
            (folder / str(number)).symlink_to(goal)
        return root

    return make


def test_limits_have_their_use_beside_them(process):
    reader = OneProcessReader(process())
    reader.read(7, 700)
    one = reader.read(7, 700)

    assert one.rlimits["RLIMIT_NOFILE"] == Rlimit(10, 4096)
    assert one.rlimits["RLIMIT_STACK"] == Rlimit(8388608, UNLIMITED)
    used = {name: one.used_of(f"RLIMIT_{name}") for name in ("NOFILE", "NPROC", "AS", "DATA", "STACK", "MEMLOCK")}
    assert used == {
        "NOFILE": 3, "NPROC": 3, "AS": 4000 * 1024, "DATA": 2000 * 1024, "STACK": 132 * 1024, "MEMLOCK": 8192
    }  # fmt: skip
    assert one.used_of("RLIMIT_SIGPENDING") == 2
    assert one.used_of("RLIMIT_CPU") is None


def test_kinds_of_memory_and_of_descriptors_are_counted(process):
    one = OneProcessReader(process()).read(7, 700)

    assert (one.kinds.heap_bytes, one.kinds.mappings) == (40 * 1024, 1)
    assert one.descriptors == {"device": 1, "socket": 2}
    assert (one.sums.anonymous_bytes, one.oom_score, one.status.threads) == (700 * 1024, 712, 3)
    assert one.gaps == ()


@pytest.mark.parametrize("started", [699, 701])
def test_another_process_of_the_same_pid_is_never_taken_for_it(process, started):
    assert OneProcessReader(process()).read(7, started) is None


def test_a_process_that_is_not_there_is_nobody(process):
    reader = OneProcessReader(process())

    assert reader.read(8, 700) is None
    assert reader.read(7, 700) is not None


@pytest.mark.parametrize(
    ("name", "field"), [("smaps", "kinds"), ("limits", "rlimits"), ("oom_score", "oom_score"), ("mountinfo", "")]
)
def test_what_is_denied_is_unknown_and_says_why(process, name, field):
    one = OneProcessReader(process(**{name: None})).read(7, 700)

    if field:
        assert not getattr(one, field)
        assert [(gap.field, gap.source) for gap in one.gaps] == [(field, f"/proc/7/{name}")]
    assert one.status.threads == 3


@pytest.mark.parametrize("text", ["", "12", "-5\n", "lots\n", "\x00"])
def test_nonsense_is_unknown(process, text):
    one = OneProcessReader(process(oom_score=text, smaps=text, limits=text)).read(7, 700)

    assert (one.oom_score, one.kinds, dict(one.rlimits)) == (None, None, {})


def test_of_a_large_process_the_first_look_reads_nothing_dear(process, monkeypatch):
    monkeypatch.setattr(one_process, "_LARGE_BYTES", 1000)
    monkeypatch.setattr(one_process, "_MANY_DESCRIPTORS", 2)
    reader = OneProcessReader(process())
    first, second = reader.read(7, 700), reader.read(7, 700)

    assert (first.kinds, first.descriptors, first.tasks_of_user) == (None, None, None)
    assert (second.kinds.mappings, second.descriptors["socket"], second.tasks_of_user) == (1, 2, 3)


@pytest.mark.parametrize(
    ("seconds", "read_at"),
    [
        ([0, 1, 2], [1, 2]),
        # Somebody came back to it, once after having seen it for no more than a moment.
        ([0, 1, 100, 101, 102], [1, 101, 102]),
        ([0, 100, 101, 200, 201], [101, 201]),
        # A slow watch: what is no slower than before is its pace.
        ([0, 60, 120, 180], [120, 180]),
    ],
)
def test_nor_does_a_look_after_a_pause(process, monkeypatch, seconds, read_at):
    """A key was pressed for it, and somebody waits."""
    monkeypatch.setattr(one_process, "_LARGE_BYTES", 1000)
    monkeypatch.setattr(one_process, "_LARGEST_SHARE_OF_TIME", 1e9)
    root, times = process(), iter(seconds)
    now = [0.0]
    reader = OneProcessReader(root, clock=lambda: now[0])
    found = []
    for number, now[0] in enumerate(times):
        (root / "proc/7/smaps").write_text("".join(SMAPS.replace("1000", f"{at}000", 1) for at in range(number + 1)))
        kinds = reader.read(7, 700).kinds
        if kinds is not None and kinds.mappings == number + 1:
            found.append(now[0])

    assert found == read_at


def test_what_is_dear_is_not_read_again_at_once(process, monkeypatch):
    monkeypatch.setattr(one_process, "_LARGEST_SHARE_OF_TIME", 1e-9)
    root = process()
    reader = OneProcessReader(root)
    reader.read(7, 700)
    (root / "proc/7/smaps").write_text("")
    (root / "proc/7/oom_score").write_text("9\n")
    one = reader.read(7, 700)

    assert (one.kinds.mappings, one.oom_score) == (1, 9)


def test_more_tasks_than_can_be_read_are_no_number(process):
    root = process()
    (root / "proc/9").mkdir()
    (root / "proc/9/status").mkdir()
    reader = OneProcessReader(root)
    reader.read(7, 700)
    one = reader.read(7, 700)

    assert one.used_of("RLIMIT_NPROC") is None
    assert [gap.field for gap in one.gaps] == ["tasks_by_uid"]


def test_this_very_process_is_described():
    pid = os.getpid()
    started = parse_stat(Path(f"/proc/{pid}/stat").read_bytes())[2]
    reader = OneProcessReader(Path("/"))
    before = reader.read(pid, started)
    try:
        assert before.fd_count > 2
        assert before.sums.resident_bytes > 1 << 20
        assert sum(before.descriptors.values()) >= before.fd_count
        assert before.rlimits["RLIMIT_NOFILE"].soft
    finally:
        reader.close()


def test_a_reader_keeps_one_folder_open_and_no_more(process):
    root = process()
    before = len(list(Path("/proc/self/fd").iterdir()))
    reader = OneProcessReader(root)
    for _ in range(3):
        reader.read(7, 700)
        reader.read(7, 1)
        reader.read(7, 700)
    kept = len(list(Path("/proc/self/fd").iterdir())) - before
    reader.close()

    assert kept == 1
    assert len(list(Path("/proc/self/fd").iterdir())) == before
