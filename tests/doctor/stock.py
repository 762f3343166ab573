"""Machines as they come: every file that the checks read, as a dict of texts, and processes to put into them.

Written by hand after real ones (numbers of a 16 GiB machine with Linux 6.8). A test plants a fault by
changing a text; None makes a folder, so that reading it fails for root too.
"""

from collections.abc import Mapping
from pathlib import Path

Files = dict[str, str | None]
KIB = 1024
LINK = "-> "
GIB = 1 << 30
MIB = 1 << 20
UNLIMITED = "unlimited"
INITIAL_MAP = "         0          0 4294967295\n"
NO_CAPABILITIES, ALL_CAPABILITIES = "0000000000000000", "000001ffffffffff"
DOCKER_CAPABILITIES = "00000000a80425fb"

_LIMIT_ROWS = {
    "cpu": ("Max cpu time", "seconds"),
    "fsize": ("Max file size", "bytes"),
    "data": ("Max data size", "bytes"),
    "stack": ("Max stack size", "bytes"),
    "core": ("Max core file size", "bytes"),
    "rss": ("Max resident set", "bytes"),
    "nproc": ("Max processes", "processes"),
    "nofile": ("Max open files", "files"),
    "memlock": ("Max locked memory", "bytes"),
    "as": ("Max address space", "bytes"),
    "locks": ("Max file locks", "locks"),
    "sigpending": ("Max pending signals", "signals"),
    "msgqueue": ("Max msgqueue size", "bytes"),
    "nice": ("Max nice priority", ""),
    "rtprio": ("Max realtime priority", ""),
    "rttime": ("Max realtime timeout", "us"),
}
_USUAL: dict[str, tuple[int | str, int | str]] = {
    "stack": (8 * MIB, UNLIMITED),
    "core": (0, UNLIMITED),
    "nproc": (63000, 63000),
    "nofile": (1024, 524288),
    "memlock": (8 * MIB, 8 * MIB),
    "sigpending": (63000, 63000),
    "msgqueue": (819200, 819200),
    "nice": (0, 0),
    "rtprio": (0, 0),
}


def limits(**changed: tuple[int | str, int | str]) -> str:
    """A text of /proc/PID/limits; `as_` stands for as."""
    pairs = {**_USUAL, **{name.rstrip("_"): pair for name, pair in changed.items()}}
    lines = ["Limit                     Soft Limit           Hard Limit           Units     "]
    for key, (name, unit) in _LIMIT_ROWS.items():
        soft, hard = pairs.get(key, (UNLIMITED, UNLIMITED))
        lines.append(f"{name:<25} {soft!s:<20} {hard!s:<20} {unit:<10}")
    return "\n".join(lines) + "\n"


def status(
    name: str = "app",
    *,
    pid: int = 100,
    uid: int = 1000,
    threads: int = 4,
    size_kib: int = 60000,
    data_kib: int = 20000,
    stack_kib: int = 132,
    locked_kib: int = 0,
    signals: str = "0/63000",
    capabilities: str = NO_CAPABILITIES,
    state: str = "S (sleeping)",
) -> str:
    return (
        f"Name:\t{name}\nUmask:\t0022\nState:\t{state}\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t1\nTracerPid:\t0\n"
        f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{uid}\t{uid}\t{uid}\t{uid}\nFDSize:\t64\nGroups:\t \nNStgid:\t{pid}\n"
        f"NSpid:\t{pid}\nVmPeak:\t{size_kib:8} kB\nVmSize:\t{size_kib:8} kB\nVmLck:\t{locked_kib:8} kB\n"
        f"VmPin:\t       0 kB\nVmHWM:\t   12000 kB\nVmRSS:\t   12000 kB\n"
        f"VmData:\t{data_kib:8} kB\nVmStk:\t{stack_kib:8} kB\n"
        f"Threads:\t{threads}\nSigQ:\t{signals}\nCapInh:\t{NO_CAPABILITIES}\nCapEff:\t{capabilities}\nSeccomp:\t0\n"
    )


def process(
    pid: int | str,
    cgroup: str,
    *,
    fds: int = 12,
    limits_text: str | None = None,
    status_text: str | None = None,
    argv: tuple[str, ...] = ("app",),
    environ: str = "PATH=/usr/bin\0",
    oom_score_adj: int = 0,
    mappings: int = 60,
) -> Files:
    """The folder of one process."""
    folder = f"proc/{pid}"
    return {
        f"{folder}/limits": limits() if limits_text is None else limits_text,
        f"{folder}/status": status() if status_text is None else status_text,
        f"{folder}/cgroup": cgroup,
        f"{folder}/cmdline": "\0".join(argv) + "\0",
        f"{folder}/environ": environ,
        f"{folder}/oom_score_adj": f"{oom_score_adj}\n",
        f"{folder}/uid_map": INITIAL_MAP,
        f"{folder}/maps": "00400000-00401000 r--p 00000000 08:01 1 /usr/bin/app\n" * mappings,
        f"{folder}/stat": f"{pid} (app) S 1 {pid} {pid} 0 -1 4194304 100 0 0 0 1 1 0 0 20 0 4 0 5000 61440000 3000 0\n",
        **{f"{folder}/fd/{number}": "" for number in range(fds)},
    }


def machine(*, tasks: int = 300) -> Files:
    """The kernel's side: knobs, memory, load; no groups yet."""
    knobs = {
        "fs/nr_open": 1048576,
        "fs/file-max": 9223372036854775807,
        "kernel/threads-max": 126000,
        "kernel/pid_max": 4194304,
        "vm/max_map_count": 65530,
        "vm/overcommit_memory": 0,
        "vm/panic_on_oom": 0,
        "vm/oom_kill_allocating_task": 0,
        "vm/min_free_kbytes": 67584,
        "fs/inotify/max_user_watches": 122474,
        "fs/inotify/max_user_instances": 128,
        "fs/aio-nr": 0,
        "fs/aio-max-nr": 65536,
    }
    return {
        **{f"proc/sys/{name}": f"{number}\n" for name, number in knobs.items()},
        "proc/sys/fs/file-nr": "3904\t0\t9223372036854775807\n",
        "proc/loadavg": f"0.10 0.20 0.30 1/{tasks} 4242\n",
        "proc/meminfo": meminfo(),
        "proc/vmstat": "pgmajfault 900\nworkingset_refault_anon 0\nworkingset_refault_file 10\noom_kill 0\n",
        "proc/pressure/memory": pressure(),
        "proc/1/limits": limits(),
        "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
        "etc/passwd": (
            "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/bin/sh\n"
            "alice:x:1000:1000::/home/alice:/bin/sh\n"
        ),
    }


def meminfo(
    *,
    available_kib: int = 12000000,
    swap_kib: int = 2000000,
    swap_free_kib: int = 2000000,
    committed_kib: int = 4000000,
    huge: int = 0,
) -> str:
    return (
        f"MemTotal:       16000000 kB\nMemFree:         8000000 kB\n"
        f"MemAvailable:   {available_kib} kB\nBuffers: 100000 kB\n"
        f"Cached:          4000000 kB\nSwapTotal:       {swap_kib} kB\nSwapFree:        {swap_free_kib} kB\n"
        f"AnonPages:       2000000 kB\nShmem:            100000 kB\n"
        f"Slab:             300000 kB\nKernelStack:       10000 kB\n"
        f"PageTables:        20000 kB\nCommitLimit:    10000000 kB\nCommitted_AS:   {committed_kib} kB\n"
        f"HugePages_Total:    {huge}\nHugePages_Free:     {huge}\nHugepagesize:       2048 kB\n"
    )


def pressure(some: float = 0.0, full: float = 0.0) -> str:
    return (
        f"some avg10={some:.2f} avg60=0.00 avg300=0.00 total=1000\n"
        f"full avg10={full:.2f} avg60=0.00 avg300=0.00 total=500\n"
    )


def v2_mount(root: str = "/") -> str:
    return f"35 24 0:30 {root} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"


def v1_mounts(root: str = "/") -> str:
    kinds = ("memory", "pids", "cpu,cpuacct")
    return "".join(
        f"{40 + n} 24 0:{31 + n} {root} /sys/fs/cgroup/{kind} rw - cgroup cgroup rw,{kind}\n"
        for n, kind in enumerate(kinds)
    )


def v2_group(
    path: str,
    *,
    memory_max: str = "max",
    current: int = 100 * MIB,
    high: str = "max",
    pids_max: str = "max",
    tasks: int = 10,
    kills: int = 0,
    hits: int = 0,
    pids_hits: int = 0,
) -> Files:
    """One group of the unified hierarchy."""
    folder = f"sys/fs/cgroup{path.rstrip('/')}"
    return {
        f"{folder}/memory.max": f"{memory_max}\n",
        f"{folder}/memory.current": f"{current}\n",
        f"{folder}/memory.high": f"{high}\n",
        f"{folder}/memory.peak": f"{current}\n",
        f"{folder}/memory.swap.current": "0\n",
        f"{folder}/memory.swap.max": "max\n",
        f"{folder}/memory.stat": f"anon {current}\nfile 0\nkernel 0\nshmem 0\ninactive_file 0\n"
        "workingset_refault_file 0\npgmajfault 0\n",
        f"{folder}/memory.events": f"low 0\nhigh 0\nmax {hits}\noom {kills}\noom_kill {kills}\noom_group_kill 0\n",
        f"{folder}/memory.pressure": pressure(),
        f"{folder}/pids.max": f"{pids_max}\n",
        f"{folder}/pids.current": f"{tasks}\n",
        f"{folder}/pids.events": f"max {pids_hits}\n",
    }


def v1_group(
    path: str,
    *,
    memory_max: int = 9223372036854771712,
    current: int = 100 * MIB,
    kills: int = 0,
    hits: int = 0,
    pids_max: str = "max",
    tasks: int = 10,
    pids_hits: int = 0,
    kill_disabled: int = 0,
) -> Files:
    """One group in both the memory and the pids hierarchy."""
    memory, pids = f"sys/fs/cgroup/memory{path.rstrip('/')}", f"sys/fs/cgroup/pids{path.rstrip('/')}"
    found: Files = {
        f"{memory}/memory.limit_in_bytes": f"{memory_max}\n",
        f"{memory}/memory.usage_in_bytes": f"{current}\n",
        f"{memory}/memory.max_usage_in_bytes": f"{current}\n",
        f"{memory}/memory.failcnt": f"{hits}\n",
        f"{memory}/memory.kmem.usage_in_bytes": "0\n",
        f"{memory}/memory.use_hierarchy": "1\n",
        f"{memory}/memory.oom_control": f"oom_kill_disable {kill_disabled}\nunder_oom 0\noom_kill {kills}\n",
        f"{memory}/memory.stat": f"cache 0\nrss {current}\nhierarchical_memory_limit {memory_max}\n"
        "hierarchical_memsw_limit 9223372036854771712\ntotal_cache 0\n"
        f"total_rss {current}\ntotal_shmem 0\ntotal_workingset_refault_file 0\ntotal_swap 0\ntotal_pgmajfault 0\n"
        "total_inactive_file 0\n",
    }
    if path != "/":
        found |= {
            f"{pids}/pids.max": f"{pids_max}\n",
            f"{pids}/pids.current": f"{tasks}\n",
            f"{pids}/pids.events": f"max {pids_hits}\n",
        }
    return found


def write(root: Path, files: Mapping[str, str | None]) -> Path:
    """The tree on disk."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.mkdir(exist_ok=True)
        elif text.startswith(LINK):
            path.symlink_to(text.removeprefix(LINK))
        else:
            path.write_text(text)
    return root
