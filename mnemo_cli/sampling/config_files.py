"""Files of settings in several folders, as sysctl.d and systemd have them: a stronger one replaces its namesake."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import ABSENT, gap

_LARGEST_FILE_BYTES = 1 << 20


def conf_files(folders: Iterable[Path], root: Path, *, field: str, gaps: list[Gap]) -> list[Path]:
    """The files NAME.conf of folders from the weakest to the strongest, in the order of their names."""
    by_name: dict[str, Path] = {}
    for folder in folders:
        names = [name for name in names_in(folder, root, field=field, gaps=gaps) if name.endswith(".conf")]
        by_name.update({name: folder / name for name in names})
    return [by_name[name] for name in sorted(by_name)]


def names_in(folder: Path, root: Path, *, field: str, gaps: list[Gap]) -> list[str]:
    """None where there is no such folder; one that cannot be listed is a gap of `field`."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except OSError as err:
        if err.errno not in ABSENT:
            gaps.append(gap(field, _shown(folder, root), err))
        return []


def read_files(files: Iterable[Path], root: Path, *, field: str, gaps: list[Gap]) -> Iterator[tuple[str, str]]:
    """Of each its path below `root`, fit to be shown, and its text; one that cannot be read is a gap of `field`."""
    for path in files:
        shown = _shown(path, root)
        try:
            with open(path, "rb") as file:
                yield shown, os.fsdecode(file.read(_LARGEST_FILE_BYTES))
        except OSError as err:
            if err.errno not in ABSENT:
                gaps.append(gap(field, shown, err))


def _shown(path: Path, root: Path) -> str:
    return printable("/" + os.fspath(path.relative_to(root)))
