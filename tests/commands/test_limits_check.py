"""`mnemo limits check` as a CI job calls it: what it judges at once, what it prints, when it gives up waiting."""

import json
import os
import resource
import select
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.commands import limits_check
from mnemo_cli.commands.limits_check import Judged, retried
from mnemo_cli.errors import ExitCode, TargetError
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Sample, Scope
from tests.doctor.stock import write
from tests.doctor.stock_hosts import debian_service
from tests.schemas import validator_of

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems let nobody read another's limits")


@pytest.fixture
def check(script_runner, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words):
        return script_runner.run(["mnemo", "limits", "check", *map(str, words)])

    return call


def document(done):
    assert done.stderr == "", done.stderr
    found = json.loads(done.stdout)
    validator_of("findings").validate(found)
    return found


@pytest.mark.parametrize(
    ("level", "severity", "failing"),
    [
        ("normal", None, ()),
        ("moderate", "note", ("note", "moderate")),
        ("high", "warning", ("note", "moderate", "warning", "high")),
        ("critical", "error", ("note", "moderate", "warning", "high", "error", "critical")),
    ],
)
def test_the_memory_level_is_a_finding_and_the_gate_is_the_common_one(check, machine_at, level, severity, failing):
    machine_at(level)
    found = document(check("--select", "LV001", "--format", "json"))
    assert [result["slug"] for result in found["results"]] == ["memory-level"]
    assert found["results"][0]["severity"] == severity and level in found["results"][0]["message"]
    for word in ("note", "moderate", "warning", "high", "error", "critical", "never"):
        assert check("--select", "LV", "--fail-on", word).returncode == (1 if word in failing else 0)


def test_the_level_comes_first_and_the_doctors_checks_after_it(check, machine_at):
    machine_at("normal")
    found = document(check("--fail-on", "never", "--format", "json"))
    assert found["results"][0]["id"] == "LV001" and len(found["results"]) > 50
    without = document(check("--ignore", "memory-level", "--fail-on", "never", "--format", "json"))
    assert [result["id"] for result in without["results"]] == [result["id"] for result in found["results"][1:]]


def test_what_holds_is_one_line(check, machine_at):
    machine_at("normal")
    done = check("--select", "LV001,FD005")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ok PASS  self") and done.stdout.count("\n") == 1
    assert "the memory level is normal at" in done.stdout and done.stdout.endswith("fails from error on\n")


def test_what_fails_is_listed_with_its_fixes_and_nothing_else(check, machine_at):
    machine_at("high")
    done = check("--need", "nofile=99999999", "--select", "FD001,LV001,FD005")
    first, *fixes, last = done.stdout.splitlines()
    assert done.returncode == 1 and first.startswith("XX ERROR    FD001 fd-soft-low  ")
    assert fixes and all(line.startswith("            > ") for line in fixes)
    assert last.startswith("XX FAIL  self") and "1 error, 1 warning" in last and "memory level is high" in last


def test_the_table_fits_the_terminal(check, machine_at):
    machine_at("critical")
    done = check("--need", "nofile=99999999", "--format", "table", "--fail-on", "note")
    assert max(len(line) for line in done.stdout.splitlines() if "            > " not in line) <= 80
    assert "\x1b" not in done.stdout


def test_verbose_shows_everything(check, machine_at):
    machine_at("normal")
    assert "ok PASS     LV001 memory-level" in check("--verbose", "--fail-on", "never").stdout


def unknown_level(used):
    group = Memory(source=LimitSource("cgroup", "/app", "memory.max"), used_bytes=1, limit_bytes=None)
    host = Memory(source=LimitSource("host"), used_bytes=used, limit_bytes=100)
    sample = Sample(time_seconds=0, clock_seconds=0, scope=Scope("cgroup", "/app"), limits=(group, host))
    return Moment(sample=sample, verdict=step(State(), sample, Edges())[1])


@pytest.mark.parametrize(
    ("used", "fail_on", "code", "begin"),
    [
        (1, "error", 3, "?? UNKNOWN  LV001"),
        (1, "never", 0, "ok PASS  self"),
        (70, "error", 3, "!! WARNING  LV001"),
        (70, "warning", 1, "!! WARNING  LV001"),
        (90, "error", 1, "XX ERROR    LV001"),
    ],
)
def test_an_unknown_level_is_exit_3_and_a_breach_outranks_it(check, monkeypatch, used, fail_on, code, begin):
    monkeypatch.setattr(limits_check, "_look", lambda question, audits, rules: unknown_level(used))
    done = check("--select", "LV001", "--fail-on", fail_on)
    assert (done.returncode, done.stdout[: len(begin)]) == (code, begin)
    found = document(check("--select", "LV001", "--fail-on", fail_on, "--format", "json"))
    assert found["exit_code"] == code


def test_a_known_or_waived_level_does_not_fail(check, machine_at):
    machine_at("critical")
    assert check("--select", "LV001", "--report", "json=before.json").returncode == 1
    assert check("--select", "LV001", "--baseline", "before.json").returncode == 0
    Path("mnemo.toml").write_text(
        '[[doctor.waivers]]\nid = "memory-level"\ntarget = "*"\nreason = "being moved"\nexpires = 2999-12-31\n'
    )
    done = check("--select", "LV001")
    assert done.returncode == 0 and "1 waived" in done.stdout


def test_a_level_that_became_worse_is_new(check, machine_at):
    machine_at("high")
    check("--select", "LV001", "--report", "json=before.json")
    machine_at("critical")
    assert check("--select", "LV001", "--baseline", "before.json").returncode == 1


def test_a_rule_about_the_number_of_processes_is_judged(check):
    Path("rules.yml").write_text("alerts:\n- {name: Crowd, condition: process_count > 0}\n")
    found = document(check("--select", "AL001", "--rules", "rules.yml", "--format", "json"))
    assert [result["message"].partition(" holds")[0] for result in found["results"]] == ["Crowd: process_count > 0"]


def test_files_have_no_level(check, tmp_path):
    root = write(tmp_path / "captured", debian_service())
    found = document(check("--root", root, "--pid", "812", "--format", "json"))
    assert (found["results"][0]["slug"], found["results"][0]["state"]) == ("memory-level", "skipped")
    assert found["target"]["name"] == "nginx"


@only_linux
@pytest.mark.parametrize("target", ["--pid", "--name", "--user"])
def test_every_kind_of_target_has_a_level(check, hold, machine_at, target):
    machine_at("normal")
    process = hold(1)
    name = Path(f"/proc/{process.pid}/comm").read_text().strip()
    word = {"--pid": process.pid, "--name": f"^{name}$", "--user": os.getuid()}[target]
    found = document(check(target, word, "--select", "LV001,FD001", "--fail-on", "never", "--format", "json"))
    levels = [result for result in found["results"] if result["id"] == "LV001"]
    assert len(levels) == 1 and levels[0]["state"] == "pass"


def test_nagios_takes_the_level_and_speaks_of_it(check, machine_at):
    for level, code in (("normal", 0), ("high", 1), ("critical", 2)):
        machine_at(level)
        done = check("--select", "LV001", "--format", "nagios")
        assert done.returncode == code and "'memory-level'=" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--wait", "soon"), "--wait: 'soon' is not a duration"),
        (("--pid", "99999999", "--wait", "1h"), "there is no process 99999999"),
        (("--select", "LV002"), "there is no check 'LV002'"),
    ],
)
def test_wrong_usage_is_exit_2_at_once(check, words, said):
    done = check(*words)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr


def test_mnemo_limits_alone_prints_its_help(script_runner):
    done = script_runner.run(["mnemo", "limits"])
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {name} " in done.stdout for name in ("check", "show", "render"))


@only_linux
def test_wait_ends_with_0_as_soon_as_it_holds(start, hold):
    process = hold(1)
    hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (64, hard))
    waiting = start("limits", "check", "--pid", str(process.pid), "--select", "FD001", "--wait", "60s", bufsize=1)
    assert select.select([waiting.stderr], [], [], 30)[0]
    assert waiting.stderr.readline() == "mnemo: it does not hold yet; trying again for up to 60s\n"
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    began = time.monotonic()
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, err) == (0, "") and out.startswith("ok PASS  ")
    assert time.monotonic() - began < 30


class Passing:
    """A clock that only pauses move."""

    def __init__(self):
        self.now, self.pauses = 100.0, []

    def __call__(self):
        return self.now

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


def waited(codes, seconds, *, retries_missing=True):
    """The clock, and what came of tries that end with these codes (an exception is raised), the last one for ever."""
    clock, left = Passing(), list(codes)

    def judge():
        code = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(code, Exception):
            raise code
        return Judged((), code)

    return clock, lambda: retried(judge, seconds, retries_missing=retries_missing, clock=clock, pause=clock.pause)


def test_without_a_time_there_is_one_try():
    clock, run = waited([ExitCode.FINDING], 0)
    assert run().exit_code is ExitCode.FINDING and clock.pauses == []


def test_the_pauses_grow_and_the_last_try_is_at_the_very_end():
    clock, run = waited([ExitCode.FINDING], 30)
    assert run().exit_code is ExitCode.FINDING
    assert clock.now == pytest.approx(130) and len(clock.pauses) < 20
    assert clock.pauses[:-1] == sorted(clock.pauses[:-1]) and max(clock.pauses) == 5


@pytest.mark.parametrize("code", [ExitCode.FINDING, ExitCode.UNKNOWN, TargetError("not yet")])
def test_the_first_try_that_holds_is_the_end(code):
    clock, run = waited([code, code, ExitCode.DONE], 30)
    assert run().exit_code is ExitCode.DONE and len(clock.pauses) == 2


def test_a_target_that_never_comes_is_missing_in_the_end():
    clock, run = waited([TargetError("nobody")], 3)
    with pytest.raises(TargetError, match="nobody"):
        run()
    assert clock.now == pytest.approx(103)


def test_a_process_that_is_gone_does_not_come_back():
    clock, run = waited([TargetError("gone")], 3, retries_missing=False)
    with pytest.raises(TargetError):
        run()
    assert clock.pauses == []
