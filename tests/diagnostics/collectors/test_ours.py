"""What mnemo itself keeps: counters, memory log, recordings, settings, findings."""

import json
import os
import tempfile
from pathlib import Path

import jsonschema
import pytest

import mnemo_cli
from mnemo_cli.diagnostics.collectors import counters, findings, memory_log, recordings, settings
from mnemo_cli.tracker.memory import MemoryTracker
from mnemo_cli.tracker.storage import SHARED_MEMORY
from tests.diagnostics.collectors.scenes import MACHINE, process, scene_of, taken, write

LINE = '{"schema":"mnemo.log/1","type":"memory","used_bytes":%d}\n'


@pytest.fixture
def root(tmp_path):
    return write(tmp_path, {**MACHINE, **process(4121)})


def test_no_counters_are_no_fault(root):
    assert taken(counters.COLLECTOR, scene_of(root, pids=(4121,))).states == {"skipped"}


def test_the_end_of_the_memory_log_and_its_older_files_are_taken(root):
    for name, number in (("memory.log", 5000), ("memory.log.1", 3), ("memory.log.3", 1)):
        write(root, {f"home/{name}": "".join(LINE % each for each in range(number))})
    found = taken(
        memory_log.COLLECTOR, scene_of(root, memory_log_file=root / "home/memory.log", member_max_bytes=20000)
    )
    assert list(found.texts) == ["memory-log/memory.log", "memory-log/memory.log.1", "memory-log/memory.log.3"]
    text = found.texts["memory-log/memory.log"]
    assert len(text) <= 20000 and text.endswith((LINE % 4999).encode()) and text.startswith(b"--- mnemo left out")
    assert not found.missing


def test_a_log_that_was_never_written_is_no_fault(root):
    assert taken(memory_log.COLLECTOR, scene_of(root, memory_log_file=root / "none")).states == {"skipped"}
    assert taken(memory_log.COLLECTOR, scene_of(root)).states == {"skipped"}


def test_a_log_that_is_a_folder_is_an_error(root):
    assert taken(memory_log.COLLECTOR, scene_of(root, memory_log_file=root / "proc")).states == {"error"}


def test_recordings_are_taken_up_to_a_number(root):
    write(root, {f"home/{number}.jsonl": LINE % number for number in range(10)})
    files = tuple(root / f"home/{number}.jsonl" for number in range(10))
    found = taken(recordings.COLLECTOR, scene_of(root, recordings=files))
    assert len(found.texts) == 8 and [lack.state for lack in found.missing] == ["partial", "partial"]


def test_the_settings_are_handed_on(root):
    found = taken(settings.COLLECTOR, scene_of(root, settings_document=b'{"a": 1}\n'))
    assert found.texts == {"settings/settings.json": b'{"a": 1}\n'}
    assert taken(settings.COLLECTOR, scene_of(root)).states == {"skipped"}


def test_findings_are_told_as_the_doctor_tells_them(root):
    schema = json.loads(Path(mnemo_cli.__file__).with_name("schemas").joinpath("findings.schema.json").read_text())
    found = taken(findings.COLLECTOR, scene_of(root, pids=(4121, 99999)))
    assert set(found.texts) == {"findings/host.json", "findings/process-4121.json"}
    for text in found.texts.values():
        jsonschema.validate(json.loads(text), schema)
    states = {result["state"] for result in json.loads(found.texts["findings/process-4121.json"])["results"]}
    assert {"pass", "finding"} <= states


def test_without_a_target_the_machine_alone_is_audited(root):
    assert set(taken(findings.COLLECTOR, scene_of(root)).texts) == {"findings/host.json"}


def test_the_counters_of_a_living_program_are_told():
    """For real: this very process keeps some, in a /dev/shm below the real one."""
    if not Path(SHARED_MEMORY).is_dir():
        pytest.skip(f"no {SHARED_MEMORY} here, and so nothing to publish in")
    with tempfile.TemporaryDirectory(prefix="mnemo-test-", dir=SHARED_MEMORY) as folder:
        root = Path(folder)
        (root / "dev/shm").mkdir(parents=True)
        (root / "proc").symlink_to("/proc")
        with MemoryTracker("collected", published=True, shared_memory=str(root / "dev/shm")) as tracker:
            tracker.record_allocation(4096)
            found = taken(counters.COLLECTOR, scene_of(root, pids=(os.getpid(),)))
    (told,) = json.loads(found.texts["counters/trackers.json"])["trackers"]
    assert (told["name"], told["used_bytes"], told["pid"]) == ("collected", 4096, os.getpid())
