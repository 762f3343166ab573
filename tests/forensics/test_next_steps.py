"""What to type next: the exact command of each world, a value from the use, and nothing that would be wrong there."""

import re
import shlex

import pytest

from mnemo_cli.forensics.case import Case, Ended, RuntimeMessage, Who
from mnemo_cli.forensics.hit import Hit
from mnemo_cli.forensics.kills import Evidence, Usage, Victim
from mnemo_cli.forensics.next_steps import guessed_mib, runtime_of
from mnemo_cli.forensics.next_steps.needing_less import heap_steps
from mnemo_cli.forensics.owner import owner_of
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.rlimits import Rlimit
from tests.forensics.deaths import (
    CONTAINER,
    MIB,
    POD_GROUP,
    WHO,
    container,
    group,
    kill,
    pod_container,
    unit,
    user_kill,
)

KILLED = Ended(by_signal=9, reporter="wait")


def commands(case):
    return [step.command for step in judge(case).next_steps if step.command is not None]


def at(path, **fields):
    return Case(kills=(kill(limit_cgroup=path, victim_cgroup=path, **fields),), kernel_log_read=True)


@pytest.mark.parametrize(
    ("used", "limit", "mib"),
    [
        (50 * MIB, 50 * MIB, 80),
        (512 * MIB, 512 * MIB, 768),
        (None, 512 * MIB, 768),
        (600 * MIB, 512 * MIB, 912),
        (1, None, 16),
        (None, None, None),
        (None, UNLIMITED, None),
        (0, 0, None),
    ],
)
def test_the_suggested_value_is_half_as_much_again_in_whole_steps(used, limit, mib):
    assert guessed_mib(Hit(owner_of("/a"), "/a", limit_bytes=limit, used_bytes=used)) == mib


def test_a_guess_is_called_a_guess():
    assert "a first guess" in judge(at("/app")).next_steps[0].text


@pytest.mark.parametrize(
    ("case", "command"),
    [
        (Case(records=(container(),)), "docker update --memory 768m --memory-swap 1280m web"),
        (Case(records=(container(swap_total_bytes=None),)), "docker update --memory 768m --memory-swap 768m web"),
        (Case(records=(container(swap_total_bytes=UNLIMITED),)), "docker update --memory 768m --memory-swap -1 web"),
        (Case(records=(container(kind="podman"),)), "podman update --memory 768m --memory-swap 1280m web"),
        (Case(records=(container(limit_bytes=None),)), "docker update --memory SIZE --memory-swap SIZE web"),
        (at(f"/docker/{CONTAINER}"), "docker update --memory 80m --memory-swap 80m 3f2a91b0c4d5"),
        (at(f"/machine.slice/libpod-{CONTAINER}.scope"), "podman update --memory 80m --memory-swap 80m 3f2a91b0c4d5"),
        (
            Case(records=(pod_container(),)),
            "kubectl set resources deployment/web -n shop -c app --limits=memory=768Mi --requests=memory=768Mi",
        ),
        (
            Case(records=(pod_container(workload="StatefulSet/db"),)),
            "kubectl set resources statefulset/db -n shop -c app --limits=memory=768Mi --requests=memory=768Mi",
        ),
        (at(f"{POD_GROUP}/crio-{CONTAINER}.scope"), "crictl ps -a | grep 3f2a91b0c4d5"),
        (at("/system.slice/web.service"), "systemctl set-property web.service MemoryMax=80M"),
        (at("/user.slice/user-1000.slice"), "systemctl set-property user-1000.slice MemoryMax=80M"),
        (
            at("/user.slice/user-1000.slice/user@1000.service/app.slice/x.service"),
            "systemctl --user set-property x.service MemoryMax=80M",
        ),
        (at("/lxc/web"), "lxc config set web limits.memory 80MiB"),
        (at(f"/system.slice/crio-{CONTAINER}.scope"), "crictl ps -a | grep 3f2a91b0c4d5"),
        (at("/app"), "echo 83886080 > /sys/fs/cgroup/app/memory.max"),
        (at("/app"), "echo 83886080 > /sys/fs/cgroup/memory/app/memory.limit_in_bytes"),
        (at("/a b"), "echo 83886080 > '/sys/fs/cgroup/a b/memory.max'"),
        (at(None, scope="global", limit_bytes=None, used_bytes=None), "mnemo snapshot --host"),
    ],
)
def test_the_world_of_the_limit_gives_the_command(case, command):
    assert command in commands(case)


@pytest.mark.parametrize("path", ["/mnemo-512-99871/3", "/user.slice/user-1000.slice/mnemo-512-99871/12"])
def test_a_job_of_orchestrate_is_given_more_in_its_plan_for_its_group_is_gone(path):
    steps = judge(at(path)).next_steps
    assert steps[0].command == "mnemo orchestrate report JOURNAL" and 'mem = "80Mi"' in steps[0].text
    assert not any("/sys/fs/cgroup" in (step.command or "") for step in steps)


def test_a_group_that_only_looks_like_a_jobs_is_raised_as_any_other():
    assert "echo 83886080 > /sys/fs/cgroup/mnemo-512-99871/x/memory.max" in commands(at("/mnemo-512-99871/x"))


def test_a_group_that_was_read_gives_the_file_of_its_version_only():
    v1 = group(version=1, limit_bytes=50 * MIB, before=(0, 0), after=(0, 1))._replace(
        folder="/sys/fs/cgroup/memory/app/job"
    )
    typed = commands(Case(WHO, KILLED, (kill(),), groups=(v1,)))
    assert "echo 83886080 > /sys/fs/cgroup/memory/app/job/memory.limit_in_bytes" in typed
    assert not any("memory.max" in command for command in typed)


def test_a_group_whose_files_are_elsewhere_is_raised_there():
    v1 = group(version=1, before=(0, 0), after=(0, 1))._replace(folder="/mnt/memory/app/job")
    steps = judge(Case(WHO, KILLED, (kill(),), groups=(v1,))).next_steps
    raising = next(step for step in steps if "memory.limit_in_bytes" in (step.command or ""))
    assert raising.command == "echo 83886080 > /mnt/memory/app/job/memory.limit_in_bytes"
    assert raising.text.startswith("Raise the group's limit (")


def test_a_group_without_a_limit_has_none_to_raise():
    open_group = group(before=(0, 0), after=(0, 1), limit_bytes=UNLIMITED)
    assert not any("memory.max" in command for command in commands(Case(WHO, KILLED, groups=(open_group,))))


@pytest.mark.parametrize(
    ("runtime", "limit_mib", "setting"),
    [
        ("Node", None, "--max-old-space-size=MIB"),
        ("Node", 100, "--max-old-space-size=75"),
        ("Go", None, "GOMEMLIMIT=SIZEMiB"),
        ("Go", 100, "GOMEMLIMIT=75MiB"),
    ],
)
def test_without_a_limit_the_size_of_the_heap_is_left_to_the_reader(runtime, limit_mib, setting):
    (step,) = heap_steps(runtime, limit_mib)
    assert step.command.endswith(setting)


def test_where_nothing_is_known_every_place_to_look_is_named():
    nothing = commands(Case(kernel_log_read=False))
    assert "docker inspect CONTAINER | mnemo explain -" in nothing and "mnemo explain --unit UNIT" in nothing
    of_unit = commands(Case(WHO._replace(unit="web.service"), KILLED))
    assert "journalctl -u web.service -n 50 --no-pager" in of_unit
    assert "docker inspect CONTAINER | mnemo explain -" not in of_unit


def test_an_init_container_is_raised_in_its_manifest_for_kubectl_cannot():
    explanation = judge(Case(records=(pod_container(role="init"),)))
    assert not any("set resources" in command for command in commands(Case(records=(pod_container(role="init"),))))
    assert any("768Mi in its manifest" in step.text for step in explanation.next_steps)


def test_most_in_tmpfs_leads_to_the_files_first():
    case = Case(
        kills=(kill(usage=Usage(shmem_bytes=45 * MIB), victim=Victim(1, "sh", 0, MIB, 0, 0)),), kernel_log_read=True
    )
    assert commands(case)[:2] == ["df -h -t tmpfs", "mount -o remount,size=12m /dev/shm"]
    assert "df -h -t tmpfs" not in commands(at("/app"))


@pytest.mark.parametrize(
    ("name", "runtime", "word"),
    [
        ("java", "JVM", "MaxRAMPercentage=75"),
        ("node", "Node", "--max-old-space-size=37"),
        ("python3.11", "Python", None),
        ("postgres", None, None),
        ("nodepad", None, None),
        (None, None, None),
    ],
)
def test_the_runtime_of_the_victim_gets_a_heap_that_fits(name, runtime, word):
    assert runtime_of(name) == runtime
    typed = " ".join(commands(at("/app", victim=Victim(4666, name, 0, 45 * MIB, 0, 0))))
    assert (word in typed) if word else ("MaxRAM" not in typed and "old-space" not in typed)


@pytest.mark.parametrize(
    ("killer", "command"),
    [
        ("earlyoom", "--avoid '^(python)$'"),
        ("nohang", "systemctl restart nohang"),
        ("systemd-oomd", "systemctl set-property python ManagedOOMPreference=avoid"),
        ("systemd-oomd", "oomctl"),
        ("bustd", "bustd --help"),
        ("kubelet", "kubectl describe node | grep -A8 'Allocated resources'"),
        ("dask", "dask worker ADDRESS --memory-limit SIZE --nthreads 1"),
        ("parallel", "parallel --memfree SIZE --jobs 2 …"),
    ],
)
def test_each_killer_has_a_setting(killer, command):
    assert command in commands(Case(kills=(user_kill(killer),)))


def test_a_full_heap_is_made_larger_and_looked_into():
    message = RuntimeMessage("JVM", "its heap is full", Evidence("output", "…", 1), True, True)
    typed = commands(Case(WHO, Ended(code=3, reporter="wait"), runtime_messages=(message,)))
    assert "export JAVA_TOOL_OPTIONS=-Xmx" in typed[0] and "HeapDump" in typed[1]


def test_go_gets_a_soft_limit_for_its_collector():
    message = RuntimeMessage("Go", "the system refused it memory", Evidence("output", "…", 1), False, True)
    assert (
        commands(Case(WHO, Ended(code=2, reporter="wait"), runtime_messages=(message,)))[0]
        == "export GOMEMLIMIT=SIZEMiB"
    )


def test_a_file_that_grew_past_its_limit_leads_to_that_limit():
    typed = commands(Case(WHO, Ended(by_signal=25, reporter="wait"), rlimits={"RLIMIT_FSIZE": Rlimit(5, 5)}))
    assert "ulimit -f unlimited" in typed and "ulimit -t unlimited" not in typed


def test_a_used_up_processor_limit_leads_to_ulimit():
    typed = commands(Case(WHO, KILLED, rlimits={"RLIMIT_CPU": Rlimit(5, 5)}, cpu_seconds=5.0))
    assert "mnemo doctor --pid 4666" in typed and "ulimit -t unlimited" in typed


def test_what_is_not_proven_says_where_to_look():
    assert "dmesg | mnemo explain -" in commands(Case(ended=Ended(code=137)))
    assert any("earlyoom" in command for command in commands(Case(ended=Ended(code=143))))
    assert "journalctl -u web.service -n 50 --no-pager" in commands(Case(unit=unit()))
    assert "docker inspect 3f2a91b0c4d5 | mnemo explain -" in commands(Case(Who(container_id=CONTAINER)))
    assert not any("dmesg" in command for command in commands(Case(kills=(kill(),), kernel_log_read=True)))


def test_a_log_that_was_not_kept_is_to_be_kept():
    assert any("/var/log/journal" in command for command in commands(Case(WHO, KILLED, kernel_log_read=False)))
    assert not any("/var/log/journal" in command for command in commands(Case(WHO, KILLED, kernel_log_read=True)))


def test_growth_is_asked_of_the_living_by_pid_and_of_the_dead_in_the_next_run():
    alive = Case(WHO._replace(is_alive=True), kills=(kill(victim=Victim(4700, "w"), victim_cgroup="/app/job"),))
    assert "mnemo explain --pid 4666 --growth 60s" in commands(alive)
    assert "mnemo explain --pid PID --growth 60s" in commands(at("/app"))


def test_a_strangers_name_reaches_a_command_as_one_quoted_word():
    case = at(None, scope="global", limit_bytes=None, victim=Victim(1, "x; rm -rf ~", 0, MIB, 0, 0))
    (command,) = [command for command in commands(case) if "--name" in command]
    assert shlex.split(command) == ["mnemo", "monitor", "--name", f"^{re.escape('x; rm -rf ~')}$"]


def test_no_command_comes_twice():
    for case in (at("/app"), Case(records=(container(),)), Case(ended=Ended(code=137))):
        assert len(commands(case)) == len(set(commands(case)))
