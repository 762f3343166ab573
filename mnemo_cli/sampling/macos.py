"""What macOS tells of its memory through its own tools and psutil does not: its make-up, the kernel's pressure level.

macOS has no PSI. Its kernel names a pressure level instead (normal, warn, critical), which is kept in
its own words and never turned into PSI numbers. Two tools are started for it, so only a whole sample asks.
"""

import re
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from mnemo_cli.errors import SourceError
from mnemo_cli.model import Gap, VmPressureLevel

Run: TypeAlias = Callable[[Sequence[str]], str]

_VM_STAT = ("/usr/bin/vm_stat",)
_PRESSURE_LEVEL = ("/usr/sbin/sysctl", "-n", "kern.memorystatus_vm_pressure_level")
# The bits of NOTE_MEMORYSTATUS_PRESSURE_* in XNU's bsd/sys/event.h: there is no 3.
_LEVELS: dict[str, VmPressureLevel] = {"1": "normal", "2": "warn", "4": "critical"}
_LONGEST_RUN_SECONDS = 5.0
_LARGEST_NUMBER = 1 << 63
_PAGE_SIZE = re.compile(r"\(page size of ([0-9]{3,7}) bytes\)")


class VmStat(NamedTuple):
    """The lines of vm_stat that psutil leaves out, in bytes; None where this macOS does not print it."""

    anon_bytes: int | None
    file_bytes: int | None
    compressed_bytes: int | None


_LABELS = {
    "anon_bytes": "Anonymous pages",
    "file_bytes": "File-backed pages",
    # What the compressor takes up in memory, not what it stores there: that is two to four times as much.
    "compressed_bytes": "Pages occupied by compressor",
}


def run_tool(argv: Sequence[str]) -> str:
    """What a tool prints; raises SourceError when it is not there, fails or hangs."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_LONGEST_RUN_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as err:
        why = err.strerror if isinstance(err, OSError) else str(err)
        raise SourceError(f"cannot run {argv[0]}: {why}") from err
    return done.stdout.decode("utf-8", "replace")


def read_vm_stat(run: Run, gaps: list[Gap]) -> VmStat:
    """The make-up of the machine's memory; what cannot be read is None and leaves a gap."""
    try:
        found = parse_vm_stat(run(_VM_STAT))
    except (SourceError, ValueError) as err:
        gaps.extend(Gap(f"limits.host.{field}", _VM_STAT[0], str(err)) for field in _LABELS)
        return VmStat(anon_bytes=None, file_bytes=None, compressed_bytes=None)
    gaps.extend(
        Gap(f"limits.host.{field}", _VM_STAT[0], f"there is no readable line {label!r}")
        for field, label in _LABELS.items()
        if getattr(found, field) is None
    )
    return found


def parse_vm_stat(text: str) -> VmStat:
    """Raises ValueError for a text that does not say how large its pages are."""
    match = _PAGE_SIZE.search(text)
    if match is None:
        raise ValueError(f"not the output of vm_stat: {text[:60]!r}")
    page_bytes = int(match.group(1))
    return VmStat(**{field: _line(text, label, page_bytes) for field, label in _LABELS.items()})


def read_pressure_level(run: Run, gaps: list[Gap]) -> VmPressureLevel | None:
    """The kernel's own word for how short memory is; None, with a gap, where it does not say."""
    try:
        return parse_pressure_level(run(_PRESSURE_LEVEL))
    except (SourceError, ValueError) as err:
        gaps.append(Gap("vm_pressure_level", _PRESSURE_LEVEL[-1], str(err)))
        return None


def parse_pressure_level(text: str) -> VmPressureLevel:
    """Raises ValueError for anything but the three known numbers."""
    level = _LEVELS.get(text.strip())
    if level is None:
        raise ValueError(f"not a pressure level: {text[:60]!r}")
    return level


def _line(text: str, label: str, page_bytes: int) -> int | None:
    match = re.search(rf"(?m)^{re.escape(label)}:[ \t]+([0-9]{{1,19}})\.\n", text)
    size_bytes = int(match.group(1)) * page_bytes if match else None
    return None if size_bytes is None or size_bytes >= _LARGEST_NUMBER else size_bytes
