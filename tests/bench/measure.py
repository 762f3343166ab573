"""Measuring in pairs: mnemo and its peer in turn, CPU time, medians and the ratio pair by pair.

Machines drift and are shared: only the ratio of neighbours within one run means anything.
"""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured number in words and as a number; `most` is the most that it may be, in the same unit.

    The number is None where it is a ratio and the peer is not installed. "×" is the unit of ratios.
    """

    table: str
    what: str
    mnemo: str
    peer: str
    number: float | None
    most: float | None
    unit: str

    @property
    def wanted(self) -> str:
        return "" if self.most is None else f"≤ {self.most:g}{self.unit}".rstrip()

    @property
    def verdict(self) -> str:
        if self.most is None or self.number is None:
            return ""
        return "ok" if self.number <= self.most else "MISSED"

    @property
    def ratio(self) -> str:
        """Also any other number that is not the measured one: how far off it is."""
        is_told = self.number is None or self.measured.endswith(self.unit)
        return "" if is_told else f"{self.number:.2f}{self.unit}"

    @property
    def measured(self) -> str:
        return self.mnemo or ("" if self.number is None else f"{self.number:.2f}{self.unit}")


# Of this run, in the order in which they came: from here `all` makes its one table.
FIGURES: list[Figure] = []
NOT_INSTALLED = "not installed"


@dataclass(slots=True)
class Table:
    """The figures of one bench, printed as they come."""

    title: str

    def __post_init__(self) -> None:
        print(f"\n{self.title}")
        print(f"{'measured':<52} {'mnemo':>10} {'peer':>13} {'ratio':>7} {'wanted':>9}")

    def add(
        self, name: str, mnemo: str, peer: str, figure: float | None, wanted: float | None, unit: str = "×"
    ) -> None:
        """One figure; `wanted` is the most it may be, and `figure` is None where there is no peer to compare with."""
        one = Figure(self.title, name, mnemo, peer, figure, wanted, unit)
        FIGURES.append(one)
        number = "" if figure is None else f"{figure:.2f}{unit}"
        print(f"{name:<52} {mnemo:>10} {peer:>13} {number:>7} {one.wanted:>9} {one.verdict}", flush=True)


def child_cpu_seconds(argv: Sequence[str]) -> float:
    """User and system time of one run, as the kernel accounted it to the reaped child."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def paired(mnemo: Callable[[], float], peer: Callable[[], float], *, runs: int = 9) -> tuple[float, float, float]:
    """(median of mnemo, median of peer, median of the ratios), after one warm-up of each."""
    mnemo()
    peer()
    pairs = [(mnemo(), peer()) for _ in range(runs)]
    return (
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
        statistics.median(one / other for one, other in pairs),
    )


def cpu_seconds_per_call(call: Callable[[], object], times: int) -> Callable[[], float]:
    """A measurement of one call in this process, averaged over `times` calls."""

    def measure() -> float:
        begin = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - begin) / times

    return measure


def process_cpu_seconds(pid: int) -> float:
    """User and system time of a running process so far, from /proc/PID/schedstat (nanoseconds)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"
