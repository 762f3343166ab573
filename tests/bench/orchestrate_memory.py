"""60 jobs of 50–400 MiB, growing by 100 MiB/s, in a memory group of 1 GiB: kills and makespan against GNU parallel.

Both begin each job through the same program, which signs one file when it begins and another when it has
ended well: what was begun and has not ended well was killed, by the kernel or by whoever ran it.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.orchestrate.journal import Journal
from tests.bench.measure import NOT_INSTALLED, Table
from tests.live.conftest import MIB, MemoryGroup, make_group

JOBS, SLOTS, RUNS = 60, 8, 2
GROUP_BYTES = 1024 * MIB
SIZES_MIB = tuple(random.Random(6).choices(range(50, 401), k=JOBS))
# A page of every 4 KiB is written; a job that was held up goes on at its rate, and does not hurry.
_RAMP = """
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
static void sign(const char *file) {
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || write(fd, ".", 1) != 1) _exit(3);
    close(fd);
}
int main(int count, char **words) {
    (void)count;
    sign("began");
    for (long left = atol(words[1]); left > 0; left--) {
        struct timespec begin, now;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        char *block = malloc(1 << 20);
        for (long at = 0; at < 1 << 20; at += 4096) block[at] = 1;
        clock_gettime(CLOCK_MONOTONIC, &now);
        long rest = 10000000 - (now.tv_sec - begin.tv_sec) * 1000000000 - (now.tv_nsec - begin.tv_nsec);
        struct timespec pause = {0, rest > 0 ? rest : 0};
        nanosleep(&pause, 0);
    }
    sign("done");
    return 0;
}
"""


class Outcome(NamedTuple):
    """`reasons` are those of attempts that did not end well, where there is a journal."""

    seconds: float
    kernel_kills: int
    killed: int
    rounds: int
    peak_bytes: int
    reasons: Counter[str]
    exit_codes: tuple[int, ...]


def run() -> None:
    table = Table(f"orchestrate_memory: {JOBS} ramps of 50–400 MiB, {SLOTS} slots, a group of 1 GiB")
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name:
        ramp = Path(name, "ramp")
        subprocess.run(["cc", "-O1", "-x", "c", "-", "-o", ramp], input=_RAMP, text=True, check=True)
        for _ in range(RUNS):
            peer = _measured(Path(name), ramp, _parallel) if shutil.which("parallel") else None
            _compare(table, "one name", _measured(Path(name), ramp, _mnemo_by_template), peer)
            _compare(table, "a name per size class", _measured(Path(name), ramp, _mnemo_by_plan), peer)


def _compare(table: Table, kind: str, own: Outcome, peer: Outcome | None) -> None:
    kills = str(own.kernel_kills), str(own.killed)
    if peer is None:
        table.add(f"makespan, {kind}", f"{own.seconds:.1f} s", NOT_INSTALLED, None, 1.25)
        table.add("kills by the kernel", kills[0], NOT_INSTALLED, own.kernel_kills, 0, unit=" ")
        table.add("all kills", kills[1], NOT_INSTALLED, None, 0.2)
        return
    table.add(f"makespan, {kind}", f"{own.seconds:.1f} s", f"{peer.seconds:.1f} s", own.seconds / peer.seconds, 1.25)
    table.add("kills by the kernel", kills[0], str(peer.kernel_kills), own.kernel_kills, 0, unit=" ")
    ratio = own.killed / peer.killed if peer.killed else float(own.killed)
    table.add("all kills", kills[1], str(peer.killed), ratio, 0.2)
    print(f"    mnemo: {own}\n    peer: {peer}", flush=True)


def _measured(folder: Path, ramp: Path, command: Callable[..., list[str]]) -> Outcome:
    """Until all have succeeded: what is left of a round is begun again."""
    group = make_group()
    group.limit(GROUP_BYTES)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        room = Path(name)
        codes: list[int] = []
        began_seconds = time.monotonic()
        try:
            while _count(room, "done") < JOBS and len(codes) < 20:
                codes.append(_run_in(group, room, command(room, ramp, first=not codes)))
            seconds = time.monotonic() - began_seconds
            v1 = group.mount.version == 1
            counted = (group.directory / ("memory.oom_control" if v1 else "memory.events")).read_text()
            kernel_kills = int(dict(line.split() for line in counted.splitlines())["oom_kill"])
            peak_bytes = int((group.directory / ("memory.max_usage_in_bytes" if v1 else "memory.peak")).read_text())
        finally:
            group.remove()
        reasons = _reasons(room)
        if v1:
            # There a kill counts in the victim's own group alone, and that of a job is gone with it.
            kernel_kills += reasons["oom-limit"] + reasons["oom-host-suspected"]
        killed = _count(room, "began") - _count(room, "done")
        return Outcome(seconds, kernel_kills, killed, len(codes), peak_bytes, reasons, tuple(codes))


def _run_in(group: MemoryGroup, room: Path, command: Sequence[str]) -> int:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(room)}
    environment["MNEMOSYNE_ORCHESTRATE_HISTORY_FILE"] = str(room / "history.db")
    program = group.run(
        f"import os\nos.chdir({str(room)!r})\n"
        f"log = os.open('log', os.O_WRONLY | os.O_CREAT | os.O_APPEND)\nos.dup2(log, 1), os.dup2(log, 2)\n"
        f"os.execvpe({command[0]!r}, {list(command)!r}, {environment!r})\n"
    )
    assert program.stdin is not None
    program.stdin.write("".join(f"{size}\n" for size in SIZES_MIB))
    program.stdin.close()
    code = program.wait(600)
    if code and os.environ.get("MNEMO_BENCH_LOG"):
        print((room / "log").read_text()[-3000:])
    return code


def _mnemo_by_template(room: Path, ramp: Path, *, first: bool) -> list[str]:
    return [*_mnemo(first), "-", "--template", f"{ramp} {{}}"]


def _mnemo_by_plan(room: Path, ramp: Path, *, first: bool) -> list[str]:
    """A name for each 50 MiB of size."""
    tables = "".join(
        f'[[job]]\nid = "j{at}"\nname = "ramp-{size // 50 * 50}"\ncmd = ["{ramp}", "{size}"]\n'
        for at, size in enumerate(SIZES_MIB)
    )
    (room / "plan.toml").write_text(tables)
    return [*_mnemo(first), "plan.toml"]


def _mnemo(first: bool) -> list[str]:
    command = [sys.executable, "-m", "mnemo_cli", "orchestrate", "--slots", str(SLOTS), "--journal", "journal"]
    return [*command, "--format", "ndjson"] if first else [*command, "--format", "ndjson", "--resume"]


def _parallel(room: Path, ramp: Path, *, first: bool) -> list[str]:
    command = ["parallel", "--memfree", "200M", "--retries", "10", f"-j{SLOTS}", "--joblog", "joblog"]
    return [*command, *([] if first else ["--resume-failed"]), str(ramp), "{}"]


def _reasons(room: Path) -> Counter[str]:
    if not (room / "journal").exists():
        return Counter()
    journal = Journal.read(room / "journal")
    reasons = Counter(str(row.reason) for row in journal.attempts() if row.reason != "ok")
    journal.close()
    return reasons


def _count(room: Path, name: str) -> int:
    file = room / name
    return file.stat().st_size if file.exists() else 0
