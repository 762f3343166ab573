"""Every small host of tests/hosts is read and judged as its expected.json says, by hand and not by the code."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Process, Sample, Verdict, limit_json
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice

HOSTS = Path(__file__).parents[1] / "hosts"
ONLY_ELSEWHERE = {"compressed_bytes", "paged_out_bytes_total"}
NAMES = sorted(path.name for path in HOSTS.iterdir() if path.is_dir())


def read(name: str) -> tuple[dict[str, Any], Sample, Verdict]:
    expected = json.loads((HOSTS / name / "expected.json").read_text())
    machine = Machine(TargetChoice(**expected["target"]), root=HOSTS / name)
    try:
        sample = machine.sample(time_seconds=0.0, clock_seconds=0.0)
    finally:
        machine.close()
    return expected, sample, step(State(), sample, Edges())[1]


def shown(reading: Memory | Process, wanted: dict[str, Any]) -> dict[str, Any]:
    """The wanted fields of a reading, in JSON's spelling."""
    names = {"path": lambda: reading.source.path, "rss_pages": lambda: pages(reading.rss_bytes)}
    return {key: limit_json(names[key]() if key in names else getattr(reading, key)) for key in wanted}


def pages(rss_bytes: int | None) -> int | None:
    return None if rss_bytes is None else rss_bytes // os.sysconf("SC_PAGE_SIZE")


def where(source: LimitSource) -> str | None:
    return source.path if source.kind == "cgroup" else source.kind


@pytest.mark.parametrize("name", NAMES)
def test_a_host_is_read_and_judged_as_expected(name):
    expected, sample, verdict = read(name)
    groups = {memory.source.path: memory for memory in sample.limits if memory.source.kind == "cgroup"}
    wanted = {group["path"]: group for group in expected["groups"]}

    # Two groups of one tree have no order between them: only a single path runs from the inside out.
    several = expected["target"]["kind"] == "process"
    assert sorted(groups) == sorted(wanted) if several else list(groups) == list(wanted)
    assert {path: shown(groups[path], wanted[path]) for path in wanted} == wanted
    assert sample.host is not None
    assert shown(sample.host, expected["host"]) == expected["host"]
    assert (where(verdict.binding.source) if verdict.binding else None) == expected["binding"]
    assert (verdict.level.word if verdict.level is not None else None) == expected["level"]
    assert sorted({gap.field for gap in sample.gaps}) == expected["gap_fields"]


@pytest.mark.parametrize("name", [name for name in NAMES if "at_least" in (HOSTS / name / "expected.json").read_text()])
def test_an_unknown_limit_leaves_the_worst_known_level(name):
    expected, _, verdict = read(name)
    assert verdict.at_least is not None
    assert verdict.at_least.word == expected["at_least"]


@pytest.mark.parametrize(
    "name", [name for name in NAMES if "processes" in json.loads((HOSTS / name / "expected.json").read_text())]
)
def test_the_processes_of_a_host_are_told_as_expected(name):
    expected, sample, _ = read(name)
    found = {process.pid: process for process in sample.processes}
    assert [shown(found[wanted["pid"]], wanted) for wanted in expected["processes"]] == expected["processes"]
    assert sample.process_count == expected["process_count"] == len(found)


def test_pressure_comes_from_the_innermost_group_where_it_has_one():
    expected, sample, _ = read("6.8-ubuntu-v2-service")
    assert sample.pressure is not None
    assert {key: getattr(sample.pressure, key) for key in expected["pressure"]} == expected["pressure"]


def test_an_ancestor_that_only_the_kernel_sees_is_named_with_its_limit():
    expected, sample, _ = read("4.15-v1-hidden-ancestor")
    assert set(expected["gap_reasons"]) <= {gap.reason for gap in sample.gaps}


@pytest.mark.parametrize("name", NAMES)
def test_every_missing_number_of_a_limit_has_a_gap(name):
    _, sample, _ = read(name)
    told = {gap.field for gap in sample.gaps}
    for memory in sample.limits:
        if memory.source.kind == "cgroup":
            missing = {field for field in Memory._fields if getattr(memory, field) is None} - ONLY_ELSEWHERE
            assert {f"limits.{memory.source.path}.{field}" for field in missing} <= told


@pytest.mark.parametrize("name", NAMES)
def test_a_glance_sees_the_same_use_and_limits_as_a_whole_sample(name):
    expected, sample, _ = read(name)
    machine = Machine(TargetChoice(**expected["target"]), root=HOSTS / name)
    try:
        glance = machine.glance(time_seconds=0.0, clock_seconds=0.0)
    finally:
        machine.close()
    assert [(memory.source, memory.used_bytes, memory.limit_bytes) for memory in glance.limits] == [
        (memory.source, memory.used_bytes, memory.limit_bytes) for memory in sample.limits
    ]


def test_the_readme_tells_of_every_host_in_one_line():
    lines = [line for line in (HOSTS / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == NAMES
    assert len(NAMES) >= 40
