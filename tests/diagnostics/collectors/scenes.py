"""Scenes for collectors: a faked machine, programs that answer from a table, and what a collector took of it."""

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Collector, Finished, Member, Missing, Profile, Scene
from mnemo_cli.sampling.target import TargetChoice

NOW_SECONDS = 1_795_356_151.0
HOSTS = Path(__file__).parents[2] / "hosts"
DEADLINE_SECONDS = 20.0


class Programs:
    """A runner that answers by the beginning of the command line; whatever else is asked for is not installed."""

    def __init__(self, answers: Mapping[tuple[str, ...], Finished | OSError] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, argv: Sequence[str], *, timeout_seconds: float, max_bytes: int) -> Finished:
        assert timeout_seconds > 0 and max_bytes > 0
        self.asked.append(tuple(argv))
        for words, answer in self.answers.items():
            if tuple(argv)[: len(words)] == words:
                if isinstance(answer, OSError):
                    raise answer
                return answer._replace(output=answer.output[:max_bytes])
        raise FileNotFoundError(2, "No such file or directory", argv[0])


def printing(text: str | bytes) -> Finished:
    return Finished(0, text.encode() if isinstance(text, str) else text, b"")


def failing(code: int | None, words: str = "") -> Finished:
    return Finished(code, b"", words.encode())


def scene_of(root: Path, **changes: object) -> Scene:
    """The machine below `root`, everything collected."""
    plain = Scene(
        root=root,
        platform="linux",
        choice=TargetChoice(kind="host"),
        pids=(),
        profile=Profile.DEEP,
        since_seconds=3600.0,
        now_seconds=NOW_SECONDS,
        member_max_bytes=1 << 20,
        run=Programs(),
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


class Taken(NamedTuple):
    """What a collector yielded, its members' chunks taken in turn, as the archive takes them."""

    members: dict[str, Member]
    texts: dict[str, bytes]
    missing: list[Missing]

    @property
    def states(self) -> set[str]:
        return {lack.state for lack in self.missing}

    @property
    def everything(self) -> bytes:
        """All that would be in the bundle of it, names and reasons too."""
        members = [b"%b %b %b" % (member.path.encode(), member.source.encode(), self.texts[member.path])
                   for member in self.members.values()]  # fmt: skip
        return b"\n".join((*members, *(repr(lack).encode() for lack in self.missing)))


def taken(collector: Collector, scene: Scene) -> Taken:
    members: dict[str, Member] = {}
    texts: dict[str, bytes] = {}
    missing: list[Missing] = []
    for item in collector.collect(scene):
        if isinstance(item, Missing):
            missing.append(item)
            continue
        assert item.path not in members, f"{item.path} twice"
        chunks = list(item.chunks)
        assert all(len(chunk) <= 1 << 16 for chunk in chunks), f"{item.path} has a chunk above 64 KiB"
        members[item.path], texts[item.path] = item, b"".join(chunks)
    return Taken(members, texts, missing)


def taken_in_time(collector: Collector, scene: Scene) -> Taken:
    """The same in a thread, as the archive runs it; fails when it waits for somebody."""
    found: list[Taken] = []
    thread = threading.Thread(target=lambda: found.append(taken(collector, scene)), daemon=True)
    thread.start()
    thread.join(DEADLINE_SECONDS)
    if thread.is_alive():
        release(scene.root)
        thread.join(DEADLINE_SECONDS)
        raise AssertionError(f"{collector.id} waited for a FIFO")
    assert found, f"{collector.id} raised"
    return found[0]


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Without root's right to read everything, for as long as it lasts."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def release(root: Path) -> None:
    """Whoever waits for a FIFO below the root reads its end."""
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            if path.is_fifo():
                try:
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                except OSError:
                    continue


def write(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Files below a root. None makes a folder in the place of a file: reading it fails, for root too."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


STATUS = """Name:\t{name}
Umask:\t0022
State:\tS (sleeping)
Tgid:\t{pid}
Ngid:\t0
Pid:\t{pid}
PPid:\t1
TracerPid:\t0
Uid:\t1000\t1000\t1000\t1000
VmPeak:\t  900 kB
VmSize:\t  800 kB
VmLck:\t    0 kB
VmHWM:\t  600 kB
VmRSS:\t  {rss_kib} kB
RssAnon:\t  300 kB
RssFile:\t  100 kB
RssShmem:\t  0 kB
VmData:\t  200 kB
VmStk:\t  132 kB
VmPTE:\t  40 kB
VmSwap:\t  16 kB
Threads:\t3
SigQ:\t0/100
CapEff:\t0000000000000000
"""
LIMITS = """\
Max open files            1024                 4096                 files
Max locked memory         65536                unlimited            bytes
"""


def process(
    pid: int, *, name: str = "worker", rss_kib: int = 400, argv: Sequence[str] = ("/usr/bin/worker",),
    group: str = "/app/job", environ: str = "",
) -> dict[str, str | bytes | None]:  # fmt: skip
    """The files of one process of a v2 machine."""
    folder = f"proc/{pid}"
    tail = " ".join(["S", "1", *(["7"] * 17), "4242", *(["0"] * 20)])
    return {
        f"{folder}/stat": f"{pid} ({name}) {tail}\n",
        f"{folder}/statm": f"200 {rss_kib // 4} 25 1 0 50 0\n",
        f"{folder}/status": STATUS.format(name=name, pid=pid, rss_kib=rss_kib),
        f"{folder}/limits": LIMITS,
        f"{folder}/oom_score": "668\n",
        f"{folder}/oom_score_adj": "-500\n",
        f"{folder}/cgroup": f"0::{group}\n",
        f"{folder}/cmdline": "\0".join((*argv, "")),
        f"{folder}/environ": environ,
        f"{folder}/smaps_rollup": "00400000-7fff Rss:  400 kB\nPss: 390 kB\n",
        f"{folder}/smaps": "00400000-00452000 r-xp 00000000 08:02 1 /usr/bin/worker\nRss: 400 kB\n",
        f"{folder}/fd/0": "",
        f"{folder}/fd/1": "",
    }


MACHINE: dict[str, str | bytes | None] = {
    "proc/self/mountinfo": (
        "24 1 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n25 1 0:23 / /dev/shm rw - tmpfs tmpfs rw\n"
    ),
    "proc/self/cgroup": "0::/tools\n",
    "proc/self/limits": LIMITS,
    "proc/meminfo": "MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  100 kB\n",
    "proc/vmstat": "pgmajfault 12\noom_kill 3\n",
    "proc/uptime": "3600.50 7200.00\n",
    "proc/loadavg": "0.10 0.20 0.30 1/90 4242\n",
    "proc/swaps": "Filename Type Size Used Priority\n",
    "proc/buddyinfo": "Node 0, zone DMA 1 1\n",
    "proc/zoneinfo": "Node 0, zone DMA\n",
    "proc/slabinfo": "slabinfo - version: 2.1\n",
    "proc/pressure/memory": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    "proc/sysvipc/shm": "key shmid\n",
    "proc/sys/vm/swappiness": "60\n",
    "proc/sys/vm/overcommit_memory": "0\n",
    "proc/sys/fs/nr_open": "1048576\n",
    "proc/sys/kernel/hostname": "canary-host\n",
    "proc/sys/kernel/osrelease": "6.8.0-test\n",
    "proc/sys/kernel/core_pattern": "core\n",
    "sys/fs/cgroup/cgroup.procs": "1\n",
    "sys/fs/cgroup/memory.stat": "anon 1\n",
    "sys/fs/cgroup/app/memory.max": "1000000\n",
    "sys/fs/cgroup/app/memory.current": "900000\n",
    "sys/fs/cgroup/app/memory.events": "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n",
    "sys/fs/cgroup/app/cgroup.procs": "",
    "sys/fs/cgroup/app/job/memory.max": "max\n",
    "sys/fs/cgroup/app/job/memory.current": "800000\n",
    "sys/fs/cgroup/app/job/memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n",
    "sys/fs/cgroup/app/job/cpu.stat": "usage_usec 5\n",
    "sys/fs/cgroup/app/job/pids.max": "100\n",
    "sys/fs/cgroup/app/job/cgroup.procs": "4121\n4122\n",
    "sys/fs/cgroup/tools/memory.max": "max\n",
    "sys/fs/cgroup/tools/cgroup.procs": "1\n",
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "etc/security/limits.conf": "* soft nofile 2048\n",
    "etc/sysctl.conf": "vm.swappiness = 10\nkernel.hostname = canary-host\n",
    "dev/kmsg": "6,1,1000000,-;Linux version 6.8\n3,2,2500000,-;Out of memory: Killed process 4121 (worker)\n",
    "dev/shm/big": "x" * 10000,
    "tmp/unrelated": "x",
}
