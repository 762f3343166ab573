"""kubectl get pod: every run of every container, limits in Kubernetes' own units, evictions."""

import pytest

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.records import read_records
from mnemo_cli.forensics.records.values import code_at, quantity
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import UNLIMITED
from tests.forensics.deaths import CONTAINER, MIB, OTHER_CONTAINER, POD, POD_GROUP, kill
from tests.forensics.records.documents import evicted, listed, pod, status, terminated, text, without


def read(document):
    return read_records(text(document), "stdin")


def test_an_oom_killed_container_gives_the_whole_record():
    (record,) = read(pod())
    assert (record.kind, record.container_name, record.container_id) == ("kubernetes", "app", CONTAINER)
    assert (record.pod_name, record.namespace, record.pod_uid) == ("web-5d4f8c7b9-x2x4z", "shop", POD)
    assert (record.oom_killed, record.exit_code, record.limit_bytes, record.role) == (True, 137, 512 * MIB, "main")
    assert record.workload == "ReplicaSet/web-5d4f8c7b9" and record.finished_seconds == 1768212000
    assert record.evidence[0].text.startswith(
        ".status.containerStatuses[0].state.terminated reason: OOMKilled, exitCode: 137"
    )


def test_of_a_restarted_container_the_last_run_is_the_one_meant():
    running = {"running": {"startedAt": "2026-01-12T10:00:05Z"}}
    again = status(state=running, lastState=terminated(), restartCount=1, containerID=f"containerd://{OTHER_CONTAINER}")
    now, before = read(pod(again))
    assert (now.is_running, now.container_id, now.exit_code) == (True, OTHER_CONTAINER, None)
    assert (before.is_previous, before.container_id, before.exit_code) == (True, CONTAINER, 137)
    explanation = judge(Case(records=(now, before)))
    assert explanation.verdict == "kernel-oom" and "(an earlier run)" in explanation.headline


def test_a_container_that_waits_to_be_restarted_has_not_ended_by_that():
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
    now, before = read(pod(status(state=waiting, lastState=terminated(reason="Error", exitCode=1))))
    assert (now.exit_code, now.reason, now.is_running) == (None, "CrashLoopBackOff", False)
    assert (before.exit_code, before.oom_killed) == (1, False)


def test_init_and_ephemeral_containers_count_too():
    document = pod(
        status(state={"waiting": {"reason": "PodInitializing"}}),
        initContainerStatuses=[status("migrate")],
        ephemeralContainerStatuses=[status("debugger", state=terminated(reason="Completed", exitCode=0))],
    )
    assert [(each.container_name, each.role) for each in read(document)] == [
        ("app", "main"),
        ("migrate", "init"),
        ("debugger", "ephemeral"),
    ]
    assert read(document)[1].limit_bytes == 100_000_000
    assert "init container migrate of pod shop/web-5d4f8c7b9-x2x4z" in judge(Case(records=read(document))).headline


def test_an_evicted_pod_is_an_eviction_with_its_message():
    (record,) = read(evicted())
    assert record.evicted and record.role == "pod" and record.message.startswith("The node was low on resource: memory")
    explanation = judge(Case(records=(record,)))
    assert (explanation.verdict, explanation.confidence, explanation.owner) == ("eviction", "proven", "machine")


def test_newer_versions_tell_an_eviction_in_a_condition():
    condition = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "TerminationByKubelet",
        "message": "The node was low on resource: memory.",
    }
    told = read(pod(conditions=[condition]))[0]
    assert (told.evicted, told.reason) == (True, "TerminationByKubelet")
    assert not read(pod(conditions=[condition | {"reason": "PreemptionByScheduler"}]))[0].evicted


def test_a_code_that_kubelet_made_up_is_unknown():
    record = read(pod(status(state=terminated(reason="ContainerStatusUnknown", message="could not be located"))))[0]
    assert (record.exit_code, record.oom_killed) == (None, None)
    assert judge(Case(records=(record,))).verdict == "unknown"


def test_an_error_with_137_is_no_oom_kill():
    explanation = judge(Case(records=read(pod(status(state=terminated(reason="Error"))))))
    assert explanation.verdict == "signal" and "no memory evidence" in explanation.headline


def test_a_list_of_pods_gives_the_containers_of_all_and_the_worst_is_the_case():
    well = pod(status(state={"running": {}}))
    well["metadata"] = well["metadata"] | {"name": "db-0", "uid": POD.replace("0a", "0b"), "ownerReferences": []}
    records = read(listed(well, pod()))
    assert [record.pod_name for record in records] == ["db-0", "web-5d4f8c7b9-x2x4z"]
    explanation = judge(Case(records=records))
    assert "pod shop/web-5d4f8c7b9-x2x4z" in explanation.headline
    assert "pod shop/db-0 runs" in explanation.paragraphs[-1]


def test_other_kinds_of_objects_have_no_containers():
    assert read(listed({"kind": "Service", "status": {}})) == () and read({"kind": "Node", "status": {}}) == ()


def test_the_kernels_log_is_joined_by_the_containers_id():
    path = f"{POD_GROUP}/cri-containerd-{CONTAINER}.scope"
    explanation = judge(Case(records=read(pod()), kills=(kill(limit_cgroup=POD_GROUP, victim_cgroup=path),)))
    assert (explanation.confidence, explanation.owner) == ("proven", "pod")
    assert f"the limit of pod {POD} (50M), above its own group, was hit" in explanation.headline


@pytest.mark.parametrize(
    ("word", "size"),
    [
        ("512Mi", 512 << 20),
        ("1Gi", 1 << 30),
        ("100M", 100_000_000),
        ("1.5G", 1_500_000_000),
        ("128974848", 128974848),
        (1000, 1000),
        ("1e3", 1000),
        ("123Ki", 123 << 10),
        ("1000m", 1),
        ("7E", UNLIMITED),
        (None, UNLIMITED),
        ("", None),
        ("a", None),
        ("-1", None),
        ("12Zi", None),
        (True, None),
        ([], None),
        ("9" * 30, None),
        ("1e99", UNLIMITED),
    ],
)
def test_a_quantity_is_read_as_kubernetes_reads_it(word, size):
    assert quantity(word) == size


@pytest.mark.parametrize("missing", [("spec",), ("metadata",), ("status",), ("status", "containerStatuses")])
def test_a_document_that_lacks_a_part_is_read_as_far_as_it_goes(missing):
    records = read(without(pod(), *missing))
    assert len(records) == (0 if "status" in missing else 1)
    assert judge(Case(records=records)).causes


def test_a_container_without_a_limit_is_unlimited_and_one_that_is_not_in_the_spec_unknown():
    assert read(pod(status("sidecar")))[0].limit_bytes is UNLIMITED
    assert read(pod(status("injected")))[0].limit_bytes is None


@pytest.mark.parametrize(("code", "read_as"), [(255, 255), (256, None), (-1, None), (True, None)])
def test_a_code_that_no_process_can_end_with_is_unknown(code, read_as):
    assert code_at({"exitCode": code}, "exitCode") == read_as
