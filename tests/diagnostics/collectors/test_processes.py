"""The largest processes and the target's, and what is told of each."""

import json

import pytest

from mnemo_cli.diagnostics.collector import Profile
from mnemo_cli.diagnostics.collectors.processes import COLLECTOR
from tests.diagnostics.collectors.scenes import MACHINE, process, scene_of, taken, write


def rows_of(found, name="processes/processes.jsonl"):
    return [json.loads(line) for line in found.texts[name].splitlines()]


@pytest.fixture
def root(tmp_path):
    files = {**MACHINE, **process(4121), **process(4122, name="a) b (c", rss_kib=4000, argv=("python3", "/srv/app.py"))}
    return write(tmp_path, files)


def test_a_row_has_the_kernels_numbers_in_bytes(root):
    row = rows_of(taken(COLLECTOR, scene_of(root, pids=(4121,))))[1]
    assert row == {
        "pid": 4121, "ppid": 1, "name": "worker", "state": "S", "uid": 1000, "threads": 3, "target": True,
        "rss_bytes": 409600, "rss_peak_bytes": 614400, "anon_bytes": 307200, "file_bytes": 102400, "shmem_bytes": 0,
        "swap_bytes": 16384, "virtual_bytes": 819200, "data_bytes": 204800, "stack_bytes": 135168, "locked_bytes": 0,
        "page_table_bytes": 40960, "huge_page_bytes": None, "minor_faults_total": 7, "major_faults_total": 7,
        "user_ticks_total": 7, "system_ticks_total": 7, "started": 4242, "fds": 2, "oom_score": 668,
        "oom_score_adj": -500, "cgroup": "/app/job", "unit_path": "/app/job",
    }  # fmt: skip


def test_the_largest_comes_first_whatever_its_name(root):
    assert [row["pid"] for row in rows_of(taken(COLLECTOR, scene_of(root)))] == [4122, 4121]
    assert rows_of(taken(COLLECTOR, scene_of(root)))[0]["started"] == 4242


def test_two_hundred_and_the_targets_are_described(tmp_path):
    root = write(tmp_path, MACHINE)
    for pid in range(1000, 1210):
        write(root, process(pid, rss_kib=8000 - pid))
    found = taken(COLLECTOR, scene_of(root, pids=(1209,)))
    rows, summary = rows_of(found), json.loads(found.texts["processes/summary.json"])
    assert len(rows) == 201 and rows[-1]["pid"] == 1209 and rows[-1]["target"]
    assert (summary["processes"], summary["described"]) == (210, 201)
    assert found.texts["processes/smaps_rollup.txt"].count(b"==> ") == 21


def test_limits_that_many_share_are_told_once(root):
    assert taken(COLLECTOR, scene_of(root)).texts["processes/limits.txt"].startswith(b"==> 4122 4121 <==\nMax open")


def test_a_program_is_told_by_its_name_and_its_script(root):
    told = rows_of(taken(COLLECTOR, scene_of(root)), "processes/programs.jsonl")
    assert told == [{"pid": 4122, "program": "python3 app.py"}, {"pid": 4121, "program": "worker"}]


def test_command_lines_keep_their_words_apart(root):
    write(root, process(4123, argv=("worker", "a\nb", "c d")))
    found = taken(COLLECTOR, scene_of(root, command_lines=True)).texts["processes/commands.txt"]
    assert found.split(b"\n")[1] == b"4123\0worker\0a\\nb\0c d"


def test_whole_maps_are_for_the_target_and_the_deep_profile_only(root):
    deep = taken(COLLECTOR, scene_of(root, pids=(4121,)))
    assert "processes/smaps/4121" in deep.texts and "processes/smaps/4122" not in deep.texts
    standard = taken(COLLECTOR, scene_of(root, pids=(4121,), profile=Profile.STANDARD))
    assert "processes/smaps/4121" not in standard.texts


def test_a_process_that_ends_meanwhile_is_left_out_without_a_fault(root):
    for name in ("status", "stat", "limits", "smaps_rollup"):
        (root / f"proc/4121/{name}").unlink()
    found = taken(COLLECTOR, scene_of(root))
    assert not found.missing and [row["name"] for row in rows_of(found)] == ["a) b (c", None]


def test_threads_of_the_kernel_are_counted_and_not_described(root):
    write(root, process(2, rss_kib=0))
    found = taken(COLLECTOR, scene_of(root))
    assert 2 not in [row["pid"] for row in rows_of(found)]
    assert json.loads(found.texts["processes/summary.json"])["processes"] == 3


def test_what_is_denied_of_the_target_is_a_reason_and_of_a_stranger_a_line(root):
    for pid in (4121, 4122):
        (root / f"proc/{pid}/smaps_rollup").unlink()
        (root / f"proc/{pid}/smaps_rollup").mkdir()
    stranger = taken(COLLECTOR, scene_of(root))
    assert not stranger.missing and stranger.texts["processes/smaps_rollup.txt"].count(b"Is a directory") == 2
    (lack,) = taken(COLLECTOR, scene_of(root, pids=(4121,))).missing
    assert lack.source == "/proc/4121/smaps_rollup"


def test_one_cause_for_many_files_is_one_reason(root):
    for pid in (4121, 4122):
        (root / f"proc/{pid}/oom_score").unlink()
        (root / f"proc/{pid}/oom_score").mkdir()
    (lack,) = taken(COLLECTOR, scene_of(root)).missing
    assert lack.source == "/proc/4122/oom_score and 1 more" and lack.state == "error"


def test_a_machine_without_processes_says_so(tmp_path):
    assert taken(COLLECTOR, scene_of(tmp_path)).states == {"skipped"}
