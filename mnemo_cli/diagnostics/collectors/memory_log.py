"""The memory log: use, limit and level over the time before a death, and the older files that rotation left."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.own_lines import own_file

_OLDER = (".1", ".2", ".3")


def collect(scene: Scene) -> Iterator[Member | Missing]:
    """The end of each file counts most; the older ones share the room of one."""
    file = scene.memory_log_file
    if file is None:
        yield Missing("memory log", "skipped", "no memory log is set up")
        return
    yield own_file(scene, file, "memory-log/memory.log", most_bytes=scene.member_max_bytes)
    for ending in _OLDER:
        older = file.with_name(file.name + ending)
        found = own_file(
            scene, older, f"memory-log/memory.log{ending}", most_bytes=scene.member_max_bytes // len(_OLDER)
        )
        if isinstance(found, Member) or found.state != "skipped":
            yield found


COLLECTOR = Collector("memory-log", "the memory log and its older files", collect, platforms=("linux", "darwin"))
