"""Where a process lives: on the host, in a container, in a systemd unit, in a login session."""

import re
from pathlib import Path

from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import is_there

# The runtimes' own words in a group's path, as /proc/PID/cgroup shows them from outside.
_RUNTIMES = re.compile(
    r"/(?:docker[-/]|cri-containerd-|crio-|libpod-|kubepods|lxc[./]|machine\.slice/systemd-nspawn|ecs/|garden/|actions_job/)"
)
_MARKS = ("/.dockerenv", "/run/.containerenv", "/run/systemd/container")


def container_sign(membership: str) -> str | None:
    """The word in a text of /proc/PID/cgroup that betrays a container; None on a host."""
    match = _RUNTIMES.search(membership)
    return match[0].strip("/-.") if match else None


def container_mark(root: Path) -> str | None:
    """The file that a container runtime leaves in the root of what it runs."""
    return next((mark for mark in _MARKS if is_there(root / mark[1:])), None)


def unified_path(membership: str) -> str | None:
    """The path in systemd's own hierarchy, which names the unit or session; None where it names neither."""
    for mark in ("0::", ":name=systemd:"):
        path = next((line.partition(mark)[2] for line in membership.split("\n") if mark in line), "")
        if path not in ("", "/"):
            return printable(path)
    return None


def session_of_group(path: str) -> str | None:
    """ "session-2.scope" of /user.slice/user-1000.slice/session-2.scope: opened through PAM."""
    last = path.rpartition("/")[2]
    return last if path.startswith("/user.slice/") and last.startswith("session-") else None


def has_systemd(root: Path) -> bool:
    """Whether systemd runs (sd_booted(3)), or on an image, would."""
    return is_there(root / "run/systemd/system") or is_there(root / "usr/lib/systemd/systemd")
