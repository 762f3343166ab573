"""A moment as metric families: the one list of what mnemo exports, for every way to export it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from prometheus_client.core import Metric

from mnemo_cli.model import Moment
from mnemo_cli.output.prometheus import alerting, machine, own, programs
from mnemo_cli.output.prometheus.family import Family, Sheet

# Each process is eight series, and every new pid new ones: what a scrape has of them is bounded.
MOST_PROCESSES = 20

FAMILIES: tuple[Family, ...] = (*machine.FAMILIES, *programs.FAMILIES, *alerting.FAMILIES, *own.FAMILIES)
# The names as PromQL has them.
METRIC_NAMES = frozenset(family.metric_name for family in FAMILIES)

_NOTHING: Mapping[str, float] = MappingProxyType({})
_NOTHING_SENT: alerting.Notifications = MappingProxyType({})


def families(
    moment: Moment | None,
    *,
    settings: Mapping[str, float] = _NOTHING,
    notifications: alerting.Notifications = _NOTHING_SENT,
    own_cost: own.Own | None = None,
    most_processes: int = MOST_PROCESSES,
) -> Iterator[Metric]:
    """Every family, without samples where the value is unknown; without a moment they are only declared.

    `settings` are numbers by their name without the table, as alert rules call them. The values are those of
    the moment: nothing is read here.
    """
    sheet = Sheet(FAMILIES)
    if moment is not None:
        own.put_own(sheet, own_cost)
        own.put_gaps(sheet, moment)
        own.put_settings(sheet, settings)
        machine.put_machine(sheet, moment, most_processes)
        programs.put_programs(sheet, moment, settings)
        alerting.put_alerts(sheet, moment.verdict.alerts)
        alerting.put_notifications(sheet, notifications)
    return iter(sheet)
