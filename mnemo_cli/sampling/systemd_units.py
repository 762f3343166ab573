"""What systemd's files say about a service: its unit, its drop-ins and the manager's defaults, the last word winning.

Read as files: `systemctl` is not asked, so this works on an image and without a running systemd. Templates
(name@instance) are followed; generators' output in /run is read, conditions are not.
https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import UNLIMITED, Gap, Limit
from mnemo_cli.redact import printable
from mnemo_cli.sampling.config_files import conf_files, read_files
from mnemo_cli.sampling.files import ABSENT
from mnemo_cli.units import parse_duration, parse_size

# From the weakest to the strongest place.
_UNIT_FOLDERS = ("lib/systemd/system", "usr/lib/systemd/system", "run/systemd/system", "etc/systemd/system")
_MANAGER_FOLDERS = ("lib/systemd", "usr/lib/systemd", "run/systemd", "etc/systemd")
_SIZES = {"AS", "DATA", "STACK", "CORE", "RSS", "MEMLOCK", "FSIZE", "MSGQUEUE"}


class Assignment(NamedTuple):
    """The last word on one key, and where it stands."""

    path: str
    line: int
    text: str


class Unit(NamedTuple):
    """A service as its files describe it; `assignments` are those of [Service]."""

    name: str
    is_found: bool
    assignments: Mapping[str, Assignment]


class ConfiguredLimit(NamedTuple):
    """An rlimit as written: infinity is UNLIMITED (for NOFILE systemd makes it fs.nr_open)."""

    soft: Limit
    hard: Limit
    where: Assignment


def read_unit(name: str, root: Path, gaps: list[Gap]) -> Unit:
    """`name` such as "nginx.service"; a name that is no file name finds nothing."""
    if "/" in name or name in ("", ".", ".."):
        return Unit(name, False, {})
    template = re.sub(r"@[^.]*\.", "@.", name)
    names = dict.fromkeys((name, template))
    main = next((path for each in names for path in _strongest(root, _UNIT_FOLDERS, each)), None)
    kinds = [f"{name.rpartition('.')[2]}.d", *(f"{each}.d" for each in reversed(names))]
    files = [*([main] if main else []), *_drop_ins(root, _UNIT_FOLDERS, kinds, gaps)]
    return Unit(name, bool(files), _last_words(files, "Service", root, gaps))


def read_manager(root: Path, gaps: list[Gap]) -> Mapping[str, Assignment]:
    """The [Manager] section of system.conf and its drop-ins: DefaultLimitNOFILE and its like."""
    main = next(iter(_strongest(root, _MANAGER_FOLDERS, "system.conf")), None)
    files = [*([main] if main else []), *_drop_ins(root, _MANAGER_FOLDERS, ["system.conf.d"], gaps)]
    return _last_words(files, "Manager", root, gaps)


def configured_limit(
    assignments: Mapping[str, Assignment], name: str, *, prefix: str = "Limit"
) -> ConfiguredLimit | None:
    """LimitNOFILE=soft:hard for "RLIMIT_NOFILE"; None where it is not set or cannot be read."""
    key = name.removeprefix("RLIMIT_")
    where = assignments.get(f"{prefix}{key}")
    if where is None or not where.text:
        return None
    soft_word, colon, hard_word = where.text.partition(":")
    try:
        soft = _limit(soft_word.strip(), key)
        return ConfiguredLimit(soft, _limit(hard_word.strip(), key) if colon else soft, where)
    except ValueError:
        return None


def unit_of_group(path: str) -> str | None:
    """The innermost system service in a control group's path: "nginx.service" of /system.slice/nginx.service."""
    names = [part for part in path.split("/") if part.endswith(".service")]
    return names[-1] if names and not path.startswith("/user.slice") else None


def _limit(word: str, key: str) -> Limit:
    if word == "infinity":
        return UNLIMITED
    if key in _SIZES:
        return parse_size(word)
    if key in ("CPU", "RTTIME"):
        return round(parse_duration(word))
    if not (word.isascii() and word.isdigit() and len(word) < 20):
        raise ValueError(f"not a count: {word!r}")
    return int(word)


def _strongest(root: Path, folders: tuple[str, ...], name: str) -> list[Path]:
    paths = (root / folder / name for folder in reversed(folders))
    return [path for path in paths if _is_file(path)][:1]


def _is_file(path: Path) -> bool:
    """One that we may not look at counts: reading it fails and says why."""
    try:
        return path.is_file()
    except OSError as err:
        return err.errno not in ABSENT


def _drop_ins(root: Path, folders: tuple[str, ...], kinds: list[str], gaps: list[Gap]) -> list[Path]:
    places = (root / folder / kind for kind in kinds for folder in folders)
    return conf_files(places, root, field="systemd_units", gaps=gaps)


def _last_words(files: list[Path], section: str, root: Path, gaps: list[Gap]) -> Mapping[str, Assignment]:
    found: dict[str, Assignment] = {}
    for path, text in read_files(files, root, field="systemd_units", gaps=gaps):
        found.update(parse_section(text, section, path))
    return found


def parse_section(text: str, section: str, path: str) -> dict[str, Assignment]:
    """The assignments of one section of one file; a line that ends in a backslash goes on in the next."""
    found: dict[str, Assignment] = {}
    inside, held, start = False, "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not held and stripped[:1] in ("#", ";", ""):
            continue
        start = start if held else number
        held += stripped
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        if held.startswith("[") and held.endswith("]"):
            inside = held == f"[{section}]"
        elif inside and "=" in held:
            key, _, word = held.partition("=")
            found[key.strip()] = Assignment(path, start, printable(word.strip()))
        held = ""
    return found
