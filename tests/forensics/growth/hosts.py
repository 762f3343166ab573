"""A process on a faked machine that changes while it is watched, and a clock that only counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.doctor.stock import limits, machine, process, v2_group, v2_mount, write

PID = 100
MIB = 1 << 20


@dataclass
class Stage:
    """Time passes only while somebody waits; each wait changes the machine before the next look."""

    change: Callable[[float], None] = lambda _: None
    stop_at_seconds: float = float("inf")
    now_seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    def unix_seconds(self) -> float:
        return 1_795_356_151.0 + self.now_seconds

    def seconds(self) -> float:
        return 1000.0 + self.now_seconds

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now_seconds += seconds
        self.change(self.now_seconds)
        return self.now_seconds < self.stop_at_seconds


def status(
    *, anon_kib: int = 20000, threads: int = 4, state: str = "S (sleeping)", pid: int = PID, uid: int = 1000
) -> str:
    return (
        f"Name:\tapp\nUmask:\t0022\nState:\t{state}\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t1\nTracerPid:\t0\n"
        f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{uid}\t{uid}\t{uid}\t{uid}\n"
        f"VmPeak:\t   60000 kB\nVmSize:\t   60000 kB\n"
        f"VmRSS:\t{anon_kib + 5000:8} kB\nRssAnon:\t{anon_kib:8} kB\nRssFile:\t    5000 kB\nRssShmem:\t       0 kB\n"
        f"VmPTE:\t      80 kB\nVmSwap:\t       0 kB\nHugetlbPages:\t       0 kB\nThreads:\t{threads}\n"
        "CapEff:\t0000000000000000\n"
    )


def smaps(heap_kib: int = 20000) -> str:
    return (
        "55000000-59000000 rw-p 00000000 00:00 0          [heap]\n"
        f"Size:              65536 kB\nRss:   {heap_kib:9} kB\nPss:   {heap_kib:9} kB\nAnonymous: {heap_kib:9} kB\n"
        "Swap:                  0 kB\nVmFlags: rd wr\n"
        "7f0000000000-7f0000400000 r-xp 00000000 08:01 7          /usr/bin/app\n"
        "Size:               4096 kB\nRss:                4096 kB\nPss:                4096 kB\n"
        "Anonymous:             0 kB\n"
        "Swap:                  0 kB\nVmFlags: rd ex\n"
    )


def app(root: Path, changed: Mapping[str, str | None] | None = None) -> Path:
    """A service with 512 MiB, 1,024 descriptors and 100 tasks, on v2."""
    files = {
        **machine(),
        "proc/self/mountinfo": v2_mount(),
        f"proc/{PID}/mountinfo": v2_mount() + "60 24 0:21 / /dev/shm rw - tmpfs tmpfs rw\n",
        **process(PID, "0::/app\n", status_text=status(), limits_text=limits(nofile=(1024, 4096)), argv=("app", "-v")),
        f"proc/{PID}/smaps": smaps(),
        f"proc/{PID}/statm": "15000 6250 1250 100 0 5000 0\n",
        f"proc/{PID}/net/tcp": "  sl  local_address\n",
        **v2_group("/app", memory_max=str(512 * MIB), current=100 * MIB, pids_max="100", tasks=40),
        **(changed or {}),
    }
    root.mkdir(exist_ok=True)
    return write(root, {name: text for name, text in files.items() if text != ABSENT})


ABSENT = "absent"
