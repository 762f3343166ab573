"""Metrics of the machine: the limit that binds, every limit on the path, the level, the forecast, processes."""

from collections.abc import Iterable, Mapping, Sequence

from mnemo_cli.model import Json, Memory, Moment, Process
from mnemo_cli.output.prometheus.family import NO_LABELS, Family, Labels, LabelSets, Sheet, family
from mnemo_cli.recording.document import (
    forecast_document,
    limit_document,
    memory_document,
    pressure_document,
    process_document,
)

_LEVELS = "0 normal, 1 moderate, 2 high, 3 critical; no sample while it is unknown"
_VM_PRESSURE = {"normal": 0, "warn": 1, "critical": 2}

# What every limit has, and the one that binds.
_OF_A_LIMIT = {
    "used_bytes": "what would have to be freed by killing or swapping",
    "limit_bytes": "the limit itself, +Inf where it is unlimited",
    "used_ratio": "used as a share of the limit, from 0 to 1, and 0 where it is unlimited",
    "headroom_bytes": "limit less used",
}
_OF_MEMORY = {
    "reclaimable_bytes": "file cache that can be given back at once",
    "swap_used_bytes": "swap in use",
    "swap_total_bytes": "swap that may be used, +Inf where that is unlimited",
    "anon_bytes": "memory that is no file's: heaps and stacks",
    "file_bytes": "file cache, shared memory included",
    "shmem_bytes": "shared memory",
    "kernel_bytes": "what the kernel holds",
    "compressed_bytes": "what compressed pages take up",
}
_OF_A_GROUP = {
    "usage_peak_bytes": "the kernel's own record of the highest usage, file cache included",
    "high_bytes": "where the kernel begins to slow the group (memory.high)",
    "oom_kills_total": "processes that the kernel killed for want of memory",
    "limit_hits_total": "how often the limit was reached",
    "major_faults_total": "page faults that had to wait for a disk",
    "refaults_total": "pages that were read again soon after they had been dropped",
    "paged_out_bytes_total": "written to swap or a pager to make room",
}
_OF_PRESSURE = {
    f"{share}_{span}": f"{who} stood still for want of memory, {how}"
    for share, who in (("some", "Some task"), ("full", "All tasks"))
    for span, how in (
        ("avg10_ratio", "share of the last 10 seconds"),
        ("avg60_ratio", "share of the last 60 seconds"),
        ("avg300_ratio", "share of the last 300 seconds"),
        ("seconds_total", "seconds since the start of the machine or group"),
    )
}
_OF_A_FORECAST = {
    "seconds_to_limit": "Until the binding limit is reached if growth goes on; +Inf is never",
    "low_seconds": "The early end of the 90 percent band of the forecast",
    "high_seconds": "The late end of the 90 percent band of the forecast",
    "growth_bytes_per_second": "Growth of the use of the binding limit",
    "window_seconds": "How much of the past the forecast looks at",
}
_OF_A_TARGET = {
    "used_bytes": "What the target itself uses: of a process tree the sum of its PSS",
    "used_is_rss": "1 where PSS is denied and RSS was taken, which counts shared pages several times",
    "processes": "Processes of the target",
}
_OF_A_PROCESS = {
    "rss_bytes": "resident memory",
    "pss_bytes": "the same with shared pages split among their users, at most three minutes old",
    "uss_bytes": "the same without shared pages, at most three minutes old",
    "swap_bytes": "pages in swap",
    "threads": "threads",
    "fds": "open file descriptors",
    "fd_soft_limit": "soft limit of open file descriptors, +Inf where it is unlimited",
    "oom_score_adj": "what the OOM killer is told, from -1000, never, to 1000, first",
}


def _limit_name(field: str) -> str:
    """Nothing is called limit_limit: the limit itself is mnemo_limit_bytes, its hits are mnemo_limit_hits_total."""
    return f"mnemo_limit_{field.removeprefix('limit_')}"


def _families(prefix: str, fields: dict[str, str], whose: str = "") -> tuple[Family, ...]:
    return tuple(family(prefix + field, f"{whose}{text}.") for field, text in fields.items())


FAMILIES: tuple[Family, ...] = (
    family("mnemo_level", f"Level of the limit that binds: {_LEVELS}."),
    family("mnemo_level_at_least", f"The worst level that is known, while a limit on the path is unread: {_LEVELS}."),
    family("mnemo_level_seconds", "How long the level has been what it is."),
    family("mnemo_sample_time_seconds", "Unix time at which these values were read."),
    *_families("mnemo_memory_", _OF_A_LIMIT | _OF_MEMORY, "Of the limit that binds: "),
    family("mnemo_memory_peak_bytes", "The highest use of the limit that binds since mnemo began to watch."),
    family("mnemo_memory_limit_source_info", "Which limit binds: its kind, the path of its group, its file."),
    *(
        family(_limit_name(field), f"Of each limit on the path from the target to the machine: {text}.")
        for field, text in (_OF_A_LIMIT | _OF_MEMORY | _OF_A_GROUP).items()
    ),
    family("mnemo_limit_level", f"Level of each limit on the path: {_LEVELS}."),
    family("mnemo_limit_binds", "1 for the limit that binds, 0 for the others."),
    *_families("mnemo_host_", _OF_A_LIMIT | _OF_MEMORY, "Of the whole machine: "),
    family("mnemo_host_oom_kills_total", "Processes that the kernel killed for want of memory, on the whole machine."),
    *_families("mnemo_target_", _OF_A_TARGET),
    *_families("mnemo_pressure_", _OF_PRESSURE),
    family("mnemo_vm_pressure_level", "What macOS feels: 0 normal, 1 warn, 2 critical."),
    *_families("mnemo_forecast_", _OF_A_FORECAST),
    *_families("mnemo_process_", _OF_A_PROCESS, "Of each of the largest processes: "),
)


def put_machine(sheet: Sheet, moment: Moment, most_processes: int) -> None:
    """Everything of a moment but its trackers and its alerts."""
    sample, verdict = moment.sample, moment.verdict
    sheet.put("mnemo_level", verdict.level)
    sheet.put("mnemo_level_at_least", verdict.at_least)
    sheet.put("mnemo_level_seconds", verdict.since_seconds)
    sheet.put("mnemo_sample_time_seconds", sample.time_seconds)
    sheet.put("mnemo_host_oom_kills_total", sample.host_oom_kills_total)
    if verdict.binding is not None:
        _put_binding(sheet, verdict.binding, verdict.peak_used_bytes)
    if sample.host is not None:
        _put(sheet, "mnemo_host_", (*_OF_A_LIMIT, *_OF_MEMORY), memory_document(sample.host, None))
    if sample.target is not None:
        _put(sheet, "mnemo_target_", _OF_A_TARGET, sample.target._asdict())
    if sample.pressure is not None:
        _put(sheet, "mnemo_pressure_", _OF_PRESSURE, pressure_document(sample.pressure))
    if sample.vm_pressure_level is not None:
        sheet.put("mnemo_vm_pressure_level", _VM_PRESSURE[sample.vm_pressure_level])
    if verdict.forecast is not None:
        _put(sheet, "mnemo_forecast_", _OF_A_FORECAST, forecast_document(verdict.forecast))
    _put_limits(sheet, moment)
    _put_processes(sheet, sample.processes[:most_processes])


def _put(
    sheet: Sheet, prefix: str, fields: Iterable[str], document: Mapping[str, Json], labels: Labels = NO_LABELS
) -> None:
    """Numbers of a document, each as the metric of its name."""
    for field in fields:
        sheet.put(prefix + field, document[field], labels)


def _put_binding(sheet: Sheet, binding: Memory, peak_used_bytes: int | None) -> None:
    document = memory_document(binding, peak_used_bytes)
    _put(sheet, "mnemo_memory_", (*_OF_A_LIMIT, *_OF_MEMORY, "peak_bytes"), document)
    labels = LabelSets("kind", "path", "file", told_apart_by="path")
    sheet.put("mnemo_memory_limit_source_info", 1, labels.next(*binding.source))


def _put_limits(sheet: Sheet, moment: Moment) -> None:
    labels = LabelSets("kind", "path", told_apart_by="path")
    for memory, level in zip(moment.sample.limits, moment.verdict.levels, strict=True):
        own = labels.next(memory.source.kind, memory.source.path)
        document = memory_document(memory, None) | limit_document(memory, None)
        for field in (*_OF_A_LIMIT, *_OF_MEMORY, *_OF_A_GROUP):
            sheet.put(_limit_name(field), document[field], own)
        sheet.put("mnemo_limit_level", level, own)
        sheet.put("mnemo_limit_binds", memory is moment.verdict.binding, own)


def _put_processes(sheet: Sheet, processes: Sequence[Process]) -> None:
    """Their names, and never their command lines."""
    labels = LabelSets("pid", "name", "uid", told_apart_by="name")
    for process in processes:
        own = labels.next(process.pid, process.name, process.uid)
        _put(sheet, "mnemo_process_", _OF_A_PROCESS, process_document(process), own)
