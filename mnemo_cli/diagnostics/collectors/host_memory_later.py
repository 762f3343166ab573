"""The counters of paging and pressure once more, after everything else: what moved since host-memory was read.

Two readings tell a machine that is thrashing now from one that was busy once. uptime beside them says how far apart
they are; nothing waits for it.
"""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import small_file

_FILES = {"uptime": "proc/uptime", "vmstat": "proc/vmstat", "pressure": "proc/pressure/memory"}


def collect(scene: Scene) -> Iterator[Member | Missing]:
    for name, file in _FILES.items():
        yield small_file(scene, file, f"host-memory-later/{name}")


COLLECTOR = Collector("host-memory-later", "paging and pressure once more, at the end", collect)
