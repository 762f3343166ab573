"""One reading as text: every limit on the path, the machine's memory, the largest processes, the trackers."""

from collections.abc import Sequence

from mnemo_cli.model import Memory, Moment, Process, Sample, Unlimited
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.words import count, percent, size, status
from mnemo_cli.recording.document import timestamp
from mnemo_cli.redact import printable

# What the limits table takes beside the names, and the least that a name is cut to.
_LIMITS_WIDTH, _LEAST_NAME_WIDTH = 82, 24


def snapshot_text(moment: Moment, *, top: int, width: int | None = None) -> str:
    """The table format. Plain text: it reads the same in a terminal, a log and a mail.

    `width` is the terminal's: the names of groups are cut at their front to fit it.
    """
    sample = moment.sample
    name_width = None if width is None else max(_LEAST_NAME_WIDTH, width - _LIMITS_WIDTH)
    parts = [
        [_headline(moment), _sentence(moment), *_target(sample)],
        _limits(moment, name_width),
        _machine(sample),
        _processes(sample.processes[:top], sample.process_count),
        _trackers(sample, top),
        [printable(f"gap: {gap.field}: {gap.reason} ({gap.source})") for gap in sample.gaps],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _headline(moment: Moment) -> str:
    scope = moment.sample.scope
    name = scope.kind if scope.kind == "host" else f"{scope.kind} {printable(scope.name)}"
    return f"{name}  {timestamp(moment.sample.time_seconds)}"


def _sentence(moment: Moment) -> str:
    """The level, of which limit, and what is left of it."""
    verdict = moment.verdict
    binding = verdict.binding
    level = status(verdict.level, verdict.at_least)
    if binding is None:
        return f"{level}  no limit could be read"
    return (
        f"{level}  {percent(binding.used_ratio)} of {size(binding.limit_bytes)} ({binding.source.sentence})"
        f"  headroom {size(binding.headroom_bytes)}"
    )


def _target(sample: Sample) -> list[str]:
    """What a process tree uses itself, beside the limits that others use too."""
    target = sample.target
    if target is None or sample.scope.kind not in ("process", "name", "command"):
        return []
    used = f"~{size(target.used_bytes)} (RSS where PSS is denied)" if target.used_is_rss else size(target.used_bytes)
    return [f"target  {used} in {count(target.processes)} processes"]


def _limits(moment: Moment, name_width: int | None) -> list[str]:
    rows = [["LIMIT", "USED", "OF", "SHARE", "HEADROOM", "LEVEL", "PEAK USAGE", "HITS", "OOM KILLS"]]
    for memory, level in zip(moment.sample.limits, moment.verdict.levels, strict=True):
        name, binds = memory.source.sentence, " *" if memory is moment.verdict.binding else ""
        if name_width is not None and len(name) > name_width:
            name = f"…{name[len(name) - name_width + 1 :]}"
        rows.append(
            [
                name + binds,
                size(memory.used_bytes),
                size(memory.limit_bytes),
                "-" if isinstance(memory.limit_bytes, Unlimited) else percent(memory.used_ratio),
                size(memory.headroom_bytes),
                status(level),
                *_record(memory),
            ]
        )
    return [*aligned(rows, right=frozenset({1, 2, 3, 4, 6, 7, 8})), "* binds; peak usage includes file cache"]


def _record(memory: Memory) -> list[str]:
    """What the kernel remembers of a limit; it keeps no such record of the machine or of a budget."""
    if memory.source.kind != "cgroup":
        return ["-", "-", count(memory.oom_kills_total) if memory.source.kind == "host" else "-"]
    return [size(memory.usage_peak_bytes), count(memory.limit_hits_total), count(memory.oom_kills_total)]


def _machine(sample: Sample) -> list[str]:
    host = sample.host
    if host is None:
        return []
    available = host.headroom_bytes
    rows = [
        ["MACHINE", "TOTAL", "USED", "AVAILABLE", "CACHE", "SWAP USED", "SWAP TOTAL"],
        [
            "memory",
            size(host.limit_bytes),
            size(host.used_bytes),
            size(available),
            size(host.file_bytes),
            size(host.swap_used_bytes),
            size(host.swap_total_bytes),
        ],
    ]
    return [*aligned(rows, right=frozenset(range(1, 7))), _pressure(sample)]


def _pressure(sample: Sample) -> str:
    pressure = sample.pressure
    if pressure is None:
        return "pressure unknown"
    some = " ".join(
        f"{ratio * 100:.2f}"
        for ratio in (pressure.some_avg10_ratio, pressure.some_avg60_ratio, pressure.some_avg300_ratio)
    )
    full = " ".join(
        f"{ratio * 100:.2f}"
        for ratio in (pressure.full_avg10_ratio, pressure.full_avg60_ratio, pressure.full_avg300_ratio)
    )
    return f"pressure  some {some}  full {full}  (percent of 10, 60, 300 s)"


def _processes(processes: Sequence[Process], total: int | None) -> list[str]:
    if not processes:
        return []
    rows = [["PID", "UID", "PSS", "RSS", "SWAP", "FDS", "OF", "THREADS", "OOMADJ", "COMMAND"]]
    rows.extend(
        [
            str(process.pid),
            count(process.uid),
            f"~{size(process.rss_bytes)}" if process.pss_bytes is None else size(process.pss_bytes),
            size(process.rss_bytes),
            size(process.swap_bytes),
            count(process.fds),
            "unlimited" if isinstance(process.fd_soft_limit, Unlimited) else count(process.fd_soft_limit),
            count(process.threads),
            count(process.oom_score_adj),
            shortened(process.command or f"[{process.name}]", 60),
        ]
        for process in processes
    )
    lines = aligned(rows, right=frozenset(range(9)))
    return [*lines, f"({len(processes)} of {count(total)} processes; ~ = RSS where PSS is denied)"]


def _trackers(sample: Sample, top: int) -> list[str]:
    if not sample.trackers:
        return []
    from mnemo_cli.output.trackers import tracker_text

    return tracker_text(sample.trackers, top=top)


def shortened(text: str, width: int) -> str:
    """The text, cut with "…" where it is wider than `width` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"
