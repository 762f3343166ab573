"""`--fields` of `snapshot` and `monitor`: what is printed, and that nothing else is read for it."""

import csv
import io
import json
import os
import re

import pytest

FAST = ("--interval", "0.05")
# Python tells its audit hooks of every file and folder that it opens: https://peps.python.org/pep-0578/
AUDIT = """
import os, sys

told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        os.write(told, os.fsencode(arguments[0]) + b"\\n")


sys.addaudithook(hook)
"""
WALKED = re.compile(r"/proc/?|/proc/(?!self\b)\d+(/.*)?|/dev/shm/?")


@pytest.fixture
def opened(run, tmp_path):
    """Runs mnemo, and returns what it printed and which files it opened."""
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit/sitecustomize.py").write_text(AUDIT)

    def call(*words):
        told = tmp_path / "told"
        told.unlink(missing_ok=True)
        path = os.pathsep.join(filter(None, [str(tmp_path / "audit"), os.environ.get("PYTHONPATH", ""), os.getcwd()]))
        done = run(*words, env={**os.environ, "TOLD": str(told), "PYTHONPATH": path})
        assert done.returncode == 0, done.stderr
        return done.stdout, told.read_text(errors="replace").splitlines()

    return call


@pytest.fixture
def monitor(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", "monitor", "--host", *words])

    return call


@pytest.mark.parametrize("command", [("snapshot",), ("monitor", "--once"), ("monitor", "--count", "3", *FAST)])
def test_a_ratio_alone_walks_no_processes(opened, command):
    text, files = opened(*command, "--host", "--fields", "memory.used_ratio,level,forecast.seconds_to_limit")
    assert 0 < float(text.split()[0]) < 1
    assert "/proc/meminfo" in files
    assert [file for file in files if WALKED.fullmatch(file)] == []


@pytest.mark.parametrize("command", [("snapshot",), ("monitor", "--once")])
@pytest.mark.parametrize("field", ["processes.0.name", "target.processes", "gaps"])
def test_what_is_of_processes_walks_them(opened, command, field):
    text, files = opened(*command, "--host", "--fields", field)
    assert text.strip() not in ("", "unknown")
    assert "/proc" in files


@pytest.mark.parametrize("command", [("snapshot",), ("monitor", "--once")])
def test_trackers_are_looked_for_where_they_are_wanted(opened, command):
    _, files = opened(*command, "--host", "--fields", "trackers")
    assert "/dev/shm" in files


def test_rules_that_somebody_wrote_still_hear_of_trackers(opened, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text("alerts:\n  - name: Full\n    condition: work_queue_size > 1\n    action: log\n")
    _, files = opened("monitor", "--host", "--once", "--fields", "level", "--rules", str(rules))
    assert "/dev/shm" in files


def test_the_memory_log_says_that_trackers_were_not_asked_for(monitor, tmp_path):
    assert monitor("--once", "--fields", "level").returncode == 0
    *_, line = (tmp_path / "data/mnemosyne/logs/memory.log").read_text().splitlines()
    assert "trackers were not asked for" in [gap["reason"] for gap in json.loads(line)["gaps"]]


def test_each_format_has_the_fields_and_nothing_else(monitor):
    words = ("--count", "2", *FAST, "--fields", "level,memory.limit_bytes,scope.pid")
    ndjson = [json.loads(line) for line in monitor(*words, "--format", "ndjson").stdout.splitlines()]
    assert [list(line) for line in ndjson] == [["level", "memory.limit_bytes", "scope.pid"]] * 2
    header, *rows = csv.reader(io.StringIO(monitor(*words, "--format", "csv").stdout), strict=True)
    limit = str(ndjson[0]["memory.limit_bytes"])
    assert header == ["level", "memory.limit_bytes", "scope.pid"] and [row[1:] for row in rows] == [[limit, ""]] * 2
    plain = [line.split("\t") for line in monitor(*words).stdout.splitlines()]
    assert [line[1:] for line in plain] == [[limit, "unknown"]] * 2


def test_events_are_no_fields(monitor, machine_at):
    machine_at("critical")
    done = monitor("--once", "--fields", "level", "--format", "ndjson")
    assert done.stdout == '{"level":"critical"}\n' and "error: level" in done.stderr


def test_a_wrong_field_is_refused_before_anything_is_read_or_started(script_runner, tmp_path):
    for command in ("snapshot", "monitor"):
        words = ["mnemo", command, "--fields", "memory.used_rato"]
        if command == "monitor":
            words += ["-o", str(tmp_path / "lines")]
        done = script_runner.run([*words, "--", "touch", str(tmp_path / "started")])
        assert (done.returncode, done.stdout) == (2, "") and "did you mean memory.used_ratio" in done.stderr
    assert not (tmp_path / "started").exists() and not (tmp_path / "data").exists()


def test_with_a_program_fields_need_a_file(script_runner, tmp_path):
    done = script_runner.run(["mnemo", "monitor", "--fields", "level", "--", "true"])
    assert done.returncode == 2 and "--fields has nowhere to go" in done.stderr
    path = tmp_path / "lines"
    done = script_runner.run(["mnemo", "monitor", "--fields", "target.used_bytes", "-o", str(path), "--", "true"])
    assert done.returncode == 0 and re.fullmatch(r"(\d+\n)+", path.read_text())
