"""Random conditions mean the same here and in Prometheus, which is asked by `promtool test rules`.

Few by default; MNEMO_FULL_COUNTS=1 makes it 20 seeds of 300 conditions.
"""

import os
import random
import re
import subprocess
from math import copysign, inf

import pytest
import yaml

from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.names import SERIES, VARIABLES_BY_NAME
from mnemo_cli.limits.rules.promql import promql
from tests.limits.rules.conditions import claim

FULL = os.environ.get("MNEMO_FULL_COUNTS") == "1"
SEEDS, CONDITIONS = (20, 300) if FULL else (3, 60)
# One of each kind: a product, plain ones, a setting, a sum over trackers.
NAMES = (
    "memory_usage_pct", "work_queue_size", "db_connections", "db_pool_size", "memory_headroom_bytes",
    "forecast_growth_bytes_per_second", "work_queue_max", "tracker_used_bytes",
)  # fmt: skip
MACHINES = ("a:1", "b:1", "c:1")
EDGES = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1 + 0.2,
    0.55,
    60.0,
    100.0,
    9000.0,
    2.0**53 + 2,
    1e24,
    1e300,
    -1e300,
    5e-324,
    inf,
    -inf,
)


def some_number(chance):
    """Of any size, and of either sign."""
    if chance.random() < 0.6:
        return chance.choice(EDGES)
    return float(chance.randint(0, 120)) if chance.random() < 0.5 else chance.uniform(-1e6, 1e6)


def in_series(value):
    """As promtool reads a value; the sign of a zero counts."""
    if value in (inf, -inf):
        return "Inf" if value > 0 else "-Inf"
    return "-0" if value == 0 and copysign(1, value) < 0 else repr(value)


def samples_of(machine, exported):
    """One constant series for each metric."""
    for name, value in exported.items():
        if value is not None:
            metric = re.search(r"(mnemo_\w+)(?:{(.*?)})?", SERIES[name])
            labels = ",".join(filter(None, (f'job="mnemo",instance="{machine}"', metric[2])))
            yield {"series": f"{metric[1]}{{{labels}}}", "values": f"{in_series(value)} {in_series(value)}"}


def numbers_here(exported):
    """What the names are here when the metrics are these."""
    ratio = exported["memory_usage_pct"]
    return exported | {"memory_usage_pct": None if ratio is None else ratio * 100}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_conditions_mean_the_same_to_prometheus(seed, prometheus_binaries, tmp_path):
    chance = random.Random(seed)
    conditions = [parse(claim(chance, NAMES), VARIABLES_BY_NAME) for _ in range(CONDITIONS)]
    exported = {machine: {name: some_number(chance) for name in NAMES} for machine in MACHINES}
    for name in chance.sample(NAMES, 3):
        exported["c:1"][name] = None  # not known there
    answers = {
        condition: {machine: condition.holds(numbers_here(numbers)) for machine, numbers in exported.items()}
        for condition in conditions
    }
    document = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [one for machine in MACHINES for one in samples_of(machine, exported[machine])],
                "promql_expr_test": [
                    {
                        "expr": f"count by (instance) ({promql(condition, SERIES)})",
                        "eval_time": "1m",
                        "exp_samples": [
                            {"labels": f'{{instance="{machine}"}}', "value": 1}
                            for machine in MACHINES
                            if answers[condition][machine]
                        ],
                    }
                    for condition in conditions
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(document))
    command = [prometheus_binaries.promtool, "test", "rules", "test.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr + str(exported)
    told = [answer for by_machine in answers.values() for answer in by_machine.values()]
    for answer in (True, False, None):
        assert told.count(answer) > len(told) / 20, "too few of one kind: this would prove nothing"
