"""Finding the one settings file that is read, reading it, and saying why it is not trusted with everything.

The first that exists counts: --config FILE, ./mnemo.toml, the user's file, the system's.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings.places import Places

LOCAL_NAME = "mnemo.toml"
LARGEST_BYTES = 1_000_000

Role: TypeAlias = Literal["option", "local", "user", "system"]
State: TypeAlias = Literal["used", "shadowed", "absent", "unreachable"]


class SettingsFile(NamedTuple):
    """A file's text. `distrust` says why settings that write or run something are not taken from it."""

    path: Path
    text: str
    distrust: str | None = None


def candidates(config_file: Path | None, places: Places) -> dict[Role, Path]:
    """What would be looked at, in order."""
    if config_file is not None:
        return {"option": places.folder / config_file}
    return {"local": places.folder / LOCAL_NAME, "user": places.user_file, "system": places.system_file}


def states(config_file: Path | None, places: Places) -> Iterator[tuple[Role, Path, State]]:
    """Each candidate in order, and whether it is the one that is used."""
    used = False
    for role, path in candidates(config_file, places).items():
        found = _presence(role, path)
        if found == "present":
            yield role, path, "shadowed" if used else "used"
            used = True
        else:
            yield role, path, found


def find(config_file: Path | None, places: Places) -> tuple[SettingsFile | None, tuple[str, ...]]:
    """The file to use, if there is one, and warnings about places that could not be looked at."""
    if config_file is not None:
        return read("option", places.folder / config_file, places), ()
    warnings: list[str] = []
    for role, path, state in states(None, places):
        if state == "used":
            return read(role, path, places), tuple(warnings)
        if state == "unreachable":
            warnings.append(f"{path}: cannot look for settings there (Permission denied); going on without")
    return None, tuple(warnings)


def read(role: Role, path: Path, places: Places) -> SettingsFile:
    """The text of a file that should be there."""
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            content = stream.read(LARGEST_BYTES + 1)
    except OSError as err:
        hint = "name an existing file" if isinstance(err, FileNotFoundError | IsADirectoryError) else "make it readable"
        raise ConfigError(f"cannot read the settings file {path}: {err.strerror}; {hint}") from err
    if len(content) > LARGEST_BYTES:
        raise ConfigError(f"{path}: larger than {LARGEST_BYTES} bytes, so it is hardly a settings file")
    try:
        text = content.decode()
    except UnicodeDecodeError as err:
        line = content[: err.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text, as TOML must be; save the file as UTF-8") from err
    return SettingsFile(path=path, text=text, distrust=_distrust(role, status, places))


def _presence(role: Role, path: Path) -> Literal["present", "absent", "unreachable"]:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    except PermissionError:
        return "unreachable"
    except OSError as err:
        raise ConfigError(f"cannot read the settings file {path}: {err.strerror}; remove it") from err
    # Opening a stranger's FIFO would wait for ever; --config may name one, as <(…) does.
    if role != "option" and not stat.S_ISREG(mode):
        raise ConfigError(f"{path}: not a regular file; remove it, or name another with --config")
    return "present"


def _distrust(role: Role, status: os.stat_result, places: Places) -> str | None:
    if role == "local":
        return f"./{LOCAL_NAME} may be a stranger's; put it into {places.user_file}, or use --config"
    if status.st_uid not in (0, places.user_id):
        return f"the file belongs to user {status.st_uid}, who is neither root nor you; change its owner"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others may write the file (mode {stat.S_IMODE(status.st_mode):04o}); run chmod go-w on it"
    return None
