"""The OOM standing: free upward and down to the floor, refused below it with the reason, all processes or none."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.doctor.privilege import lacks_sys_resource
from mnemo_cli.doctor.protect import check_score, find, protect
from mnemo_cli.errors import RepairError, TargetError, UsageError

ROOT = Path("/")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="oom_score_adj is Linux's")
LACKS = sys.platform != "linux" or lacks_sys_resource(ROOT) is not None
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")


@pytest.fixture
def child(tmp_path):
    """Starts processes of a chosen name."""
    started = []

    def start(name="mnemo-sleeper", **options):
        program = tmp_path / name
        if not program.exists():
            shutil.copy(shutil.which("sleep"), program)
        process = subprocess.Popen([program, "600"], **options)
        started.append(process)
        wait_for_name(process.pid, name)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for_name(pid, name):
    """Until the exec has happened."""
    while Path(f"/proc/{pid}/comm").read_text().strip() != name[:15]:
        time.sleep(0.001)


def score_of(pid):
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


def set_score(score, **whom):
    entries, index = find(ROOT, pid=whom.get("pid"), pattern=whom.get("pattern"))
    return protect(entries, index, score, ROOT)


@pytest.mark.parametrize("score", [-1000, -1001, 1001])
def test_scores_that_nobody_should_have_are_refused(score):
    with pytest.raises(UsageError):
        check_score(score)


@pytest.mark.parametrize("score", [-999, 0, 1000])
def test_scores_in_range_are_taken(score):
    assert check_score(score) == score


def test_a_score_is_raised_and_comes_back_to_its_floor(child):
    process = child()
    floor = score_of(process.pid)
    (standing,) = set_score(floor + 100, pid=process.pid)
    assert (standing.before, standing.after, score_of(process.pid)) == (floor, floor + 100, floor + 100)
    set_score(floor + 50, pid=process.pid)
    set_score(floor, pid=process.pid)
    assert score_of(process.pid) == floor


@pytest.mark.skipif(not LACKS, reason="with CAP_SYS_RESOURCE this is allowed")
def test_below_the_floor_the_reason_is_the_capability(child):
    process = child()
    before = score_of(process.pid)
    with pytest.raises(RepairError, match=r"below its floor, .*lacks CAP_SYS_RESOURCE .*nothing was changed") as caught:
        set_score(before - 500, pid=process.pid)
    assert caught.value.exit_code == 4 and score_of(process.pid) == before


@pytest.mark.skipif(LACKS, reason="needs CAP_SYS_RESOURCE")
def test_with_the_capability_the_score_is_lowered(child):
    process = child()
    set_score(-500, pid=process.pid)
    assert score_of(process.pid) == -500


def test_all_that_match_a_name_are_changed_and_listed(child):
    processes = [child("mnemo-many"), child("mnemo-many"), child("other-one")]
    score = score_of(processes[0].pid) + 7
    standings = set_score(score, pattern="^mnemo-many$")
    assert {standing.pid for standing in standings} == {process.pid for process in processes[:2]}
    assert [score_of(process.pid) == score for process in processes] == [True, True, False]


def test_a_name_that_the_kernel_cuts_is_matched_whole(child):
    process = child("mnemo-name-that-is-long")
    entries, _ = find(ROOT, pid=None, pattern="^mnemo-name-that-is-long$")
    assert [entry.pid for entry in entries] == [process.pid]


def test_never_this_process_itself():
    own = Path("/proc/self/comm").read_text().strip()
    entries, _ = find(ROOT, pid=None, pattern="")
    assert own and os.getpid() not in {entry.pid for entry in entries} and entries


@pytest.mark.parametrize("whom", [{"pattern": "^no-such-program-at-all$"}, {"pid": 2**22 + 5}])
def test_nobody_is_wrong_usage(whom):
    with pytest.raises(TargetError, match="ps -e"):
        set_score(1, **whom)


def test_a_pattern_that_is_none_is_wrong_usage():
    with pytest.raises(TargetError, match="not a regular expression"):
        set_score(1, pattern="(")


def test_a_stranger_with_the_pid_is_left_alone(child):
    process = child()
    before = score_of(process.pid)
    entries, index = find(ROOT, pid=process.pid, pattern=None)
    with pytest.raises(TargetError, match="have ended"):
        protect([entries[0]._replace(started=entries[0].started - 1)], index, before + 5, ROOT)
    assert score_of(process.pid) == before


def test_one_that_has_ended_does_not_keep_the_others_from_it(child):
    gone, there = child(), child()
    entries, index = find(ROOT, pid=None, pattern="^mnemo-sleeper$")
    gone.kill()
    gone.wait()
    score = score_of(there.pid) + 3
    assert [standing.pid for standing in protect(entries, index, score, ROOT)] == [there.pid]


def test_when_one_refuses_the_others_get_their_old_scores_back(child, monkeypatch):
    first, second = child(), child()
    before = score_of(first.pid)
    entries, index = find(ROOT, pid=None, pattern="^mnemo-sleeper$")
    real, calls = os.write, []

    def write(descriptor, data):
        calls.append(data)
        if len(calls) == 2:
            raise PermissionError(13, "Permission denied")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(RepairError, match="Permission denied; nothing was changed"):
        protect(entries, index, before + 9, ROOT)
    assert len(calls) == 3 and {score_of(first.pid), score_of(second.pid)} == {before}


@as_root
def test_another_users_process_is_said_to_be_one(child):
    process = child()
    before = score_of(process.pid)
    forked = os.fork()
    if forked == 0:
        code = 9
        try:
            os.setresuid(65534, 65534, 65534)
            set_score(before + 5, pid=process.pid)
        except RepairError as err:
            code = 7 if "belongs to another user (uid 0)" in str(err) else 8
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 7
    assert score_of(process.pid) == before


def test_children_that_run_keep_their_score_and_are_named():
    script = (
        "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); input(); p.kill()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-ISc", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        grandchild = int(parent.stdout.readline())
        before = score_of(grandchild)
        (standing,) = set_score(before + 11, pid=parent.pid)
        assert standing.children == (grandchild,) and score_of(grandchild) == before
    finally:
        parent.communicate("\n", timeout=30)


def test_the_unit_of_a_service_is_told(tmp_path):
    folder = tmp_path / "proc/7"
    folder.mkdir(parents=True)
    stat = f"7 (nginx) S 1 {' '.join(['0'] * 17)} 55 {' '.join(['0'] * 20)}\n"
    for name, text in {"stat": stat, "oom_score_adj": "0\n", "cgroup": "0::/system.slice/nginx.service\n"}.items():
        (folder / name).write_text(text)
    (tmp_path / "proc/loadavg").write_text("0 0 0 1/1 7\n")
    entries, index = find(tmp_path, pid=7, pattern=None)
    (standing,) = protect(entries, index, 300, tmp_path)
    assert standing.unit == "nginx.service" and (folder / "oom_score_adj").read_text() == "300"


def test_a_score_that_reads_back_differently_is_no_success(tmp_path, monkeypatch):
    folder = tmp_path / "proc/7"
    folder.mkdir(parents=True)
    stat = f"7 (nginx) S 1 {' '.join(['0'] * 17)} 55 {' '.join(['0'] * 20)}\n"
    for name, text in {"stat": stat, "oom_score_adj": "0\n", "cgroup": "0::/\n"}.items():
        (folder / name).write_text(text)
    entries, index = find(tmp_path, pid=7, pattern=None)
    monkeypatch.setattr(os, "write", lambda descriptor, data: len(data))
    with pytest.raises(RepairError, match="it reads back as 0"):
        protect(entries, index, 300, tmp_path)
