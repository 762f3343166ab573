"""Metrics of mnemo itself: what it costs, what it could not read, and the settings that it was given."""

from collections.abc import Mapping
from typing import NamedTuple

from mnemo_cli import __version__
from mnemo_cli.model import Moment
from mnemo_cli.output.prometheus.family import Family, LabelSets, Sheet, family
from mnemo_cli.sampling.own import OwnCost

FAMILIES: tuple[Family, ...] = (
    family("mnemo_build_info", "The version of mnemo that tells all this."),
    family("mnemo_gaps", "Readings that were wanted for this sample and could not be had."),
    family("mnemo_setting", "The settings that are numbers, in the unit of their row in `mnemo config show`."),
    family("mnemo_own_cpu_seconds_total", "What mnemo itself cost since it began: user and system time."),
    family("mnemo_own_rss_bytes", "What mnemo itself holds: resident memory."),
    family("mnemo_own_samples_total", "Samples that it took, for scrapes and between them."),
)


class Own(NamedTuple):
    """What mnemo itself costs, and how many samples it has taken."""

    cost: OwnCost
    samples_total: int


def put_own(sheet: Sheet, own: Own | None) -> None:
    version = LabelSets("version", told_apart_by="version")
    sheet.put("mnemo_build_info", 1, version.next(__version__))
    if own is not None:
        sheet.put("mnemo_own_cpu_seconds_total", own.cost.cpu_seconds_total)
        sheet.put("mnemo_own_rss_bytes", own.cost.rss_bytes)
        sheet.put("mnemo_own_samples_total", own.samples_total)


def put_gaps(sheet: Sheet, moment: Moment) -> None:
    sheet.put("mnemo_gaps", len(moment.gaps))


def put_settings(sheet: Sheet, settings: Mapping[str, float]) -> None:
    labels = LabelSets("name", told_apart_by="name")
    for name, number in settings.items():
        sheet.put("mnemo_setting", number, labels.next(name))
