"""The containers around the target, as docker, podman or crictl tell: state, exit code, OOMKilled, limits.

An allow-list of fields: environment, arguments, labels, mounts and messages are not among them. Without a target the
containers that were killed are described. The shape stays that of `docker inspect`, which `mnemo explain` reads.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import ask, document_member
from mnemo_cli.diagnostics.reading import read_whole
from mnemo_cli.model import Json
from mnemo_cli.redact import decoded
from mnemo_cli.sampling.files import is_there

# A name, and what of it is told: True for the value itself, a mapping for some of its parts.
Told: TypeAlias = "dict[str, bool | Told]"

_LISTED: Told = dict.fromkeys(
    ("ID", "Id", "id", "Names", "Name", "Image", "State", "Status", "ExitCode", "Exited", "ExitedAt", "OOMKilled",
     "CreatedAt", "Created", "RunningFor", "StartedAt", "Pid", "PodName", "Pod", "podSandboxId", "state", "createdAt"),
    True,
)  # fmt: skip
_LISTED["metadata"] = {"name": True, "attempt": True}
_LISTED["image"] = {"image": True}
_LIMITS: Told = dict.fromkeys(
    ("Memory", "MemoryReservation", "MemorySwap", "MemorySwappiness", "KernelMemory", "OomKillDisable", "OomScoreAdj",
     "PidsLimit", "Ulimits", "NanoCpus", "CpuQuota", "CpuPeriod", "CpuShares", "ShmSize", "CgroupParent",
     "CgroupnsMode", "Cgroups", "PidMode", "IpcMode"),
    True,
)  # fmt: skip
_LIMITS["RestartPolicy"] = {"Name": True, "MaximumRetryCount": True}
_STATE: Told = dict.fromkeys(
    ("Status", "Running", "Paused", "Restarting", "OOMKilled", "Dead", "Pid", "ExitCode", "StartedAt", "FinishedAt",
     "CgroupPath"),
    True,
)  # fmt: skip
_RESOURCES: Told = {
    "memory": {"limit": True, "reservation": True, "swap": True, "disableOOMKiller": True},
    "pids": {"limit": True},
    "cpu": {"shares": True, "quota": True, "period": True},
    "memoryLimitInBytes": True,
    "memorySwapLimitInBytes": True,
    "oomScoreAdj": True,
    "cpuQuota": True,
    "cpuPeriod": True,
    "cpuShares": True,
}
_INSPECTED: Told = {
    # docker and podman
    "Id": True, "Name": True, "Created": True, "Image": True, "ImageName": True, "RestartCount": True, "Driver": True,
    "State": _STATE, "HostConfig": _LIMITS, "Config": {"Image": True, "StopSignal": True, "StopTimeout": True},
    # crictl
    "status": {
        "id": True, "metadata": {"name": True, "attempt": True}, "state": True, "createdAt": True, "startedAt": True,
        "finishedAt": True, "exitCode": True, "reason": True, "image": {"image": True},
        "resources": {"linux": _RESOURCES},
    },
    "info": {
        "pid": True, "sandboxID": True,
        "runtimeSpec": {"linux": {"cgroupsPath": True, "resources": _RESOURCES}, "process": {"oomScoreAdj": True}},
    },
}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{64}")
_MOST_CONTAINERS, _MOST_PROCESSES, _MOST_KILLED = 500, 64, 10
_KILLED = re.compile(r"Exited \((?:137|143)\)")


class _Runtime(NamedTuple):
    """`listing` prints every container as JSON: one document, or one a line."""

    name: str
    sockets: tuple[str, ...]
    listing: tuple[str, ...]


_RUNTIMES = (
    _Runtime(
        "docker", ("run/docker.sock", "var/run/docker.sock"), ("ps", "-a", "--no-trunc", "--format", "{{json .}}")
    ),
    _Runtime("podman", ("run/podman/podman.sock",), ("ps", "-a", "--no-trunc", "--format", "json")),
    _Runtime(
        "crictl",
        ("run/containerd/containerd.sock", "run/crio/crio.sock", "run/k3s/containerd/containerd.sock"),
        ("ps", "-a", "--no-trunc", "-o", "json"),
    ),
)


def collect(scene: Scene) -> Iterator[Member | Missing]:
    present = [runtime for runtime in _RUNTIMES if any(is_there(scene.root / name) for name in runtime.sockets)]
    if not present:
        yield Missing("containers", "skipped", "no socket of docker, podman, containerd or CRI-O is here")
    for runtime in present:
        yield from _of(runtime, scene)


def _of(runtime: _Runtime, scene: Scene) -> Iterator[Member | Missing]:
    done = ask(scene, (runtime.name, *runtime.listing))
    if isinstance(done, Missing):
        yield done
        return
    listed = [_told(row, _LISTED) for row in _rows(done.output)[:_MOST_CONTAINERS]]
    yield document_member(f"containers/{runtime.name}-ps.json", listed, f"{runtime.name} ps")
    wanted = _target_ids(scene) if scene.pids else _killed_ids(listed)
    if not wanted:
        return
    found: list[Json] = []
    for identity in wanted:
        inspected = ask(scene, (runtime.name, "inspect", identity))
        # A container of another runtime is not known to this one.
        if not isinstance(inspected, Missing):
            found += [_told(row, _INSPECTED) for row in _rows(inspected.output)]
        elif inspected.state != "error":
            yield inspected
    if found:
        yield document_member(f"containers/{runtime.name}-inspect.json", found, f"{runtime.name} inspect")


def _rows(output: bytes) -> list[object]:
    """The objects in a JSON list, in crictl's {"containers": […]}, or one a line."""
    try:
        documents = [json.loads(output)]
    except (ValueError, RecursionError):
        documents = [document for line in output.split(b"\n") if (document := _parsed(line)) is not None]
    rows: list[object] = []
    for document in documents:
        inner = document.get("containers", document) if isinstance(document, dict) else document
        rows += inner if isinstance(inner, list) else [inner]
    return rows


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _told(part: object, told: Told) -> Json:
    """The fields of the allow-list that are there."""
    if not isinstance(part, dict):
        return None
    rows: dict[str, Json] = {}
    for name, what in told.items():
        if name in part:
            rows[name] = _plain(part[name]) if isinstance(what, bool) else _told(part[name], what)
    return rows


def _plain(value: object, depth: int = 2) -> Json:
    """A number or word, or a short list of such: Ulimits are a list of objects with numbers."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and depth:
        return [_plain(each, depth - 1) for each in value[:32]]
    if isinstance(value, dict) and depth:
        return {str(name): _plain(value[name], depth - 1) for name in ("Name", "Hard", "Soft") if name in value}
    return None


def _target_ids(scene: Scene) -> list[str]:
    """The container ids in the group paths of the target's processes, each once."""
    found: dict[str, None] = {}
    for pid in scene.pids[:_MOST_PROCESSES]:
        try:
            found.update(dict.fromkeys(_ID.findall(decoded(read_whole(scene.root / f"proc/{pid}/cgroup")))))
        except OSError:
            continue
    return list(found)[:_MOST_KILLED]


def _killed_ids(listed: list[Json]) -> list[str]:
    """Those whose end may have been a kill for memory."""
    killed: list[str] = []
    for row in listed:
        if isinstance(row, dict):
            identity = row.get("ID") or row.get("Id") or row.get("id")
            status = str(row.get("Status", ""))
            if isinstance(identity, str) and _ID.fullmatch(identity) and _looks_killed(row, status):
                killed.append(identity)
    return killed[:_MOST_KILLED]


def _looks_killed(row: dict[str, Json], status: str) -> bool:
    return bool(_KILLED.match(status)) or row.get("ExitCode") in (137, 143) or row.get("state") == "CONTAINER_EXITED"


COLLECTOR = Collector(
    "containers", "state and limits of the target's containers", collect, profile=Profile.STANDARD, timeout_seconds=8.0
)
