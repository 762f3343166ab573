"""What runtimes leave behind."""

import json
import os

import pytest

from mnemo_cli.diagnostics.collectors.runtime_traces import COLLECTOR
from tests.diagnostics.collectors.scenes import MACHINE, process, scene_of, taken, write


@pytest.fixture
def root(tmp_path):
    return write(tmp_path, {**MACHINE, **process(4121), "proc/4121/cwd/data.txt": "x"})


def told(root, pids=(4121,)):
    found = taken(COLLECTOR, scene_of(root, pids=pids))
    text = found.texts.get("runtime-traces/traces.jsonl", b"")
    return found, {json.loads(line)["path"].rpartition("/")[2]: json.loads(line) for line in text.splitlines()}


@pytest.mark.parametrize(
    ("name", "kind", "pid"),
    [
        ("hs_err_pid4121.log", "jvm-error", 4121),
        ("java_pid4121.hprof", "jvm-heap", 4121),
        ("report.20261122.140231.4121.0.001.json", "node-report", 4121),
        ("Heap.20261122.140231.4121.0.001.heapsnapshot", "node-heap", None),
        ("core.4121", "core", 4121),
        ("core", "core", None),
    ],
)
def test_traces_in_the_working_folder_are_told_by_name_and_size(root, name, kind, pid):
    write(root, {f"proc/4121/cwd/{name}": "12345"})
    _, rows = told(root)
    assert set(rows) == {name}
    row = rows[name]
    assert (row["kind"], row["size_bytes"]) == (kind, 5) and row["pid"] in (pid, 4121)


def test_traces_of_strangers_are_not_told(root):
    names = ("hs_err_pid99.log", "core.99", "java_pid99.hprof")
    write(root, {f"tmp/{name}": "x" for name in (*names, "core", "hs_err_pid4121.log")})
    assert set(told(root)[1]) == {"hs_err_pid4121.log"}


def test_core_dumps_that_systemd_keeps_are_found_by_the_pid_in_their_name(root):
    kept = "core.worker.1000.0123456789abcdef0123456789abcdef.4121.1795356000000000.zst"
    other = "core.worker.1000.0123456789abcdef0123456789abcdef.99.1795356000000000.zst"
    write(root, {f"var/lib/systemd/coredump/{name}": "x" for name in (kept, other)})
    _, rows = told(root)
    assert set(rows) == {kept} and rows[kept]["pid"] == 4121


def test_cores_are_found_where_the_kernel_is_told_to_put_them(root):
    write(
        root,
        {"proc/sys/kernel/core_pattern": "/srv/cores/core.%p\n", "srv/cores/core.4121": "x", "srv/cores/core.9": "x"},
    )
    assert set(told(root)[1]) == {"core.4121"}


def test_a_link_is_not_followed(root):
    write(root, {"etc/shadow": "canary"})
    os.symlink(root / "etc/shadow", root / "proc/4121/cwd/hs_err_pid4121.log")
    found, rows = told(root)
    assert not rows and b"canary" not in found.everything


def test_a_node_report_that_is_no_report_is_an_error_and_not_copied(root):
    write(root, {"proc/4121/cwd/report.20261122.140231.4121.0.001.json": '{"canary": 1}'})
    found, rows = told(root)
    assert len(rows) == 1 and found.states == {"error"} and b"canary" not in found.everything


def test_without_traces_it_says_so(root):
    found, rows = told(root)
    assert not rows and found.states == {"skipped"}
    assert found.texts["runtime-traces/core_pattern"] == b"core\n"
