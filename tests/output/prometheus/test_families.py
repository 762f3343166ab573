"""The one list of what is exported: every number of a sample, safe labels, unknown without a sample."""

import functools
import math
import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from mnemo_cli.limits.rules.names import VARIABLES, values_of
from mnemo_cli.model import UNLIMITED, Gap, LimitSource, Memory, Metric
from mnemo_cli.output.prometheus.families import FAMILIES, METRIC_NAMES, families
from mnemo_cli.output.prometheus.own import Own
from mnemo_cli.output.prometheus.text import plain_text
from mnemo_cli.recording.document import component_document, sample_document, tracker_document
from mnemo_cli.sampling.own import OwnCost
from mnemo_cli.settings import load
from mnemo_cli.settings.numbers import numbers
from tests.examples import few_examples
from tests.output.prometheus.rich import ALERTS, HOSTILE, SECRET, component, memory, moment, process, sample, tracker

OWN = Own(cost=OwnCost(cpu_seconds_total=0.5, rss_bytes=1 << 20), samples_total=7)
SETTINGS = {"db_pool_size": 20.0, "work_queue_max": 10_000.0}
SENT = {("webhook", "sent"): 3, ("exec", "failed"): 1}


def text_of(one=None, **words):
    return plain_text(
        families(one or moment(), **{"settings": SETTINGS, "notifications": SENT, "own_cost": OWN, **words})
    ).decode()


@functools.lru_cache(maxsize=1)
def series(text):
    """Every sample of a page, as Prometheus would take it: its name and labels, and its value."""
    found = {}
    for metric in text_string_to_metric_families(text):
        for name, labels, value, *_ in metric.samples:
            key = name, *sorted(labels.items())
            assert key not in found, f"{key} is there twice: Prometheus refuses the whole page"
            found[key] = value
    return found


def value(text, metric, /, **labels):
    return series(text)[metric, *sorted(labels.items())]


# What there is


def test_every_family_has_a_sample_when_everything_is_known():
    names = {key[0] for key in series(text_of())}
    assert names == METRIC_NAMES


def test_without_a_moment_every_family_is_declared_and_none_has_a_sample():
    declared = list(families(None))
    assert [metric.name for metric in declared] == [family.name for family in FAMILIES]
    assert not [metric for metric in declared if metric.samples]


def test_no_name_is_declared_twice_and_each_says_what_it_means():
    assert len(FAMILIES) == len(METRIC_NAMES)
    assert all(re.fullmatch(r"[A-Z1].{10,}\.", family.help) for family in FAMILIES)
    assert all(re.fullmatch(r"(mnemo|mnemosyne)_[a-z0-9_]+", name) for name in METRIC_NAMES)


@pytest.mark.parametrize("suffix", ["bytes", "seconds", "ratio"])
def test_the_unit_is_told_where_the_name_ends_with_it(suffix):
    units = {metric.unit for metric in families(None) if metric.name.endswith(f"_{suffix}")}
    assert units == {suffix}


def test_every_number_of_a_sample_is_exported_under_its_own_name():
    document = sample_document(moment())
    for part in ("memory", "target", "pressure", "forecast"):
        for field, number in document[part].items():
            if isinstance(number, int | float | str) and field != "source":
                expected = math.inf if number == "unlimited" else number
                assert value(text_of(), f"mnemo_{part}_{field}") == expected, field


def test_every_number_of_a_tracker_and_of_a_component_is_exported_under_its_own_name():
    text, one = text_of(), tracker()
    for field, number in tracker_document(one).items():
        if field not in ("pid", "name", "started", "components", "metrics"):
            name = f"mnemo_tracker_{field}{'_total' if field in ('allocations', 'deallocations') else ''}"
            expected = math.inf if number == "unlimited" else number
            assert value(text, name, name="app", pid="42") == expected
    part = moment().sample.trackers[0].component("work_queue")
    labels = {"tracker": "app", "pid": "42", "component": "work_queue", "unit": "items"}
    for field, number in component_document(part).items():
        if field not in ("name", "unit", "policy", "level"):
            assert value(text, f"mnemo_component_{field}", **labels) == number
    assert value(text, "mnemo_component_level", **labels) == part.level == 1


def test_every_limit_on_the_path_has_its_kind_and_path_and_one_binds():
    text = text_of()
    assert value(text, "mnemo_limit_used_bytes", kind="cgroup", path="/app") == 700
    assert value(text, "mnemo_limit_used_ratio", kind="host", path="") == 0.1
    assert value(text, "mnemo_limit_level", kind="cgroup", path="/app") == 2
    binds = {dict(key[1:])["path"]: number for key, number in series(text).items() if key[0] == "mnemo_limit_binds"}
    assert binds == {"/app": 1, "": 0}


def test_the_names_of_the_specification_are_aliases_of_the_sums():
    text = text_of(moment(sample(trackers=(tracker(1), tracker(2)))))
    assert value(text, "mnemosyne_memory_bytes") == 2 * 4096
    assert value(text, "mnemosyne_work_queue_size") == value(text, "mnemo_work_queue_size") == 2 * 640
    assert value(text, "mnemosyne_db_connections") == value(text, "mnemo_db_connections") == 2 * 640


def test_an_alert_is_in_one_of_its_states_and_what_asks_for_an_action_is_counted():
    text = text_of()
    states = {
        dict(key[1:])["state"]: number
        for key, number in series(text).items()
        if key[0] == "mnemo_alert_state" and ("name", "MemoryHigh") in key
    }
    assert states == {"inactive": 0, "pending": 0, "firing": 1, "resolved": 0, "unknown": 0}
    assert value(text, "mnemo_alert_value", name="MemoryHigh", severity="warning") == 70
    assert value(text, "mnemo_action_alerts", action="throttle_requests") == 1
    assert value(text, "mnemo_action_alerts", action="restart_recommended") == 0
    assert not [key for key in series(text) if key[0] == "mnemo_alert_value" and ("name", ALERTS[1].name) in key]
    assert value(text, "mnemo_notifications_total", action="webhook", outcome="sent") == 3


# The same numbers as alert rules see


def test_every_name_that_a_rule_may_use_is_an_exported_metric():
    named = {name for variable in VARIABLES for name in re.findall(r"\bmnemo\w*", variable.promql)}
    assert named and named <= METRIC_NAMES


def test_every_setting_that_a_rule_may_use_is_exported():
    text = text_of(settings=numbers(load()))
    wanted = {
        setting for variable in VARIABLES for setting in re.findall(r'mnemo_setting\{name="(\w+)"', variable.promql)
    }
    exported = {dict(key[1:])["name"] for key in series(text) if key[0] == "mnemo_setting"}
    assert wanted and wanted <= exported


@pytest.mark.parametrize("trackers", [(), (tracker(),), (tracker(1), tracker(2), tracker(None, processes=3))])
def test_a_plain_metric_has_the_value_that_a_rule_judges(trackers):
    one = moment(sample(trackers=trackers))
    judged, exported = values_of(one.sample, one.verdict, SETTINGS), series(text_of(one))
    for variable in VARIABLES:
        if re.fullmatch(r"mnemo\w*", variable.promql):
            assert exported.get((variable.promql,)) == judged[variable.name], variable.name


# Three answers


def test_what_is_unknown_has_no_sample_and_what_is_unlimited_is_infinite():
    unread = Memory(source=LimitSource(kind="host"), used_bytes=None, limit_bytes=UNLIMITED)
    one = moment(sample(limits=(unread,), target=None, pressure=None, trackers=()), forecast=None, alerts=())
    found = series(text_of(one))
    assert found["mnemo_host_limit_bytes",] == math.inf
    told = {key[0] for key in found}
    for name in ("mnemo_host_used_bytes", "mnemo_level", "mnemo_memory_used_bytes", "mnemo_forecast_low_seconds",
                 "mnemo_target_used_bytes", "mnemo_work_queue_size", "mnemosyne_memory_bytes"):  # fmt: skip
        assert name not in told and f"\n# TYPE {name} " in text_of(one)


def test_the_number_of_gaps_is_told():
    one = moment(sample(gaps=(Gap("a", "b", "c"),)))
    assert value(text_of(one), "mnemo_gaps") == len(one.gaps) >= 1


def test_a_pool_size_that_nobody_publishes_is_the_setting():
    assert value(text_of(moment(sample(trackers=()))), "mnemo_db_pool_size") == 20


# Labels that strangers choose


def test_hostile_names_come_out_as_text_that_parses():
    one = moment(
        sample(
            processes=(process(1, name=HOSTILE), process(2, name=HOSTILE)),
            limits=(memory(LimitSource(kind="cgroup", path=HOSTILE)),),
            trackers=(tracker(1, HOSTILE, components=(component(HOSTILE, unit=HOSTILE),),
                              metrics=(Metric(HOSTILE, HOSTILE, "gauge", 1.0),)),),
        )
    )  # fmt: skip
    text = text_of(one)
    assert text.encode().decode() == text and "\x1b" not in text
    names = {dict(key[1:]).get("name") for key in series(text)}
    assert 'a"b\\c\\x0ad\\xff{e="f"} # \\x1b[31m' in names


@few_examples
@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_names_give_a_page_that_parses_without_two_equal_series(names):
    one = moment(
        sample(
            processes=tuple(process(pid, name=name) for pid, name in enumerate(names)),
            limits=tuple(memory(LimitSource(kind="cgroup", path=path)) for path in dict.fromkeys(names)),
            trackers=tuple(tracker(1, name, components=tuple(component(part) for part in names)) for name in names),
        )
    )
    assert series(text_of(one))


def test_no_command_line_and_no_secret_leaves():
    one = moment(
        sample(processes=(process(1, name=SECRET),), trackers=(tracker(1, SECRET), tracker(1, "password=other2other2")))
    )
    text = text_of(one)
    assert "hunter2" not in text and "other2" not in text and "python --" not in text
    told = {dict(key[1:])["name"] for key in series(text) if key[0] == "mnemo_tracker_used_bytes"}
    assert told == {"password=<redacted>", "password=<redacted> (2)"}


# Bounds


def test_no_more_processes_are_exported_than_asked_for():
    one = moment(sample(processes=tuple(process(pid) for pid in range(1, 500))))
    for most, words in ((20, {}), (3, {"most_processes": 3}), (0, {"most_processes": 0})):
        assert text_of(one, **words).count("\nmnemo_process_rss_bytes{") == most


def test_of_very_many_trackers_the_largest_are_exported_and_all_are_summed():
    many = tuple(tracker(pid, used_bytes=pid) for pid in range(1, 1001))
    text = text_of(moment(sample(trackers=many)))
    used = [number for key, number in series(text).items() if key[0] == "mnemo_tracker_used_bytes"]
    assert sorted(used) == list(range(801, 1001))
    assert value(text, "mnemo_trackers") == 1000
    assert value(text, "mnemosyne_memory_bytes") == sum(range(1, 1001))
    assert value(text, "mnemo_trackers_used_bytes") == sum(range(1, 1001))


# What others say of it


def test_promtool_finds_nothing_to_complain_of(prometheus_binaries):
    for page in (text_of(), plain_text(families(None)).decode()):
        done = subprocess.run(
            [prometheus_binaries.promtool, "check", "metrics"], input=page, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
