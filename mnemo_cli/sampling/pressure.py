"""PSI of memory, from a control group's memory.pressure or /proc/pressure/memory.

Absence means that the kernel does not measure it (no CONFIG_PSI, or psi=0): unknown, not calm.
https://docs.kernel.org/accounting/psi.html
"""

import re
from os import fspath
from pathlib import Path

from mnemo_cli.model import Gap, Pressure
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import KeptFile, gap

_NUMBER = rb"(\d{1,2}\.\d\d|100\.00)"
_LINES = re.compile(
    rb"some avg10=%b avg60=%b avg300=%b total=(\d{1,19})\nfull avg10=%b avg60=%b avg300=%b total=(\d{1,19})\n"
    % ((_NUMBER,) * 6)
)


class PressureFile:
    """One PSI file, kept open; `root` only shortens the path that is shown."""

    def __init__(self, path: Path, root: Path) -> None:
        self._file = KeptFile(path)
        self._shown = printable("/" + fspath(path.relative_to(root)))

    def read(self, gaps: list[Gap]) -> Pressure | None:
        """None, with a gap, where there is no PSI."""
        try:
            return parse_pressure(self._file.read(), source=self._shown)
        except (OSError, ValueError) as err:
            gaps.append(gap("pressure", self._shown, err))
            return None

    def close(self) -> None:
        self._file.close()


def parse_pressure(text: bytes, *, source: str) -> Pressure:
    """Percent become ratios and microseconds seconds; raises ValueError for any other text."""
    match = _LINES.fullmatch(text)
    if match is None:
        raise ValueError(f"not a PSI reading: {text[:60]!r}")
    some_avg10, some_avg60, some_avg300, some_total, full_avg10, full_avg60, full_avg300, full_total = match.groups()
    return Pressure(
        source=source,
        some_avg10_ratio=float(some_avg10) / 100,
        some_avg60_ratio=float(some_avg60) / 100,
        some_avg300_ratio=float(some_avg300) / 100,
        some_seconds_total=int(some_total) / 1e6,
        full_avg10_ratio=float(full_avg10) / 100,
        full_avg60_ratio=float(full_avg60) / 100,
        full_avg300_ratio=float(full_avg300) / 100,
        full_seconds_total=int(full_total) / 1e6,
    )
