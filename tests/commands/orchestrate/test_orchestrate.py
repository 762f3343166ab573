"""`mnemo orchestrate`: real small jobs from plan to exit code, and runs looked after from outside."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.orchestrate.stage import PATIENCE_SECONDS, left_behind, until, validated

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs jobs with Linux's means")


# plans and exit codes


def test_jobs_that_all_end_well_exit_0_and_leave_nothing_behind(orchestrate, plan, tmp_path):
    done = orchestrate(plan("echo one\necho two\n", "jobs.txt"))
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == ["one", "two"]
    assert "jobs: 2 done in" in done.stderr
    assert left_behind(tmp_path) == []


def test_a_failed_job_exits_1_and_keeps_the_journal(orchestrate, plan, tmp_path):
    done = orchestrate(plan("true\nexit 3\n", "jobs.txt"))
    assert done.returncode == 1
    assert "2: exit code 3" in done.stderr
    (folder,) = left_behind(tmp_path)
    assert f"the run is over and kept: `mnemo orchestrate report {folder}/journal` shows it" in done.stderr


def test_jobs_run_after_the_jobs_that_they_need(orchestrate, plan, tmp_path):
    text = '[[job]]\nid = "b"\nafter = ["a"]\ncmd = "echo b >> order"\n[[job]]\nid = "a"\ncmd = "echo a >> order"\n'
    assert orchestrate(plan(text)).returncode == 0
    assert (tmp_path / "here/order").read_text() == "a\nb\n"


def test_the_document_says_what_became_of_every_job(orchestrate, plan):
    text = """
    [plan]
    name = "nightly"
    budget = "256Mi"
    slots = 2
    [[job]]
    id = "good"
    cmd = ["true"]
    [[job]]
    id = "bad"
    cmd = ["false"]
    retries = 1
    [[job]]
    id = "after-bad"
    cmd = ["true"]
    after = ["bad"]
    [[job]]
    id = "huge"
    cmd = ["true"]
    mem = "1Gi"
    [[job]]
    id = "gone"
    cmd = ["no-such-program-anywhere"]
    """
    done = orchestrate(plan(text), "--format", "json")
    document = validated(done.stdout)
    jobs = {job["id"]: job for job in document["jobs"]}
    assert (done.returncode, document["exit_code"], document["plan"]) == (1, 1, "nightly")
    assert {name: (job["state"], job["reason"], job["attempts"], job["exit_code"]) for name, job in jobs.items()} == {
        "good": ("done", "ok", 1, 0),
        "bad": ("failed", "exit", 2, 1),
        "after-bad": ("failed", "dependency-failed", 0, None),
        "huge": ("failed", "never-fits", 0, None),
        "gone": ("failed", "not-started", 1, 127),
    }
    assert "it asks for 1.00G and the budget is 256M" in jobs["huge"]["verdict"]
    assert jobs["good"]["peak_bytes"] is None or jobs["good"]["peak_bytes"] < 50 << 20
    assert (document["budget_bytes"], document["slots"], document["summary"]["failed"]) == (256 << 20, 2, 4)


def test_a_flag_outranks_the_plan(orchestrate, plan):
    done = orchestrate(
        plan('[plan]\nbudget = "1Gi"\nslots = 7\n[[job]]\ncmd = "true"\n'),
        *("--slots", "3", "--budget", "2Gi", "--format", "json"),
    )
    document = validated(done.stdout)
    assert (document["slots"], document["budget_bytes"]) == (3, 2 << 30)


def test_every_line_of_ndjson_is_a_document_and_the_last_one_is_the_run(orchestrate, plan):
    done = orchestrate(plan("true\nfalse\n", "jobs.txt"), "--format", "ndjson")
    lines = [validated(line, "run-line") for line in done.stdout.splitlines()]
    assert [line["what"] for line in lines if line.get("id") == "2"] == ["started", "exit"]
    assert (lines[-1]["type"], lines[-1]["exit_code"], lines[-1]["summary"]["done"]) == ("run", 1, 1)


def test_output_goes_to_files_in_the_folder_that_was_named(orchestrate, plan, tmp_path):
    done = orchestrate(plan('[[job]]\nid = "a/b"\ncmd = "echo out; echo err >&2"\n'), "--output-dir", tmp_path / "out")
    assert done.returncode == 0
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {
        "a%2Fb.1.out": "out\n",
        "a%2Fb.1.err": "err\n",
    }
    assert done.stdout.startswith("plan: 1 done")


# lines


def test_lines_of_stdin_are_jobs(orchestrate):
    done = orchestrate("-", input='# a comment\n\necho one\n{"cmd": ["echo", "two"], "id": "second"}\n', stdin=None)
    assert (done.returncode, sorted(done.stdout.split())) == (0, ["one", "two"])


def test_a_template_takes_each_line_as_one_word(orchestrate):
    done = orchestrate("--template", "printf '%s;' {}", input="a b\n$(x)'\"\n", stdin=None)
    assert done.returncode == 0
    assert sorted(done.stdout.split(";")) == ["", "$(x)'\"", "a b"]


def test_a_wrong_line_ends_the_reading_and_what_came_before_is_run(orchestrate):
    done = orchestrate("-", input='echo before\n{"cmdd": "x"}\necho after\n', stdin=None)
    assert (done.returncode, done.stdout) == (2, "before\n")
    assert "stdin, line 2: there is no field 'cmdd'; did you mean 'cmd'?" in done.stderr


def test_an_id_that_comes_twice_is_refused_and_the_first_one_runs(orchestrate):
    lines = '{"id": "a", "cmd": "echo first"}\n{"id": "a", "cmd": "echo second"}\n'
    done = orchestrate("-", input=lines, stdin=None)
    assert (done.returncode, done.stdout) == (1, "first\n")
    assert "a refused: its id is taken" in done.stderr


def test_a_producer_waits_while_the_queue_is_full(start, gate, monkeypatch):
    """The pipe holds 64 KiB; what does not fit into pipe and queue is not written before jobs have ended."""
    monkeypatch.setenv("MNEMOSYNE_WORK_QUEUE_MAX", "10")
    held = gate("held")
    line = b"true # " + b"x" * 4000 + b"\n"
    reader, writer = os.pipe()
    process = start("orchestrate", "-", "--slots", "1", stdin=reader)
    os.close(reader)
    os.write(writer, held.command.encode() + b"\n")
    held.wait()
    os.set_blocking(writer, False)
    written = 0
    while written < 1000:
        try:
            os.write(writer, line)
        except BlockingIOError:
            break
        written += 1
    assert written < 100
    os.set_blocking(writer, True)
    held.open()
    for _ in range(200):
        os.write(writer, line)
    os.close(writer)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, f"{written + 201} done" in said) == (0, True), said


# a program after --


def test_a_program_keeps_its_streams_and_its_exit_code(orchestrate, tmp_path):
    done = orchestrate("--", "sh", "-c", "cat; echo err >&2; exit 7", input="in\n", stdin=None)
    assert (done.returncode, done.stdout) == (7, "in\n")
    assert done.stderr.startswith("err\nmnemo: sh: exit code 7 in ")
    assert left_behind(tmp_path) == []


def test_a_program_that_a_signal_ended_exits_as_in_a_shell(orchestrate):
    assert orchestrate("--", "sh", "-c", "kill -USR1 $$").returncode == 128 + signal.SIGUSR1


def test_a_program_that_is_not_there_exits_127(orchestrate):
    done = orchestrate("--", "no-such-program-anywhere")
    assert done.returncode == 127
    assert "no-such-program-anywhere: cannot be started: no-such-program-anywhere: command not found" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_program_at_once(start, gate, number):
    held = gate("held")
    process = start("orchestrate", "--", "sh", "-c", held.command)
    held.wait()
    process.send_signal(number)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 128 + signal.SIGTERM


# signals and resuming


def test_the_first_signal_drains_and_resume_goes_on(start, orchestrate, gate, plan, tmp_path):
    held = gate("held")
    jobs = plan(f"{held.command}; echo held\necho later\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--slots", "1", "--journal", "j")
    held.wait()
    process.send_signal(signal.SIGTERM)
    held.open()
    out, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (143, "held\n"), said
    done = orchestrate(jobs, "--journal", "j", "--resume")
    assert (done.returncode, done.stdout) == (0, "later\n"), done.stderr


def test_a_second_signal_does_not_wait(start, orchestrate, gate, plan):
    held = gate("held")
    jobs = plan(held.command + "\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--journal", "j", "--drain-timeout", "1h")
    held.wait()
    process.send_signal(signal.SIGINT)
    until(lambda: json.loads(orchestrate("status", "j", "--format", "json").stdout)["is_running"])
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    (job,) = validated(orchestrate("status", "j", "--format", "json").stdout)["jobs"]
    assert (job["state"], job["attempts"]) == ("waiting", 1)


def test_a_drain_that_runs_out_ends_what_is_left(start, gate, plan):
    held = gate("held")
    process = start("orchestrate", str(plan(held.command + "\n", "jobs.txt")), "--drain-timeout", "1s")
    held.wait()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 143
    assert "1 preempted" in said


def test_killed_and_resumed_it_finishes_without_running_anything_twice(start, orchestrate, gate, plan, tmp_path):
    held = gate("held")
    jobs = plan(f"echo first >> ran\n{held.command}; echo held >> ran\necho last >> ran\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--slots", "1", "--journal", "j")
    held.wait()
    process.kill()
    process.wait()
    resumed = start("orchestrate", str(jobs), "--slots", "1", "--journal", "j", "--resume")
    until(lambda: json.loads(orchestrate("status", "j", "--format", "json").stdout)["is_running"])
    held.open()
    _, said = resumed.communicate(timeout=PATIENCE_SECONDS)
    assert resumed.returncode == 0, said
    assert (tmp_path / "here/ran").read_text() == "first\nheld\nlast\n"
    assert held.begun.read_text() == "\n"


def test_a_finished_run_exits_as_before_and_runs_nothing(orchestrate, plan, tmp_path):
    jobs = plan("echo x >> ran; exit 4\n", "jobs.txt")
    first = orchestrate(jobs, "--journal", "j", "--resume")
    again = orchestrate(jobs, "--journal", "j", "--resume")
    assert (first.returncode, again.returncode) == (1, 1)
    assert (tmp_path / "here/ran").read_text() == "x\n"
    assert "the run in j is over: nothing was run" in again.stderr


def test_an_unfinished_journal_is_not_begun_again_by_accident(start, orchestrate, gate, plan):
    held = gate("held")
    jobs = plan(held.command + "\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--journal", "j", "--drain-timeout", "0s")
    held.wait()
    locked = orchestrate(jobs, "--journal", "j")
    assert (locked.returncode, f"in use by an orchestrator (pid {process.pid})" in locked.stderr) == (2, True)
    process.terminate()
    process.communicate(timeout=PATIENCE_SECONDS)
    done = orchestrate(jobs, "--journal", "j")
    assert done.returncode == 2
    assert "holds a run with 1 unfinished jobs; go on with it by --resume" in done.stderr


def test_no_two_orchestrators_share_a_finished_journal_either(orchestrate, plan):
    jobs = plan("true\n", "jobs.txt")
    assert orchestrate(jobs, "--journal", "j").returncode == 0
    done = orchestrate(jobs, "--journal", "j")
    assert (done.returncode, "holds a run that is over" in done.stderr) == (2, True)


# the ladder


def test_at_critical_it_drains_and_exits_75_and_resume_goes_on(orchestrate, plan, machine_at, monkeypatch):
    jobs = plan("echo one\n", "jobs.txt")
    machine_at("critical")
    drained = orchestrate(jobs, "--journal", "j", "--budget", "1Gi")
    assert (drained.returncode, drained.stdout) == (75, ""), drained.stderr
    assert "run it again with --resume" in drained.stderr
    machine_at("normal")
    done = orchestrate(jobs, "--journal", "j", "--resume")
    assert (done.returncode, done.stdout) == (0, "one\n"), done.stderr


# a journal that can no longer be written


def test_a_full_disk_ends_admission_with_3(run, orchestrate, plan):
    jobs = plan("true\n" * 3000, "jobs.txt")
    # A file that may not grow is to SQLite what a full disk is.
    words = [sys.executable, "-m", "mnemo_cli", "orchestrate", jobs, "--journal", "j", "--quiet"]
    limited = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000,) * 2); "
    limited += "os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", limited, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, "cannot write the journal j" in done.stderr) == (3, True), done.stderr
    document = validated(orchestrate("status", "j", "--format", "json").stdout)
    assert document["summary"]["done"] < 3000


# looked after from outside


def test_check_shows_turns_and_what_can_never_fit(orchestrate, plan):
    text = '[[job]]\nid = "a"\ncmd = ["true"]\n[[job]]\nid = "b"\nafter = ["a"]\nmem = "9Gi"\ncmd = ["no-such-thing"]\n'
    done = orchestrate("check", plan(text), "--budget", "1Gi", "--slots", "2")
    assert done.returncode == 1
    assert done.stdout.startswith("plan: 2 jobs in 2 turns; budget 1.00G, 2 slots\n")
    assert "b  9.00G  no-such-thing  after a  never fits not found" in done.stdout
    assert "job 'b' can never fit: it asks for 9.00G and the budget is 1.00G" in done.stderr
    assert orchestrate("check", plan('[[job]]\ncmd = ["true"]\n', "good.toml")).returncode == 0


@pytest.mark.parametrize("how", ["check", "run"])
def test_a_circle_is_told_and_nothing_is_run(orchestrate, plan, how, tmp_path):
    text = '[[job]]\nid = "a"\nafter = ["b"]\ncmd = "echo x"\n[[job]]\nid = "b"\nafter = ["a"]\ncmd = "echo x"\n'
    done = orchestrate(*["check"] * (how == "check"), plan(text))
    assert (done.returncode, done.stdout) == (2, "")
    assert "these jobs wait for each other: a after b after a" in done.stderr
    assert left_behind(tmp_path) == []


def test_a_dry_run_starts_nothing(orchestrate, plan, tmp_path):
    done = orchestrate(plan("echo x >> ran\n", "jobs.txt"), "--dry-run", "--journal", "j")
    assert (done.returncode, "1 job in 1 turn" in done.stdout) == (0, True)
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["jobs.txt"]


def test_a_plan_may_be_called_like_a_subcommand(orchestrate, plan):
    plan("echo yes\n", "check")
    assert orchestrate("./check").stdout == "yes\n"


def test_status_and_cancel_from_another_terminal(start, orchestrate, gate, plan):
    held = gate("held")
    jobs = plan(f"{held.command}\ntrue\ntrue\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--slots", "1", "--journal", "j")
    held.wait()
    assert orchestrate("status", "j").stdout.startswith("jobs: running; 0 done, 1 running, 2 waiting\n")
    assert orchestrate("cancel", "j", "1", "3").stderr == "mnemo: 2 jobs will be cancelled\n"
    process.communicate(timeout=PATIENCE_SECONDS)
    document = validated(orchestrate("report", "j", "--format", "json").stdout)
    assert process.returncode == 1
    assert [job["state"] for job in document["jobs"]] == ["cancelled", "done", "cancelled"]
    wrong = orchestrate("cancel", "j", "9")
    assert (wrong.returncode, "the run has no job '9'" in wrong.stderr) == (2, True)


def test_what_was_learned_is_shown_and_used(orchestrate, plan, tmp_path):
    assert orchestrate("history").stdout == "nothing is learned yet: run a plan first\n"
    assert orchestrate(plan('[[job]]\nname = "small"\ncmd = ["true"]\n')).returncode == 0
    assert orchestrate("history", "small").stdout.splitlines()[1].split()[:2] == ["small", "1"]
    checked = orchestrate("check", plan('[[job]]\nname = "small"\ncmd = ["true"]\n'))
    assert "guessed" not in checked.stdout
    known = validated(orchestrate("history", "--format", "json").stdout, "history")["names"]
    assert [(one["name"], len(one["attempts"])) for one in known] == [("small", 1)]
    other = orchestrate("history", "smal")
    assert (other.returncode, "nothing is learned of 'smal'; did you mean 'small'?" in other.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "there is nothing to run; give a plan, - for one on stdin, or a program after --"),
        (("--resume", "plan"), "--resume needs the journal"),
        (("plan", "--", "true"), "a plan and a program after -- were given"),
        (("no-such-plan",), "cannot read the plan no-such-plan: No such file or directory"),
        (("no-such-plan.toml",), "cannot read the plan no-such-plan.toml: No such file or directory"),
        (("/",), "/ is a folder; give a plan"),
        (("one", "two"), "two"),
        (("status", "no-such-journal"), "there is no journal no-such-journal"),
        (("--slots", "2", "check", "x"), "options of 'check' are written after it"),
        (("--budget", "much", "-"), "'much' is not a size"),
        (("--journal", "/no/such/folder/j", "-"), "/no/such/folder"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(orchestrate, words, said):
    done = orchestrate(*words)
    assert done.returncode == (3 if "--journal" in words else 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr


def test_a_file_that_is_no_journal_is_left_as_it_was(orchestrate, plan):
    notes = plan("my notes\n", "notes")
    for words in (("status", notes), (plan("true\n", "jobs.txt"), "--journal", notes)):
        done = orchestrate(*words)
        assert (done.returncode, "is no journal of `mnemo orchestrate`" in done.stderr) == (2, True)
    assert Path(notes).read_text() == "my notes\n"


def test_a_run_that_is_over_is_kept_for_its_report_and_not_to_go_on_with(orchestrate):
    done = orchestrate("-", stdin=None, input="exit 3\n")
    said = re.search(r"the run is over and kept: `mnemo (orchestrate report \S+)` shows it", done.stderr)
    assert done.returncode == 1 and said and "--resume" not in done.stderr
    _, *words = said[1].split()
    assert " 1 failed" in orchestrate(*words).stdout
    cancelled = orchestrate("cancel", words[-1])
    assert (cancelled.returncode, cancelled.stderr) == (0, "mnemo: the run is over: there is nothing to cancel\n")
