"""`mnemo ulimit fix`, `raise` and `protect` as a person meets them: exit codes, questions, streams."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli.app import main


@pytest.fixture
def ulimit(capsys):
    """Runs it in this process; the exit code, stdout and stderr."""

    def call(*words):
        capsys.readouterr()
        code = main(["ulimit", *map(str, words)])
        out, err = capsys.readouterr()
        return int(code), out, err

    return call


@pytest.fixture
def image(tmp_path):
    where = tmp_path / "image"
    for name, text in {
        "etc/pam.d/login": "session required pam_limits.so\n",
        "etc/docker/daemon.json": "{}\n",
        "usr/lib/systemd/system/a.service": "[Service]\n",
        "var/lib/x": "",
    }.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(text)
    return where


def contents(where):
    return {path: path.read_bytes() for path in where.rglob("*") if path.is_file() and "mnemosyne" not in str(path)}


def test_without_a_subcommand_help_is_shown(ulimit):
    code, out, _ = ulimit()
    assert code == 0 and all(word in out for word in ("fix", "raise", "protect"))


def test_a_plan_is_the_default_and_changes_nothing(ulimit, image):
    before = contents(image)
    code, out, err = ulimit("fix", "--root", image, "--profile", "server")
    assert (code, err) == (0, "") and "+*     soft  nofile  65536" in out
    assert ulimit("fix", "--root", image, "--profile", "server", "--plan")[1] == out
    assert contents(image) == before and not (image / "var/lib/mnemosyne").exists()


def test_apply_list_undo(ulimit, image):
    before = contents(image)
    code, out, _ = ulimit("fix", "--root", image, "--need", "nofile=65536", "--apply", "--yes", "--format", "json")
    fix = json.loads(out)
    assert (code, fix["state"]) == (0, "applied") and contents(image) != before
    assert ulimit("fix", "--root", image, "--list")[1].startswith(f"{fix['id']}  applied")
    listed = json.loads(ulimit("fix", "--root", image, "--list", "--format", "json")[1])
    assert listed["schema"] == "mnemo.fixes/1" and listed["fixes"][0]["id"] == fix["id"]
    assert ulimit(*fix["undo"].split()[2:])[0] == 0
    assert contents(image) == before
    assert "undone already" in ulimit("fix", "--root", image, "--undo", fix["id"])[2]


def test_an_applied_fix_leaves_nothing_to_do(ulimit, image):
    words = ("fix", "--root", image, "--need", "nofile=65536")
    ulimit(*words, "--apply", "--yes")
    code, out, _ = ulimit(*words)
    assert code == 0 and "Nothing to do" in out
    assert ulimit(*words, "--apply", "--yes")[:2] == (0, out)


def test_without_a_terminal_and_without_yes_nothing_is_done(ulimit, image):
    before = contents(image)
    code, out, err = ulimit("fix", "--root", image, "--apply")
    assert (code, out) == (2, "") and "there is no terminal to ask on" in err and "--yes" in err
    assert contents(image) == before


@pytest.mark.parametrize(("answer", "code", "state"), [("y\n", 0, True), ("n\n", 2, False), ("\n", 2, False)])
def test_on_a_terminal_it_asks(image, answer, code, state):
    before = contents(image)
    main_end, terminal = pty.openpty()
    words = [sys.executable, "-m", "mnemo_cli", "ulimit", "fix", "--root", str(image), "--apply", "--format", "json"]
    program = subprocess.Popen(words, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, text=True)
    os.close(terminal)
    said = b""
    while b"Apply this?" not in said:
        assert select.select([main_end], [], [], 60)[0], said
        said += os.read(main_end, 4096)
    os.write(main_end, answer.encode())
    out = program.communicate(timeout=60)[0]
    os.close(main_end)
    assert program.returncode == code and b"60-mnemo.conf" in said
    assert (contents(image) != before) == state and bool(out) == state
    assert not state or json.loads(out)["state"] == "applied"


@pytest.mark.parametrize(
    "words",
    [
        ["--plan", "--apply"],
        ["--apply", "--undo", "0123abcd"],
        ["--list", "--plan"],
        ["--format", "shell", "--apply", "--yes"],
        ["--format", "shell", "--list"],
        ["--world", "nowhere"],
        ["--unit", "../x"],
        ["--unit", "a", "--world", "pam"],
        ["--world", "service"],
        ["--unit", "not-there"],
        ["--need", "nofile=infinity"],
        ["--need", "nofile=0"],
        ["--need", "files=5"],
        ["--profile", "big"],
        ["--undo", "ffffffff"],
        ["--undo", "../../etc"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_and_nothing_is_done(ulimit, image, words):
    before = contents(image)
    code, out, err = ulimit("fix", "--root", image, *words)
    assert (code, out) == (2, "") and err.startswith(("mnemo: ", "Usage: "))
    assert contents(image) == before and not (image / "var/lib/mnemosyne").exists()


def test_a_root_that_is_not_there_is_wrong_usage(ulimit, tmp_path):
    assert ulimit("fix", "--root", tmp_path / "none")[0] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--need", "nofile=2000000"], "above fs.nr_open, 1048576 (the kernel's default"),
        (["--world", "docker"], "is not JSON"),
    ],
)
@pytest.mark.parametrize("apply", [[], ["--apply", "--yes"]])
def test_what_cannot_be_made_safely_is_exit_4(ulimit, image, words, message, apply):
    (image / "etc/docker/daemon.json").write_text("{,}")
    before = contents(image)
    code, out, err = ulimit("fix", "--root", image, *words, *apply)
    assert (code, out) == (4, "") and message in err
    assert contents(image) == before


def test_what_would_not_help_is_planned_with_the_reason_and_not_applied(ulimit, image):
    (image / "etc/security/limits.d").mkdir(parents=True)
    (image / "etc/security/limits.d/99-z.conf").write_text("* soft nofile 50\n")
    code, out, _ = ulimit("fix", "--root", image)
    assert code == 0 and "Cannot be met by a file of ours" in out and "99-z.conf line 1" in out
    code, out, err = ulimit("fix", "--root", image, "--apply", "--yes")
    assert (code, out) == (4, "") and "99-z.conf line 1" in err


def test_a_session_can_be_evaluated_by_its_shell():
    told = f"{sys.executable} -m mnemo_cli ulimit fix --world session --format shell"
    script = f'ulimit -Sn 64; eval "$({told})"; ulimit -Sn'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("4096\n", "")


def test_a_unit_needs_no_suffix(ulimit, image):
    out = ulimit("fix", "--root", image, "--unit", "a", "--profile", "server")[1]
    assert "etc/systemd/system/a.service.d/60-mnemo.conf" in out and "+LimitNOFILE=65536:524288" in out


def test_needs_may_be_given_several_times(ulimit, image):
    out = ulimit("fix", "--root", image, "--need", "nofile=70000", "--need", "nproc=5")[1]
    assert "nofile at least 70000, nproc at least 4096" in out


def test_a_demand_for_memory_is_not_dropped_in_silence(ulimit, image):
    out = ulimit("fix", "--root", image, "--need", "mem=2GiB")[1]
    assert "nproc at least 4096, mem at least 2.00G where a limit is set" in out


@pytest.fixture
def sleeper():
    child = subprocess.Popen(["sleep", "600"])
    yield child
    child.send_signal(signal.SIGKILL)
    child.wait()


def limits_line(pid):
    return re.search(r"Max open files +(\d+) +(\d+)", Path(f"/proc/{pid}/limits").read_text()).groups()


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_raise(ulimit, sleeper):
    _, hard = limits_line(sleeper.pid)
    code, out, _ = ulimit("raise", "--pid", sleeper.pid, "--nofile", hard)
    assert code == 0 and f"-> {hard}" in out and "restart" in out and limits_line(sleeper.pid) == (hard, hard)
    nr_open = int(Path("/proc/sys/fs/nr_open").read_text())
    code, out, err = ulimit("raise", "--pid", sleeper.pid, "--nofile", f"{hard}:{nr_open + 1}")
    assert (code, out) == (4, "") and "fs.nr_open" in err
    assert ulimit("raise", "--pid", sleeper.pid, "--nofile", "1")[0] == 2
    assert ulimit("raise", "--pid", 2**22 + 9, "--nofile", "1")[0] == 2
    assert ulimit("raise", "--pid", 0, "--nofile", "1")[0] == 2
    assert ulimit("raise", "--nofile", "1")[0] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="oom_score_adj is Linux's")
def test_protect(ulimit, sleeper):
    path = Path(f"/proc/{sleeper.pid}/oom_score_adj")
    score = int(path.read_text()) + 13
    code, out, _ = ulimit("protect", "--pid", sleeper.pid, "--score", score)
    assert code == 0 and int(path.read_text()) == score
    for words in (
        "OOMScoreAdjust=",
        "--oom-score-adj",
        "oom_score_adj:",
        "no field",
        "keep their own",
        "not protected",
    ):
        assert words in out


@pytest.mark.parametrize(
    "words",
    [
        ["--score", "5"],
        ["--score", "5", "--pid", "1", "--name", "x"],
        ["--score", "5", "--name", ""],
        ["--score", "-1000", "--pid", "1"],
        ["--score", "1001", "--pid", "1"],
        ["--score", "many", "--pid", "1"],
        ["--score", "5", "--name", "("],
        ["--score", "5", "--name", "^no-such-program$"],
        ["--pid", "1"],
    ],
    ids=" ".join,
)
def test_protect_with_wrong_words_is_exit_2(ulimit, words):
    code, out, _ = ulimit("protect", *words)
    assert (code, out) == (2, "")


def test_minus_1000_says_why(ulimit):
    assert "nobody left to kill" in ulimit("protect", "--pid", "1", "--score", "-1000")[2]


@pytest.mark.parametrize("command", [[], ["fix"], ["raise"], ["protect"]])
def test_help_fits_80_columns(ulimit, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = ulimit(*command, "--help")
    assert code == 0 and max(map(len, out.splitlines())) <= 80


def test_a_root_is_shown_complete_so_that_its_undo_line_holds_anywhere(ulimit, image, monkeypatch):
    monkeypatch.chdir(image.parent)
    assert f"--root {image.resolve()}" in ulimit("fix", "--root", "image")[1]


def test_a_fix_that_was_killed_is_taken_back_before_the_next_is_planned(ulimit, image):
    words = ("fix", "--root", image, "--world", "docker", "--need", "nofile=65536", "--apply", "--yes")
    before = contents(image)
    ulimit(*words)
    record = next((image / "var/lib/mnemosyne/fixes").glob("*.json"))
    record.write_text(record.read_text().replace('"state": "applied"', '"state": "applying"'))
    code, out, err = ulimit(*words)
    assert code == 0 and ": applied" in out and "was interrupted; it was taken back" in err
    ulimit("fix", "--root", image, "--undo", record.stem)
    assert contents(image) == before


def test_profile_and_need_may_come_from_the_settings(ulimit, image, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_DOCTOR_PROFILE", "server")
    assert "nofile at least 65536" in ulimit("fix", "--root", image)[1]
    monkeypatch.setenv("MNEMOSYNE_DOCTOR_NEED", "nofile=70001")
    assert "nofile at least 70001" in ulimit("fix", "--root", image)[1]
    assert "nofile at least 70000" in ulimit("fix", "--root", image, "--need", "nofile=70000")[1]
    assert "nofile at least 4096" in ulimit("fix", "--root", image, "--need", "nofile=5", "--profile", "default")[1]
