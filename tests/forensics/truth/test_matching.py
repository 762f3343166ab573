"""Which kills of a log are the target's: joined by pid, group, container id, pod uid and unit, and by time."""

import pytest

from mnemo_cli.forensics.case import Case, Ended, Who
from mnemo_cli.forensics.truth import judge
from mnemo_cli.forensics.truth.matching import each_once, matches_of
from tests.forensics.deaths import (
    CONTAINER,
    OTHER_CONTAINER,
    POD,
    POD_GROUP,
    SLICE,
    WHO,
    container,
    kill,
    pod_container,
    unit,
    user_kill,
)

GROUPS_OF_THE_CONTAINER = [
    f"/docker/{CONTAINER}",
    f"/docker/{CONTAINER}/init.scope",
    f"/system.slice/docker-{CONTAINER}.scope",
    f"/machine.slice/libpod-{CONTAINER}.scope",
    f"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{CONTAINER}.scope/container",
    f"/libpod_parent/libpod-{CONTAINER}",
    f"/kubepods/burstable/pod{POD}/{CONTAINER}",
    f"/kubepods/pod{POD}/{CONTAINER}",
    f"{POD_GROUP}/cri-containerd-{CONTAINER}.scope",
    f"{POD_GROUP}/crio-{CONTAINER}.scope",
    f"{POD_GROUP}/docker-{CONTAINER}.scope",
    f"/system.slice/containerd.service/{SLICE}:cri-containerd:{CONTAINER}",
    f"/ecs/0123456789abcdef0123456789abcdef/{CONTAINER}",
    f"/docker/{OTHER_CONTAINER}/kubelet/kubepods/pod{POD}/{CONTAINER}",
]


@pytest.mark.parametrize("path", GROUPS_OF_THE_CONTAINER)
@pytest.mark.parametrize("known", [CONTAINER, CONTAINER[:12]])
def test_a_container_is_found_by_its_id_in_the_groups_path(path, known):
    case = Case(records=(container(container_id=known),), kills=(kill(victim_cgroup=path, limit_cgroup=path),))
    explanation = judge(case)
    assert (explanation.verdict, explanation.confidence) == ("kernel-oom", "proven")
    assert [kill.victim_cgroup for kill in explanation.kills] == [path]


@pytest.mark.parametrize("path", [*GROUPS_OF_THE_CONTAINER[:11], "/", "/docker", None])
def test_another_container_is_not_it(path):
    case = Case(records=(container(container_id=OTHER_CONTAINER, oom_killed=False),), kills=(kill(victim_cgroup=path),))
    assert judge(case).kills == () and judge(case).verdict == "signal"


@pytest.mark.parametrize("path", [f"/kubepods/burstable/pod{POD}/{CONTAINER}", f"{POD_GROUP}/crio-{CONTAINER}.scope"])
def test_a_pod_without_a_named_container_is_found_by_its_uid_in_either_form(path):
    record = pod_container(container_id=None, oom_killed=False, reason="Error")
    assert matches_of(Case(records=(record,), kills=(kill(victim_cgroup=path),)))
    other = record._replace(pod_uid=POD.replace("0a", "0b"))
    assert not matches_of(Case(records=(other,), kills=(kill(victim_cgroup=path),)))


def test_of_a_pod_with_two_containers_each_has_its_own_kills():
    mine, other = (
        pod_container(),
        pod_container(container_id=OTHER_CONTAINER, container_name="sidecar", oom_killed=False, exit_code=0),
    )
    kills = (
        kill(victim_cgroup=f"{POD_GROUP}/crio-{OTHER_CONTAINER}.scope"),
        kill(victim_cgroup=f"{POD_GROUP}/crio-{CONTAINER}.scope"),
    )
    assert [match.kill for match in matches_of(Case(records=(other, mine), kills=kills))] == [kills[1]]


@pytest.mark.parametrize(
    ("who", "fields", "relation"),
    [
        (WHO, {}, "target"),
        (WHO._replace(cgroup=None), {}, "target"),
        (WHO._replace(name="a-very-long-name-of-a-program"), {"victim_cgroup": None}, "target"),
        (WHO._replace(name="a-name-of-16-by.", cgroup=None), {}, "target"),
        (WHO._replace(name="a-name-of-15-by", cgroup=None), {}, None),
        (WHO._replace(name="java", cgroup=None), {}, None),
        (WHO._replace(name="java"), {}, "target"),
        (WHO._replace(pid=1), {}, "child"),
        (WHO._replace(pid=1, cgroup=None, member_pids=(4666,)), {}, "child"),
        (WHO._replace(pid=1, cgroup=None), {}, None),
        (WHO._replace(pid=1, cgroup="/app/jo"), {}, None),
        (WHO._replace(pid=1, cgroup="/app"), {}, "child"),
        (WHO._replace(pid=1, cgroup="/"), {}, None),
        (WHO._replace(pid=None), {}, "group"),
        (WHO._replace(pid=1), {"group_kill": True}, "target"),
        (Who(unit="web.service"), {"victim_cgroup": "/system.slice/web.service/worker"}, "group"),
        (Who(unit="web.service"), {"victim_cgroup": "/system.slice/other-web.service"}, None),
        (Who(container_id=CONTAINER), {"victim_cgroup": f"/docker/{CONTAINER}"}, "group"),
        (Who(pod_uid=POD), {"victim_cgroup": f"{POD_GROUP}/crio-{CONTAINER}.scope"}, "group"),
    ],
)  # fmt: skip
def test_the_target_its_children_and_strangers_are_told_apart(who, fields, relation):
    matches = matches_of(Case(who, kills=(kill(**fields),)))
    assert [match.relation for match in matches] == ([] if relation is None else [relation])


def test_a_unit_is_found_by_its_group_its_main_pid_and_its_name():
    assert (
        matches_of(Case(unit=unit(), kills=(kill(victim_cgroup="/system.slice/web.service"),)))[0].relation == "target"
    )
    other = kill(victim=kill().victim._replace(pid=9), victim_cgroup="/user.slice/web.service")
    assert matches_of(Case(unit=unit(control_group=None), kills=(other,)))[0].relation == "child"
    oomd = user_kill("systemd-oomd", None, "SIGKILL", victim=kill().victim._replace(pid=None, name="web.service"))
    assert matches_of(Case(unit=unit(), kills=(oomd,)))


def test_without_a_target_every_kill_is_the_answer():
    kills = (kill(), user_kill("earlyoom"))
    assert [match.relation for match in matches_of(Case(kills=kills))] == ["all", "all"]


@pytest.mark.parametrize(
    ("time_seconds", "clock", "fits"),
    [
        (1000.0, "unix", True),
        (1119.0, "unix", True),
        (1121.0, "unix", False),
        (879.0, "unix", False),
        (100.0, "boot", True),
        (500.0, "boot", False),
        (None, None, True),
    ],
)
def test_a_kill_at_another_time_is_less_sure(time_seconds, clock, fits):
    case = Case(
        records=(container(finished_seconds=1000.0),),
        kills=(kill(victim_cgroup=f"/docker/{CONTAINER}", time_seconds=time_seconds, clock=clock),),
        boot_seconds=900.0,
    )
    assert matches_of(case)[0].time_fits is fits
    assert judge(case).confidence == ("proven" if fits else "likely")


def test_of_several_runs_the_kill_that_fits_in_time_hides_the_others():
    path = f"/docker/{CONTAINER}"
    kills = tuple(kill(victim_cgroup=path, time_seconds=when, clock="unix") for when in (100.0, 1000.0, 5000.0))
    case = Case(records=(container(finished_seconds=1001.0),), kills=kills)
    assert [match.kill for match in matches_of(case)] == [kills[1]]


def test_a_pid_that_was_used_before_the_target_began_is_not_it():
    case = Case(
        WHO, Ended(by_signal=9, reporter="wait"), (kill(time_seconds=10.0, clock="unix"),), since_seconds=5000.0
    )
    assert judge(case).confidence == "likely"
    later = case._replace(kills=(*case.kills, kill(time_seconds=5100.0, clock="unix")))
    assert judge(later).confidence == "proven" and len(judge(later).kills) == 1


def test_what_kubelet_repeats_of_the_kernel_counts_once():
    hearsay = kill(scope=None, limit_cgroup=None, victim_cgroup=None, trigger=None)
    assert each_once((kill(), hearsay)) == (kill(),)
    assert each_once((hearsay,)) == (hearsay,)
