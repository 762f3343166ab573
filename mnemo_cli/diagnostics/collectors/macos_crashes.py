"""macOS: the newest crash report of the target's program, and the newest report of the kernel's memory killer.

Reports are written to DiagnosticReports, as PROGRAM-DATE.ips; that of a kill for memory is called JetsamEvent.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import ask, large_file
from mnemo_cli.diagnostics.reading import few, missing
from mnemo_cli.redact import decoded

_FOLDERS = ("Library/Logs/DiagnosticReports", "Library/Logs/DiagnosticReports/Retired")
_ENDINGS = (".ips", ".crash")
_MOST_NAMES, _MOST_ENTRIES = 4, 5000
_JETSAM = "JetsamEvent"


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    reports = list(_reports(scene, lacks))
    names = list(_program_names(scene, lacks))
    chosen = [newest for name in (_JETSAM, *names) if (newest := _newest(reports, name)) is not None]
    for number, path in enumerate(dict.fromkeys(chosen)):
        yield large_file(scene, path, f"macos-crashes/{number}{path.suffix}", "log")
    if not chosen and not lacks:
        yield Missing("DiagnosticReports", "skipped", "there is no report of the target or of a kill for memory")
    yield from few(lacks)


def _reports(scene: Scene, lacks: list[Missing]) -> Iterator[tuple[float, Path]]:
    """Of the machine, and of the homes of users below /Users that we may enter."""
    try:
        homes = [scene.root / "Users" / name for name in sorted(os.listdir(scene.root / "Users"))]  # noqa: PTH208
    except OSError:
        homes = []
    for folder in (top / name for top in (scene.root, *homes) for name in _FOLDERS):
        try:
            with os.scandir(folder) as entries:
                for entry, _ in zip(entries, range(_MOST_ENTRIES), strict=False):
                    if entry.name.endswith(_ENDINGS) and entry.is_file(follow_symlinks=False):
                        yield entry.stat(follow_symlinks=False).st_mtime, Path(entry.path)
        except OSError as err:
            lack = missing(str(folder), err)
            if lack.state != "skipped":
                lacks.append(lack)


def _program_names(scene: Scene, lacks: list[Missing]) -> Iterator[str]:
    for pid in scene.pids[:_MOST_NAMES]:
        done = ask(scene, ("/bin/ps", "-o", "comm=", "-p", str(pid)))
        if isinstance(done, Missing):
            lacks.append(done)
        elif name := decoded(done.output).strip().rpartition("/")[2]:
            yield name


def _newest(reports: list[tuple[float, Path]], name: str) -> Path | None:
    """PROGRAM-2026-11-22-140231.ips, PROGRAM_2026-11-22-140231_host.crash."""
    of_name = [(when, path) for when, path in reports if path.name.startswith((f"{name}-", f"{name}_"))]
    return max(of_name)[1] if of_name else None


COLLECTOR = Collector(
    "macos-crashes", "the newest crash report of the target, and of a kill for memory", collect, platforms=("darwin",)
)
