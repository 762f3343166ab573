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
    some10, some60, some300, some_total, full10, full60, full300, full_total = map(float, match.groups())
    return Pressure(
        source,
        some10 / 100, some60 / 100, some300 / 100, some_total / 1e6,
        full10 / 100, full60 / 100, full300 / 100, full_total / 1e6,
    )  # fmt: skip
