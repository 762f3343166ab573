"""What a bundle would hold: the collectors are asked for their members, and nothing of those is read or written."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.intake import Intake, Terms


class Preview(NamedTuple):
    """Of one collector: (path, source) of each member, and what would be missing."""

    collector: Collector
    members: tuple[tuple[str, str], ...]
    missing: tuple[Missing, ...]


def preview(collectors: Sequence[Collector], scene: Scene, terms: Terms) -> Iterator[Preview]:
    """One after the other, each within its time limit."""
    for collector in collectors:
        found = list(Intake(_without_chunks(collector), scene, terms).items())
        members = tuple((item.path, item.source) for item in found if isinstance(item, Member))
        yield Preview(collector, members, tuple(item for item in found if isinstance(item, Missing)))


def _without_chunks(collector: Collector) -> Collector:
    def collect(scene: Scene) -> Iterator[Member | Missing]:
        for item in collector.collect(scene):
            yield item._replace(chunks=()) if isinstance(item, Member) else item

    return collector._replace(collect=collect)
