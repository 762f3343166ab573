"""The rows that a machine sets for everybody, sysctls and memory, and the knobs that decide what happens then."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.inventory.rlimits import told
from mnemo_cli.doctor.inventory.row import Knob, LimitRow, Scope
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.model import UNLIMITED, Limit
from mnemo_cli.units import format_percent, format_size

# What the kernel sets where nobody does; the other limits follow from the machine's memory.
# https://docs.kernel.org/admin-guide/sysctl/
_DEFAULTS = {
    "fs.nr_open": 1048576, "kernel.pid_max": 32768, "vm.max_map_count": 65530, "fs.inotify.max_user_instances": 128,
    "fs.inotify.max_queued_events": 16384, "fs.aio-max-nr": 65536, "vm.overcommit_memory": 0, "vm.overcommit_ratio": 50,
    "vm.swappiness": 60, "vm.panic_on_oom": 0, "vm.oom_kill_allocating_task": 0,
}  # fmt: skip
_BY_SIZE = {
    "fs.file-max", "kernel.threads-max", "fs.inotify.max_user_watches", "fs.epoll.max_user_watches",
    "vm.min_free_kbytes",
}  # fmt: skip
# The kernel spells "no limit" for fs.file-max as the largest number it knows.
_NO_LIMIT = 1 << 62
_STRICT_OVERCOMMIT = 2
_OVERCOMMIT = {0: "heuristic", 1: "always: mmap is never refused", 2: "strict: CommitLimit is enforced"}
_PANIC = {0: "kill a process", 1: "panic, but not for a group's own limit", 2: "always panic"}
_KILL = {0: "kill the largest", 1: "kill whoever asked for memory"}


class _Use(NamedTuple):
    used: int | None
    lack: str | None = None


def machine_rows(evidence: Evidence) -> Iterator[LimitRow]:
    """What bounds this process by a sysctl, its user, and everybody together."""
    if evidence.system == "darwin":
        yield from _macos_rows(evidence)
        return
    machine, has_process = evidence.machine, evidence.absence is None
    yield _sysctl(machine, "fs.nr_open", "descriptors", note="no RLIMIT_NOFILE can be above it")
    use = _mappings(evidence) if has_process else None
    yield _sysctl(machine, "vm.max_map_count", "mappings", use)
    whose = f"user {evidence.user}" if evidence.user is not None else "user"
    yield _sysctl(machine, "fs.inotify.max_user_watches", "watches", _inotify(evidence, "watches"), layer=whose)
    yield _sysctl(machine, "fs.inotify.max_user_instances", "instances", _inotify(evidence, "instances"), layer=whose)
    yield _sysctl(machine, "fs.inotify.max_queued_events", "events")
    yield _sysctl(machine, "fs.epoll.max_user_watches", "watches", layer=whose)
    yield from _shared_rows(machine)


def knobs(evidence: Evidence) -> Iterator[Knob]:
    """The OOM standing of the process, then what the kernel does when memory ends."""
    if evidence.system == "darwin":
        return
    machine = evidence.machine
    if evidence.absence is None and evidence.kind != "command":
        standing = evidence.oom_score_adj
        lack = told(evidence.unknown("oom_score_adj")) if standing is None else None
        yield Knob("oom_score_adj", standing, "whom the OOM killer takes first: -1000 never, 1000 first", None, lack)
    yield _knob(machine, "vm.overcommit_memory", _OVERCOMMIT.get)
    yield _knob(machine, "vm.overcommit_ratio", lambda _: "percent of memory that CommitLimit counts")
    yield _knob(machine, "vm.swappiness", lambda _: "how readily memory is swapped out, 0 to 200")
    yield _knob(machine, "vm.panic_on_oom", _PANIC.get)
    yield _knob(machine, "vm.oom_kill_allocating_task", _KILL.get)
    yield _knob(machine, "vm.min_free_kbytes", lambda number: f"{format_size(number * 1024)} kept free for emergencies")
    mode = machine.huge_pages_mode
    yield Knob("transparent_hugepage", mode, "who gets huge pages", lack=_lack(machine, "huge_pages", mode))
    yield _swap(machine)
    kills = machine.paging.oom_kills_total
    lack = _lack(machine, "vmstat", kills) or _lack(machine, "host_oom_kills_total", kills)
    yield Knob("oom_kill", kills, "OOM kills since boot, in groups too", None, lack)
    yield _pressure(evidence)


def _macos_rows(evidence: Evidence) -> Iterator[LimitRow]:
    machine = evidence.machine
    yield _sysctl(machine, "kern.maxfilesperproc", "descriptors", note="no RLIMIT_NOFILE can be above it")
    yield _sysctl(machine, "kern.maxprocperuid", "tasks", layer="user")
    files, tasks = machine.open_files[0], machine.total_tasks
    for name, unit, used in (("kern.maxfiles", "files", files), ("kern.maxproc", "tasks", tasks)):
        yield _sysctl(machine, name, unit, _told_use(machine, used, "kern.num_files"), layer="machine")


def _shared_rows(machine: Surroundings) -> Iterator[LimitRow]:
    """What all processes of the machine share."""
    files = _told_use(machine, machine.open_files[0], "fs.file-nr")
    yield _sysctl(machine, "fs.file-max", "files", files, layer="machine")
    tasks = _told_use(machine, machine.total_tasks, "tasks")
    for name in ("kernel.threads-max", "kernel.pid_max"):
        yield _sysctl(machine, name, "tasks", tasks, layer="machine")
    aio = _told_use(machine, machine.sysctl("fs.aio-nr"), "fs.aio-nr")
    yield _sysctl(machine, "fs.aio-max-nr", "events", aio, layer="machine")
    memory = machine.memory
    lack = _lack(machine, "meminfo", memory.used_bytes)
    yield _of_machine("memory", memory.limit_bytes, memory.used_bytes, lack)
    if memory.swap_total_bytes != 0:
        yield _of_machine("swap", memory.swap_total_bytes, memory.swap_used_bytes, lack)
    mode, commitment = machine.sysctl("vm.overcommit_memory"), machine.commitment
    enforced = None if mode is None else mode == _STRICT_OVERCOMMIT
    note = "enforced only with vm.overcommit_memory = 2" if enforced is False else None
    row = _of_machine("CommitLimit", commitment.commit_limit_bytes, commitment.committed_bytes, lack, note)
    yield row._replace(is_enforced=enforced)


def _sysctl(
    machine: Surroundings,
    name: str,
    unit: str,
    use: _Use | None = None,
    *,
    layer: str = "sysctl",
    note: str | None = None,
) -> LimitRow:
    """`use` None where the kernel keeps no count of it."""
    number = machine.sysctl(name)
    limit: Limit | None = UNLIMITED if number is not None and number >= _NO_LIMIT else number
    scopes: dict[str, Scope] = {"sysctl": "process", "machine": "machine"}
    used, lack = use or _Use(None)
    return LimitRow(
        name=name,
        scope=scopes.get(layer, "user"),
        layer=layer,
        unit=unit,
        soft=limit,
        hard=limit,
        used=used,
        source=_source(machine, name, number),
        note=note,
        lack=_lack(machine, name, number) or lack,
        is_counted=use is not None,
    )


def _source(machine: Surroundings, name: str, number: int | None) -> str | None:
    """The file that says exactly this, or the kernel's default; in a container the files are not those that count."""
    if number is None or machine.system != "linux":
        return None
    if machine.container is not None:
        return "the host"
    setting = machine.sysctl_config.get(name)
    if setting is not None and setting.text == str(number):
        return f"{setting.path} line {setting.line}"
    if _DEFAULTS.get(name) == number:
        return "kernel default"
    return "kernel default (by the memory), or written since boot" if name in _BY_SIZE else "written since boot"


def _of_machine(
    name: str, limit: Limit | None, used: int | None, lack: str | None, note: str | None = None
) -> LimitRow:
    return LimitRow(
        name=name, scope="machine", layer="machine", unit="bytes", soft=limit, hard=limit, used=used, note=note,
        lack=lack or ("/proc/meminfo does not tell it" if None in (limit, used) else None),
    )  # fmt: skip


def _mappings(evidence: Evidence) -> _Use:
    if evidence.kind == "command":
        return _Use(0)  # it has not started
    count = evidence.mapping_count
    return _Use(count, told(evidence.unknown("maps")) if count is None else None)


def _inotify(evidence: Evidence, what: Literal["watches", "instances"]) -> _Use | None:
    """A machine has no user of its own to count for."""
    if evidence.subject.kind in ("host", "tree"):
        return None
    count = evidence.inotify(what)
    if count is None:
        return _Use(None, told(evidence.unknown("status")))
    if count.hidden:
        return _Use(None, f"at least {count.used:,}; {count.hidden:,} processes of the user cannot be looked into")
    return _Use(count.used)


def _told_use(machine: Surroundings, used: int | None, field: str) -> _Use:
    return _Use(used, _lack(machine, field, used))


def _knob(machine: Surroundings, name: str, meaning: Callable[[int], str | None]) -> Knob:
    number = machine.sysctl(name)
    words = (None if number is None else meaning(number)) or ""
    return Knob(name, number, words, _source(machine, name, number), _lack(machine, name, number))


def _swap(machine: Surroundings) -> Knob:
    total = machine.memory.swap_total_bytes
    if not isinstance(total, int):
        return Knob("swap", None, "", lack=_lack(machine, "meminfo", None))
    words = "no swap: the OOM killer comes without warning" if total == 0 else ""
    return Knob("swap", format_size(total), words)


def _pressure(evidence: Evidence) -> Knob:
    psi = evidence.pressure
    if psi is None:
        return Knob("memory pressure", None, "", lack=_lack(evidence.machine, "pressure", None))
    words = f"full {format_percent(psi.full_avg10_ratio)}, over 10 s: the share of time without memory"
    return Knob("memory pressure", f"some {format_percent(psi.some_avg10_ratio)}", words)


def _lack(machine: Surroundings, field: str, value: object) -> str | None:
    """Why a reading is missing; None where it is there."""
    if value is not None:
        return None
    gaps: Iterable[str] = (f"cannot read {gap.source}: {gap.reason}" for gap in machine.gaps if gap.field == field)
    return next(iter(gaps), "the kernel does not tell it here")
