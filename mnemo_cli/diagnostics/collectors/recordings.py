"""Recordings that a person made and named: every moment of the time before a death."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.own_lines import own_file

_MOST_RECORDINGS = 8


def collect(scene: Scene) -> Iterator[Member | Missing]:
    if not scene.recordings:
        yield Missing("recordings", "skipped", "none was named")
    for number, file in enumerate(scene.recordings[:_MOST_RECORDINGS]):
        yield own_file(scene, file, f"recordings/{number}.jsonl", most_bytes=scene.member_max_bytes)
    for file in scene.recordings[_MOST_RECORDINGS:]:
        yield Missing(str(file), "partial", f"only the first {_MOST_RECORDINGS} recordings are taken")


COLLECTOR = Collector(
    "recordings", "recordings that were named", collect, profile=Profile.STANDARD, platforms=("linux", "darwin")
)
