"""Alert rules as a file of Prometheus: what is written, and that Prometheus's own tool has nothing against it."""

import subprocess

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.document import read_rules
from mnemo_cli.limits.rules.names import SERIES, VARIABLES, VARIABLES_BY_NAME
from mnemo_cli.limits.rules.promql import promql, promql_number
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from mnemo_cli.output.prometheus.rules import GROUP, prometheus_rules

NASTY = 'it\'s {{ nonsense }} {{{{ "or" }} `#: &a *b %c @d 100% \u2192 é'


def rules_in(rules):
    """The rules of the only group."""
    (group,) = yaml.safe_load(prometheus_rules(rules))["groups"]
    assert group["name"] == GROUP
    return group["rules"]


def expression(text):
    return promql(parse(text, VARIABLES_BY_NAME), SERIES)


def checked(promtool, rules, folder):
    """What promtool says of them; it must be content."""
    (folder / "rules.yml").write_text(prometheus_rules(rules))
    command = [promtool, "check", "rules", "--lint=all", "--lint-fatal", folder / "rules.yml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_built_in_rules_as_prometheus_has_them():
    high, critical, queue, leaks = rules_in(BUILT_IN)
    assert high == {
        "alert": "MemoryHigh",
        "expr": "mnemo_memory_used_ratio * 100 > 60",
        "for": "30s",
        "labels": {"severity": "warning"},
        "annotations": {
            "summary": BUILT_IN.rules[0].summary,
            "description": "{{ $labels.instance }}: memory_usage_pct > 60; the value is {{ $value }}.",
        },
    }
    assert critical["expr"] == "mnemo_memory_used_ratio * 100 > 80"
    assert queue["expr"] == "mnemo_work_queue_size > 9000"
    assert leaks["expr"] == "mnemo_db_connections > on (job, instance) mnemo_db_pool_size * 2"


def test_where_a_comparison_is_turned_round_no_value_is_told():
    text = "alerts: [{name: A, condition: not memory_usage_pct > 60, severity: note, action: log}]"
    (rule,) = rules_in(read_rules(text, "rules.yml", known=VARIABLES_BY_NAME))
    assert rule["annotations"]["description"] == "{{ $labels.instance }}: not memory_usage_pct > 60."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("9000 < work_queue_size", "9000 < mnemo_work_queue_size"),
        ("memory_used_bytes >= 4Gi", "mnemo_memory_used_bytes >= 4294967296"),
        ("memory_used_ratio > 0.1", "mnemo_memory_used_ratio > 0.1"),
        (
            "work_queue_size > work_queue_max",
            'mnemo_work_queue_size > on (job, instance) mnemo_setting{name="work_queue_max"}',
        ),
        ("memory_usage_pct / 2 > 1", "mnemo_memory_used_ratio * 100 / 2 > 1"),
        ("2 / memory_usage_pct > 1", "2 / (mnemo_memory_used_ratio * 100) > 1"),
        (
            "slots - (slots - 1) > 1",
            'mnemo_setting{name="slots"} - on (job, instance) (mnemo_setting{name="slots"} - 1) > 1',
        ),
        ("-work_queue_size < -1", "-mnemo_work_queue_size < -1"),
        ("1 - -work_queue_size > 1", "1 - (-mnemo_work_queue_size) > 1"),
        ("not work_queue_size > 1", "(mnemo_work_queue_size > bool 1) == 0"),
        ("not not work_queue_size > 1", "mnemo_work_queue_size > 1"),
        (
            "work_queue_size > 1 and memory_used_ratio > 0.5",
            "(mnemo_work_queue_size > 1) and on (job, instance) (mnemo_memory_used_ratio > 0.5)",
        ),
        (
            "not (work_queue_size > 1 and memory_used_ratio > 0.5)",
            "((mnemo_work_queue_size > bool 1) == 0) or on (job, instance) ((mnemo_memory_used_ratio > bool 0.5) == 0)",
        ),
    ],
)  # fmt: skip
def test_a_condition_as_promql(text, wanted):
    assert expression(text) == wanted


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_with_every_digit(value):
    text = promql_number(value)
    assert float(text) == value
    assert not text.endswith(".0")


def test_waits_are_written_in_full():
    rule = Rule("A", parse("work_queue_size > 1"), "note", for_seconds=0.0, keep_firing_seconds=90.5)
    assert rules_in(Rules((rule,)))[0] | {"for": "0s", "keep_firing_for": "90500ms"} == rules_in(Rules((rule,)))[0]
    assert "keep_firing_for" not in rules_in(BUILT_IN)[0]


def test_a_rule_without_a_summary_is_summed_up_by_its_condition():
    assert rules_in(Rules((Rule("A", parse("work_queue_size > 1"), "note"),)))[0]["annotations"]["summary"] == (
        "work_queue_size > 1"
    )


def test_promtool_is_content_with_the_built_in_rules(prometheus_binaries, tmp_path):
    assert "4 rules found" in checked(prometheus_binaries.promtool, BUILT_IN, tmp_path)


def test_promtool_is_content_with_every_name_every_wait_and_any_text(prometheus_binaries, tmp_path):
    lines = [
        f"- {{name: A.{at}, condition: 'not {variable.name} > 1.5 or {variable.name} / slots < 1', "
        f"for: {at}ms, keep_firing_for: {at}s}}"
        for at, variable in enumerate(VARIABLES)
    ]
    text = "\n".join(
        ["alerts:", *lines, "- name: Z-1", "  condition: slots > 1", f"  summary: {yaml.safe_dump(NASTY, width=999)}"]
    )
    rules = read_rules(text, NASTY, known=VARIABLES_BY_NAME)
    assert rules.rules[-1].summary == NASTY
    assert f"{len(VARIABLES) + 1} rules found" in checked(prometheus_binaries.promtool, rules, tmp_path)


def test_promtool_is_content_without_any_rule(prometheus_binaries, tmp_path):
    assert "0 rules found" in checked(prometheus_binaries.promtool, Rules(()), tmp_path)


def test_a_summary_is_shown_as_it_was_written(prometheus_binaries, tmp_path):
    rule = Rule("A", parse("work_queue_size > 1"), "error", for_seconds=0.0, summary=NASTY)
    tried_by(
        prometheus_binaries.promtool,
        Rules((rule,)),
        tmp_path,
        {"mnemo_work_queue_size": "2x5"},
        [("A", "1m", [{"labels": {"severity": "error"}, "summary": NASTY, "value": "2", "text": rule.condition.text}])],
    )


def test_the_built_in_rules_fire_in_prometheus_as_they_do_here(prometheus_binaries, tmp_path):
    """At the threshold nothing fires; above it after half a minute; back at it nothing."""
    high = {
        "labels": {"severity": "warning"},
        "summary": BUILT_IN.rules[0].summary,
        "text": "memory_usage_pct > 60",
        "value": "61",
    }
    leaks = {
        "labels": {"severity": "error"},
        "summary": BUILT_IN.rules[3].summary,
        "text": "db_connections > db_pool_size * 2",
        "value": "41",
    }
    tried_by(
        prometheus_binaries.promtool,
        BUILT_IN,
        tmp_path,
        {
            "mnemo_memory_used_ratio": "0.6x4 0.61x10 0.6x10",
            "mnemo_db_connections": "40x4 41x10 _x10",
            "mnemo_db_pool_size": "20x40",
        },
        [
            ("MemoryHigh", "40s", []),
            ("MemoryHigh", "70s", []),
            ("MemoryHigh", "80s", [high]),
            ("MemoryHigh", "150s", [high]),
            ("MemoryHigh", "160s", []),
            ("MemoryCritical", "150s", []),
            ("WorkQueueFull", "150s", []),
            ("ConnectionLeaks", "70s", []),
            ("ConnectionLeaks", "80s", [leaks]),
        ],
    )


def tried_by(promtool, rules, folder, series, expected):
    """`promtool test rules`, one evaluation each 10 s; `expected` are (alert, time, alerts that fire)."""
    (folder / "rules.yml").write_text(prometheus_rules(rules))
    where = {"job": "mnemo", "instance": "a:1"}
    labels = ",".join(f'{name}="{value}"' for name, value in where.items())
    document = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "10s",
        "tests": [
            {
                "interval": "10s",
                "input_series": [
                    {"series": f"{name}{{{labels}}}", "values": values} for name, values in series.items()
                ],
                "alert_rule_test": [
                    {
                        "alertname": name,
                        "eval_time": time,
                        "exp_alerts": [
                            {
                                "exp_labels": where | alert["labels"],
                                "exp_annotations": {
                                    "summary": alert["summary"],
                                    "description": f"a:1: {alert['text']}; the value is {alert['value']}.",
                                },
                            }
                            for alert in alerts
                        ],
                    }
                    for name, time, alerts in expected
                ],
            }
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(document))
    done = subprocess.run(
        [promtool, "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
