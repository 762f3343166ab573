"""Where settings can come from on one machine: folders, the environment, and who we are.

Tests make their own Places; nothing else here or in its neighbours asks the machine.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_NAME = "mnemosyne"


class Places(NamedTuple):
    """`user_id` and root are the two owners whose files are trusted."""

    folder: Path
    environment: Mapping[str, str]
    user_file: Path
    system_file: Path
    data_folder: Path
    user_id: int


def machine_places() -> Places:
    """The places of this machine and user, as they are now."""
    config_folder, data_folder = _user_folders()
    return Places(
        folder=_working_folder(),
        environment=os.environ,
        user_file=config_folder / "config.toml",
        system_file=Path("/etc/mnemosyne/config.toml"),
        data_folder=data_folder,
        user_id=os.geteuid(),
    )


def _user_folders() -> tuple[Path, Path]:
    """The user's folders for our configuration and our data."""
    if sys.platform == "linux":
        # What platformdirs gives, too: importing it costs every command a third of a bare interpreter,
        # and its newest raises where there is no home, when all we want is to find no file.
        return _xdg_folder("XDG_CONFIG_HOME", "~/.config"), _xdg_folder("XDG_DATA_HOME", "~/.local/share")
    else:  # noqa: RET505 mypy tells platforms apart by if and else
        from platformdirs import user_config_path, user_data_path

        return user_config_path(_NAME, appauthor=False), user_data_path(_NAME, appauthor=False)


def _xdg_folder(variable: str, otherwise: str) -> Path:
    """The rules of https://specifications.freedesktop.org/basedir-spec/latest/: a relative path counts as unset."""
    given = os.environ.get(variable, "")
    return Path(given if given.startswith("/") else os.path.expanduser(otherwise)) / _NAME  # noqa: PTH111


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path()  # the folder was removed under us, and holds no file either way
