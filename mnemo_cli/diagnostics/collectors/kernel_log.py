"""The kernel's log since boot: its reports of OOM kills name the victim, the limit and where the memory was.

/dev/kmsg, else what dmesg prints, else what journalctl prints, in the form of `dmesg -r`, which
`mnemo explain` reads again. Its times are seconds since boot: versions/versions.json says when that was.
"""

import itertools
from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.reading import joined, missing_of
from mnemo_cli.model import Gap
from mnemo_cli.sampling.kernel_log import read_kernel_log

_TIMEOUT_SECONDS = 4.0


def collect(scene: Scene) -> Iterator[Member | Missing]:
    gaps: list[Gap] = []
    log = read_kernel_log(scene.root, gaps, timeout_seconds=_TIMEOUT_SECONDS)
    if log is None:
        yield from map(missing_of, gaps)
        return
    # Ways that failed before this one are no lack; what happens while it is read is.
    gaps.clear()
    first = next(log.chunks, b"")
    if first:
        lines = itertools.chain((first,), log.chunks)
        yield Member("kernel-log/kernel.log", joined(lines), "log", log.source)
    elif not gaps:
        yield Missing(log.source, "skipped", "the kernel's log is empty")
    yield from map(missing_of, gaps)


COLLECTOR = Collector("kernel-log", "the kernel's log since boot", collect, timeout_seconds=6.0)
