"""`mnemo collect`: time, CPU and memory of a whole bundle beside 200 processes, and of a 200 MB log, redacted or not.

The peers: `sos report` of the same machine where it is installed, and `gzip -1` of the same bytes of the log.
The log is a syslog with an address in two of seven lines, and a secret in one of two hundred.
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.explain import STAMP, syslog
from tests.bench.measure import NOT_INSTALLED, Table, child_cpu_seconds, paired
from tests.bench.startup import mnemo_script

REPOSITORY = Path(__file__).parents[2]
PROCESSES, RUNS = 200, 5
LOG_BYTES, KEPT_BYTES = 200 * 10**6, 10 * 10**6
SECRET_EACH_LINES = 200
SECRETS = (
    "app[{n}]: connecting to postgres://shop:hunter{n}@10.0.0.7/orders",
    "app[{n}]: retry with token=tk{n}abc after 3 s",
    "app[{n}]: login for user=carol{n} DB_PASSWORD=hunter{n}",
)
SOS_SECONDS = 240
# As a bundle that is handed to a stranger is made with it; and the nearest to what mnemo collects.
SOS = ("report", "--batch", "--clean")
SOS_FEW = (*SOS, "-o", "memory,process,kernel,cgroups")
MIB = 2**20


class Cost(NamedTuple):
    """What one run of a program took, its children included."""

    wall_seconds: float
    cpu_seconds: float
    rss_bytes: int


def cost(argv: Sequence[str]) -> Cost:
    begin = time.perf_counter()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cost(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


@contextlib.contextmanager
def crowd() -> Iterator[None]:
    """Processes that do nothing, beside the machine's own."""
    sleepers = [subprocess.Popen(["sleep", "600"]) for _ in range(PROCESSES)]
    try:
        yield
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        for sleeper in sleepers:
            sleeper.wait()


def whole_bundle(folder: Path) -> None:
    table = Table(f"collect: standard profile beside {PROCESSES} processes")
    with crowd():
        runs = [cost([mnemo_script(), "collect", "-o", str(folder / f"{run}.tar.gz")]) for run in range(RUNS)]
        peers = [(words, sos_cost(folder, words)) for words in (SOS, SOS_FEW)]
    wall, cpu = (statistics.median(run[at] for run in runs) for at in range(2))
    rss_mib = statistics.median(run.rss_bytes for run in runs) / MIB
    table.add("wall time", f"{wall:.2f} s", "", wall, 1.5, " s")
    table.add("CPU", f"{cpu:.2f} s", "", cpu, 0.8, " s")
    table.add("RSS", f"{rss_mib:.1f} MiB", "", rss_mib, 40.0, " MiB")
    for (words, sos), wanted in zip(peers, (0.1, None), strict=True):
        name = f"sos {' '.join(words).replace('memory,process,kernel,cgroups', '(four)')}"
        if isinstance(sos, str):
            table.add(f"CPU, {name}", f"{cpu:.2f} s", sos, None, wanted)
            continue
        table.add(f"CPU, {name}", f"{cpu:.2f} s", f"{sos.cpu_seconds:.2f} s", cpu / sos.cpu_seconds, wanted)
        rss = rss_mib * MIB / sos.rss_bytes
        table.add(f"RSS, {name}", f"{rss_mib:.0f} MiB", f"{sos.rss_bytes / MIB:.0f} MiB", rss, None)


def sos_cost(folder: Path, words: Sequence[str]) -> Cost | str:
    """Or why there is none."""
    program = shutil.which("sos")
    if program is None:
        return NOT_INSTALLED
    if os.geteuid() != 0:
        return "needs root"
    measured = cost(("timeout", str(SOS_SECONDS), program, *words, "--tmp-dir", str(folder)))
    return measured if measured.wall_seconds < SOS_SECONDS else f"> {SOS_SECONDS} s"


def log_with_secrets(file: Path) -> None:
    syslog(file, 1)
    block: list[str] = []
    for at, line in enumerate(file.read_text().splitlines(keepends=True)):
        if at % SECRET_EACH_LINES == 0:
            block.append(f"{STAMP.format(s=at % 60)}{SECRETS[at // SECRET_EACH_LINES % len(SECRETS)].format(n=at)}\n")
        block.append(line)
    content = "".join(block).encode()
    with file.open("wb") as stream:
        for _ in range(LOG_BYTES // len(content) + 1):
            stream.write(content)


def large_log(folder: Path) -> None:
    file, empty = folder / "large.log", folder / "empty.log"
    log_with_secrets(file)
    empty.write_text("one line\n")
    table = Table(
        f"collect: {LOG_BYTES // 10**6} MB of log, head and tail of {KEPT_BYTES // 10**6} MB kept, one process"
    )
    masked = statistics.median(
        cost(bundle_of(file, folder / f"masked-{run}.tar.gz")).cpu_seconds for run in range(RUNS)
    )
    table.add("CPU with redaction", f"{masked:.2f} s", "", masked, 2.5, " s")
    compress = f"(head -c {KEPT_BYTES} {file}; tail -c {KEPT_BYTES} {file}) | gzip -1 > {folder}/peer.gz"
    numbers = iter(range(1000))

    def raw(log: Path) -> float:
        return child_cpu_seconds(bundle_of(log, folder / f"raw-{next(numbers)}.tar.gz", "--no-redact"))

    start = statistics.median(raw(empty) for _ in range(RUNS))
    mnemo, peer, ratio = paired(lambda: raw(file), lambda: child_cpu_seconds(["sh", "-c", compress]), runs=RUNS)
    table.add("CPU with --no-redact, whole process; gzip -1", f"{mnemo:.2f} s", f"{peer:.2f} s", ratio, None)
    # The interpreter's start and the rest of the bundle are not the log's.
    own = mnemo - start
    table.add("the same, less that of an empty log's bundle", f"{own:.2f} s", f"{peer:.2f} s", own / peer, 1.3)


def bundle_of(file: Path, bundle: Path, *flags: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.collect", str(file), str(bundle), *flags]


def make(file: Path, bundle: Path, *, redacted: bool) -> None:
    """The bundle of one large log, through the same cap, redactor, compressor and archive as any other."""
    from mnemo_cli.diagnostics.archive.sink import PartFile
    from mnemo_cli.diagnostics.bundle import Wish, make_bundle
    from mnemo_cli.diagnostics.collector import Collector, Member, Profile, Scene
    from mnemo_cli.diagnostics.members import large_file
    from mnemo_cli.diagnostics.programs import Programs
    from mnemo_cli.diagnostics.redaction import Known, Redactor
    from mnemo_cli.sampling.target import TargetChoice

    def collect(scene: Scene) -> Iterator[Member]:
        member = large_file(scene, file, "log/large.log", "log")
        assert isinstance(member, Member)
        yield member

    scene = Scene(
        root=Path("/"), platform="linux", choice=TargetChoice(kind="host"), pids=(), profile=Profile.STANDARD,
        since_seconds=3600.0, now_seconds=time.time(), member_max_bytes=2 * KEPT_BYTES, run=Programs(os.environ),
    )  # fmt: skip
    known = Known(users=("bob",), hosts=("node7",), addresses=("10.0.0.7", "fe80::7"), macs=("02:fc:00:00:00:07",))
    wish = Wish(
        collectors=(Collector("log", "a large log", collect, timeout_seconds=60.0),),
        scene=scene,
        redaction=Redactor(os.urandom(32), known) if redacted else None,
        version="0",
        path=str(bundle),
        name=bundle.name,
        budget_seconds=120.0,
        budget_bytes=20 * MIB,
    )
    make_bundle(PartFile(bundle), wish)


def run() -> None:
    os.chdir(REPOSITORY)
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name:
        whole_bundle(Path(name))
        large_log(Path(name))


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]), redacted="--no-redact" not in sys.argv)
