"""The dashboard at 1 Hz in 200×50: CPU of a core beside 64, 1,000 and 5,000 processes, against top."""

import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.crowd import crowd
from tests.bench.measure import NOT_INSTALLED, Table, milliseconds, process_cpu_seconds
from tests.bench.startup import mnemo_script

_SECONDS = 20.0
_SETTLE_SECONDS = 4.0
_KEYS = 15


class Terminal:
    """A program in a pseudo-terminal of 200×50, whose output is read and thrown away."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "XDG_DATA_HOME": "/tmp/mnemo-bench"}
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def read_until(self, wanted: bytes, seconds: float) -> bool:
        """Whether the text comes in time; the rest of the output is drained."""
        deadline, seen = time.monotonic() + seconds, b""
        while (remaining := deadline - time.monotonic()) > 0:
            if select.select([self.master], [], [], remaining)[0]:
                try:
                    seen = seen[-64:] + os.read(self.master, 65536)
                except OSError:  # EIO: the program has ended and closed its side
                    return False
                if wanted and wanted in seen:
                    return True
        return False

    def type(self, key: bytes) -> None:
        os.write(self.master, key)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.read_until(b"", 0.3)
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def run() -> None:
    table = Table("monitor: percent of a core at 1 Hz, 200×50; peer `top -d1` beside it")
    residents = {}
    for count, wanted, against_top in ((64, 1.5, False), (1000, 2.0, True), (5000, 5.0, True)):
        with crowd(count):
            ours, theirs, residents[count] = _beside_each_other()
        peer = NOT_INSTALLED if theirs is None else f"{theirs:.2f} %"
        table.add(f"+{count:,} processes", f"{ours:.2f} %", peer, ours, wanted, " %")
        if against_top:
            table.add("   of top's", f"{ours:.2f} %", peer, None if theirs is None else ours / theirs, 1.0)
    resident = residents[64] / 1e6
    table.add("RSS beside 64 processes", f"{resident:.1f} MB", "", resident, 30, " MB")
    growth = (residents[5000] - residents[64]) / (5000 - 64)
    table.add("RSS per further process", f"{growth:.0f} B", "", growth, 1024, " B")
    _first_frame_and_keys(table)
    _views(table)
    _everyone(table)


def _beside_each_other() -> tuple[float, float | None, int]:
    """Percent of a core of mnemo and of top, where there is one, and the bytes of mnemo."""
    commands = [[mnemo_script(), "monitor"], *([["top", "-d1"]] if shutil.which("top") else [])]
    terminals = [Terminal(words) for words in commands]
    mnemo = terminals[0]
    try:
        assert mnemo.read_until(b"PID", 10)
        _drain(terminals, _SETTLE_SECONDS)
        began = time.monotonic()
        before = [process_cpu_seconds(terminal.process.pid) for terminal in terminals]
        _drain(terminals, _SECONDS)
        span = time.monotonic() - began
        after = [process_cpu_seconds(terminal.process.pid) for terminal in terminals]
        pages = int(Path(f"/proc/{mnemo.process.pid}/statm").read_text().split()[1])
        percents = [(late - early) / span * 100 for early, late in zip(before, after, strict=True)]
        return percents[0], percents[1] if percents[1:] else None, pages * os.sysconf("SC_PAGE_SIZE")
    finally:
        for terminal in terminals:
            terminal.end()


def _first_frame_and_keys(table: Table) -> None:
    costs, delays = [], []
    for _ in range(5):
        mnemo = Terminal([mnemo_script(), "monitor"])
        assert mnemo.read_until(b"PID", 10)
        costs.append(process_cpu_seconds(mnemo.process.pid))
        mnemo.read_until(b"", 1.0)
        for _ in range(_KEYS // 5):
            for wanted in (b"KEYS", b"PID"):
                began = time.monotonic()
                mnemo.type(b"?")
                assert mnemo.read_until(wanted, 5)
                delays.append(time.monotonic() - began)
                mnemo.read_until(b"", 0.13)
        mnemo.end()
    first, key = statistics.median(costs), statistics.median(delays)
    table.add("first frame, CPU", milliseconds(first), "", first * 1e3, 300, " ms")
    table.add("a key answered, median", milliseconds(key), "", key * 1e3, 20, " ms")
    table.add("a key answered, worst", milliseconds(max(delays)), "", max(delays) * 1e3, 20, " ms")


# A key, and what stands on the screen only once it is answered. "2" is pressed between the pages.
_VIEWS = (
    (b"3", b"GROUP (*"), (b"2", b"PID"), (b"4", b"counts what"), (b"2", b"PID"), (b"5", b"ALERTS "), (b"2", b"PID"),
    (b"6", b"HISTORY "), (b"2", b"PID"), (b"?", b"KEYS"), (b"?", b"PID"),
)  # fmt: skip
_CHANGES = (
    (b"t", "├".encode()), (b"g", b" names, "), (b"g", b" processes;"), (b"s", b"sort:"), (b"/", b" / "),
    (b"p", b"found"), (b"\r", b"esc back"), (b"\x1b[B", b"\x1b[7m"), (b"\r", b" LIMIT "), (b" ", b"PAUSED"),
    (b"\x1b[D", b"PAUSED 1 back"), (b"\x1b[D", b"PAUSED 2 back"),
)  # fmt: skip


def _views(table: Table) -> None:
    """Each key beside 1,000 processes with every column."""
    with crowd(1000):
        mnemo = Terminal([mnemo_script(), "monitor", "--host"])
        try:
            assert mnemo.read_until(b"PID", 10)
            mnemo.type(b"2")
            mnemo.read_until(b"", _SETTLE_SECONDS)
            for name, keys in (("pages", _VIEWS * 3), ("other keys", _CHANGES)):
                delays = [_delay(mnemo, key, wanted) for key, wanted in keys]
                middle = statistics.median(delays)
                worst, (key, _) = max(zip(delays, keys, strict=True))
                table.add(f"{name}, median", milliseconds(middle), "", middle * 1e3, 20, " ms")
                table.add(f"{name}, worst: {key.decode()!r}", milliseconds(worst), "", worst * 1e3, 20, " ms")
        finally:
            mnemo.end()


def _everyone(table: Table) -> None:
    """All of 1,000 processes in the table, with every column, once their commands are known."""
    with crowd(1000):
        mnemo = Terminal([mnemo_script(), "monitor", "--host"])
        try:
            assert mnemo.read_until(b"PID", 10)
            mnemo.type(b"2")
            mnemo.read_until(b"", 3 * _SETTLE_SECONDS)
            began, before = time.monotonic(), process_cpu_seconds(mnemo.process.pid)
            mnemo.read_until(b"", _SECONDS)
            percent = (process_cpu_seconds(mnemo.process.pid) - before) / (time.monotonic() - began) * 100
        finally:
            mnemo.end()
        table.add("+1,000 processes, all of them asked for", f"{percent:.2f} %", "", percent, 3.0, " %")


def _delay(mnemo: Terminal, key: bytes, wanted: bytes) -> float:
    began = time.monotonic()
    mnemo.type(key)
    assert mnemo.read_until(wanted, 5), (key, wanted)
    delay = time.monotonic() - began
    mnemo.read_until(b"", 0.13)
    return delay


def _drain(terminals: Sequence[Terminal], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    masters = [terminal.master for terminal in terminals]
    while (remaining := deadline - time.monotonic()) > 0:
        for master in select.select(masters, [], [], remaining)[0]:
            os.read(master, 65536)
