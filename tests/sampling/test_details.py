"""What one process shows of itself: each part good, absent, unreadable or nonsense, and no name raw."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.details import DetailReader, Details

GOOD = {
    "comm": b"python3\n", "cmdline": b"python3\0-m\0app\0", "oom_score_adj": b"-500\n",
    "cgroup": b"4:memory:/app\n0::/other\n",
    "status": b"Name:\tpython3\nVmSwap:\t      12 kB\nThreads:\t7\n",
    "limits": b"Max open files            1024                 unlimited            files     \n",
    "smaps_rollup": b"00400000-7ff ---p 00000000 00:00 0    [rollup]\n"
    b"Rss:     300 kB\nPss:     200 kB\nShared_Clean:   0 kB\nPrivate_Clean:    30 kB\nPrivate_Dirty:    70 kB\n"
    b"Swap:    10 kB\nSwapPss:    5 kB\n",
}  # fmt: skip
# file → the fields that are lost with it
LOST = {
    "comm": {"name"}, "cmdline": {"command"}, "oom_score_adj": {"oom_score_adj"}, "cgroup": {"cgroup"},
    "status": {"threads"}, "limits": {"fd_soft_limit"}, "smaps_rollup": {"rss_bytes", "pss_bytes", "uss_bytes"},
}  # fmt: skip
NUMERIC = ("oom_score_adj", "status", "limits", "smaps_rollup", "cgroup")
NASTY = (b"a b", b"a\nb", b"\x1b]0;owned\x07", b"\xff\xfe", b"(x)", "\u202egro\u2066".encode(), b"\r", b"\t\x7f")


def process(root: Path, files: dict[str, bytes | None], pid: int = 7) -> Path:
    folder = root / "proc" / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        if text is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(text)
    return folder


def read_details(folder: Path) -> Details:
    """Of the process that has this folder of a /proc."""
    return DetailReader(folder.parents[1]).read(int(folder.name), 1, 0.0)


def unknown(details: Details) -> set[str]:
    return {field for field in Details._fields if getattr(details, field) is None} - {"fds"}


def test_a_good_process_is_read_whole(tmp_path):
    assert read_details(process(tmp_path, GOOD)) == Details(
        name="python3", command="python3 -m app", rss_bytes=300 * 1024, pss_bytes=200 * 1024, uss_bytes=100 * 1024,
        swap_bytes=10 * 1024, threads=7, fds=None, fd_soft_limit=1024, oom_score_adj=-500, cgroup="/app",
    )  # fmt: skip


@pytest.mark.parametrize("file", GOOD)
@pytest.mark.parametrize("state", ["absent", None])
def test_an_absent_or_unreadable_file_loses_its_own_fields(tmp_path, file, state):
    files = GOOD | {file: None} if state is None else {name: text for name, text in GOOD.items() if name != file}
    assert unknown(read_details(process(tmp_path, files))) == LOST[file]


@pytest.mark.parametrize("file", NUMERIC)
@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"-", b"--5\n", b"lots\n", b"\xff\0\x1b[2J\n", b"4:memory\n0:\n", b"Threads: x\nPss: -1 kB\n"],
)
def test_nonsense_loses_the_same_fields(tmp_path, file, text):
    assert unknown(read_details(process(tmp_path, GOOD | {file: text}))) == LOST[file]


def test_a_process_that_is_gone_is_all_unknown(tmp_path):
    details = read_details(tmp_path / "proc/7")
    assert unknown(details) | {"fds"} == set(Details._fields)


def test_swap_is_known_where_pss_is_denied(tmp_path):
    details = read_details(process(tmp_path, GOOD | {"smaps_rollup": None}))
    assert (details.pss_bytes, details.swap_bytes) == (None, 12 * 1024)


def test_a_kernel_thread_has_no_memory_and_no_command(tmp_path):
    files = {"comm": b"kthreadd\n", "cmdline": b"", "smaps_rollup": b"", "cgroup": b"0::/\n"}
    details = read_details(process(tmp_path, files | {"status": b"Name:\tkthreadd\nThreads:\t1\n"}))
    assert (details.name, details.cgroup, details.threads) == ("kthreadd", "/", 1)
    assert (details.command, details.pss_bytes, details.swap_bytes) == (None, None, None)


def test_no_descriptor_limit_is_unlimited(tmp_path):
    limits = b"Max open files            unlimited            unlimited            files     \n"
    assert read_details(process(tmp_path, GOOD | {"limits": limits})).fd_soft_limit is UNLIMITED


@pytest.mark.parametrize("name", NASTY)
def test_names_command_lines_and_groups_of_strangers_are_never_shown_raw(tmp_path, name):
    group = b"0::/" + name.replace(b"\n", b"") + b"\n"
    command = name + b"\0--flag=" + name + b"\0"
    details = read_details(process(tmp_path, {"comm": name + b"\n", "cmdline": command, "cgroup": group}))
    for text in (details.name, details.command, details.cgroup):
        assert text is not None
        assert text.isprintable()


def test_secrets_of_a_command_line_are_masked(tmp_path):
    details = read_details(process(tmp_path, {"cmdline": b"app\0--password\0Zq8canary\0"}))
    assert details.command is not None
    assert "Zq8canary" not in details.command


@pytest.mark.parametrize("end", ["\r", "\x0b", "\u2028", "\x85"])
def test_a_group_name_cannot_forge_a_membership(tmp_path, end):
    details = read_details(process(tmp_path, {"cgroup": f"9:cpu:/a{end}4:memory:/forged\n0::/true\n".encode()}))
    assert details.cgroup == "/true"


KIB = st.integers(10, 2**40)


@given(KIB, KIB, KIB, KIB, KIB, st.data())
def test_a_rollup_is_right_and_cut_anywhere_right_or_unknown(rss, pss, clean, dirty, swap, data):
    lines = (
        b"0-1 ---p 0 00:00 0  [rollup]\nRss: %8d kB\nPss: %8d kB\nPss_Dirty: 0 kB\n"
        b"Private_Clean: %8d kB\nPrivate_Dirty: %8d kB\nSwap: %8d kB\n"
    )
    text = lines % (rss, pss, clean, dirty, swap)
    wanted = {"rss_bytes": rss, "pss_bytes": pss, "uss_bytes": clean + dirty, "swap_bytes": swap}
    end = data.draw(st.integers(0, len(text)))
    with tempfile.TemporaryDirectory() as folder:
        whole = read_details(process(Path(folder), {"smaps_rollup": text}))
        part = read_details(process(Path(folder), {"smaps_rollup": text[:end]}))
    for field, kib in wanted.items():
        assert getattr(whole, field) == kib * 1024
        assert getattr(part, field) in (None, kib * 1024)


@given(st.fixed_dictionaries({name: st.binary(max_size=60) for name in GOOD}))
def test_any_bytes_are_read_without_an_error_and_shown_safely(files):
    with tempfile.TemporaryDirectory() as folder:
        details = read_details(process(Path(folder), files))
    assert all(text is None or text.isprintable() for text in (details.name, details.command, details.cgroup))


@given(st.integers(-1000, 1000))
def test_every_oom_score_adjustment_survives(score):
    with tempfile.TemporaryDirectory() as folder:
        assert read_details(process(Path(folder), {"oom_score_adj": b"%d\n" % score})).oom_score_adj == score


def test_our_own_details_are_those_that_the_kernel_shows():
    details = read_details(Path("/proc") / str(os.getpid()))
    descriptors = len(os.listdir(f"/proc/{os.getpid()}/fd"))
    assert details.threads == len(os.listdir(f"/proc/{os.getpid()}/task"))
    assert details.fds is not None
    assert abs(details.fds - descriptors) <= 2
    assert details.pss_bytes is not None and details.uss_bytes is not None and details.rss_bytes is not None
    assert 0 < details.uss_bytes <= details.pss_bytes <= details.rss_bytes


def test_details_are_read_again_after_five_seconds_or_when_asked_fresh(tmp_path):
    folder = process(tmp_path, GOOD)
    reader = DetailReader(tmp_path)
    assert reader.read(7, 1, 100.0).threads == 7
    (folder / "status").write_bytes(b"Threads:\t8\n")
    assert reader.read(7, 1, 104.9).threads == 7
    assert reader.read(7, 1, 104.9, fresh=True).threads == 8
    (folder / "status").write_bytes(b"Threads:\t9\n")
    # A reading that took long waits longer: 60 s are enough for one of 0.6 s.
    assert reader.read(7, 1, 165.0).threads == 9


def test_another_process_of_the_same_pid_has_details_of_its_own(tmp_path):
    folder = process(tmp_path, GOOD)
    reader = DetailReader(tmp_path)
    assert reader.read(7, 1, 0.0).name == "python3"
    (folder / "comm").write_bytes(b"stranger\n")
    assert reader.read(7, 2, 0.1).name == "stranger"


def test_processes_that_are_shown_no_more_are_forgotten(tmp_path):
    folder = process(tmp_path, GOOD)
    reader = DetailReader(tmp_path)
    reader.read(7, 1, 0.0)
    (folder / "comm").write_bytes(b"other\n")
    reader.keep_only({(7, 1)})
    assert reader.read(7, 1, 0.1).name == "python3"
    reader.keep_only({(8, 1)})
    assert reader.read(7, 1, 0.1).name == "other"


def test_details_that_are_good_for_long_are_refreshed_one_after_the_other(tmp_path):
    """Sixteen processes that are seen at once, each good for a minute: no sample reads them all anew."""
    for pid in range(16):
        process(tmp_path, GOOD, pid)
    reader = DetailReader(tmp_path, refresh_seconds=60.0)
    first = {pid: reader.read(pid, 7, 1000.0) for pid in range(16)}
    due = [next(at for at in range(1001, 1200) if reader.read(pid, 7, float(at)) is not first[pid]) for pid in first]
    assert min(due) >= 1005 and max(due) >= 1060 and len(set(due)) > 8
