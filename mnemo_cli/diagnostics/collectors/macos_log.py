"""macOS: what the kernel and its memory killer logged of memory, as far back as --since."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import printed

_PREDICATE = (
    'process == "kernel" AND (eventMessage CONTAINS "memorystatus" OR eventMessage CONTAINS "jetsam" '
    'OR eventMessage CONTAINS "low swap" OR eventMessage CONTAINS "EXC_RESOURCE")'
)
_MOST_MINUTES = 24 * 60


def collect(scene: Scene) -> Iterator[Member | Missing]:
    minutes = min(_MOST_MINUTES, max(1, round(scene.since_seconds / 60)))
    argv = ("/usr/bin/log", "show", "--style", "syslog", "--last", f"{minutes}m", "--predicate", _PREDICATE)
    yield from printed(scene, argv, "macos-log/memory.log", "log", timeout_seconds=8.0)


COLLECTOR = Collector("macos-log", "what macOS logged of memory", collect, platforms=("darwin",), timeout_seconds=10.0)
