"""Machines as files: a group on v1 or v2, a process in it, counters that move, and a kernel log that grows."""

import time
from pathlib import Path

from mnemo_cli.forensics.live.instant import Instant

PID = 4121
STARTED_TICKS = 2471954
NOW = Instant(unix_seconds=1_800_000_000.0, boot_seconds=1_799_970_000.0)
GROUP = "/app"
_V1 = "25 20 0:21 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
_V2 = "25 20 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"


class Machine:
    """Written below a folder; `root` is what readers get."""

    def __init__(self, root: Path, *, version: int = 2) -> None:
        self.root = root
        self.version = version
        self._write("proc/self/mountinfo", _V1 if version == 1 else _V2)
        self._write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 600 kB\n")
        self.machine_kills(7)
        self.group(GROUP)
        self.process("self", GROUP)
        self.process(PID, GROUP)
        self._write("dev/kmsg", "")

    def folder(self, path: str) -> Path:
        top = "sys/fs/cgroup/memory" if self.version == 1 else "sys/fs/cgroup"
        return self.root / top / path.strip("/")

    def group(self, path: str, *, kills: int = 2, hits: int = 5, limit: int = 4096) -> None:
        """A group's files, as they are from now on."""
        if self.version == 1:
            files = {
                "memory.limit_in_bytes": limit, "memory.usage_in_bytes": 4000, "memory.failcnt": hits,
                "memory.max_usage_in_bytes": 4096, "memory.use_hierarchy": 1, "memory.kmem.usage_in_bytes": 0,
                "memory.stat": "total_inactive_file 0\ntotal_shmem 12", "cgroup.procs": "",
                "memory.oom_control": f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}",
            }  # fmt: skip
        else:
            events = f"low 0\nhigh 0\nmax {hits}\noom {kills}\noom_kill {kills}\noom_group_kill 0"
            files = {
                "memory.max": limit, "memory.current": 4000, "memory.peak": 4096, "memory.events": events,
                "memory.events.local": events, "memory.stat": "inactive_file 0\nshmem 12", "cgroup.procs": "",
            }  # fmt: skip
        folder = self.folder(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(f"{text}\n")

    def machine_kills(self, kills: int) -> None:
        self._write("proc/vmstat", f"pgmajfault 1\noom_kill {kills}\n")

    def process(self, pid: int | str, group: str, *, parent: int = 1, state: str = "S", name: str = "app") -> None:
        controllers = "9:memory" if self.version == 1 else "0:"
        self._write(f"proc/{pid}/cgroup", f"{controllers}:{group}\n")
        rest = " ".join(["0"] * 17)
        self._write(f"proc/{pid}/stat", f"{pid} ({name}) {state} {parent} {rest} {STARTED_TICKS} 0 0\n")
        if pid != "self":
            with open(self.folder(group) / "cgroup.procs", "a") as procs:
                procs.write(f"{pid}\n")

    def ends(self, pid: int) -> None:
        for name in ("cgroup", "stat"):
            (self.root / f"proc/{pid}/{name}").unlink()
        (self.root / f"proc/{pid}").rmdir()

    def logs_kill(
        self, pid: int, *, group: str = GROUP, limit_group: str = GROUP, seconds: float | None = None
    ) -> None:
        """The lines of one report, as records of /dev/kmsg; now, if no time since boot is given."""
        seconds = time.monotonic() if seconds is None else seconds
        lines = (
            "app invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
            "memory: usage 4kB, limit 4kB, failcnt 5",
            f"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg={limit_group},"
            f"task_memcg={group},task=app,pid={pid},uid=0",
            f"Memory cgroup out of memory: Killed process {pid} (app) total-vm:9kB, anon-rss:3kB, file-rss:0kB, "
            "shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0",
        )
        with open(self.root / "dev/kmsg", "a") as log:
            for number, line in enumerate(lines):
                log.write(f"3,{number},{int(seconds * 1e6) + number},-;{line}\n")

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
