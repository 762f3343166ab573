"""The machine's memory as the kernel counts it: totals, zones, fragments, swap, compressed swap, pressure, slabs.

The counters of paging are read here, and once more at the end of the bundle (host-memory-later): their difference
is what the machine did meanwhile.
"""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import small_file, text_member
from mnemo_cli.diagnostics.reading import few, gathered, names_in

_FILES = ("meminfo", "vmstat", "uptime", "buddyinfo", "zoneinfo", "swaps", "loadavg")
_PRESSURE = ("memory", "io", "cpu")
_HUGE_PAGES = ("enabled", "defrag", "shmem_enabled", "khugepaged/defrag", "khugepaged/max_ptes_none")


def collect(scene: Scene) -> Iterator[Member | Missing]:
    for name in _FILES:
        yield small_file(scene, f"proc/{name}", f"host-memory/{name}")
    yield from _folder(scene, "proc/pressure", _PRESSURE, "pressure")
    yield from _folder(scene, "sys/kernel/mm/transparent_hugepage", _HUGE_PAGES, "transparent_hugepage")
    yield from _compressed(scene)
    yield small_file(scene, "proc/slabinfo", "host-memory/slabinfo")


def _folder(scene: Scene, folder: str, names: tuple[str, ...], path: str) -> Iterator[Member | Missing]:
    """The files of one folder in one member; a kernel that lacks one of them lacks nothing that was promised."""
    lacks: list[Missing] = []
    text = b"".join(gathered(((name, scene.root / folder / name) for name in names), lacks))
    if text:
        yield text_member(f"host-memory/{path}", text, f"/{folder}")
        lacks = [lack for lack in lacks if lack.state != "skipped"]
    yield from (lack._replace(source=f"/{folder}/{lack.source}") for lack in few(lacks))


def _compressed(scene: Scene) -> Iterator[Member | Missing]:
    """zram: what was compressed takes memory, too."""
    block, names = scene.root / "sys/block", ("disksize", "mm_stat", "comp_algorithm")
    disks = [name for name in names_in(block) if name.startswith("zram")]
    files = [(f"{disk}/{name}", block / disk / name) for disk in disks for name in names]
    lacks: list[Missing] = []
    text = b"".join(gathered(files, lacks))
    if text:
        yield text_member("host-memory/zram", text, "/sys/block/zram*")
    yield from few(lacks)


COLLECTOR = Collector("host-memory", "the machine's memory as the kernel counts it", collect)
