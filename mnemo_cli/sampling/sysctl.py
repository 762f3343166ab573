"""The kernel's own knobs, from /proc/sys: one number each, or a few on a line."""

from pathlib import Path

from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import gap

_LARGEST = 1 << 64


def read_sysctl(name: str, root: Path, gaps: list[Gap]) -> int | None:
    """The number of a knob such as "fs.nr_open"; None, with a gap under its name, where it cannot be read."""
    numbers = read_sysctl_numbers(name, root, gaps, count=1)
    return numbers[0] if numbers else None


def read_sysctl_numbers(name: str, root: Path, gaps: list[Gap], *, count: int) -> tuple[int, ...] | None:
    """Exactly `count` numbers on one line, such as the three of fs.file-nr."""
    source = sysctl_path(name)
    try:
        return parse_numbers((root / source[1:]).read_bytes(), count=count)
    except (OSError, ValueError) as err:
        gaps.append(gap(name, source, err))
        return None


def sysctl_path(name: str) -> str:
    """ "/proc/sys/fs/nr_open" of "fs.nr_open"."""
    return "/proc/sys/" + name.replace(".", "/")


def parse_numbers(text: bytes, *, count: int) -> tuple[int, ...]:
    """A whole line of non-negative numbers; raises ValueError for anything else."""
    words = text[:-1].split()
    whole = text[-1:] == b"\n" and len(words) == count
    if not whole or not all(word.isdigit() and len(word) <= 20 and int(word) < _LARGEST for word in words):
        raise ValueError(f"not {count} numbers: {text[:40]!r}")
    return tuple(int(word) for word in words)
