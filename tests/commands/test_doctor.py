"""`mnemo doctor` as a shell calls it: whom it looks at, what fails, and in which form it says so."""

import datetime
import json
import os
import resource
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from mnemo_cli.commands.auditing import ROOT
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.output.findings import FindingsFormat
from tests.commands.conftest import end_all
from tests.doctor.stock import write
from tests.doctor.stock_hosts import debian_service
from tests.schemas import validator_of

READY = "import sys; print('ready', flush=True); sys.stdin.read()"
# The first run, as root, imports everything: nobody may not read every installation of Python.
AS_NOBODY = """
import contextlib, io, os, sys
from mnemo_cli.app import main
with contextlib.redirect_stdout(io.StringIO()):
    main(sys.argv[1:])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
raise SystemExit(main(sys.argv[1:]))
"""
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems let nobody read another's limits")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a program as somebody else")


@pytest.fixture
def child():
    """Starts a process with these limits, and says when it has them; it ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(name: str | None = None, **limits: tuple[int, int]) -> "subprocess.Popen[str]":
        def limit() -> None:
            for key, pair in limits.items():
                resource.setrlimit(getattr(resource, f"RLIMIT_{key.upper()}"), pair)

        rename = f"open('/proc/self/comm', 'w').write({name!r}); " if name else ""
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", rename + READY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=limit,
        )
        started.append(process)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        return process

    yield begin
    end_all(started)


@pytest.fixture
def doctor(script_runner, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words):
        return script_runner.run(["mnemo", "doctor", *map(str, words)])

    return call


def document(done):
    assert done.stderr == "", done.stderr
    found = json.loads(done.stdout)
    validator_of("findings").validate(found)
    assert found["exit_code"] == done.returncode
    return found


def finding(found, check):
    return next(result for result in found["results"] if result["id"] == check)


@only_linux
def test_a_process_with_64_descriptors_is_found_with_its_layer_and_number(doctor, child):
    process = child(nofile=(64, 64))
    found = document(doctor("--pid", process.pid, "--format", "json"))
    low = finding(found, "FD001")
    assert (low["state"], low["severity"], low["limit"], low["layer"]) == ("finding", "error", 64, "soft")
    assert (found["exit_code"], found["target"]["pid"], found["target"]["kind"]) == (1, process.pid, "process")
    assert len(found["results"]) == len(CHECKS)


def test_without_a_target_it_is_what_a_program_started_here_gets(doctor):
    found = document(doctor("--format", "json", "--fail-on", "never"))
    assert (found["target"]["kind"], found["target"]["name"]) == ("process", "self")
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert finding(found, "FD001")["limit"] in (soft, "unlimited")


def test_ulimit_doctor_is_the_same_command(script_runner, doctor):
    words = ("--select", "FD001,CF", "--format", "json", "--", "sh")
    other = script_runner.run(["mnemo", "ulimit", "doctor", *words])
    assert (other.returncode, other.stdout) == (doctor(*words).returncode, doctor(*words).stdout)


def test_a_program_after_two_dashes_is_judged_and_not_started(doctor, tmp_path):
    program = tmp_path / "nginx"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    found = document(doctor("--format", "json", "--fail-on", "never", "--", program, f"{tmp_path}/made"))
    assert found["target"] == {
        "kind": "command",
        "pid": None,
        "name": "nginx",
        "user": found["target"]["user"],
        "unit": None,
    }
    assert found["profile"] == "server"
    assert finding(found, "FD003")["state"] == "skipped"
    assert doctor("--select", "FD", "--fail-on", "never", "--", "touch", tmp_path / "made").returncode == 0
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        ("no-such-program", 127, "no-such-program: command not found"),
        ("/etc/passwd", 126, "/etc/passwd: cannot be run"),
    ],
)
def test_of_a_program_that_cannot_start_no_limit_is_judged(doctor, program, code, said):
    done = doctor("--", program)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


@only_linux
def test_several_of_one_name_are_several_targets_and_the_machine(doctor, child):
    name = f"crowd{os.getpid()}"[:15]
    one, low = child(name), child(name, nofile=(64, 64))
    found = document(doctor("--name", f"^{name}$", "--select", "FD001,FD006", "--format", "json"))
    assert (found["target"], found["profile"], found["exit_code"]) == (None, None, 1)
    assert {result["target"]["pid"] for result in found["results"]} == {None, one.pid, low.pid}
    assert {result["target"]["pid"] for result in found["results"] if result["severity"] == "error"} == {low.pid}


@only_linux
def test_one_of_a_name_is_one_target(doctor, child):
    name = f"alone{os.getpid()}"[:15]
    process = child(name)
    found = document(doctor("--name", f"^{name}$", "--fail-on", "never", "--format", "json"))
    assert (found["target"]["pid"], found["target"]["name"]) == (process.pid, name)


@only_linux
def test_the_processes_of_a_user_are_found_by_name_and_by_uid(doctor, child):
    process = child(nofile=(64, 64))
    for user in (str(os.getuid()), *(("root",) if os.getuid() == 0 else ())):
        found = document(doctor("--user", user, "--select", "FD001", "--format", "json"))
        pids = [result["target"]["pid"] for result in found["results"] if result["severity"] == "error"]
        assert process.pid in pids and found["exit_code"] == 1


@only_linux
def test_of_all_the_top_ones_are_the_worst_and_the_code_is_that_of_all(doctor, child):
    process = child(nofile=(32, 32), cpu=(1000, 1000), fsize=(10_000_000, 10_000_000))
    found = document(doctor("--all", "--top", "1", "--select", "FD,PR011", "--format", "json"))
    pids = [result["target"]["pid"] for result in found["results"]]
    assert set(pids) <= {None, process.pid} or len(set(pids)) == 2
    assert found["exit_code"] == 1
    everybody = document(doctor("--all", "--select", "FD,PR011", "--format", "json"))
    assert process.pid in {result["target"]["pid"] for result in everybody["results"]}


def test_a_captured_tree_is_read_and_nothing_of_this_machine(doctor, tmp_path):
    root = write(tmp_path / "captured", debian_service())
    found = document(doctor("--root", root, "--pid", "812", "--format", "json"))
    assert (found["target"]["name"], found["target"]["user"], found["target"]["unit"]) == (
        "nginx",
        "www-data",
        "nginx.service",
    )
    assert (found["profile"], found["exit_code"]) == ("server", 0)
    for words in (("--unit", "nginx"), ("--name", "^app$"), ("--user", "www-data")):
        done = doctor("--root", root, *words, "--format", "json")
        assert done.returncode in (0, 2) and "Traceback" not in done.stderr


def test_an_image_has_files_only(doctor, tmp_path):
    root = write(tmp_path / "image", {"etc/security/limits.d/99-x.conf": "* hard nofile 99999999999\n"})
    found = document(doctor("--root", root, "--format", "json"))
    assert (found["target"]["kind"], found["target"]["name"]) == ("tree", str(root))
    assert finding(found, "FD001")["state"] == "skipped"
    assert finding(found, "CF003")["state"] in ("finding", "unknown")


def test_the_root_of_this_machine_is_this_machine_however_it_is_written(doctor):
    for root in ("/", "//", "/."):
        found = document(doctor("--root", root, "--format", "json", "--fail-on", "never"))
        assert found["target"]["name"] == "self"
    assert Path("/") == ROOT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--pid", "99999999"), "there is no process 99999999"),
        (("--name", "no such name"), "no process has a name like 'no such name'"),
        (("--name", ""), "--name is empty"),
        (("--user", ""), "--user is empty"),
        (("--unit", ""), "--unit is empty"),
        (("--name", "("), "("),
        (("--user", "nobody-here"), "there is no user 'nobody-here'"),
        (("--unit", "no-such"), "no process has the unit no-such.service"),
        (("--pid", "1", "--all"), "more than one target was given"),
        (("--pid", "1", "--", "ls"), "more than one target was given"),
        (("--root", "/tmp", "--", "ls"), "leave --root out"),
        (("--",), "there is no program after --"),
        (("--top", "3"), "--top is for several targets"),
        (("--root", "/no/such/folder"), "/no/such/folder"),
        (("--profile", "servr"), "did you mean server?"),
        (("--need", "fds=3"), "'fds=3' is not a need"),
        (("--select", "FD999"), "there is no check 'FD999'; did you mean FD"),
        (("--select", ""), "--select is empty"),
        (("--ignore", "FD,PR,CG,MM,OM,IN,AI,CF"), "leaves no check"),
        (("--baseline", "/no/such.json"), "cannot read the baseline /no/such.json"),
        (("--report", "json"), "names no file"),
        (("--report", "jsn=x"), "did you mean json?"),
        (("--fail-on", "always"), "always"),
        (("--format", "xml"), "xml"),
    ],
)
def test_wrong_usage_is_exit_2_before_anything_is_shown(doctor, words, said):
    done = doctor(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


def test_a_need_is_a_demand_from_the_flag_the_variable_and_the_file(doctor, monkeypatch):
    words = ("--select", "FD001", "--format", "json", "--", "sh")
    most = "nofile=99999999"
    assert finding(document(doctor("--need", most, *words)), "FD001")["severity"] == "error"
    Path("mnemo.toml").write_text(f'[doctor]\nneed = "{most}"\n')
    assert finding(document(doctor(*words)), "FD001")["severity"] == "error"
    assert document(doctor("--need", "none", *words))["exit_code"] == 0
    Path("mnemo.toml").unlink()
    monkeypatch.setenv("MNEMOSYNE_DOCTOR_NEED", most)
    assert document(doctor(*words))["exit_code"] == 1


def test_several_needs_count_together(doctor):
    done = doctor(
        "--need", "nofile=99999999", "--need", "nproc=99999999", "--select", "FD001,PR001", "--format", "json"
    )
    severities = {result["id"]: result["severity"] for result in document(done)["results"]}
    assert severities["FD001"] == "error"
    nproc = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    assert severities["PR001"] == "error" or nproc == resource.RLIM_INFINITY or os.getuid() == 0


WAIVER = '[[doctor.waivers]]\nid = "FD001"\ntarget = "{}"\nreason = "replaced soon"\nexpires = {}\n'
FAILING = ("--need", "nofile=99999999", "--select", "FD001")


@pytest.mark.parametrize("target", ["self", "*", "sel?"])
def test_a_waiver_takes_a_finding_out_of_the_gate_but_not_out_of_sight(doctor, target):
    last_day = datetime.date.today()
    Path("mnemo.toml").write_text(WAIVER.format(target, last_day))
    found = document(doctor(*FAILING, "--format", "json"))
    assert (found["exit_code"], found["summary"]["waived"]) == (0, 1)
    assert f"waived until {last_day}: replaced soon" in finding(found, "FD001")["message"]
    assert "1 waived" in doctor(*FAILING).stdout


def test_an_expired_waiver_comes_back_with_a_note(doctor):
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    Path("mnemo.toml").write_text(WAIVER.format("*", yesterday))
    found = document(doctor(*FAILING, "--format", "json"))
    assert found["exit_code"] == 1 and f"expired on {yesterday}" in finding(found, "FD001")["message"]


def test_a_waiver_for_another_target_waives_nothing(doctor):
    Path("mnemo.toml").write_text(WAIVER.format("nginx", "2999-01-01"))
    assert doctor(*FAILING).returncode == 1


def test_a_waiver_of_no_check_stops_with_exit_2(doctor):
    Path("mnemo.toml").write_text(WAIVER.format("*", "2999-01-01").replace("FD001", "FD01"))
    done = doctor(*FAILING)
    assert (done.returncode, done.stdout) == (2, "")
    assert "mnemo.toml:2: doctor.waivers: there is no check 'FD01'; did you mean FD" in done.stderr


def test_what_a_baseline_knows_does_not_fail(doctor):
    first = doctor(*FAILING, "--report", "json=before.json")
    assert first.returncode == 1
    later = doctor(*FAILING, "--baseline", "before.json")
    assert later.returncode == 0 and "known" in later.stdout
    assert doctor("--need", "nofile=99999999", "--select", "FD", "--baseline", "before.json").returncode == 1


def test_every_format_is_written_whole_and_several_at_once(doctor):
    formats = [one for one in FindingsFormat if one is not FindingsFormat.PLAIN]
    reports = [word for one in formats for word in ("--report", f"{one.value}={one.value}.out")]
    done = doctor(*FAILING, *reports, "-o", "plain.out")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    texts = {one.value: Path(f"{one.value}.out").read_text() for one in FindingsFormat}
    assert texts["plain"].startswith("XX ERROR    FD001 fd-soft-low  self ")
    validator_of("findings").validate(json.loads(texts["json"]))
    assert json.loads(texts["ndjson"]) == json.loads(texts["json"])
    run = json.loads(texts["sarif"])["runs"][0]
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["id"] == "FD001" and "Every socket, pipe and open file" in rule["fullDescription"]["text"]
    assert ElementTree.fromstring(texts["junit"]).get("failures") == "1"
    assert texts["github"].startswith("::error title=FD001 fd-soft-low")
    assert texts["nagios"].startswith("MNEMO CRITICAL - FD001")
    assert max(map(len, texts["table"].splitlines())) <= 80


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(doctor):
    done = doctor(*FAILING, "--report", "json=no/such/folder/x.json")
    assert (done.returncode, done.stdout) == (2, "") and "there is no folder no/such/folder" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "begin"),
    [
        (("--need", "nofile=99999999"), 2, "MNEMO CRITICAL - FD001 fd-soft-low in self"),
        (("--need", "none", "--profile", "default", "--ignore", "FD002,FD004"), None, "MNEMO "),
        (("--pid", "99999999"), 3, "MNEMO UNKNOWN - there is no process 99999999"),
        (("--need", "a|b"), 3, "MNEMO UNKNOWN - flag --need: doctor.need: 'a/b' is not a need"),
    ],
)
def test_nagios_gets_its_own_codes_even_for_wrong_usage(doctor, words, code, begin):
    done = doctor("--format", "nagios", "--select", "FD", *words)
    assert code is None or done.returncode == code
    assert done.stdout.startswith(begin) and done.stdout.count("\n") == 1 and done.stderr == ""


@only_linux
def test_what_is_selected_and_ignored_is_all_that_is_looked_at(doctor, child):
    process = child(nofile=(64, 64))
    words = ("--pid", process.pid, "--format", "json")
    only = document(doctor(*words, "--select", "FD001,mappings", "--select", "OM"))
    assert {result["id"][:2] for result in only["results"]} == {"FD", "MM", "OM"}
    without = document(doctor(*words, "--ignore", "fd-soft-low"))
    assert "FD001" not in {result["id"] for result in without["results"]}
    assert len(without["results"]) == len(CHECKS) - 1


@pytest.mark.parametrize(("word", "code"), [("error", 1), ("critical", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on_takes_severities_and_the_words_of_levels(doctor, word, code):
    assert doctor(*FAILING, "--fail-on", word).returncode == code
    assert doctor(*FAILING, "--fail-on", word.upper()).returncode == code


def test_passes_are_shown_when_asked_for(doctor):
    assert "ok PASS" not in doctor("--fail-on", "never").stdout
    assert "ok PASS" in doctor("--fail-on", "never", "--verbose").stdout


def test_an_unknown_check_is_exit_3_only_when_that_was_asked_for(doctor, tmp_path):
    files = {**debian_service(), "proc/812/limits": None}
    root = write(tmp_path / "captured", files)
    words = ("--root", root, "--pid", "812", "--select", "FD001", "--format", "json")
    assert finding(document(doctor(*words)), "FD001")["state"] == "unknown"
    assert (doctor(*words).returncode, doctor(*words, "--strict-unknown").returncode) == (0, 3)


@only_root
@only_linux
def test_nobody_examines_a_process_of_root_without_privilege(child):
    process = child(nofile=(64, 64))
    words = ["doctor", "--pid", str(process.pid), "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
        env={**os.environ, "XDG_CONFIG_HOME": "/nonexistent"},
    )
    found = document(done)
    low = finding(found, "FD001")
    assert (done.returncode, low["limit"], low["severity"]) == (1, 64, "error")
    assert finding(found, "FD003")["state"] in ("pass", "finding") and finding(found, "FD003")["used"] > 0
    lacking = {result["id"]: result["message"] for result in found["results"] if result["state"] == "unknown"}
    assert all("cannot" in message and "what would help" in message for message in lacking.values()), lacking
    assert found["target"]["user"] == "root"


@only_linux
def test_a_closed_pipe_ends_quietly(run):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = run("doctor", "--all", stdout=pipe)
    assert (done.returncode, done.stderr) == (0, "")
