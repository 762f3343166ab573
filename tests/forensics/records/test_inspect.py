"""docker inspect and podman inspect: what they say, what they leave open, and that the flag is only a flag."""

import pytest

from mnemo_cli.errors import SourceError
from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.records import read_records
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import UNLIMITED
from tests.forensics.deaths import CONTAINER, MIB, kill
from tests.forensics.records.documents import docker, podman, text


def read(document):
    return read_records(text(document), "stdin")


def test_a_docker_document_gives_the_whole_record():
    (record,) = read(docker())
    assert (record.kind, record.container_name, record.container_id) == ("docker", "web", CONTAINER)
    assert (record.oom_killed, record.exit_code, record.is_running, record.restarts) == (True, 137, False, 2)
    assert (record.limit_bytes, record.swap_total_bytes) == (512 * MIB, 1024 * MIB)
    assert record.finished_seconds == 1768212000.5 and record.pid is None
    assert record.evidence[0].text == (
        ".[0].State OOMKilled: true, ExitCode: 137, FinishedAt: 2026-01-12T10:00:00.5Z"
    )  # fmt: skip


def test_podman_is_told_by_its_own_words():
    assert read(podman())[0].kind == "podman" and read(podman())[0].source == "podman inspect"


def test_exit_0_with_the_flag_set_means_that_a_child_was_killed():
    explanation = judge(Case(records=read(docker(ExitCode=0))))
    assert explanation.verdict == "exit"
    assert "the kernel killed a child of it, some time" in explanation.causes[1].sentence


def test_a_container_that_runs_has_not_ended_whatever_its_code():
    (record,) = read(docker(Running=True, Status="running", ExitCode=0, Pid=812, FinishedAt="0001-01-01T00:00:00Z"))
    assert (record.is_running, record.exit_code, record.finished_seconds, record.pid) == (True, None, None, 812)
    assert read(docker(Status="created", ExitCode=0))[0].exit_code is None


def test_no_limit_is_unlimited_and_no_settings_are_unknown():
    document = docker()
    document[0]["HostConfig"] = {"Memory": 0, "MemorySwap": -1}
    assert (read(document)[0].limit_bytes, read(document)[0].swap_total_bytes) == (UNLIMITED, UNLIMITED)
    document[0].pop("HostConfig")
    assert (read(document)[0].limit_bytes, read(document)[0].swap_total_bytes) == (None, None)


def test_several_containers_are_several_records_and_other_objects_none():
    document = [*docker(), {"Id": "sha256:12", "RepoTags": ["web:1"]}, *docker(ExitCode=1)]
    assert [record.exit_code for record in read(document)] == [137, 1]
    assert read([]) == () and read([1, None, "x"]) == () and read("x") == ()


def test_a_bare_state_is_enough():
    (record,) = read(docker()[0]["State"])
    assert (record.oom_killed, record.exit_code, record.container_name) == (True, 137, None)


def test_kubernetes_labels_are_read():
    document = docker()
    document[0]["Config"]["Labels"] = {
        "io.kubernetes.pod.uid": "u",
        "io.kubernetes.pod.name": "p",
        "io.kubernetes.pod.namespace": "n",
    }
    record = read(document)[0]
    assert (record.pod_uid, record.pod_name, record.namespace) == ("u", "p", "n")


def test_with_the_kernels_report_the_record_is_proof():
    path = f"/system.slice/docker-{CONTAINER}.scope"
    explanation = judge(Case(records=read(docker()), kills=(kill(limit_cgroup=path, victim_cgroup=path),)))
    assert (explanation.verdict, explanation.confidence, explanation.owner) == ("kernel-oom", "proven", "container")


@pytest.mark.parametrize("value", ["137", 137.5, True, None, [], -1, 1 << 70])
def test_a_code_that_is_none_is_unknown(value):
    assert read(docker(ExitCode=value))[0].exit_code is None


@pytest.mark.parametrize("value", ["true", 1, None])
def test_a_flag_that_is_none_is_unknown(value):
    assert read(docker(OOMKilled=value))[0].oom_killed is None


@pytest.mark.parametrize("broken", ["", "[", '[{"State": {', "nonsense", "[" * 100_000])
def test_a_document_that_breaks_off_says_so(broken):
    with pytest.raises(SourceError, match="stdin: this is no whole JSON document"):
        read_records(broken, "stdin")
