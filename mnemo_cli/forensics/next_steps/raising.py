"""A larger limit, in the words of the world that set it: docker, podman, Kubernetes, systemd, plain groups.

The value is a first guess, half as much again as was used: a measurement under load is better.
"""

import math
import re
import shlex
from collections.abc import Iterator

from mnemo_cli.forensics.case import Case, ContainerRecord
from mnemo_cli.forensics.explanation import Step
from mnemo_cli.forensics.hit import Hit
from mnemo_cli.model import Unlimited
from mnemo_cli.units import MIB

_STEP_MIB = 16
_SHORT_ID = 12
# A Deployment's pods belong to a ReplicaSet, whose name is the Deployment's and a hash.
# A job's own group of `mnemo orchestrate` is gone with the job: the keeper's pid and start, and the attempt's number.
_JOB = re.compile(r"(?:.*/)?mnemo-\d+-\d+/\d+")
_REPLICA_SET = re.compile(r"(.+)-[a-z0-9]{6,10}")


def guessed_mib(hit: Hit) -> int | None:
    """1.5 × the use, or the limit where that is all that is known, in whole steps of 16 Mi."""
    known = [size for size in (hit.used_bytes, hit.limit_bytes) if isinstance(size, int) and size > 0]
    return None if not known else math.ceil(1.5 * max(known) / MIB / _STEP_MIB) * _STEP_MIB


def _guess(mib: int | None) -> str:
    return (
        "SIZE: half as much again as it uses"
        if mib is None
        else "a first guess, half as much again as was used, rounded up"
    )


def raising_steps(case: Case, hit: Hit) -> Iterator[Step]:
    """None for the machine: memory cannot be typed."""
    if isinstance(hit.limit_bytes, Unlimited):
        return
    mib, record = guessed_mib(hit), _record_of(case, hit)
    owner = hit.whose.owner
    if _JOB.fullmatch((hit.path or "").rstrip("/")):
        yield _job(mib)
    elif record is not None and record.kind == "kubernetes":
        yield from _kubernetes(record, mib)
    elif hit.whose.pod_uid is not None:
        yield from _unnamed_pod(hit)
    elif owner == "container":
        yield from _container(record, hit, mib)
    elif owner in ("unit", "user"):
        yield _unit(hit, mib)
    elif owner == "group" and hit.path is not None:
        yield from _plain(hit, mib)


def _job(mib: int | None) -> Step:
    size = f"{mib}Mi" if mib is not None else "SIZE"
    return Step(
        f'Give the job more in its plan: mem = "{size}" ({_guess(mib)}). What its name needed so far is in the report.',
        "mnemo orchestrate report JOURNAL",
    )


def _record_of(case: Case, hit: Hit) -> ContainerRecord | None:
    """The container whose limit it is; of a pod's limit any of its containers."""
    for record in case.records:
        ids = (record.container_id, hit.whose.container_id)
        if hit.whose.container_id is None or (ids[0] and ids[1] and ids[0].startswith(ids[1])) or ids[0] == ids[1]:
            return record
    return None


def _kubernetes(record: ContainerRecord, mib: int | None) -> Iterator[Step]:
    namespace = f" -n {shlex.quote(record.namespace)}" if record.namespace else ""
    container = f" -c {shlex.quote(record.container_name)}" if record.container_name else ""
    limit = f"{mib}Mi" if mib is not None else "SIZE"
    if record.workload is not None and record.role == "main":
        command = f"kubectl set resources {shlex.quote(_workload(record.workload))}{namespace}{container}"
        yield Step(f"Raise the container's limit, and its request with it ({_guess(mib)}).",
                   f"{command} --limits=memory={limit} --requests=memory={limit}")  # fmt: skip
    else:
        yield Step(
            f"Raise resources.limits.memory of the container to {limit} in its manifest ({_guess(mib)}), and apply it."
        )
    if record.pod_name is not None:
        pod = shlex.quote(record.pod_name)
        yield Step("See what it uses now.", f"kubectl top pod {pod}{namespace} --containers")


def _workload(owner: str) -> str:
    kind, _, name = owner.partition("/")
    match = _REPLICA_SET.fullmatch(name) if kind.lower() == "replicaset" else None
    return f"deployment/{match[1]}" if match is not None else f"{kind.lower()}/{name}"


def _unnamed_pod(hit: Hit) -> Iterator[Step]:
    columns = "NS:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid"
    uid = hit.whose.pod_uid
    yield Step("Find the pod by its uid.", f"kubectl get pod -A -o custom-columns={columns} | grep {uid}")
    if hit.whose.container_id is not None:
        cut = hit.whose.container_id[:_SHORT_ID]
        yield Step("Or on the node, the container by its id.", f"crictl ps -a | grep {cut}")
    yield Step("Then put the pod's own record beside this log.", "kubectl get pod NAME -n NS -o json | mnemo explain -")


def _container(record: ContainerRecord | None, hit: Hit, mib: int | None) -> Iterator[Step]:
    runtime = hit.whose.runtime
    if runtime == "lxc":
        yield Step(
            "Raise the container's limit.", f"lxc config set {_name(record, hit)} limits.memory {mib or 'SIZE'}MiB"
        )
        return
    if runtime in ("cri-containerd", "crio"):
        yield Step("Find the container by its id.", f"crictl ps -a | grep {_name(record, hit)}")
        return
    tool = "podman" if runtime in ("libpod", "podman") else "docker"
    size = f"{mib}m" if mib is not None else "SIZE"
    # Without --memory-swap docker refuses a limit above the old total of memory and swap.
    command = f"{tool} update --memory {size} --memory-swap {_swap_total(record, mib) or size} {_name(record, hit)}"
    yield Step(f"Raise the container's limit ({_guess(mib)}).", command)
    yield Step(f"Make it last: `mem_limit: {size}` in the compose file, or --memory {size} where it is started.")
    yield Step("See what it uses now.", f"{tool} stats --no-stream {_name(record, hit)}")


def _swap_total(record: ContainerRecord | None, mib: int | None) -> str | None:
    """Keeps as much swap as there was; None means none."""
    if record is None or mib is None:
        return None
    if isinstance(record.swap_total_bytes, Unlimited):
        return "-1"
    limit, total = record.limit_bytes, record.swap_total_bytes
    if not isinstance(limit, int) or not isinstance(total, int) or total <= limit:
        return None
    return f"{mib + (total - limit) // MIB}m"


def _name(record: ContainerRecord | None, hit: Hit) -> str:
    if record is not None and record.container_name:
        return shlex.quote(record.container_name)
    return shlex.quote((hit.whose.container_id or "CONTAINER")[:_SHORT_ID])


def _unit(hit: Hit, mib: int | None) -> Step:
    # A session is started anew with each login: the user's slice is what lasts.
    manager = "systemctl --user" if hit.whose.owner == "unit" and hit.whose.uid is not None else "systemctl"
    size = f"{mib}M" if mib is not None else "SIZE"
    text = f"Raise the unit's limit, at once and for good ({_guess(mib)})."
    return Step(text, f"{manager} set-property {shlex.quote(hit.whose.unit or 'UNIT')} MemoryMax={size}")


def _plain(hit: Hit, mib: int | None) -> Iterator[Step]:
    size = mib * MIB if mib is not None else "BYTES"
    path = (hit.path or "").strip("/")
    if hit.version != 1:
        folder = hit.folder or f"/sys/fs/cgroup/{path}"
        yield Step(f"Raise the group's limit ({_guess(mib)}).", f"echo {size} > {shlex.quote(f'{folder}/memory.max')}")
    if hit.version != 2:
        folder = hit.folder or f"/sys/fs/cgroup/memory/{path}"
        text = "Raise the group's limit" if hit.version == 1 else "The same where memory is on cgroup v1"
        yield Step(f"{text} ({_guess(mib)}).", f"echo {size} > {shlex.quote(f'{folder}/memory.limit_in_bytes')}")
