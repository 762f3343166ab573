"""What can be found out after a death: by pid, by unit, by container, the last of all."""

import json

import pytest

from mnemo_cli.errors import SourceError, UsageError
from mnemo_cli.forensics.live.container import explain_container
from mnemo_cli.forensics.live.last import explain_last
from mnemo_cli.forensics.live.memory_log import last_lines
from mnemo_cli.forensics.live.process import explain_process
from mnemo_cli.forensics.live.recent import seconds_since_kill
from mnemo_cli.forensics.live.unit import explain_unit
from tests.forensics.live.machines import GROUP, NOW, PID, STARTED_TICKS

DEAD, CHILD = 999, 4200
ID = "3f2a91b0c4d5" + "0" * 52
# Later than the start of the living process, in seconds since boot.
LATER = 29_000.0


def pids_of(explanation):
    return [kill.victim.pid for kill in explanation.kills]


def without_log(machine):
    (machine.root / "dev/kmsg").unlink()


def test_a_dead_process_is_found_in_the_kernel_log(machine):
    machine.logs_kill(1000, seconds=LATER)
    machine.logs_kill(DEAD, seconds=LATER)
    explanation = explain_process(DEAD, machine.root, NOW)
    assert (explanation.verdict, explanation.confidence, pids_of(explanation)) == ("kernel-oom", "proven", [DEAD])


def test_a_dead_process_that_no_log_names_is_unknown(machine):
    machine.logs_kill(1000, seconds=LATER)
    explanation = explain_process(DEAD, machine.root, NOW)
    assert (explanation.verdict, explanation.kills) == ("unknown", ())


def test_a_dead_process_without_any_log_cannot_be_told(machine):
    without_log(machine)
    with pytest.raises(SourceError, match=r"why process 999 died: /dev/kmsg: No such file.*dmesg \| mnemo explain -"):
        explain_process(DEAD, machine.root, NOW)


def test_a_living_process_is_said_to_live_even_without_a_log(machine):
    without_log(machine)
    machine.group(GROUP, kills=0)
    machine.process(PID, GROUP)
    assert "alive" in explain_process(PID, machine.root, NOW).headline


def test_a_kill_of_an_earlier_process_of_the_same_pid_is_not_its_own(machine):
    machine.logs_kill(PID, seconds=STARTED_TICKS / 100 - 1000)
    assert explain_process(PID, machine.root, NOW).kills == ()


def test_a_killed_child_of_a_living_process_is_told_of_where_the_group_is_its_own(machine):
    machine.logs_kill(CHILD, seconds=LATER)
    explanation = explain_process(PID, machine.root, NOW)
    assert pids_of(explanation) == [CHILD] and "itself lives" in explanation.headline


def test_in_a_group_with_others_a_strangers_kill_is_not_laid_at_its_door(machine):
    machine.process(77, GROUP, name="bash")
    machine.logs_kill(CHILD, seconds=LATER)
    assert explain_process(PID, machine.root, NOW).kills == ()


def test_a_zombie_has_ended(machine):
    machine.process(PID, GROUP, state="Z")
    machine.logs_kill(PID, seconds=LATER)
    explanation = explain_process(PID, machine.root, NOW)
    assert pids_of(explanation) == [PID] and "lives" not in explanation.headline


def test_the_last_kill_is_told_and_the_others_are_counted(machine, tmp_path):
    for number, seconds in ((1, 100.0), (2, 300.0), (3, 200.0)):
        machine.logs_kill(1000 + number, seconds=seconds)
    explanation = explain_last(machine.root, NOW, tmp_path / "memory.log")
    assert pids_of(explanation) == [1002]
    assert "2 more were killed before: `dmesg | mnemo explain -` tells of all." in explanation.paragraphs


@pytest.mark.parametrize(("later_seconds", "together"), [(0.5, [1001, 1002]), (2.0, [1002])])
def test_members_of_a_group_that_were_killed_together_are_told_together(machine, tmp_path, later_seconds, together):
    of_group = "Tasks in /app are going to be killed due to memory.oom.group set"
    killed = "Memory cgroup out of memory: Killed process {} (app) total-vm:9kB, anon-rss:3kB, file-rss:0kB"
    texts = ((100.0, of_group), (100.0, killed.format(1001)), (100.0 + later_seconds, killed.format(1002)))
    lines = (f"3,{at},{int(seconds * 1e6)},-;{text}\n" for at, (seconds, text) in enumerate(texts))
    (machine.root / "dev/kmsg").write_text("".join(lines))
    assert pids_of(explain_last(machine.root, NOW, tmp_path / "memory.log")) == together


def test_a_log_without_a_kill_is_an_answer_and_no_log_is_none(machine, tmp_path):
    explanation = explain_last(machine.root, NOW, tmp_path / "memory.log")
    assert (explanation.verdict, explanation.kills) == ("unknown", ())
    without_log(machine)
    with pytest.raises(SourceError, match="what was killed last"):
        explain_last(machine.root, NOW, tmp_path / "memory.log")


def line(seconds: float, used: int) -> str:
    from mnemo_cli.recording.document import timestamp

    return json.dumps({"schema": "mnemo.log/1", "time": timestamp(seconds), "used_bytes": used})


def test_the_memory_logs_last_lines_before_the_kill_are_quoted(machine, tmp_path):
    machine.logs_kill(DEAD, seconds=LATER)
    killed_seconds = NOW.boot_seconds + LATER
    log = tmp_path / "memory.log"
    (tmp_path / "memory.log.1").write_text(line(killed_seconds - 60, 1) + "\n")
    lines = [line(killed_seconds - 30, 2), line(killed_seconds, 3), line(killed_seconds + 30, 4)]
    log.write_text("\n".join(lines) + "\n")
    quoted = explain_last(machine.root, NOW, log).last_lines
    assert [(each.source.rpartition("/")[2], json.loads(each.text)["used_bytes"]) for each in quoted] == [
        ("memory.log.1", 1), ("memory.log", 2), ("memory.log", 3),
    ]  # fmt: skip


def test_old_damaged_and_missing_lines_of_the_memory_log_are_left_out(tmp_path):
    log = tmp_path / "memory.log"
    assert last_lines(log, 1e9, gaps := []) == () and not gaps
    log.write_text(
        "\n".join([line(1e9 - 7200, 1), "{", "[]", '{"time": 5}', '{"time": "x"}', "\x00", line(1e9 - 1, 2)])
    )
    assert [json.loads(each.text)["used_bytes"] for each in last_lines(log, 1e9, gaps)] == [2]
    assert [json.loads(each.text)["used_bytes"] for each in last_lines(log, None, gaps)] == [1, 2]


def test_a_memory_log_that_cannot_be_read_is_a_gap(tmp_path):
    assert last_lines(tmp_path, 1e9, gaps := []) == ()
    assert [gap.reason for gap in gaps] == ["Is a directory"]


def test_a_container_is_found_by_its_id_in_the_groups_path(machine):
    machine.logs_kill(DEAD, group=f"/docker/{ID}", limit_group=f"/docker/{ID}", seconds=LATER)
    machine.logs_kill(DEAD + 1, group="/docker/" + "f" * 64, seconds=LATER)
    for name in (ID, ID[:12]):
        assert pids_of(explain_container(name, machine.root, NOW)) == [DEAD]


def test_a_name_that_no_runtime_knows_cannot_be_told(machine):
    with pytest.raises(SourceError, match="no runtime here tells of a container web"):
        explain_container("web", machine.root, NOW)
    with pytest.raises(UsageError):
        explain_container("--help", machine.root, NOW)


@pytest.mark.parametrize("name", ["web", "web.service"])
def test_a_unit_is_found_by_its_name_in_the_groups_path(machine, name):
    machine.logs_kill(DEAD, group="/system.slice/web.service", seconds=LATER)
    machine.logs_kill(DEAD + 1, group="/system.slice/other.service", seconds=LATER)
    assert pids_of(explain_unit(name, machine.root, NOW)) == [DEAD]


def test_a_unit_without_systemd_and_without_a_log_cannot_be_told(machine):
    without_log(machine)
    with pytest.raises(SourceError, match=r"why web\.service died"):
        explain_unit("web", machine.root, NOW)


def test_how_long_ago_the_kernel_killed(machine):
    assert seconds_since_kill(machine.root, 500.0) is None
    machine.logs_kill(DEAD, seconds=100.0)
    machine.logs_kill(DEAD, seconds=440.0)
    assert seconds_since_kill(machine.root, 500.0) == pytest.approx(60.0, abs=0.01)
    assert seconds_since_kill(machine.root, 0.0) == 0.0


def test_what_others_wrote_into_the_kernels_log_is_no_kill(machine):
    (machine.root / "dev/kmsg").write_text("12,1,5000000,-;Out of memory: Killed process 1 (init)\n")
    assert seconds_since_kill(machine.root, 500.0) is None


def test_a_machine_without_a_log_has_no_hint(machine):
    without_log(machine)
    assert seconds_since_kill(machine.root, 500.0) is None
