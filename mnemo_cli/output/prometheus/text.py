"""Metrics as text, byte for byte as prometheus_client writes them, at a tenth of its cost.

It takes 20 µs a sample, which for 32 trackers is three times what a scrape may cost. Here the text of a label
set is made once (`family.Labels`), and that of a number is remembered. Only for metrics that come from a Sheet.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from prometheus_client.core import Metric
from prometheus_client.utils import floatToGoString

_number_text = lru_cache(4096)(floatToGoString)
_PLAIN_KINDS = {"counter": ("_total", "counter"), "info": ("_info", "gauge")}


def plain_text(metrics: Iterable[Metric]) -> bytes:
    """The format of Prometheus, version 0.0.4."""
    return "".join(_plain(metrics)).encode()


def openmetrics_text(metrics: Iterable[Metric]) -> bytes:
    """OpenMetrics 1.0."""
    return "".join((*_openmetrics(metrics), "# EOF\n")).encode()


def _plain(metrics: Iterable[Metric]) -> Iterator[str]:
    for metric in metrics:
        suffix, kind = _PLAIN_KINDS.get(metric.type, ("", metric.type))
        name = metric.name + suffix
        yield f"# HELP {name} {_help(metric.documentation)}\n# TYPE {name} {kind}\n"
        yield _samples(metric)


def _openmetrics(metrics: Iterable[Metric]) -> Iterator[str]:
    for metric in metrics:
        help_text = _help(metric.documentation).replace('"', r"\"")
        yield f"# HELP {metric.name} {help_text}\n# TYPE {metric.name} {metric.type}\n"
        if metric.unit:
            yield f"# UNIT {metric.name} {metric.unit}\n"
        yield _samples(metric)


def _samples(metric: Metric) -> str:
    # Their labels are Labels; an assertion for each would be a fifth of it all.
    return "".join(
        [
            f"{name}{labels.text} {_number_text(value)}\n"  # type: ignore[attr-defined]
            for name, labels, value, _, _, _ in metric.samples
        ]
    )


def _help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")
