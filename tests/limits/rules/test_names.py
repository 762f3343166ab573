"""Every name that a condition may use: where its value comes from, and when it is unknown."""

import re
from math import inf

import pytest

from mnemo_cli.limits.rules.names import SERIES, VARIABLES, VARIABLES_BY_NAME, numbers_of, values_of
from mnemo_cli.limits.rules.rule import BUILT_IN
from mnemo_cli.limits.rules.variables import SETTINGS
from mnemo_cli.model import UNLIMITED, Forecast, LimitSource, Memory, Pressure, Target
from mnemo_cli.recording.document import (
    forecast_document,
    memory_document,
    pressure_document,
    tracker_document,
)
from mnemo_cli.settings.table import ROWS, Kind
from tests.limits.rules.moments import HOST, component, sample_of, tracker, verdict_of

GROUP = LimitSource(kind="cgroup", path="/a", file="memory.max")
NUMBERS = (Kind.COUNT, Kind.NUMBER, Kind.PERCENT, Kind.SIZE, Kind.DURATION)
SETTINGS_HERE = {row.name: float(row.default) for row in ROWS if row.kind in NUMBERS}


def memory(source, first):
    """Every number is another one."""
    fields = [field for field in Memory._fields if field != "source"]
    return Memory(source=source, **{field: first + position for position, field in enumerate(fields)})


def full_sample():
    """Nothing is unknown."""
    pressure_fields = [field for field in Pressure._fields if field != "source"]
    names = ("event_queue", "work_queue", "db_connections", "embeddings_cache", "operation_history",
             "network_connections", "active_tasks")  # fmt: skip
    parts = tuple(
        component(name, 10 + at, 100 + at, used_bytes=1000 + at, limit_bytes=5000) for at, name in enumerate(names)
    )
    numbers = {"used_bytes": 31, "peak_bytes": 32, "limit_bytes": 33, "allocated_bytes_total": 34,
               "deallocated_bytes_total": 35, "unbalanced_total": 36, "spawned_tasks": 37,
               "completed_tasks_total": 38, "allocation_bytes_per_second": 39.5}  # fmt: skip
    return sample_of(
        limits=(memory(GROUP, 500), memory(HOST, 9000)),
        target=Target(used_bytes=61, used_is_rss=False, processes=4),
        pressure=Pressure(source="/p", **{field: at / 10 for at, field in enumerate(pressure_fields)}),
        process_count=4,
        host_oom_kills_total=5,
        trackers=(tracker(*parts, **numbers),),
    )


def full_verdict(sample):
    forecast = Forecast(
        seconds_to_limit=400.0, low_seconds=300.0, high_seconds=600.0, growth_bytes_per_second=7.5, window_seconds=60.0
    )
    return verdict_of(sample)._replace(forecast=forecast, binding=sample.limits[0], peak_used_bytes=777)


def test_every_name_is_that_of_a_number_in_the_document_of_the_moment():
    sample = full_sample()
    verdict = full_verdict(sample)
    values = values_of(sample, verdict, SETTINGS_HERE)
    one_tracker = tracker_document(sample.trackers[0])
    wanted = {
        "memory_usage_pct": sample.limits[0].used_ratio * 100,
        "process_count": 4,
        "host_oom_kills_total": 5,
        "target_used_bytes": 61,
        "target_processes": 4,
        **{f"memory_{name}": number for name, number in memory_document(sample.limits[0], 777).items()},
        **{f"host_{name}": number for name, number in memory_document(sample.limits[1], None).items()},
        **{f"pressure_{name}": number for name, number in pressure_document(sample.pressure).items()},
        **{f"forecast_{name}": number for name, number in forecast_document(verdict.forecast).items()},
        **{f"tracker_{name}": number for name, number in one_tracker.items()},
        **{name: number for name, number in one_tracker.items() if name in VARIABLES_BY_NAME},
        **{f"{part.name}_limit": part.limit for part in sample.trackers[0].components},
        **SETTINGS_HERE,
        "db_pool_size": 102,
    }
    assert {name: values[name] for name in values} == {name: wanted[name] for name in VARIABLES_BY_NAME}


def test_some_names_at_once_have_the_same_values():
    sample = full_sample()
    asked = (full_verdict(sample), SETTINGS_HERE)
    assert numbers_of(VARIABLES_BY_NAME, sample, *asked) == dict(values_of(sample, *asked))


def test_the_built_in_rules_ask_for_names_that_there_are():
    assert frozenset().union(*(rule.condition.names for rule in BUILT_IN.rules)) <= set(VARIABLES_BY_NAME)


def test_every_scalar_number_of_a_moment_has_a_name():
    sample = full_sample()
    documents = {
        "memory": memory_document(sample.limits[0], 777),
        "pressure": pressure_document(sample.pressure),
        "forecast": forecast_document(full_verdict(sample).forecast),
    }
    numbers = {
        f"{part}_{name}"
        for part, document in documents.items()
        for name, value in document.items()
        if isinstance(value, int | float)
    }
    assert numbers <= set(VARIABLES_BY_NAME)
    of_trackers = {name for name, value in tracker_document(sample.trackers[0]).items() if isinstance(value, int)}
    nobody_asks = {"pid", "started", "processes", "allocations", "deallocations"}
    assert of_trackers - nobody_asks <= {name.removeprefix("tracker_") for name in VARIABLES_BY_NAME}


def test_a_moment_of_which_nothing_is_known_has_no_number():
    sample = sample_of(limits=())
    values = values_of(sample, verdict_of(sample), {})
    assert {values[name] for name in values} == {None}
    assert len(values) == len(VARIABLES)


def test_the_settings_are_those_of_the_table():
    rows = {row.name: row.unit for row in ROWS if row.kind in NUMBERS}
    assert len(rows) == len([row for row in ROWS if row.kind in NUMBERS]), "two tables have a setting of one name"
    assert dict(SETTINGS) | {"db_pool_size": "connections"} == rows


def test_no_name_twice_and_each_is_said_in_words():
    assert len(VARIABLES_BY_NAME) == len(VARIABLES)
    for variable in VARIABLES:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", variable.name)
        assert variable.help.endswith(".")
        assert re.findall(r"mnemo_[a-z0-9_]+", SERIES[variable.name])


def test_a_name_that_there_is_not_has_no_value():
    values = values_of(sample_of(), verdict_of(sample_of()), {})
    with pytest.raises(KeyError):
        values["memory_usage"]
    assert values.get("memory_usage") is None


def test_no_limit_is_infinite():
    sample = sample_of(limit_bytes=UNLIMITED, trackers=(tracker(component("work_queue", 1, UNLIMITED)),))
    values = values_of(sample, verdict_of(sample), {})
    assert values["memory_limit_bytes"] == values["memory_headroom_bytes"] == inf
    assert values["memory_usage_pct"] == 0
    assert values["work_queue_limit"] == inf


def test_sums_are_of_the_trackers_that_tell():
    trackers = (
        tracker(component("work_queue", 5, 10), used_bytes=100),
        tracker(component("work_queue", 7, 20), used_bytes=1, pid=8),
        tracker(component("work_queue", None), pid=9),
        tracker(component("event_queue", 0), spawned_tasks=3, pid=None),
    )
    sample = sample_of(trackers=trackers)
    values = values_of(sample, verdict_of(sample), {})
    assert (values["work_queue_size"], values["work_queue_limit"], values["tracker_used_bytes"]) == (12, 30, 101)
    assert values["event_queue_size"] == 0, "dead workers hold nothing any more"
    assert values["spawned_tasks"] == 3, "and their counters live on"
    assert values["db_connections"] is None


@pytest.mark.parametrize(
    ("components", "size"),
    [
        ([], 20),
        ([component("work_queue", 5)], 20),
        ([component("db_connections", 5)], 20),
        ([component("db_connections", 5, 8)], 8),
        ([component("db_connections", 5, 8), component("db_connections", 5, 9)], 17),
        # Each worker has a pool of its own, whether it tells the size or not.
        ([component("db_connections", 5, 8), component("db_connections", 5)], 28),
        ([component("db_connections", None, 8)], 20),
        ([component("db_connections", 5, UNLIMITED)], inf),
    ],
)
def test_the_size_of_pools_is_the_programs_own_or_else_the_setting(components, size):
    sample = sample_of(trackers=tuple(tracker(part, pid=pid) for pid, part in enumerate(components, 1)))
    assert values_of(sample, verdict_of(sample), {"db_pool_size": 20.0})["db_pool_size"] == size


def test_a_dead_workers_pool_is_gone():
    sample = sample_of(trackers=(tracker(component("db_connections", 0, 8), pid=None),))
    assert values_of(sample, verdict_of(sample), {"db_pool_size": 20.0})["db_pool_size"] == 20
