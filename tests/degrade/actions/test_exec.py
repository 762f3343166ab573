"""Real programs, good and bad: what they are given, and that each of them ends."""

import json
import logging
import os
import sys
import threading
import time

import pytest

from mnemo_cli.degrade.actions.document import Source
from mnemo_cli.degrade.actions.exec import Exec
from mnemo_cli.errors import ConfigError, NotSentError
from tests.degrade.actions.stage import DEADLINE_SECONDS, LABELS, notice, until

SOURCE = Source(LABELS)
SHELL = "/bin/sh"


def runs(*argv, timeout=DEADLINE_SECONDS, environment=os.environ):
    return Exec(argv, SOURCE, environment, timeout_seconds=timeout)


def python(code, *words, **rest):
    return runs(sys.executable, "-c", code, *words, **rest)


def trouble(action):
    with pytest.raises(NotSentError) as failed:
        action.send(notice())
    return failed.value


def is_alive(pid):
    """A zombie that nobody has reaped yet is none."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def pid_in(file):
    until(lambda: file.exists() and file.read_text().strip(), "the pid of the program")
    return int(file.read_text())


def test_it_reads_the_document_of_a_webhook_and_its_words_are_not_touched_by_a_shell(tmp_path):
    code = "import json, sys; json.dump([json.load(sys.stdin), sys.argv[1:]], open(sys.argv[1], 'w'))"
    file = tmp_path / "got"
    python(code, str(file), "$HOME; rm -rf *", "a b").send(notice())
    document, words = json.loads(file.read_text())
    assert document["version"] == "4" and document["alerts"][0]["labels"]["alertname"] == "MemoryCritical"
    assert words[1:] == ["$HOME; rm -rf *", "a b"]


def test_its_environment_holds_what_it_needs_and_no_secret(tmp_path):
    file = tmp_path / "environment"
    ours = {
        "PATH": "relative:/usr/bin:/bin", "HOME": "/home/x", "LC_ALL": "C", "TZ": "UTC", "AWS_SECRET_ACCESS_KEY": "no",
        "MNEMOSYNE_PAGERDUTY_KEY": "no", "http_proxy": "http://u:p@h", "LD_PRELOAD": "/no.so", "PYTHONPATH": "/no",
    }  # fmt: skip
    runs(SHELL, "-c", f"env > {file}; pwd >> {file}", environment=ours).send(notice())
    lines = set(file.read_text().splitlines())
    assert {"PATH=/usr/bin:/bin", "HOME=/home/x", "LC_ALL=C", "TZ=UTC", "/"} <= lines
    assert {line.partition("=")[0] for line in lines} <= {"PATH", "HOME", "LC_ALL", "TZ", "/", "PWD", "SHLVL", "_"}


def test_a_bare_name_is_found_on_the_path_and_nowhere_near_the_present_folder(tmp_path, monkeypatch):
    program = tmp_path / "notify-me"
    program.write_text(f"#!{SHELL}\n: > {tmp_path}/ran\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert str(trouble(runs("notify-me", environment={"PATH": "/usr/bin:.:"}))).startswith("there is no such program")
    runs("notify-me", environment={"PATH": str(tmp_path)}).send(notice())
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "argv", [(), ("",), ("./notify",), ("bin/notify",), ("../x",), ("/bin/a\0b",), ("/bin/a", "b\0")]
)
def test_a_program_that_cannot_be_one_is_refused_at_once(argv):
    with pytest.raises(ConfigError, match="exec"):
        runs(*argv)


def test_one_that_may_not_run_or_is_none_is_told(tmp_path):
    (tmp_path / "text").write_text("hello")
    assert "no such program that may be run" in str(trouble(runs(str(tmp_path / "text"))))
    (tmp_path / "text").chmod(0o755)
    error = trouble(runs(str(tmp_path / "text")))
    assert "it cannot be run: Exec format error" in str(error) and not error.again and not error.perhaps


@pytest.mark.parametrize(("end", "words"), [("exit 3", "exit code 3"), ("kill -9 $$", "signal 9")])
def test_a_failure_is_told_with_the_first_line_that_it_said_and_not_tried_again(end, words):
    error = trouble(runs(SHELL, "-c", f"echo token=Zq8canary99 >&2; echo more; {end}"))
    assert str(error) == f"it ended with {words}; it said: token=<redacted>"
    assert (error.again, error.perhaps) == (False, True)


def test_what_a_good_one_says_is_kept_for_the_log(caplog):
    with caplog.at_level(logging.INFO, "mnemo"):
        runs(SHELL, "-c", "printf 'sent\\033[2J\\n'").send(notice())
    assert "said: sent\\x1b[2J" in caplog.text


def test_the_secrets_of_its_command_line_are_not_shown():
    assert runs("/bin/notify", "--token", "Zq8canary").shown == "/bin/notify --token <redacted>"


@pytest.mark.parametrize("way", ["exec <&-; exit 0", "exit 0", "exec >&- 2>&-; cat > /dev/null"])
def test_one_that_closes_its_streams_or_reads_nothing_has_done_well(way):
    runs(SHELL, "-c", way).send(notice())


def test_one_that_never_ends_is_ended_with_all_that_it_started(tmp_path):
    began = time.monotonic()
    error = trouble(runs(SHELL, "-c", f"sleep 600 & echo $! > {tmp_path}/child; wait", timeout=0.3))
    assert str(error) == "it did not end within 0.3 s, and was ended"
    assert time.monotonic() - began < 30
    until(lambda: not is_alive(pid_in(tmp_path / "child")), "the end of its child")


def test_one_that_ignores_term_is_killed(tmp_path):
    error = trouble(runs(SHELL, "-c", f"trap '' TERM; echo $$ > {tmp_path}/own; while :; do :; done", timeout=0.3))
    assert "did not end within" in str(error)
    assert not is_alive(pid_in(tmp_path / "own"))


def test_one_that_cleans_up_on_term_may_do_so(tmp_path):
    trouble(runs(SHELL, "-c", f"trap 'touch {tmp_path}/cleaned; exit' TERM; sleep 600 & wait", timeout=0.3))
    assert (tmp_path / "cleaned").exists()


def test_one_that_floods_its_output_is_ended_and_little_of_it_is_kept():
    error = trouble(runs(SHELL, "-c", "yes flood"))
    assert str(error) == "it printed more than 1048576 bytes, and was ended; it said: flood"


def test_one_that_forks_away_is_not_waited_for():
    """Its child keeps the streams, in a session of its own."""
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(5)
    os._exit(0)
os.wait()
"""
    began = time.monotonic()
    python(code).send(notice())
    assert time.monotonic() - began < 4.5


def test_a_background_process_of_its_group_ends_with_it(tmp_path):
    runs(SHELL, "-c", f"sleep 600 & echo $! > {tmp_path}/child").send(notice())
    until(lambda: not is_alive(pid_in(tmp_path / "child")), "the end of its child")


def test_it_is_ended_when_there_is_no_time_left(tmp_path):
    action = runs(SHELL, "-c", f"echo $$ > {tmp_path}/own; exec sleep 600")
    errors = []
    thread = threading.Thread(target=lambda: errors.append(str(trouble(action))))
    thread.start()
    pid = pid_in(tmp_path / "own")
    action.end()
    thread.join(DEADLINE_SECONDS)
    assert errors == ["it was ended, because mnemo ends"] and not is_alive(pid)
