"""The pids controller: how many tasks a control group may have, on each level of the path.

The tightest of all levels binds, and each is compared with its own count, which includes its other
groups. https://docs.kernel.org/admin-guide/cgroup-v1/pids.html
"""

from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import UNLIMITED, Gap, Limit
from mnemo_cli.sampling.files import gap, line_values, parse_number
from mnemo_cli.sampling.hierarchy import Chain, Folder


class PidsGroup(NamedTuple):
    """One level. `hits` counts refused forks: in the group whose limit was hit since Linux 6.12 on v2,
    before that and on v1 in the group of the task that forked."""

    path: str
    used: int | None
    limit: Limit | None
    hits: int | None


def read_pids(chain: Chain, gaps: list[Gap]) -> tuple[PidsGroup, ...]:
    """Every level that has a limit file, the innermost first; the root of the hierarchy has none."""
    texts = ((folder, _text(folder, "pids.max", gaps)) for folder in chain.folders)
    return tuple(_group(folder, text, gaps) for folder, text in texts if text is not None)


def _group(folder: Folder, limit_text: bytes, gaps: list[Gap]) -> PidsGroup:
    limit: Limit | None = UNLIMITED
    if limit_text != b"max\n":
        limit = _number(folder, "pids.max", limit_text, gaps)
    current, events = _text(folder, "pids.current", gaps), _text(folder, "pids.events", gaps)
    return PidsGroup(
        path=folder.path,
        used=_number(folder, "pids.current", current, gaps),
        limit=limit,
        hits=None if events is None else line_values(events, ("max",))[0],
    )


def _text(folder: Folder, name: str, gaps: list[Gap]) -> bytes | None:
    """None without a gap where there is no such file: no limit at that level."""
    try:
        return (folder.directory / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        gaps.append(_gap(folder, name, err))
        return b""


def _number(folder: Folder, name: str, text: bytes | None, gaps: list[Gap]) -> int | None:
    if not text:
        return None
    try:
        return parse_number(text)
    except ValueError as err:
        gaps.append(_gap(folder, name, err))
        return None


def _gap(folder: Folder, name: str, error: OSError | ValueError) -> Gap:
    return gap(f"pids.{folder.path}", str(Path(folder.path, name)), error)
