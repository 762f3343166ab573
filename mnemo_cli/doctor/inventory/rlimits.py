"""The rows of the sixteen resource limits of a process, each with the use that counts against it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from mnemo_cli.doctor.check import Unknown
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.inventory.row import LimitRow
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.status import CAP_IPC_LOCK


class _Kind(NamedTuple):
    """What an rlimit counts. `note` is what it does where that surprises."""

    name: str
    unit: str
    scope: Literal["process", "user"] = "process"
    is_counted: bool = False
    note: str | None = None
    has_effect: bool = True


# https://man7.org/linux/man-pages/man2/getrlimit.2.html
_KINDS = (
    _Kind("RLIMIT_NOFILE", "descriptors", is_counted=True),
    _Kind("RLIMIT_NPROC", "tasks", "user", is_counted=True),
    _Kind("RLIMIT_AS", "bytes", is_counted=True, note="limits address space, not memory"),
    _Kind("RLIMIT_DATA", "bytes", is_counted=True, note="limits what may be written to, not what is resident"),
    _Kind("RLIMIT_STACK", "bytes", is_counted=True),
    _Kind("RLIMIT_MEMLOCK", "bytes", is_counted=True),
    _Kind("RLIMIT_SIGPENDING", "signals", "user", is_counted=True),
    _Kind("RLIMIT_MSGQUEUE", "bytes", "user"),
    _Kind("RLIMIT_FSIZE", "bytes"),
    _Kind("RLIMIT_CORE", "bytes"),
    _Kind("RLIMIT_CPU", "seconds", note="the kernel kills at the hard limit: exit 137 without any lack of memory"),
    _Kind("RLIMIT_RTTIME", "microseconds"),
    _Kind("RLIMIT_NICE", "priority"),
    _Kind("RLIMIT_RTPRIO", "priority"),
    _Kind("RLIMIT_RSS", "bytes", note="has no effect on Linux", has_effect=False),
    _Kind("RLIMIT_LOCKS", "locks", note="has no effect on Linux", has_effect=False),
)


class _Use(NamedTuple):
    """What counts against a limit now, or why that is unknown."""

    used: int | None
    lack: str | None = None


def rlimit_rows(evidence: Evidence) -> Iterator[LimitRow]:
    """All of a process, or what a command would inherit; on a system that has no such limit it is left out."""
    for kind in _KINDS:
        pair = evidence.rlimit(kind.name)
        if pair is not None or evidence.system == "linux":
            yield _row(kind, pair, evidence)


def _row(kind: _Kind, pair: Rlimit | None, evidence: Evidence) -> LimitRow:
    enforced, note = _enforcement(kind, evidence)
    used, lack = _use(kind, evidence) if kind.is_counted else _Use(None)
    if pair is None:
        lack = told(evidence.unknown("limits", otherwise="/proc/PID/limits does not tell it"))
    elif enforced is None:
        lack = lack or told(evidence.unknown("status", "uid_map", otherwise="whether it is enforced cannot be told"))
    return LimitRow(
        name=kind.name,
        scope=kind.scope,
        layer=_layer(kind, evidence),
        unit=kind.unit,
        soft=None if pair is None else pair.soft,
        hard=None if pair is None else pair.hard,
        used=used,
        source=_source(evidence, kind.name),
        note=note,
        lack=lack,
        is_enforced=enforced,
        is_counted=kind.is_counted,
    )


def _source(evidence: Evidence, name: str) -> str | None:
    # Elsewhere there is no /proc/1 to compare with.
    if evidence.system == "linux":
        return source_of(evidence, name)
    return "launchctl limit" if evidence.machine.launchd_limits.get(name) == evidence.rlimit(name) else None


def _layer(kind: _Kind, evidence: Evidence) -> str:
    if kind.scope == "process":
        return "rlimit"
    return "user" if evidence.user is None else f"user {evidence.user}"


def _enforcement(kind: _Kind, evidence: Evidence) -> tuple[bool | None, str | None]:
    """Whether the kernel holds the process to it, and what to know about it."""
    if not kind.has_effect:
        return False, kind.note
    if kind.name == "RLIMIT_NPROC" and evidence.system == "linux":
        enforced = evidence.is_task_limit_enforced
        spared = "root" if evidence.uid == 0 else "a holder of CAP_SYS_RESOURCE or CAP_SYS_ADMIN"
        return enforced, f"not enforced for {spared}" if enforced is False else None
    if kind.name == "RLIMIT_MEMLOCK" and evidence.status.has_capability(CAP_IPC_LOCK):
        return False, "not enforced for a holder of CAP_IPC_LOCK"
    return True, kind.note


def _use(kind: _Kind, evidence: Evidence) -> _Use:
    if kind.name == "RLIMIT_NPROC":
        return _tasks_of_user(evidence)
    status = evidence.status
    if kind.name == "RLIMIT_SIGPENDING":
        return _known(status.signals_queued, "status", evidence)
    if evidence.kind == "command":
        return _Use(0)  # it has not started
    if kind.name == "RLIMIT_NOFILE":
        return _known(evidence.fd_count, "fd", evidence)
    sizes = {
        "RLIMIT_AS": status.virtual_bytes,
        "RLIMIT_DATA": status.data_bytes,
        "RLIMIT_STACK": status.stack_bytes,
        "RLIMIT_MEMLOCK": status.locked_bytes,
    }
    return _known(sizes[kind.name], "status", evidence)


def _known(used: int | None, field: str, evidence: Evidence) -> _Use:
    return _Use(used) if used is not None else _Use(None, told(evidence.unknown(field)))


def _tasks_of_user(evidence: Evidence) -> _Use:
    """Counted by reading every process: what is hidden from us makes it a lower bound, which is no count."""
    if evidence.system != "linux":
        return _Use(None, "this system does not tell how many tasks a user has")
    count = evidence.tasks_of_user
    if count is None or count.hidden is None:
        return _Use(None, told(evidence.unknown("tasks_by_uid", "tasks", "status")))
    if count.hidden:
        return _Use(None, f"at least {count.used:,}; {count.hidden:,} tasks are hidden from here (host's /proc)")
    return _Use(count.used)


def told(unknown: Unknown) -> str:
    """The reason, and what would help."""
    return f"{unknown.reason} (needs {unknown.would_help})" if unknown.would_help else unknown.reason
