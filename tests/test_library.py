"""What a program gets that imports mnemo: each case is a real program with its own environment."""

import ast
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from mnemo_cli.bounded.resources import Resources
from mnemo_cli.settings.table import ROWS
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("nobody_is_killed_meanwhile")
LEAST_SECONDS, MOST_SECONDS = 0.05, 20.0

# Of each setting: what a person writes, and the field that a program then reads.
CHOSEN = {
    "resources.memory_moderate_pct": ("35", "memory_moderate_ratio", 0.35),
    "resources.memory_high_pct": ("55", "memory_high_ratio", 0.55),
    "resources.memory_critical_pct": ("90", "memory_critical_ratio", 0.90),
    "resources.memory_release_margin_pct": ("2", "memory_release_margin_ratio", 0.02),
    "resources.memory_log_interval_secs": ("7", "memory_log_interval_seconds", 7.0),
    "resources.event_capacity": ("77", "event_capacity", 77),
    "resources.event_ttl_secs": ("12", "event_ttl_seconds", 12.0),
    "resources.work_queue_max": ("500", "work_queue_limit", 500),
    "resources.db_pool_size": ("33", "db_pool_limit", 33),
    "resources.embeddings_cache_size": ("1234", "embeddings_cache_limit", 1234),
    "resources.crdt_history_max_ops": ("50", "history_limit", 50),
    "resources.crdt_compaction_interval_secs": ("90", "history_compact_seconds", 90.0),
    "resources.memory_limit": ("8Gi", "memory_limit_bytes", 8 << 30),
    "resources.memory_request": ("3Gi", "memory_request_bytes", 3 << 30),
    "resources.memory_swap_total": ("9Gi", "memory_swap_total_bytes", 9 << 30),
    "resources.cpu_limit": ("3.5", "cpu_limit_cores", 3.5),
    "resources.cpu_request": ("0.5", "cpu_request_cores", 0.5),
    "resources.fixed_memory": ("1Gi", "fixed_memory_bytes", 1 << 30),
}
ROWS_OF_RESOURCES = [row for row in ROWS if row.table == "resources"]


def program(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program that imports mnemo, in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "MNEMOSYNE_MEMORY_LOG_FILE": str(folder / "memory.log"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


PRINT_RESOURCES = "import dataclasses, json, mnemo_cli; print(json.dumps(dataclasses.asdict(mnemo_cli.resources())))"


def test_every_setting_of_resources_is_tried_here():
    assert set(CHOSEN) == {row.key for row in ROWS_OF_RESOURCES}
    assert [field for _, field, _ in CHOSEN.values()] == [field.name for field in fields(Resources)]


def test_the_defaults_of_the_dataclass_are_those_of_the_settings(tmp_path):
    assert json.loads(program(PRINT_RESOURCES, tmp_path).stdout) == asdict(Resources())


@pytest.mark.parametrize("row", ROWS_OF_RESOURCES, ids=lambda row: row.key)
def test_a_setting_reaches_a_program_by_its_variable_and_by_a_file(row, tmp_path):
    text, field, wanted = CHOSEN[row.key]
    by_variable = program(PRINT_RESOURCES, tmp_path, **{row.environment: text})
    assert json.loads(by_variable.stdout) == {**asdict(Resources()), field: wanted}
    (tmp_path / "mnemo.toml").write_text(f"[resources]\n{row.name} = {text if text[-1].isdigit() else repr(text)}\n")
    by_file = program(PRINT_RESOURCES, tmp_path)
    assert json.loads(by_file.stdout) == {**asdict(Resources()), field: wanted}


def test_a_wrong_setting_is_told_to_the_program_at_its_first_call(tmp_path):
    said = program("import mnemo_cli; mnemo_cli.resources()", tmp_path, MNEMOSYNE_WORK_QUEUE_MAX="many").stderr
    assert "ConfigError: environment MNEMOSYNE_WORK_QUEUE_MAX" in said and "many" in said


def test_importing_mnemo_loads_nothing_of_the_library(tmp_path):
    code = "import sys, mnemo_cli; print([name for name in sys.modules if name.startswith('mnemo_cli.')])"
    assert ast.literal_eval(program(code, tmp_path).stdout) == []


def test_a_name_that_mnemo_does_not_have_is_an_ordinary_error(tmp_path):
    said = program("from mnemo_cli import memory_guard", tmp_path).stderr
    assert "ImportError: cannot import name 'memory_guard' from 'mnemo_cli'" in said


GLOBAL_TRACKER = """
import json, mnemo_cli
tracker = mnemo_cli.global_memory_tracker()
assert tracker is mnemo_cli.global_memory_tracker()
limits = {part.name: part.limit for part in tracker.snapshot().components}
said = {"path": tracker.path, "gap": tracker.gap, "limit": tracker.limit_bytes, "edges": tracker.edges}
print(json.dumps({**said, "limits": limits}))
"""


@pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
def test_the_global_tracker_has_the_limit_that_binds_and_the_limits_of_the_settings(tmp_path):
    ran = program(GLOBAL_TRACKER, tmp_path, MNEMOSYNE_WORK_QUEUE_MAX="500", MNEMOSYNE_MEMORY_HIGH_PCT="70")
    said = json.loads(ran.stdout)
    assert said["edges"] == [0.4, 0.7, 0.8, 0.05]
    assert said["limits"] == {
        "event_queue": 1000,
        "work_queue": 500,
        "db_connections": 20,
        "embeddings_cache": 10000,
        "operation_history": 1000,
    }
    assert said["limit"] > 1 << 20
    assert (said["path"] is None) == (said["gap"] is not None)


MONITORING = """
import json, sys, threading, mnemo_cli
seen, changed = [], threading.Event()
def on_change(event, moment):
    seen.append([event.text, moment.verdict.level.word])
    changed.set()
    raise RuntimeError("a callback of the program's own")
with mnemo_cli.start_memory_monitoring({interval}on_level_change=on_change) as monitoring:
    assert changed.wait(30)
    interval = monitoring.interval_seconds
print(json.dumps({{"seen": seen, "running": monitoring.is_running, "again": monitoring.stop(), "interval": interval}}))
"""
# Every machine is above a thousandth of its memory: the first judgement is a change already.
ALWAYS_MODERATE = {"MNEMOSYNE_MEMORY_MODERATE_PCT": "0.1", "MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT": "0"}


def test_monitoring_calls_back_on_a_level_change_writes_the_memory_log_and_stops(tmp_path):
    ran = program(MONITORING.format(interval="0.05, "), tmp_path, **ALWAYS_MODERATE)
    assert ran.stdout, ran.stderr
    said = json.loads(ran.stdout)
    assert said["seen"][0][1] in ("moderate", "high", "critical")
    assert (said["running"], said["again"], said["interval"]) == (False, True, 0.05)
    assert "on_level_change failed; the watch goes on" in ran.stderr and "a callback of the program's own" in ran.stderr
    kinds = {json.loads(line)["type"] for line in (tmp_path / "memory.log").read_text().splitlines()}
    assert kinds == {"event", "memory"}


def test_the_interval_of_monitoring_is_by_default_that_of_the_settings(tmp_path):
    ran = program(MONITORING.format(interval=""), tmp_path, MNEMOSYNE_MEMORY_LOG_INTERVAL="3", **ALWAYS_MODERATE)
    assert json.loads(ran.stdout)["interval"] == 3


@pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
def test_the_memory_log_of_a_program_tells_of_its_own_components(tmp_path):
    code = """
import threading, mnemo_cli
tracker = mnemo_cli.global_memory_tracker()
tracker.set_work_queue_size(4321)
seen = threading.Event()
with mnemo_cli.start_memory_monitoring(0.05, on_level_change=lambda event, moment: seen.set()) as monitoring:
    assert seen.wait(30)
    print([(own.pid, own.used_of("work_queue")) for own in monitoring.moment.sample.trackers], tracker.path)
"""
    ran = program(code, tmp_path, **ALWAYS_MODERATE)
    if ran.stdout.endswith("None\n"):
        pytest.skip("there is no shared memory here to publish in")
    assert "4321" in ran.stdout, ran.stderr
    lines = [json.loads(line) for line in (tmp_path / "memory.log").read_text().splitlines()]
    assert any("4321" in json.dumps(line.get("components")) for line in lines)


@pytest.mark.parametrize("interval", ["0", "-1", "float('nan')", "float('inf')"])
def test_an_interval_that_is_no_time_is_refused(interval, tmp_path):
    ran = program(f"import mnemo_cli; mnemo_cli.start_memory_monitoring({interval})", tmp_path)
    assert "ValueError: interval_seconds is a number of seconds above 0" in ran.stderr


def test_a_program_that_forgets_to_stop_monitoring_ends_all_the_same(tmp_path):
    code = "import mnemo_cli; mnemo_cli.start_memory_monitoring(3600)"
    begin = time.monotonic()
    assert program(code, tmp_path).returncode == 0
    assert time.monotonic() - begin < MOST_SECONDS


def test_monitoring_stops_in_the_middle_of_a_long_wait(monkeypatch, tmp_path):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", str(tmp_path / "memory.log"))
    from mnemo_cli.library import _settings, start_memory_monitoring

    _settings.cache_clear()
    before = threading.active_count()
    monitoring = start_memory_monitoring(3600)
    assert monitoring.is_running and monitoring.stop(MOST_SECONDS)
    assert threading.active_count() == before
    _settings.cache_clear()


def test_a_forked_child_of_a_monitored_program_ends_and_counts_on(tmp_path):
    code = """
import os, mnemo_cli
monitoring = mnemo_cli.start_memory_monitoring(3600)
pid = os.fork()
if not pid:
    assert not monitoring.is_running
    raise SystemExit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), monitoring.is_running)
"""
    assert program(code, tmp_path).stdout == "7 True\n"
