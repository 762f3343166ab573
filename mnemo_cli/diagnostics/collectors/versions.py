"""What runs here, and since when: mnemo, Python, the kernel, the distribution, control groups. Not the host's name."""

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli import __version__
from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import document_member
from mnemo_cli.diagnostics.reading import read_whole
from mnemo_cli.model import Json
from mnemo_cli.recording.document import timestamp
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.mounts import in_first_namespace, parse_mounts
from mnemo_cli.sampling.place import container_mark, has_systemd

_OS_RELEASE = ("ID", "ID_LIKE", "VERSION_ID", "PRETTY_NAME")
_LONGEST_WORD = 200


def collect(scene: Scene) -> Iterator[Member | Missing]:
    uptime_seconds = _uptime_seconds(scene.root)
    document: dict[str, Json] = {
        "schema": "mnemo.versions/1",
        "mnemo": __version__,
        "python": platform.python_version(),
        "platform": sys.platform,
        "architecture": platform.machine(),
        "kernel": _line(scene.root, "proc/sys/kernel/osrelease") or platform.release(),
        "kernel_build": _line(scene.root, "proc/sys/kernel/version"),
        "distribution": _distribution(scene.root),
        "memory_cgroup_version": _cgroup_version(scene.root),
        "sees_all_cgroups": in_first_namespace(scene.root),
        "container": container_mark(scene.root),
        "systemd": has_systemd(scene.root),
        "time": timestamp(scene.now_seconds),
        "uptime_seconds": uptime_seconds,
        "boot_time": None if uptime_seconds is None else timestamp(scene.now_seconds - uptime_seconds),
    }
    yield document_member("versions/versions.json", document, "mnemo, uname, /etc/os-release")


def _distribution(root: Path) -> dict[str, Json]:
    """https://www.freedesktop.org/software/systemd/man/latest/os-release.html"""
    pairs = [line.partition("=") for line in _text(root, "etc/os-release").split("\n")]
    told = {name: value.strip("\"'") for name, _, value in pairs}
    return {name.lower(): printable(told[name])[:_LONGEST_WORD] for name in _OS_RELEASE if name in told}


def _cgroup_version(root: Path) -> int | None:
    """Of the memory controller; None where it is not mounted."""
    mounts = parse_mounts(_text(root, "proc/self/mountinfo"))
    return mounts[0].version if mounts else None


def _uptime_seconds(root: Path) -> float | None:
    word = _text(root, "proc/uptime").partition(" ")[0]
    whole, _, hundredths = word.partition(".")
    return float(word) if whole.isdecimal() and hundredths.isdecimal() and len(word) < 20 else None


def _line(root: Path, name: str) -> str | None:
    return printable(_text(root, name).partition("\n")[0])[:_LONGEST_WORD] or None


def _text(root: Path, name: str) -> str:
    try:
        return decoded(read_whole(root / name))
    except OSError:
        return ""


COLLECTOR = Collector("versions", "versions of mnemo, kernel and distribution", collect, platforms=("linux", "darwin"))
