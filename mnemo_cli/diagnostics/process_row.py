"""What one process shows of itself without its memory lock, as one row: sizes, faults, OOM standing, descriptors."""

from mnemo_cli.diagnostics.collector import Missing
from mnemo_cli.diagnostics.reading import missing
from mnemo_cli.model import Json
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.files import line_values
from mnemo_cli.sampling.mounts import parse_membership
from mnemo_cli.sampling.place import unified_path
from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.status import parse_status

_KIB = 1024
# The kernel's words in /proc/PID/status, all in KiB, and ours.
_SIZES = {
    "VmRSS": "rss_bytes", "VmHWM": "rss_peak_bytes", "RssAnon": "anon_bytes", "RssFile": "file_bytes",
    "RssShmem": "shmem_bytes", "VmSwap": "swap_bytes", "VmSize": "virtual_bytes", "VmData": "data_bytes",
    "VmStk": "stack_bytes", "VmLck": "locked_bytes", "VmPTE": "page_table_bytes", "HugetlbPages": "huge_page_bytes",
}  # fmt: skip
# The places of proc_pid_stat(5), counted from the state, which follows the name.
_STAT = {
    "minor_faults_total": 7,
    "major_faults_total": 9,
    "user_ticks_total": 11,
    "system_ticks_total": 12,
    "started": 19,
}


def process_row(folder: ProcessFolder, pid: int, *, is_target: bool, lacks: list[Missing]) -> dict[str, Json]:
    """None where the process does not tell; `lacks` takes what was denied."""
    status = _read(folder, "status", lacks)
    told = parse_status(status)
    # The sizes stand together, in a third of the lines, and the kernel escapes a newline in the name before them.
    lines = status[status.find(b"\nVmPeak:") + 1 :].partition(b"Threads:")[0]
    sizes = line_values(lines.replace(b"\t", b" "), tuple(_SIZES))
    membership = decoded(_read(folder, "cgroup", lacks))
    group = parse_membership(membership, 1) or parse_membership(membership, 2)
    return {
        "pid": pid,
        "ppid": told.ppid,
        "name": told.name,
        "state": told.state,
        "uid": told.real_uid,
        "threads": told.threads,
        "target": is_target,
        **{name: None if kib is None else kib * _KIB for name, kib in zip(_SIZES.values(), sizes, strict=True)},
        **_counters(_read(folder, "stat", lacks)),
        "fds": _fd_count(folder, lacks),
        "oom_score": _signed(_read(folder, "oom_score", lacks)),
        "oom_score_adj": _signed(_read(folder, "oom_score_adj", lacks)),
        "cgroup": None if group is None else printable(group),
        "unit_path": unified_path(membership),
    }


def _counters(stat: bytes) -> dict[str, Json]:
    """A name may hold spaces and parentheses: what follows the last parenthesis is numbers."""
    words = stat[stat.rfind(b")") + 2 :].split()
    return {name: int(words[at]) if len(words) > at and words[at].isdigit() else None for name, at in _STAT.items()}


def _signed(text: bytes) -> int | None:
    word = text.strip()
    return int(word) if word.removeprefix(b"-").isdigit() and len(word) < 8 else None


def _fd_count(folder: ProcessFolder, lacks: list[Missing]) -> int | None:
    try:
        return folder.fd_count()
    except OSError as err:
        _note(f"{folder.shown}/fd", err, lacks)
        return None


def _read(folder: ProcessFolder, name: str, lacks: list[Missing]) -> bytes:
    try:
        return folder.read(name)
    except OSError as err:
        _note(f"{folder.shown}/{name}", err, lacks)
        return b""


def _note(source: str, err: OSError, lacks: list[Missing]) -> None:
    """A process that has ended meanwhile lacks nothing: it is gone."""
    lack = missing(source, err)
    if lack.state != "skipped":
        lacks.append(lack)
