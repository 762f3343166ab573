"""The knobs that are set at boot: sysctl.d and sysctl.conf, the last file name winning across all folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.config_files import conf_files, read_files

# From the weakest to the strongest place for a file of the same name.
_FOLDERS = ("lib/sysctl.d", "usr/lib/sysctl.d", "usr/local/lib/sysctl.d", "run/sysctl.d", "etc/sysctl.d")


class Setting(NamedTuple):
    """The last word on one knob, as written, and where it stands."""

    path: str
    line: int
    text: str


def read_sysctl_config(root: Path, gaps: list[Gap]) -> Mapping[str, Setting]:
    """By dotted names. /etc/sysctl.conf comes last, as `sysctl --system` reads it."""
    found: dict[str, Setting] = {}
    named = conf_files((root / folder for folder in _FOLDERS), root, field="sysctl_config", gaps=gaps)
    for path, text in read_files([*named, root / "etc/sysctl.conf"], root, field="sysctl_config", gaps=gaps):
        found.update(parse_sysctl(text, path))
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
