"""The limits that dockerd gives every new container: default-ulimits in /etc/docker/daemon.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import UNLIMITED, Limit
from mnemo_cli.sampling.files import reason

DAEMON_JSON = "/etc/docker/daemon.json"
_LARGEST_FILE_BYTES = 1 << 20


class DockerConfig(NamedTuple):
    """`fault` says why the file cannot be used: dockerd then refuses to start, if it is the text and not our rights."""

    is_there: bool = False
    is_readable: bool = True
    fault: str | None = None
    limits: Mapping[str, tuple[Limit, Limit]] = {}


def read_docker_config(root: Path) -> DockerConfig:
    """Soft and hard by docker's names: nofile, nproc, …"""
    try:
        with open(root / DAEMON_JSON[1:], "rb") as file:
            text = file.read(_LARGEST_FILE_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return DockerConfig()
    except OSError as err:
        return DockerConfig(is_there=True, is_readable=False, fault=reason(err))
    try:
        return DockerConfig(is_there=True, limits=parse_default_ulimits(text))
    except (ValueError, RecursionError) as err:
        return DockerConfig(is_there=True, fault=f"it is not JSON as dockerd reads it: {str(err)[:120]}")


def parse_default_ulimits(text: bytes) -> Mapping[str, tuple[Limit, Limit]]:
    """Raises ValueError for what dockerd would refuse. An empty file is allowed."""
    import json  # most machines have no such file, and need not pay for it

    document = json.loads(text) if text.strip() else {}
    if not isinstance(document, dict):
        raise ValueError("the document is no object")
    ulimits = document.get("default-ulimits", {})
    if not isinstance(ulimits, dict):
        raise ValueError("default-ulimits is no object")
    return {name: (_limit(entry, "Soft", name), _limit(entry, "Hard", name)) for name, entry in ulimits.items()}


def _limit(entry: object, key: str, name: str) -> Limit:
    number = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError(f"default-ulimits {name!r} has no whole number {key!r}")
    return UNLIMITED if number < 0 else number
