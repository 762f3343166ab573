"""What every collector keeps to, on whatever machine: it never raises, never waits, stays in its folder."""

import importlib
import os
import pkgutil
import re
import tempfile
from pathlib import Path

import pytest

import mnemo_cli.diagnostics.collectors as collectors_folder
from mnemo_cli.diagnostics.collector import Collector
from mnemo_cli.diagnostics.collectors import COLLECTORS
from mnemo_cli.sampling.target import TargetChoice
from tests.diagnostics.collectors.scenes import (
    HOSTS,
    MACHINE,
    Programs,
    failing,
    nobody,
    printing,
    process,
    scene_of,
    taken,
    taken_in_time,
    write,
)

EVERY_COLLECTOR = pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.id)
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
STATES = {"ok", "partial", "denied", "timeout", "error", "skipped"}
GARBAGE = (
    b"",
    b"\n",
    b"max",
    b"\xff\x00\x1b]0;x\x07\n" * 50,
    b"-1\n",
    b"9" * 400 + b"\n",
    b"{[" * 5000,
    b"a b\tc: 1 kB\n",
)
# Read by readers of `sampling`, which wait for a writer where a FIFO stands in the place of their file.
READ_ELSEWHERE = {"proc/self/mountinfo", "etc/security/limits.conf", "etc/sysctl.conf", "etc/os-release"}


def machine(root: Path) -> Path:
    files = {**MACHINE, **process(4121), **process(4122, rss_kib=4000, argv=("python3", "app.py"))}
    return write(
        root, {**files, "proc/4121/cwd/hs_err_pid4121.log": "#\n", "run/systemd/system/x": "", "run/docker.sock": ""}
    )


def full_scene(root: Path, **changes: object):
    files = {
        "memory_log_file": root / "home/memory.log",
        "recordings": (root / "home/one.jsonl",),
        "databases": (root / "home/data.db",),
        "settings_document": b"{}",
        "pids": (4121, 4122),
    }
    return scene_of(root, **{**files, **changes})


def assert_kept(collector: Collector, found) -> None:
    for path in found.members:
        assert PATH.fullmatch(path) and path.startswith(f"{collector.id}/") and ".." not in path
    for lack in found.missing:
        assert lack.state in STATES and lack.source and lack.reason
        assert lack.reason.isprintable() and lack.source.isprintable()


def test_every_collector_has_an_id_of_its_own_and_a_card():
    ids = [collector.id for collector in COLLECTORS]
    assert len(set(ids)) == len(ids)
    for collector in COLLECTORS:
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", collector.id)
        assert set(collector.platforms) <= {"linux", "darwin"} and collector.platforms
        assert 0 < collector.timeout_seconds <= 12


def test_every_file_of_the_folder_is_in_the_list_and_says_what_it_is_for():
    names = {module.name for module in pkgutil.iter_modules(collectors_folder.__path__)}
    modules = [importlib.import_module(f"{collectors_folder.__name__}.{name}") for name in names]
    assert {module.COLLECTOR for module in modules} == set(COLLECTORS) and len(modules) == len(COLLECTORS)
    for module in modules:
        assert module.COLLECTOR.id.replace("-", "_") == module.__name__.rpartition(".")[2]
        assert len((module.__doc__ or "").partition("\n")[0]) > 40 and module.COLLECTOR.help


def test_collectors_do_not_know_each_other():
    for module in pkgutil.iter_modules(collectors_folder.__path__):
        source = Path(collectors_folder.__path__[0], f"{module.name}.py").read_text()
        assert "diagnostics.collectors" not in source, module.name


@EVERY_COLLECTOR
def test_an_empty_machine_has_reasons_and_no_errors(tmp_path, collector):
    found = taken(collector, scene_of(tmp_path))
    assert_kept(collector, found)
    assert found.members or found.missing
    assert "error" not in found.states


@pytest.mark.parametrize("host", sorted(host for host in HOSTS.iterdir() if host.is_dir()), ids=lambda host: host.name)
def test_no_host_makes_a_collector_raise(host):
    pids = tuple(int(path.name) for path in sorted((host / "proc").glob("[0-9]*")))
    for collector in COLLECTORS:
        for choice, targets in ((TargetChoice(kind="host"), ()), (TargetChoice(kind="cgroup", path="/app"), pids)):
            assert_kept(collector, taken(collector, scene_of(host, choice=choice, pids=targets)))


@EVERY_COLLECTOR
@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_in_every_file_does_not_make_it_raise(tmp_path, collector, garbage):
    root = machine(tmp_path)
    for name in ("home/memory.log", "home/one.jsonl", "home/data.db"):
        write(root, {name: garbage})
    write(root, {"proc/4122/cwd/report.20261122.140231.4122.0.001.json": garbage})
    for folder, _, files in os.walk(root):
        for name in files:
            Path(folder, name).write_bytes(garbage)
    assert_kept(collector, taken(collector, full_scene(root)))


@EVERY_COLLECTOR
@pytest.mark.parametrize(
    "answer",
    [
        *map(printing, GARBAGE),
        failing(None),
        failing(1, "boom \x1b[31m"),
        failing(13, "Permission denied"),
        PermissionError(13, "Permission denied", "x"),
        OSError(12, "Cannot allocate memory", "x"),
    ],
    ids=lambda answer: repr(answer)[:40],
)
def test_no_answer_of_a_program_makes_it_raise(tmp_path, collector, answer):
    root = machine(tmp_path)
    assert_kept(collector, taken(collector, full_scene(root, run=Programs({(): answer}))))


@EVERY_COLLECTOR
def test_a_folder_in_the_place_of_every_file_is_a_reason(tmp_path, collector):
    """Reading a folder fails for root, too, where permission bits would not."""
    root = machine(tmp_path)
    for folder, _, files in os.walk(root):
        for name in files:
            Path(folder, name).unlink()
            Path(folder, name).mkdir()
    found = taken(collector, full_scene(root))
    assert_kept(collector, found)
    assert found.members or found.missing


@EVERY_COLLECTOR
def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(tmp_path, collector):
    root = machine(tmp_path)
    write(root, {"home/memory.log": "", "home/one.jsonl": "", "home/data.db": ""})
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            if str(path.relative_to(root)) not in READ_ELSEWHERE:
                path.unlink()
                os.mkfifo(path)
    scene = full_scene(root)
    # The audit asks readers of `sampling` for files of the kernel, where no FIFO can stand.
    if collector.id != "findings":
        assert_kept(collector, taken_in_time(collector, scene))


def test_a_closed_machine_is_denied_and_not_empty():
    """As for a person who may list everything and read nothing."""
    with tempfile.TemporaryDirectory() as folder:
        root = machine(Path(folder))
        write(root, {"home/memory.log": "x", "home/one.jsonl": "x", "home/data.db": "x"})
        for collector in COLLECTORS:
            taken(collector, full_scene(root))  # nobody may not be allowed to import, either
        for place, _, files in os.walk(root):
            Path(place).chmod(0o755)
            for name in files:
                Path(place, name).chmod(0)
        with nobody():
            found = {collector.id: taken(collector, full_scene(root)) for collector in COLLECTORS}
    for collector in COLLECTORS:
        assert_kept(collector, found[collector.id])
    reading = (
        "kernel-log",
        "host-memory",
        "memory-log",
        "recordings",
        "databases",
        "target-groups",
        "rlimits",
        "sysctls",
    )
    assert {name: found[name].states & {"denied"} for name in reading} == {name: {"denied"} for name in reading}


@EVERY_COLLECTOR
def test_a_small_room_is_kept_to(tmp_path, collector):
    root = machine(tmp_path)
    write(root, {"home/memory.log": '{"schema":"mnemo.log/1","x":1}\n' * 5000, "home/one.jsonl": "{}\n" * 9000})
    found = taken(collector, full_scene(root, member_max_bytes=4096))
    assert_kept(collector, found)
    if collector.id in ("memory-log", "recordings"):
        assert all(len(text) <= 4096 for text in found.texts.values())
