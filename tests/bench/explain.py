"""A syslog of 1 GB with ten reports: CPU and memory of finding the kills, beside `grep -c` for the same literals.

python tests/bench/explain.py [MIB]
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from mnemo_cli.forensics.killers import WANTED_LITERALS
from mnemo_cli.units import GIB, MIB
from tests.bench.measure import Table
from tests.forensics.oom_report.stock import REPORTS

REPORT_COUNT = 10
KERNEL_LITERALS = (b"oom-kill", b"Killed process", b"ut of memory", b"No available memory", b"Manual OOM")
MOST_CPU_SECONDS = 12
MOST_RSS_MIB = 40
CHILD = """
import sys
from mnemo_cli.forensics.log import read_log
wanted = [bytes.fromhex(word) for word in sys.argv[2:]]
with open(sys.argv[1], "rb") as stream:
    reading = read_log(stream, "syslog", wanted, now_seconds=1795356151)
with open("/proc/self/status") as status:
    peak_kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
print(len(reading.kills), reading.line_count, peak_kib)
"""
PROGRAMS = (
    "sshd[{n}]: Accepted publickey for bob from 10.0.0.{s} port {n} ssh2",
    "systemd[1]: Started session-{n}.scope - Session {n} of User bob.",
    "kubelet[{n}]: I1122 probe ok path=/healthz code=200 duration={n}ms pod=shop-5d4f6b7c9-x2x{s}",
    "nginx[{n}]: 10.0.0.{s} - - GET /api/v1/items?page={n}&size=20 HTTP/1.1 200 {n}",
    "CRON[{n}]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)",
    "app[{n}]: request {n} done, {s} rows, cache hit ratio 0.{n}, room {s} free",
    "kernel: [{n}.123456] eth0: link up, 1000Mbps, full-duplex, lpa 0x{n}",
)
STAMP = "Nov 22 14:02:{s:02} node7 "


def syslog(path: Path, size_bytes: int) -> int:
    """Write the log; how many lines it has."""
    chance = random.Random(7)
    lines = [
        (STAMP + chance.choice(PROGRAMS)).format(s=chance.randrange(60), n=chance.randrange(1000, 99999)) + "\n"
        for _ in range(80_000)
    ]
    block = "".join(lines).encode()
    report = "".join(f"{STAMP.format(s=7)}kernel: {line}\n" for line in REPORTS["6.18-v1"].splitlines()).encode()
    blocks = size_bytes // len(block) + 1
    count = 0
    with path.open("wb") as stream:
        for at in range(blocks):
            stream.write(block)
            count += len(lines)
            if at * REPORT_COUNT // blocks != (at + 1) * REPORT_COUNT // blocks:
                stream.write(report.replace(b"4666", str(4666 + at).encode()))
                count += report.count(b"\n")
    return count


def child(argv: list[str], environment: dict[str, str] | None = None) -> tuple[float, str]:
    """CPU seconds and output of one run."""
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    output = process.stdout.read()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime, output


def measure(table: Table, path: Path, name: str, wanted: tuple[bytes, ...], line_count: int) -> None:
    words = [literal for literal in (*KERNEL_LITERALS, *wanted) for literal in ("-e", literal.decode())]
    peer, _ = child(["grep", "-c", "-F", *words, str(path)], {**os.environ, "LC_ALL": "C"})
    mnemo, output = child([sys.executable, "-c", CHILD, str(path), *(literal.hex() for literal in wanted)])
    kills, lines, peak_kib = map(int, output.split())
    assert (kills, lines) == (REPORT_COUNT, line_count), (kills, lines, line_count)
    scale = GIB / path.stat().st_size
    table.add(
        f"{name}: CPU per GB", f"{mnemo * scale:.1f} s", f"{peer * scale:.1f} s", mnemo * scale, MOST_CPU_SECONDS, " s"
    )
    table.add(f"{name}: memory", f"{peak_kib / 1024:.1f} MiB", "", peak_kib / 1024, MOST_RSS_MIB, " MiB")


def run(size_bytes: int = GIB) -> None:
    table = Table(f"explain: a syslog of {size_bytes // MIB} MiB, {REPORT_COUNT} reports; peer: grep -c -F")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "syslog"
        line_count = syslog(path, size_bytes)
        measure(table, path, "the kernel's kills", (), line_count)
        measure(table, path, "all killers and runtimes", WANTED_LITERALS, line_count)


if __name__ == "__main__":
    run(int(sys.argv[1]) * MIB if len(sys.argv) > 1 else GIB)
