"""The collectors of macOS, on texts of its tools."""

import json
import os
from pathlib import Path

import pytest

from mnemo_cli.diagnostics.collectors import macos_crashes, macos_log, macos_memory, macos_processes
from tests.diagnostics.collectors.scenes import Programs, failing, printing, scene_of, taken, write

TEXTS = Path(__file__).with_name("macos")


def printed(name):
    return printing((TEXTS / name).read_bytes())


@pytest.fixture
def run():
    return Programs(
        {
            ("/usr/bin/vm_stat",): printed("vm_stat.txt"),
            ("/usr/bin/memory_pressure",): printing("System-wide memory free percentage: 42%\n"),
            ("/usr/sbin/sysctl",): printing("hw.memsize: 17179869184\n"),
            ("/bin/ps", "-axm"): printed("ps.txt"),
            ("/bin/ps", "-o"): printing("/Applications/My App.app/Contents/MacOS/My App\n"),
            ("/usr/sbin/lsof",): printed("lsof.txt"),
            ("/usr/bin/vmmap",): printed("vmmap.txt"),
            ("/usr/bin/log",): printed("log_show.txt"),
        }
    )


def scene(root, run, **changes):
    return scene_of(root, run=run, platform="darwin", pids=(4121,), **changes)


def test_memory_pressure_and_knobs_are_asked_for_by_name(tmp_path, run):
    found = taken(macos_memory.COLLECTOR, scene(tmp_path, run))
    assert b"Pages occupied by compressor" in found.texts["macos-memory/vm_stat.txt"]
    assert set(found.texts) == {f"macos-memory/{name}.txt" for name in ("vm_stat", "memory_pressure", "sysctl")}
    knobs = next(argv for argv in run.asked if "sysctl" in argv[0])
    assert "hw.memsize" in knobs and "-a" not in knobs and "kern.hostname" not in knobs


def test_processes_are_told_without_paths_and_arguments(tmp_path, run):
    found = taken(macos_processes.COLLECTOR, scene(tmp_path, run))
    rows = json.loads(found.texts["macos-processes/processes.json"])
    assert [(row["pid"], row["program"], row["rss_bytes"]) for row in rows] == [
        (4121, "My App", 812345 * 1024),
        (612, "runningboardd", 12345 * 1024),
    ]


def test_descriptors_are_counted_by_kind(tmp_path, run):
    found = taken(macos_processes.COLLECTOR, scene(tmp_path, run))
    assert json.loads(found.texts["macos-processes/descriptors-4121.json"]) == {
        "pid": 4121,
        "descriptors": 5,
        "kinds": {"CHR": 1, "DIR": 1, "IPv4": 2, "REG": 1},
    }


def test_of_the_memory_map_only_the_table_is_told(tmp_path, run):
    found = taken(macos_processes.COLLECTOR, scene(tmp_path, run))
    text = found.texts["macos-processes/vmmap-4121.txt"].decode()
    assert "Physical footprint:         812.4M" in text and "MALLOC_LARGE" in text and "TOTAL" in text
    assert "canary" not in found.everything.decode()


def test_the_newest_report_of_the_program_and_of_jetsam_are_taken(tmp_path, run):
    folder = "Library/Logs/DiagnosticReports"
    write(tmp_path, {f"{folder}/My App-2026-11-2{day}-1.ips": f"report {day}" for day in (1, 2)})
    write(tmp_path, {f"{folder}/JetsamEvent-2026-11-22-1.ips": "jetsam", f"{folder}/Other-1.ips": "canary"})
    os.utime(tmp_path / folder / "My App-2026-11-21-1.ips", (1, 1))
    found = taken(macos_crashes.COLLECTOR, scene(tmp_path, run))
    assert sorted(found.texts.values()) == [b"jetsam", b"report 2"] and b"canary" not in found.everything


def test_no_reports_are_no_fault(tmp_path, run):
    assert taken(macos_crashes.COLLECTOR, scene(tmp_path, run)).states == {"skipped"}


def test_the_log_is_asked_for_memory_and_for_the_time_that_is_wanted(tmp_path, run):
    found = taken(macos_log.COLLECTOR, scene(tmp_path, run, since_seconds=1800.0))
    assert b"killing_top_process" in found.texts["macos-log/memory.log"]
    assert "30m" in run.asked[0] and "memorystatus" in run.asked[0][-1]


@pytest.mark.parametrize("module", [macos_memory, macos_processes, macos_log])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (FileNotFoundError(2, "No such file or directory"), "skipped"),
        (failing(None), "timeout"),
        (failing(1, "operation not permitted"), "denied"),
        (failing(64, "usage"), "error"),
    ],
)
def test_a_tool_that_fails_says_why(tmp_path, module, answer, state):
    found = taken(module.COLLECTOR, scene(tmp_path, Programs({(): answer})))
    assert not found.members and found.states == {state}
