"""What may befall a journal, and ids and folders that nobody expects: nothing is lost, nothing is run twice."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.commands.orchestrate.stage import PATIENCE_SECONDS, until, validated


def states(orchestrate, journal):
    document = validated(orchestrate("report", journal, "--format", "json").stdout)
    return [job["state"] for job in document["jobs"]]


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 12 MiB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "here/disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_fills_up_loses_no_result_and_resume_does_the_rest(small_disk, start, orchestrate, gate, plan):
    """The first two jobs run while the third fills the disk; they end afterwards, and are noted all the same."""
    held, filled = [gate("one"), gate("two")], "dd if=/dev/zero of=disk/fill bs=64k 2> dd.out; true"
    lines = [f"{one.command}; echo {at} >> ran" for at, one in enumerate(held)]
    lines += [f"echo fill >> ran; {filled}", *(f"echo {at} >> ran" for at in range(2, 200))]
    jobs = plan("\n".join(lines) + "\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--slots", "3", "--journal", "disk/j")
    for one in held:
        one.wait()
    until(lambda: "No space left" in Path("dd.out").read_text() if Path("dd.out").exists() else False, "the full disk")
    for one in held:
        one.open()
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, "the disk is full" in said) == (3, True), said
    ran = Path("ran").read_text().split()
    assert {"0", "1", "fill"} <= set(ran)
    assert states(orchestrate, "disk/j").count("done") == len(ran)
    (small_disk / "fill").unlink()
    done = orchestrate(jobs, "--journal", "disk/j", "--resume")
    assert done.returncode == 0, done.stderr
    assert sorted(Path("ran").read_text().split()) == sorted(["fill", *map(str, range(200))])


def test_a_disk_that_is_full_from_the_beginning_runs_nothing(small_disk, orchestrate, plan):
    with contextlib.suppress(OSError), open(small_disk / "fill", "wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    done = orchestrate(plan("echo x >> ran\n", "jobs.txt"), "--journal", "disk/j")
    assert (done.returncode, Path("ran").exists()) == (3, False)
    assert done.stderr.startswith("mnemo: ") and "journal disk/j: No space left on device" in done.stderr


def test_a_journal_that_is_removed_while_its_run_goes_on_is_written_anew(start, orchestrate, gate, plan):
    held = gate("held")
    jobs = plan(f"echo first >> ran\n{held.command}; echo held >> ran\necho last >> ran\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--slots", "1", "--journal", "j")
    held.wait()
    for file in Path().glob("j*"):
        if file.is_file() and file.name != "jobs.txt":
            file.unlink()
    until(Path("j").exists, "the new journal")
    held.open()
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, "the journal j was removed while the run went on" in said) == (3, True), said
    assert states(orchestrate, "j") == ["done", "done", "waiting"]
    done = orchestrate(jobs, "--journal", "j", "--resume")
    assert (done.returncode, Path("ran").read_text()) == (0, "first\nheld\nlast\n"), done.stderr


@pytest.mark.parametrize("kind", ["folder", "pipe", "note", "one byte", "torn"])
def test_what_is_no_journal_is_refused_and_left_as_it_was(orchestrate, plan, kind):
    jobs, journal = plan("echo x >> ran\n", "jobs.txt"), Path("j")
    if kind == "folder":
        journal.mkdir()
    elif kind == "pipe":
        os.mkfifo(journal)
    elif kind == "torn":
        assert orchestrate(jobs, "--journal", "whole").returncode == 0
        Path("ran").unlink()
        journal.write_bytes(Path("whole").read_bytes()[:9000])
    else:
        journal.write_text("my notes\n" if kind == "note" else "x")
    before = journal.read_bytes() if journal.is_file() else None
    for words in (("status", "j"), ("cancel", "j"), (jobs, "--journal", "j"), (jobs, "--journal", "j", "--resume")):
        done = orchestrate(*words)
        assert done.returncode == 2, (words, done.stderr)
        said = "the journal j is damaged" if kind == "torn" else "j is no journal of `mnemo orchestrate`"
        assert said in done.stderr, (words, done.stderr)
    assert not Path("ran").exists()
    assert (journal.read_bytes() if journal.is_file() else None) == before


def test_a_journal_that_is_used_is_refused_with_the_pid_of_its_owner(start, orchestrate, gate, plan):
    held = gate("held")
    jobs = plan(held.command + "\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--journal", "j")
    held.wait()
    refused = orchestrate(jobs, "--journal", "j", "--resume")
    assert (refused.returncode, f"in use by an orchestrator (pid {process.pid})" in refused.stderr) == (2, True)
    held.open()
    assert process.wait(PATIENCE_SECONDS) == 0


def test_a_journal_on_a_disk_that_may_only_be_read_can_be_looked_at(small_disk, orchestrate, plan):
    jobs = plan("true\nfalse\n", "jobs.txt")
    assert orchestrate(jobs, "--journal", "disk/j").returncode == 1
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert orchestrate("status", "disk/j").stdout.startswith("jobs: over, exit code 1; 1 done, 1 failed")
    assert "2: exit code 1" in orchestrate("report", "disk/j").stdout
    done = orchestrate(jobs, "--journal", "disk/k")
    assert (done.returncode, done.stderr) == (3, "mnemo: cannot write the journal disk/k: Read-only file system\n")


@pytest.mark.parametrize("name", ["../up", "a\nb", "x" * 300, "é" * 300, "..", "/", "\x1b[31m", "%2F", "日" * 200])
def test_any_id_gives_files_in_the_folder_of_the_output(orchestrate, plan, tmp_path, name):
    """Beside another whose first 250 characters are the same."""
    lines = (json.dumps({"id": name + end, "cmd": f"echo out{end}"}) for end in ("", "2"))
    jobs = plan("\n".join(lines) + "\n", "jobs.jsonl")
    done = orchestrate(jobs, "--output-dir", "out", "--format", "json")
    assert (done.returncode, [job["id"] for job in json.loads(done.stdout)["jobs"]]) == (0, [name, name + "2"])
    files = [file for file in Path("out").iterdir() if file.name.endswith(".out")]
    assert sorted(file.read_text() for file in files) == ["out\n", "out2\n"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("up")) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": "\ud800"}, "id = '\\ud800': holds a code that is no character"),
        ({"name": "\udcff"}, "name = '\\udcff': must be text in UTF-8"),
        ({"after": ["\udcff"]}, "must be text in UTF-8"),
        ({"env": {"A": "\ud800"}}, "holds a code that is no character"),
    ],
)
def test_what_is_no_text_is_told_in_a_sentence(orchestrate, plan, fields, said):
    done = orchestrate(plan(json.dumps({"cmd": "true", **fields}) + "\n", "jobs.jsonl"))
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_folder_and_a_plan_whose_names_are_no_utf_8(orchestrate, tmp_path, monkeypatch):
    folder = os.fsencode(tmp_path) + b"/here/\xff"
    os.mkdir(folder)
    monkeypatch.chdir(os.fsdecode(folder))
    Path(os.fsdecode(b"plan\xff")).write_text("echo a >> ran\n")
    journal = os.fsdecode(b"j\xff")
    done = orchestrate(os.fsdecode(b"plan\xff"), "--journal", journal)
    assert (done.returncode, Path("ran").read_text()) == (0, "a\n"), done.stderr
    assert orchestrate("status", journal).stdout == "plan\\xff: over, exit code 0; 1 done\n"


def test_a_job_that_cannot_begin_says_why(orchestrate, plan):
    jobs = [
        {"id": "a", "cmd": ["true"], "cwd": "/nowhere"},
        {"id": "b", "cmd": ["/etc/passwd"]},
        {"id": "c", "cmd": ["true"], "stdin": "/nothing"},
        {"id": "d", "cmd": "true", "after": ["nobody"]},
    ]
    done = orchestrate(plan("".join(json.dumps(job) + "\n" for job in jobs), "jobs.jsonl"))
    for told in (
        "a: cannot be started: cannot work in /nowhere: there is no such folder",
        "b: cannot be started: /etc/passwd: is not an executable file",
        "c: cannot be started: cannot read its input /nothing: No such file or directory",
        "d: it comes after nobody, which never came",
    ):
        assert f"\n{told}\n" in done.stderr, done.stderr


def test_two_interrupts_end_everything_at_once(start, gate, plan):
    held = gate("held")
    jobs = plan(f"trap '' TERM; {held.command}\n", "jobs.txt")
    process = start("orchestrate", str(jobs), "--journal", "j", "--drain-timeout", "1h")
    held.wait()
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 130
