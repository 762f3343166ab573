"""The program after `--`: how it is started, signalled and ended, and that nothing of it is left over."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.errors import CommandError, OutputError
from mnemo_cli.model import Level
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.child import Child, Ended, Forward, Output, exit_event
from mnemo_cli.watch.clock import WaitingClock

PYTHON = (sys.executable, "-I", "-S", "-c")
# Says that it is ready by a file, so that no signal comes too early.
DEAF = (
    "import pathlib, signal; signal.signal(15, signal.SIG_IGN); pathlib.Path('ready').touch()\nwhile 1: signal.pause()"
)


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def child():
    """Starts children; whatever a failed test leaves is killed."""
    started = []

    def start(*argv, output=Output.OWN):
        started.append(Child(argv, output))
        return started[-1]

    yield start
    for one in started:
        one.end(0)


def wait_for(path):
    deadline = time.monotonic() + 15
    while not (path.exists() and path.read_bytes()[-1:] in (b"\n", b"")):
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.005)
    return path.read_text()


def runs(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def watched_to_its_end(child):
    clock = WaitingClock()
    child.stops(clock)
    began = time.monotonic()
    assert clock.wait(30) is False
    assert time.monotonic() - began < 15
    return child.ended


@pytest.mark.parametrize(("line", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -15 $$", 143)])
def test_the_end_of_a_program_ends_a_wait_and_is_its_shell_code(child, line, code):
    ended = watched_to_its_end(child("sh", "-c", line))
    assert ended.exit_code == code
    assert 0 <= ended.seconds < 15 and ended.cpu_seconds >= 0 and ended.major_faults >= 0


def test_where_there_are_no_pidfds_the_end_comes_by_a_signal(child, monkeypatch):
    from mnemo_cli.watch.signals import EndingSignals

    monkeypatch.delattr(os, "pidfd_open", raising=False)
    old = signal.getsignal(signal.SIGCHLD)
    clock = WaitingClock()
    try:
        with EndingSignals(clock, lambda _: None):
            short = child("sh", "-c", "exit 7")
            short.stops(clock)
            began = time.monotonic()
            while not clock.stopped and clock.wait(1):
                pass
            assert time.monotonic() - began < 0.9
    finally:
        signal.signal(signal.SIGCHLD, old)
    assert short.ended.exit_code == 7


def test_a_program_that_has_ended_waits_for_the_first_sample(child):
    """It is not reaped before somebody waits: its pid is in /proc until then, so a sampler finds its target."""
    short = child("true")
    assert os.waitid(os.P_PID, short.pid, os.WEXITED | os.WNOWAIT).si_status == 0
    short.stops(WaitingClock())
    assert short.ended is None
    assert short.reap().exit_code == 0 and short.reap() is short.wait()


def test_the_cost_counts_what_it_waited_for(child):
    busy = "import os\nif os.fork() == 0: sum(range(5_000_000))\nelse: os.wait()"
    ended = child(*PYTHON, busy).wait()
    assert ended.cpu_seconds > 0.05


@pytest.mark.parametrize(
    ("mode", "content", "code", "message"),
    [
        (None, b"", 127, "program: command not found"),
        (0o644, b"#!/bin/sh\n", 126, "cannot be run: Permission denied"),
        (0o755, b"#!/no/such/interpreter\n", 126, "its interpreter was not found"),
        (0o755, b"\0\0\0", 126, "cannot be run: Exec format error"),
    ],
)
def test_a_program_that_cannot_start_says_why_and_leaves_nothing(tmp_path, mode, content, code, message):
    program = tmp_path / "program"
    if mode is not None:
        program.write_bytes(content)
        program.chmod(mode)
    for output in Output:
        with pytest.raises(CommandError, match=message) as caught:
            Child([str(program)], output)
        assert caught.value.exit_code == code
    assert not list(tmp_path.glob("*.log"))


def test_the_name_of_a_program_that_cannot_start_is_printable():
    with pytest.raises(CommandError) as caught:
        Child(["\x1b[31m\n"], Output.OWN)
    assert str(caught.value) == "\\x1b[31m\\x0a: command not found"


def test_ended_gently_within_the_grace_it_gets_sigterm_only(child, tmp_path):
    tidy = child("sh", "-c", "trap 'echo tidied > done; exit 5' TERM; touch ready; while :; do sleep 0.01; done")
    wait_for(tmp_path / "ready")
    assert tidy.end(15).exit_code == 5
    assert (tmp_path / "done").read_text() == "tidied\n"


def test_one_that_is_deaf_to_sigterm_is_killed_after_the_grace(child, tmp_path):
    deaf = child(*PYTHON, DEAF)
    wait_for(tmp_path / "ready")
    began = time.monotonic()
    assert deaf.end(0.1).exit_code == 137
    assert 0.1 <= time.monotonic() - began < 10


def test_one_that_has_ended_is_left_alone_with_what_it_started(child, tmp_path):
    line = f"{sys.executable} -I -S -c 'import time; time.sleep(60)' & echo $! > pid"
    parent = child("sh", "-c", line)
    assert parent.wait().exit_code == 0
    daemon = int(wait_for(tmp_path / "pid"))
    try:
        assert parent.end(0).exit_code == 0
        parent.signal(signal.SIGKILL)
        assert runs(daemon)
    finally:
        os.kill(daemon, signal.SIGKILL)


def test_what_it_started_ends_with_it_even_deaf(child, tmp_path):
    parent = child("sh", "-c", '"$@" & echo $! > pid; wait', "sh", *PYTHON, DEAF)
    descendant = int(wait_for(tmp_path / "pid"))
    wait_for(tmp_path / "ready")
    parent.end(0.1)
    deadline = time.monotonic() + 5
    while runs(descendant):
        assert time.monotonic() < deadline, "it runs on"
        time.sleep(0.005)


def test_a_kept_file_takes_the_output_and_the_input_is_empty(child, tmp_path):
    kept = child("sh", "-c", "cat; echo out; echo err >&2", output=Output.FILE)
    kept.wait()
    assert kept.output_file.parent == tmp_path and kept.output_file.name.startswith("mnemo-sh-")
    assert kept.output_file.read_text() == "out\nerr\n"
    assert kept.output_file.stat().st_mode & 0o077 == 0, "the output is nobody else's business"


def test_the_last_lines_of_the_output_are_few_whatever_it_wrote(child):
    assert child("true", output=Output.FILE).last_output() == []
    assert child("true").last_output() == []
    lines = r"b'x' * 100_000 + b'\n' + b''.join(b'%d\n' % n for n in range(99)) + b'\xff'"
    script = f"import sys; sys.stdout.buffer.write({lines})"
    kept = child(*PYTHON, script, output=Output.FILE)
    kept.wait()
    assert kept.last_output() == [*(str(number) for number in range(80, 99)), "\udcff"]


def test_a_program_with_slashes_in_its_name_has_its_output_in_the_folder_for_it(child, tmp_path):
    kept = child("/bin/sh", "-c", "true", output=Output.FILE)
    assert kept.output_file.parent == tmp_path


def test_no_folder_for_the_output_is_an_error_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(OutputError, match=r"cannot keep the program's output in .*missing: No such file"):
        Child(["touch", str(tmp_path / "started")], Output.FILE)
    assert not (tmp_path / "started").exists()


def test_the_first_signal_is_handed_on_and_a_second_one_stops_the_watch(child, tmp_path):
    clock = WaitingClock()
    forward = Forward(clock, to_program=True)
    deaf = child(*PYTHON, DEAF.replace("touch()", "touch(); print(1)"))
    forward.follow(deaf)
    wait_for(tmp_path / "ready")
    forward(signal.SIGTERM)
    assert not clock.stopped and deaf.reap() is None
    forward(signal.SIGTERM)
    assert clock.stopped


def test_without_a_program_the_first_signal_stops_the_watch():
    clock = WaitingClock()
    Forward(clock, to_program=False)(signal.SIGTERM)
    assert clock.stopped


def test_a_signal_before_the_program_has_started_is_handed_on_once_it_has(child):
    clock = WaitingClock()
    forward = Forward(clock, to_program=True)
    # Whoever began the tests may have others ignored, and the program with them.
    forward(signal.SIGUSR1)
    assert not clock.stopped
    early = child("sleep", "60")
    forward.follow(early)
    assert early.wait().by_signal == signal.SIGUSR1
    forward(signal.SIGTERM)
    assert clock.stopped


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start what it may not signal afterwards")
def test_a_program_that_may_not_be_signalled_is_no_error(child, monkeypatch):
    other = child("sleep", "60")

    def denied(*_):
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patched:
        patched.setattr(os, "killpg", denied)
        other.signal(signal.SIGTERM)
    assert other.reap() is None


@pytest.mark.parametrize(("code", "level"), [(0, Level.NORMAL), (7, Level.HIGH), (137, Level.HIGH)])
def test_the_exit_event_has_code_pid_and_cost(code, level):
    ended = Ended(exit_code=code, seconds=2.0, cpu_seconds=1.5, major_faults=0)
    event = exit_event(TargetChoice(kind="command", pid=7, pattern="make all"), ended, 3.0)
    assert (event.event, event.level, event.time_seconds) == ("exit", level, 3.0)
    assert event.text == f"make all ended with code {code}"
    assert event.fields == {"pid": 7, "exit_code": code, "cpu_seconds": 1.5}


STARTER = """
import subprocess
import sys
from mnemo_cli.watch.child import Child, Output
for words in sys.stdin.read().splitlines():
    print(Child(["sh", "-c", words], Output.OWN).wait().largest_bytes)
"""


def test_the_end_tells_the_largest_process_that_was_waited_for():
    """Of a starter that is small: a figure begins with what the program's starter had, and a test run has much."""
    quick = f"{sys.executable} -ISc 'bytearray(100 << 20)'; :"
    done = subprocess.run(
        [sys.executable, "-c", STARTER], input=f"{quick}\nexec true\n", capture_output=True, text=True, check=True
    )
    large, small = done.stdout.split()
    assert 100 << 20 < int(large) < 140 << 20
    assert small == "None"
