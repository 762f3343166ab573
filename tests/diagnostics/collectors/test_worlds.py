"""Containers and units around the target."""

import json

import pytest

from mnemo_cli.diagnostics.collectors import containers, systemd_units
from tests.diagnostics.collectors.scenes import MACHINE, Programs, failing, printing, process, scene_of, taken, write

ID, OTHER = "ab" * 32, "cd" * 32
PODMAN = [
    {"Id": ID, "Names": ["web"], "State": "exited", "ExitCode": 137, "Command": ["canary"]},
    {"Id": OTHER, "ExitCode": 0},
]
INSPECTED = [{"Id": ID, "State": {"OOMKilled": True}, "HostConfig": {"Memory": 5}, "Config": {"Env": ["canary"]}}]


@pytest.fixture
def root(tmp_path):
    return write(tmp_path, {**MACHINE, **process(4121, group=f"/system.slice/docker-{ID}.scope")})


def test_no_socket_asks_nobody(root):
    run = Programs()
    assert taken(containers.COLLECTOR, scene_of(root, run=run)).states == {"skipped"} and not run.asked


def test_the_targets_container_is_inspected(root):
    write(root, {"run/docker.sock": ""})
    rows = "\n".join(json.dumps({"ID": each, "Names": "x", "Command": "canary"}) for each in (ID, OTHER))
    run = Programs({("docker", "ps"): printing(rows), ("docker", "inspect"): printing(json.dumps(INSPECTED))})
    found = taken(containers.COLLECTOR, scene_of(root, run=run, pids=(4121,)))
    assert [argv for argv in run.asked if argv[1] == "inspect"] == [("docker", "inspect", ID)]
    assert json.loads(found.texts["containers/docker-ps.json"]) == [
        {"ID": ID, "Names": "x"},
        {"ID": OTHER, "Names": "x"},
    ]
    told = json.loads(found.texts["containers/docker-inspect.json"])
    assert told == [{"Id": ID, "State": {"OOMKilled": True}, "HostConfig": {"Memory": 5}, "Config": {}}]


def test_without_a_target_those_that_were_killed_are_inspected(root):
    write(root, {"run/podman/podman.sock": ""})
    run = Programs(
        {("podman", "ps"): printing(json.dumps(PODMAN)), ("podman", "inspect"): printing(json.dumps(INSPECTED))}
    )
    taken(containers.COLLECTOR, scene_of(root, run=run))
    assert [argv for argv in run.asked if argv[1] == "inspect"] == [("podman", "inspect", ID)]


@pytest.mark.parametrize(
    ("answer", "state"),
    [(failing(None), "timeout"), (failing(1, "permission denied while trying to connect"), "denied")],
)
def test_a_runtime_that_does_not_answer_says_why(root, answer, state):
    write(root, {"run/docker.sock": ""})
    found = taken(containers.COLLECTOR, scene_of(root, run=Programs({("docker",): answer})))
    assert not found.members and found.states == {state}


def test_a_container_that_this_runtime_does_not_know_is_no_fault(root):
    write(root, {"run/docker.sock": ""})
    run = Programs({("docker", "ps"): printing("[]"), ("docker", "inspect"): failing(1, "No such object")})
    assert not taken(containers.COLLECTOR, scene_of(root, run=run, pids=(4121,))).missing


def test_the_unit_of_the_target_is_shown_once(root):
    write(root, {"run/systemd/system/x": "", **process(5, group="/system.slice/web.service"),
                 **process(6, group="/system.slice/web.service")})  # fmt: skip
    run = Programs(
        {("systemctl", "show"): printing("Id=web.service\nResult=oom-kill\nMemoryMax=5\nEnvironment=canary\n")}
    )
    found = taken(systemd_units.COLLECTOR, scene_of(root, run=run, pids=(5, 6)))
    assert found.texts["systemd-units/web.service"] == b"Id=web.service\nResult=oom-kill\nMemoryMax=5\n"
    assert [argv[-1] for argv in run.asked if argv[1] == "show"] == ["web.service"]


def test_units_that_failed_are_listed(root):
    write(root, {"run/systemd/system/x": ""})
    run = Programs({("systemctl", "list-units"): printing("web.service loaded failed failed Web\n")})
    found = taken(systemd_units.COLLECTOR, scene_of(root, run=run))
    assert found.texts["systemd-units/failed.txt"] == b"web.service loaded failed failed Web\n"


def test_a_machine_without_systemd_asks_nobody(root):
    run = Programs()
    assert taken(systemd_units.COLLECTOR, scene_of(root, run=run)).states == {"skipped"} and not run.asked


def test_a_unit_with_strange_signs_has_a_plain_member(root):
    write(root, {"run/systemd/system/x": "", **process(7, group="/system.slice/a\\x2db@c\x1b.service")})
    run = Programs({("systemctl",): printing("Result=success\n")})
    found = taken(systemd_units.COLLECTOR, scene_of(root, run=run, pids=(7,)))
    assert any(path.startswith("systemd-units/a_x2db@c") for path in found.texts)
