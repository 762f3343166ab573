"""The cpu controller: how much processor time a control group may have, and how often it had to wait for more.

Every level of the path limits. Throttling looks like a slow program and never like a limit: only these
counters tell. https://docs.kernel.org/scheduler/sched-bwc.html
"""

from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import UNLIMITED, Gap, Unlimited
from mnemo_cli.sampling.files import gap, line_values
from mnemo_cli.sampling.hierarchy import Chain, Folder

_LONGEST_WORD = 19


class CpuGroup(NamedTuple):
    """One level. In `throttled_periods_total` of its periods tasks had to wait, `throttled_seconds_total` in all."""

    path: str
    file: str
    limit_cores: float | Unlimited | None
    period_seconds: float | None
    periods_total: int | None
    throttled_periods_total: int | None
    throttled_seconds_total: float | None

    @property
    def throttled_ratio(self) -> float | None:
        """The share of the periods in which it had to wait; None before the first one."""
        if self.periods_total is None or self.throttled_periods_total is None or not self.periods_total:
            return None
        return self.throttled_periods_total / self.periods_total


def read_cpu(chain: Chain, gaps: list[Gap]) -> tuple[CpuGroup, ...]:
    """Every level that has a limit file, the innermost first; the root of the v2 hierarchy has none."""
    read = _read_v1 if chain.version == 1 else _read_v2
    return tuple(group for group in (read(folder, gaps) for folder in chain.folders) if group is not None)


def parse_cpu_max(text: bytes) -> tuple[float | Unlimited, float]:
    """Cores and the period's seconds of "200000 100000" or "max 100000"; raises ValueError for anything else."""
    words = text[:-1].split(b" ")
    if text[-1:] != b"\n" or len(words) != 2:
        raise ValueError(f"not a quota and a period: {text[:40]!r}")
    period = _microseconds(words[1])
    if not period:
        raise ValueError(f"not a period: {text[:40]!r}")
    return UNLIMITED if words[0] == b"max" else _microseconds(words[0]) / period, period / 1e6


def parse_cfs_quota(text: bytes) -> int | Unlimited:
    """The microseconds of a v1 quota; -1 is unlimited. Raises ValueError."""
    if text == b"-1\n":
        return UNLIMITED
    if text[-1:] != b"\n":
        raise ValueError(f"not a quota: {text[:40]!r}")
    return _microseconds(text[:-1])


def _read_v2(folder: Folder, gaps: list[Gap]) -> CpuGroup | None:
    text = _text(folder, "cpu.max", gaps)
    if text is None:
        return None
    cores: float | Unlimited | None = None
    period_seconds: float | None = None
    try:
        if text:
            cores, period_seconds = parse_cpu_max(text)
    except ValueError as err:
        gaps.append(_gap(folder, "cpu.max", err))
    return _counted(folder, "cpu.max", cores, period_seconds, ("throttled_usec", 1e6), gaps)


def _read_v1(folder: Folder, gaps: list[Gap]) -> CpuGroup | None:
    text = _text(folder, "cpu.cfs_quota_us", gaps)
    if text is None:
        return None
    cores: float | Unlimited | None = None
    period = _period(folder, gaps)
    try:
        quota = parse_cfs_quota(text) if text else None
        if isinstance(quota, Unlimited):
            cores = UNLIMITED
        elif quota is not None and period:
            cores = quota / period
    except ValueError as err:
        gaps.append(_gap(folder, "cpu.cfs_quota_us", err))
    seconds = None if period is None else period / 1e6
    return _counted(folder, "cpu.cfs_quota_us", cores, seconds, ("throttled_time", 1e9), gaps)


def _period(folder: Folder, gaps: list[Gap]) -> int | None:
    """Microseconds; 0 is no period at all."""
    try:
        text = (folder.directory / "cpu.cfs_period_us").read_bytes()
        period = parse_cfs_quota(text)
        if isinstance(period, Unlimited) or not period:
            raise ValueError(f"not a period: {text[:40]!r}")
    except (OSError, ValueError) as err:
        gaps.append(_gap(folder, "cpu.cfs_period_us", err))
        return None
    return period


def _counted(
    folder: Folder,
    file: str,
    cores: float | Unlimited | None,
    period_seconds: float | None,
    throttled: tuple[str, float],
    gaps: list[Gap],
) -> CpuGroup:
    """With the counters of cpu.stat; `throttled` is the key of the waiting time, and its units in a second."""
    key, units_per_second = throttled
    try:
        text = (folder.directory / "cpu.stat").read_bytes()
    except OSError as err:
        gaps.append(_gap(folder, "cpu.stat", err))
        text = None
    periods, waited, time = (
        (None, None, None) if text is None else line_values(text, ("nr_periods", "nr_throttled", key))
    )
    if text is not None and None in (periods, waited, time):
        gaps.append(Gap(f"cpu.{folder.path}", str(Path(folder.path, "cpu.stat")), "it does not tell all counters"))
    seconds = None if time is None else time / units_per_second
    return CpuGroup(folder.path, file, cores, period_seconds, periods, waited, seconds)


def _text(folder: Folder, name: str, gaps: list[Gap]) -> bytes | None:
    """None where there is no such file: no limit at that level. Empty, with a gap, where it cannot be read."""
    try:
        return (folder.directory / name).read_bytes() or _refused(folder, name, gaps)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        gaps.append(_gap(folder, name, err))
        return b""


def _refused(folder: Folder, name: str, gaps: list[Gap]) -> bytes:
    gaps.append(_gap(folder, name, ValueError("it is empty")))
    return b""


def _microseconds(word: bytes) -> int:
    if not word.isdigit() or len(word) > _LONGEST_WORD:
        raise ValueError(f"not a number: {word[:40]!r}")
    return int(word)


def _gap(folder: Folder, name: str, error: OSError | ValueError) -> Gap:
    return gap(f"cpu.{folder.path}", str(Path(folder.path, name)), error)
