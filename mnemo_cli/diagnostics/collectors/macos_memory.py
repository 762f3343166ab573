"""macOS: how its memory is made up, what the kernel feels of it, and the knobs that bound it."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import printed

# An allow-list: kern.hostname and kern.uuid are knobs, too.
KNOBS = (
    "hw.memsize", "hw.pagesize", "hw.ncpu", "vm.swapusage", "vm.loadavg", "vm.memory_pressure",
    "vm.page_free_count", "vm.page_pageable_internal_count", "vm.page_pageable_external_count",
    "vm.compressor_mode", "vm.compressor_bytes_used", "vm.compressor_compressed_bytes",
    "vm.compressor_is_exhausted", "vm.global_user_wire_limit", "kern.memorystatus_vm_pressure_level",
    "kern.memorystatus_level", "kern.maxproc", "kern.maxprocperuid", "kern.maxfiles", "kern.maxfilesperproc",
    "kern.num_files", "kern.num_tasks", "kern.num_taskthreads", "kern.boottime", "kern.osversion",
    "kern.osproductversion",
)  # fmt: skip


def collect(scene: Scene) -> Iterator[Member | Missing]:
    yield from printed(scene, ("/usr/bin/vm_stat",), "macos-memory/vm_stat.txt", "numbers")
    yield from printed(scene, ("/usr/bin/memory_pressure", "-Q"), "macos-memory/memory_pressure.txt", "numbers")
    # -i: a knob that this version lacks is no error.
    yield from printed(scene, ("/usr/sbin/sysctl", "-i", *KNOBS), "macos-memory/sysctl.txt", "numbers")


COLLECTOR = Collector("macos-memory", "memory, pressure and knobs of macOS", collect, platforms=("darwin",))
