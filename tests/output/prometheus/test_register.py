"""A program's own tracker in its own prometheus_client registry, in one process and in several."""

import json
import os
import subprocess
import sys

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from mnemo_cli.output.prometheus.register import register
from mnemo_cli.tracker import MemoryTracker
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

WORKER = """
import os, sys
from mnemo_cli.tracker import MemoryTracker
tracker = MemoryTracker(sys.argv[1], published=True)
tracker.set_work_queue_size(int(sys.argv[2]))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def tracker():
    with MemoryTracker("app") as one:
        one.record_allocation(4096)
        one.set_work_queue_size(950)
        one.set_limit("work_queue", 1000)
        one.gauge("depth", unit="items").set(2.5)
        yield one


def samples(registry, name):
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for metric in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in metric.samples
        if sample.name == name
    }


def test_the_tracker_stands_among_the_programs_own_metrics(tracker):
    registry = CollectorRegistry()
    Counter("own_things", "Counted by the program.", registry=registry).inc()
    register(registry, tracker=tracker)
    own = ("name", "app"), ("pid", str(os.getpid()))
    assert samples(registry, "own_things_total") == {(): 1}
    assert samples(registry, "mnemo_tracker_used_bytes") == {own: 4096}
    tracker.record_allocation(1)
    assert samples(registry, "mnemo_tracker_used_bytes") == {own: 4097}
    (level,) = samples(registry, "mnemo_component_level").values()
    assert level == 2
    assert list(samples(registry, "mnemo_program_value").values()) == [2.5]


def test_it_is_registered_once_and_can_be_taken_back(tracker):
    registry = CollectorRegistry()
    collector = register(registry, tracker=tracker)
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        register(registry, tracker=tracker)
    registry.unregister(collector)
    assert generate_latest(registry) == b""
    register(registry, tracker=tracker)


def test_only_some_names_can_be_asked_for(tracker):
    registry = CollectorRegistry()
    register(registry, tracker=tracker)
    text = generate_latest(registry.restricted_registry(["mnemo_tracker_used_bytes"]))
    assert text.count(b"# TYPE") == 1


@pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
def test_in_multiprocess_mode_every_worker_is_told_of(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    name = f"workers-{os.getpid()}"
    words = [sys.executable, "-c", WORKER]
    with (
        subprocess.Popen([*words, name, "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker,
        subprocess.Popen([*words, f"{name}-other", "9"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stranger,
        MemoryTracker(name, published=True) as own,
    ):
        for program in (worker, stranger):
            assert program.stdout.readline() == b"ready\n"
        own.set_work_queue_size(4)
        registry = CollectorRegistry()
        register(registry, tracker=own)
        found = samples(registry, "mnemo_tracker_work_queue_size")
        assert found == {
            (("name", name), ("pid", str(worker.pid))): 3,
            (("name", name), ("pid", str(os.getpid()))): 4,
        }
        for program in (worker, stranger):
            program.stdin.close()


def test_in_multiprocess_mode_a_tracker_that_is_not_published_says_that_it_is_alone(
    monkeypatch, tmp_path, tracker, caplog
):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    registry = CollectorRegistry()
    register(registry, tracker=tracker)
    assert len(samples(registry, "mnemo_tracker_used_bytes")) == len(samples(registry, "mnemo_tracker_peak_bytes")) == 1
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["only this worker's tracker is exported: it is not published"]


@pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
def test_a_program_registers_its_global_tracker_and_imports_no_screen():
    code = """
import json, sys
from mnemo_cli import global_memory_tracker, register
from prometheus_client import CollectorRegistry, generate_latest
registry = CollectorRegistry()
register(registry)
global_memory_tracker().set_work_queue_size(7)
text = generate_latest(registry).decode()
line = next(line for line in text.splitlines() if line.startswith("mnemo_tracker_work_queue_size{"))
print(json.dumps([line.split()[-1], sorted(name.partition(".")[0] for name in sys.modules)]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    value, modules = json.loads(done.stdout)
    assert value == "7.0" and not {"rich", "typer", "psutil", "yaml", "tomlkit"} & set(modules)


def test_the_package_knows_register_without_loading_it():
    code = "import sys, mnemo_cli; print('register' in mnemo_cli.__all__, 'prometheus_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "True False\n"
