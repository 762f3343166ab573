"""`docker inspect` and `podman inspect`: how a container ended, and whether its OOM flag is set.

The flag is of the container and stays set over later ends: any process in it may have been the victim.
"""

from collections.abc import Mapping

from mnemo_cli.forensics.case import ContainerRecord, RecordKind
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.records.values import child, code_at, flag_at, text_at, time_at, whole_at
from mnemo_cli.model import UNLIMITED, Json, Limit

_PODMAN_WORDS = ('"ConmonPidFile"', '"OCIRuntime"', '"libpod"', '"IsInfra"')
_QUOTED = ("OOMKilled", "ExitCode", "Error", "FinishedAt")
# The labels that kubelet and compose put on containers.
_POD_UID, _POD_NAME, _POD_NAMESPACE = (
    "io.kubernetes.pod.uid", "io.kubernetes.pod.name", "io.kubernetes.pod.namespace",
)  # fmt: skip


def read_inspect(found: Json, text: str) -> tuple[ContainerRecord, ...]:
    """One record per container with a state; images, networks and volumes have none. A bare state is one, too."""
    kind: RecordKind = "podman" if any(word in text for word in _PODMAN_WORDS) else "docker"
    entries = found if isinstance(found, list) else [found]
    return tuple(
        _record(entry, kind, f".[{number}].State" if isinstance(found, list) else ".State")
        for number, entry in enumerate(entries)
        if isinstance(entry, dict) and ("OOMKilled" in entry or isinstance(entry.get("State"), dict))
    )


def _record(entry: dict[str, Json], kind: RecordKind, place: str) -> ContainerRecord:
    state = entry if "OOMKilled" in entry else child(entry, "State")
    labels, settings = child(entry, "Config", "Labels"), child(entry, "HostConfig")
    running = flag_at(state, "Running")
    source = f"{kind} inspect"
    return ContainerRecord(
        kind=kind,
        source=source,
        evidence=_quotes(state, source, place),
        container_name=(text_at(entry, "Name") or "").lstrip("/") or text_at(entry, "Id"),
        container_id=text_at(entry, "Id") or text_at(entry, "ID"),
        pod_name=text_at(labels, _POD_NAME),
        pod_uid=text_at(labels, _POD_UID),
        namespace=text_at(labels, _POD_NAMESPACE),
        is_running=running,
        oom_killed=flag_at(state, "OOMKilled"),
        # A container that runs, or never ran, shows 0.
        exit_code=code_at(state, "ExitCode") if running is False and _has_ended(state) else None,
        finished_seconds=time_at(state, "FinishedAt") if not running else None,
        reason=text_at(state, "Status"),
        message=text_at(state, "Error"),
        limit_bytes=_limit(settings, "Memory"),
        swap_total_bytes=_swap(settings),
        pid=whole_at(state, "Pid") or None,
        restarts=whole_at(entry, "RestartCount"),
    )


def _has_ended(state: Mapping[str, Json]) -> bool:
    return text_at(state, "Status") not in ("created", "configured", "initialized")


def _quotes(state: Mapping[str, Json], source: str, place: str) -> tuple[Evidence, ...]:
    words = (f"{name}: {_shown(state[name])}" for name in _QUOTED if state.get(name) not in (None, ""))
    text = ", ".join(words)
    return (Evidence(source=source, text=f"{place} {text}"),) if text else ()


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limit(settings: Mapping[str, Json], name: str) -> Limit | None:
    found = whole_at(settings, name)
    return UNLIMITED if found == 0 else found if found is None or found > 0 else None


def _swap(settings: Mapping[str, Json]) -> Limit | None:
    """Memory and swap together; 0 means the runtime's own default, which is twice the memory."""
    found = whole_at(settings, "MemorySwap")
    return UNLIMITED if found == -1 else found if found is None or found > 0 else None
