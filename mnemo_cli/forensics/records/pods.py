"""`kubectl get pod -o json`: every run of every container that the pod tells of, and an eviction of the pod itself.

Init and ephemeral containers count like others; `lastState` is the run before a restart, and usually the one meant.
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from collections.abc import Iterator, Mapping

from mnemo_cli.forensics.case import ContainerRecord
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.records.values import child, children, code_at, quantity, text_at, time_at, whole_at
from mnemo_cli.model import Json

_SOURCE = "kubectl get pod"
_ROLES = (
    ("containerStatuses", "containers", "main"),
    ("initContainerStatuses", "initContainers", "init"),
    ("ephemeralContainerStatuses", "ephemeralContainers", "ephemeral"),
)
_QUOTED = ("reason", "exitCode", "signal", "finishedAt", "message")
# kubelet lost sight of the container and made the code up.
_MADE_UP = "ContainerStatusUnknown"
_TOLD = ("OOMKilled", "Error", "Completed")
_MOST_TEXT = 300


def read_pods(found: dict[str, Json]) -> tuple[ContainerRecord, ...]:
    """Of a pod or of a list of pods; other kinds of objects have none."""
    if text_at(found, "kind") == "Pod":
        return tuple(_of_pod(found))
    return tuple(
        record for item in children(found, "items") if item.get("kind") in ("Pod", None) for record in _of_pod(item)
    )


def _of_pod(pod: dict[str, Json]) -> Iterator[ContainerRecord]:
    start = _start(pod)
    if (evicted := _eviction(pod, start)) is not None:
        yield evicted
    for statuses, specs, role in _ROLES:
        limits = {text_at(spec, "name"): spec for spec in children(child(pod, "spec"), specs)}
        for number, status in enumerate(children(child(pod, "status"), statuses)):
            name = text_at(status, "name")
            memory = child(limits.get(name, {}), "resources", "limits").get("memory")
            known = start._replace(
                container_name=name,
                role="init" if role == "init" else "ephemeral" if role == "ephemeral" else "main",
                limit_bytes=quantity(memory) if name in limits else None,
                restarts=whole_at(status, "restartCount"),
            )
            yield from _runs(status, known, f".status.{statuses}[{number}]")


def _start(pod: dict[str, Json]) -> ContainerRecord:
    about = child(pod, "metadata")
    owners = (each for each in children(about, "ownerReferences") if each.get("controller") is not False)
    owner = next(owners, {})
    kind, name = text_at(owner, "kind"), text_at(owner, "name")
    return ContainerRecord(
        kind="kubernetes",
        source=_SOURCE,
        pod_name=text_at(about, "name"),
        pod_uid=text_at(about, "uid"),
        namespace=text_at(about, "namespace"),
        workload=f"{kind}/{name}" if kind and name else None,
    )


def _eviction(pod: dict[str, Json], start: ContainerRecord) -> ContainerRecord | None:
    """By the pod's reason, or by the condition that newer versions set."""
    status = child(pod, "status")
    reason, message = text_at(status, "reason"), text_at(status, "message")
    place = ".status"
    if reason != "Evicted":
        found = next((each for each in children(status, "conditions") if _is_disruption(each)), None)
        if found is None:
            return None
        reason, message, place = text_at(found, "reason"), text_at(found, "message"), ".status.conditions"
    text = f"{place} reason: {reason}, message: {(message or 'none')[:_MOST_TEXT]}"
    return start._replace(role="pod", evicted=True, reason=reason, message=message, evidence=(Evidence(_SOURCE, text),))


def _is_disruption(condition: Mapping[str, Json]) -> bool:
    return (condition.get("type"), condition.get("status"), condition.get("reason")) == (
        "DisruptionTarget", "True", "TerminationByKubelet",
    )  # fmt: skip


def _runs(status: dict[str, Json], known: ContainerRecord, place: str) -> Iterator[ContainerRecord]:
    """The run that is now, then the one before it."""
    state, last = child(status, "state"), child(status, "lastState")
    current = known._replace(container_id=_id(status))
    if "terminated" in state:
        yield _ended(child(state, "terminated"), current, f"{place}.state.terminated")
    elif "running" in state:
        yield current._replace(is_running=True)
    else:
        waiting = child(state, "waiting")
        yield current._replace(is_running=False, reason=text_at(waiting, "reason"), message=text_at(waiting, "message"))
    if "terminated" in last:
        previous = known._replace(is_previous=True)
        yield _ended(child(last, "terminated"), previous, f"{place}.lastState.terminated")


def _ended(end: dict[str, Json], known: ContainerRecord, place: str) -> ContainerRecord:
    reason = text_at(end, "reason")
    words = (f"{name}: {str(end[name])[:_MOST_TEXT]}" for name in _QUOTED if end.get(name) not in (None, "", 0))
    code = code_at(end, "exitCode") if reason != _MADE_UP else None
    text = ", ".join(words)
    return known._replace(
        container_id=_id(end) or known.container_id,
        is_running=False,
        # A reason of another kind (a policy's, a runtime's own) tells nothing about kills.
        oom_killed=reason == "OOMKilled" if reason in _TOLD else None,
        exit_code=code,
        exit_signal=whole_at(end, "signal") or None,
        finished_seconds=time_at(end, "finishedAt"),
        reason=reason,
        message=text_at(end, "message"),
        evidence=(Evidence(_SOURCE, f"{place} {text}"),) if text else (),
    )


def _id(entry: Mapping[str, Json]) -> str | None:
    """The part after "containerd://"."""
    found = text_at(entry, "containerID")
    return found.rpartition("/")[2] or None if found is not None else None
