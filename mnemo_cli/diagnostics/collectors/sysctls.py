"""The kernel's knobs that decide about memory, tasks, files and shared memory, and what the configuration says of them.

An allow-list: names of hosts and keys of networks are knobs, too, and are left out.
"""

import fnmatch
import stat
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import text_member
from mnemo_cli.diagnostics.reading import few, missing, missing_of, names_in, read_whole
from mnemo_cli.model import Gap
from mnemo_cli.sampling.sysctl_config import read_sysctl_config

FOLDERS = {
    "vm": ("*",),
    "fs": ("aio-*", "file-*", "nr_open", "inode-nr", "pipe-*"),
    "fs/inotify": ("*",),
    "fs/mqueue": ("*",),
    "kernel": (
        "pid_max", "threads-max", "shm*", "sem", "msgm*", "panic", "panic_on_oops", "hung_task_*", "core_uses_pid",
        "perf_event_mlock_kb", "dmesg_restrict", "sched_rt_runtime_us", "numa_balancing", "randomize_va_space",
    ),
    "kernel/keys": ("max*",),
    "net/core": ("somaxconn", "*mem_*", "netdev_max_backlog", "optmem_max"),
    "net/ipv4": ("tcp_*mem", "udp_mem", "tcp_max_orphans", "tcp_max_syn_backlog"),
}  # fmt: skip
# Reading stat_refresh folds the counters of all processors: dear, and a reader should change nothing.
_LEFT_OUT = ("stat_refresh",)
_MOST_VALUE_BYTES = 4096


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    lines = list(_lines(scene.root / "proc/sys", lacks))
    if lines:
        yield text_member("sysctls/sysctls.txt", b"".join(lines), "/proc/sys")
    else:
        yield Missing("/proc/sys", "skipped", "there are no knobs to read")
    yield from few(lacks)
    gaps: list[Gap] = []
    settings = read_sysctl_config(scene.root, gaps)
    told = [
        f"{setting.path}:{setting.line}: {name} = {setting.text}\n"
        for name, setting in settings.items()
        if _is_listed(name)
    ]
    if told:
        text = "".join(told).encode(errors="replace")
        yield text_member("sysctls/configured.txt", text, "/etc/sysctl.d and its like")
    yield from few(map(missing_of, gaps))


def _lines(top: Path, lacks: list[Missing]) -> Iterator[bytes]:
    for folder, patterns in FOLDERS.items():
        for name in names_in(top / folder):
            path = top / folder / name
            if name in _LEFT_OUT or not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                continue
            try:
                mode = path.stat().st_mode
                # Folders have a turn of their own; compact_memory can only be written.
                if stat.S_ISDIR(mode) or not mode & 0o444:
                    continue
                text = b" ".join(read_whole(path, most_bytes=_MOST_VALUE_BYTES).split())
            except OSError as err:
                lacks.append(missing(f"/proc/sys/{folder}/{name}", err))
                continue
            yield b"%b.%b = %b\n" % (folder.replace("/", ".").encode(), name.encode(), text)


def _is_listed(name: str) -> bool:
    folder, _, knob = name.replace(".", "/").rpartition("/")
    return any(fnmatch.fnmatchcase(knob, pattern) for pattern in FOLDERS.get(folder, ()))


COLLECTOR = Collector("sysctls", "the kernel's knobs for memory, tasks and files", collect)
