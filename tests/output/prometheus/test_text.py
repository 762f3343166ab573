"""Our own writing of metrics, against prometheus_client's: byte for byte the same."""

import math
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from mnemo_cli.model import UNLIMITED
from mnemo_cli.output.prometheus.families import families
from mnemo_cli.output.prometheus.family import Family, LabelSets, Sheet
from mnemo_cli.output.prometheus.text import openmetrics_text, plain_text
from tests.output.prometheus.rich import moment

FAMILIES = (
    Family("mnemo_a_bytes", 'Help with "quotes", a \\ and\na line.'),
    Family("mnemo_b_seconds", "Counted.", "counter"),
    Family("mnemo_c", "Told.", "info"),
)


def registry(metrics):
    """What prometheus_client's writers want of a registry."""
    return SimpleNamespace(collect=lambda: iter(metrics))


def test_a_whole_page_is_what_prometheus_client_writes():
    metrics = list(families(moment()))
    assert plain_text(metrics) == generate_latest(registry(metrics))
    assert openmetrics_text(metrics) == generate_openmetrics(registry(metrics))


@given(st.text(), st.integers(-(2**70), 2**70), st.floats().filter(lambda value: value != 0))
def test_any_label_and_any_number_is_what_prometheus_client_writes(label, whole, real):
    sheet, labels = Sheet(FAMILIES), LabelSets("name", "zone", told_apart_by="name")
    sheet.put("mnemo_a_bytes", whole, labels.next(label, None))
    sheet.put("mnemo_a_bytes", real)
    sheet.put("mnemo_b_seconds_total", real, labels.next(label, 7))
    sheet.put("mnemo_c_info", True, labels.next(label, label))
    metrics = list(sheet)
    assert plain_text(metrics) == generate_latest(registry(metrics))
    assert openmetrics_text(metrics) == generate_openmetrics(registry(metrics))


def test_a_strict_reader_of_openmetrics_takes_a_whole_page():
    names = {metric.name for metric in text_string_to_metric_families(openmetrics_text(families(moment())).decode())}
    assert {"mnemo_memory_used_bytes", "mnemo_build"} <= names


def test_the_three_answers_are_a_number_infinite_and_nothing():
    sheet = Sheet(FAMILIES[:1])
    for value in (None, UNLIMITED, "unlimited", 0, math.pi):
        sheet.put("mnemo_a_bytes", value)
    (metric,) = sheet
    assert [sample.value for sample in metric.samples] == [math.inf, math.inf, 0, math.pi]
