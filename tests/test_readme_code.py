"""The README's code is code: its plug-ins are real files, and what it shows of them runs; so do its settings."""

import datetime
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.settings import load
from tests.diagnostics.collectors.scenes import scene_of, taken
from tests.doctor.stock import write
from tests.readme import PROJECT, Block, blocks

TODAY = datetime.date(2026, 11, 22)
CHECK, COLLECTOR = "doctor/checks/oom_kill_allocating_task.py", "diagnostics/collectors/host_memory_later.py"
SWITCH = "proc/sys/vm/oom_kill_allocating_task"


def only(heading: str, language: str = "python") -> Block:
    (block,) = (block for block in blocks(language) if block.heading == heading)
    return block


def module_of(block: Block, folder: Path) -> ModuleType:
    """As if somebody had put the block into a file of that folder."""
    path = folder / "added.py"
    path.write_text(block.text)
    spec = importlib.util.spec_from_file_location("added", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("heading", "file"), [("To add a check", CHECK), ("To add a collector", COLLECTOR)])
def test_a_plug_in_that_is_shown_whole_is_the_file_that_is_named(heading, file):
    assert only(heading).text == (PROJECT / "mnemo_cli" / file).read_text()


@pytest.mark.parametrize(("switch", "state"), [("1\n", "finding"), ("0\n", "pass"), (None, "unknown")])
def test_the_check_in_a_folder_of_its_own_judges_a_machine(tmp_path, switch, state):
    check = module_of(only("To add a check"), tmp_path).CHECK
    machine = Surroundings(write(tmp_path / "machine", {SWITCH: switch, "proc/stat": "btime 1\n"}))
    with Evidence(machine, None) as evidence:
        (result,) = audit(evidence, (check,), today=TODAY).findings
    assert (result.id, result.state) == ("OM004", state)


def test_the_collector_in_a_folder_of_its_own_collects_and_says_what_it_lacks(tmp_path):
    collector = module_of(only("To add a collector"), tmp_path).COLLECTOR
    machine = write(tmp_path / "machine", {"proc/uptime": "1 2\n", "proc/vmstat": "pgpgin 7\n"})
    found = taken(collector, scene_of(machine))
    assert found.texts["host-memory-later/vmstat"] == b"pgpgin 7\n"
    assert [lack.source for lack in found.missing] == ["/proc/pressure/memory"]


def test_the_engine_does_what_its_lines_assert(tmp_path):
    names = vars(module_of(only("To add an engine"), tmp_path))
    assert names["engine"].capacity.slots == 2


def test_the_program_that_counts_runs_and_prints_its_counters(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(only("In a program").text)
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "work_queue: 1 of 10000 items" in done.stdout and "peak 4.0K" in done.stdout


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.heading)
def test_what_is_shown_as_python_is_python(block):
    compile(block.text, block.heading, "exec")


def test_the_settings_that_are_shown_are_taken(tmp_path):
    shown = [block.text for block in blocks("toml") if block.heading == "Limits"]
    assert shown
    for text in shown:
        (tmp_path / "mnemo.toml").write_text(text)
        assert load(config_file=tmp_path / "mnemo.toml").warnings == ()
