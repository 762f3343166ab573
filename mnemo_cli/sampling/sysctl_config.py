"""The knobs that are set at boot: sysctl.d and sysctl.conf, the last file name winning across all folders."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import gap

# From the weakest to the strongest place for a file of the same name.
_FOLDERS = ("lib/sysctl.d", "usr/lib/sysctl.d", "usr/local/lib/sysctl.d", "run/sysctl.d", "etc/sysctl.d")
_LARGEST_FILE_BYTES = 1 << 20


class Setting(NamedTuple):
    """The last word on one knob, as written, and where it stands."""

    path: str
    line: int
    text: str


def read_sysctl_config(root: Path, gaps: list[Gap]) -> Mapping[str, Setting]:
    """By dotted names. /etc/sysctl.conf comes last, as `sysctl --system` reads it."""
    found: dict[str, Setting] = {}
    for path in _files(root):
        shown = printable("/" + os.fspath(path.relative_to(root)))
        try:
            with open(path, "rb") as file:
                text = os.fsdecode(file.read(_LARGEST_FILE_BYTES))
        except FileNotFoundError:
            continue
        except OSError as err:
            gaps.append(gap("sysctl_config", shown, err))
            continue
        found.update(parse_sysctl(text, shown))
    return found


def parse_sysctl(text: str, path: str) -> dict[str, Setting]:
    """`name = value` lines. A leading - means that a failure is ignored; slashes may stand for dots."""
    found: dict[str, Setting] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        key, equals, word = line.strip().partition("=")
        if equals and key[:1] not in ("#", ";"):
            name = key.strip().removeprefix("-").strip().replace("/", ".")
            found[printable(name)] = Setting(path, number, printable(word.strip()))
    return found


def _files(root: Path) -> list[Path]:
    by_name: dict[str, Path] = {}
    for folder in _FOLDERS:
        try:
            names = os.listdir(root / folder)  # noqa: PTH208
        except OSError:
            continue
        by_name.update({name: root / folder / name for name in names if name.endswith(".conf")})
    return [*(by_name[name] for name in sorted(by_name)), root / "etc/sysctl.conf"]
