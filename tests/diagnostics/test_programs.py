"""Programs that collectors run: no shell, no input, never longer than they are given, nothing left behind."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from mnemo_cli.diagnostics.programs import Programs
from tests.commands.conftest import is_running

# Longer than any test: a program that is still there after it was not ended.
FOR_EVER = 600


@pytest.fixture
def run():
    programs = Programs(os.environ)
    yield programs
    programs.end_all()


def python(code):
    return [sys.executable, "-I", "-S", "-c", code]


def test_what_it_prints_and_its_code(run):
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = run(python(code), timeout_seconds=FOR_EVER, max_bytes=100)
    assert done == (3, b"out\n", b"err\n")


def test_there_is_no_shell_and_no_input(run):
    done = run(["echo", "$HOME; id"], timeout_seconds=FOR_EVER, max_bytes=100)
    assert done.output == b"$HOME; id\n"
    assert run(["cat"], timeout_seconds=FOR_EVER, max_bytes=100) == (0, b"", b"")


def test_a_program_that_is_not_there_is_an_os_error(run):
    with pytest.raises(FileNotFoundError, match="there is no such program here"):
        run(["mnemo-no-such-program"], timeout_seconds=1, max_bytes=100)


def test_of_much_output_head_and_tail_are_kept(run):
    done = run(python("for n in range(200000): print('line', n)"), timeout_seconds=FOR_EVER, max_bytes=2000)
    lines = done.output.splitlines()
    assert (done.code, lines[0], lines[-1]) == (0, b"line 0", b"line 199999")
    assert len(done.output) < 2100


def test_many_complaints_do_not_block_it_and_are_cut(run):
    done = run(
        python("import sys; sys.stderr.write('x' * 1000000); print('done')"), timeout_seconds=FOR_EVER, max_bytes=99
    )
    assert (done.code, done.output, len(done.errors)) == (0, b"done\n", 16 * 1024)


def test_a_program_that_is_late_has_no_code_and_keeps_what_it_printed(run):
    code = f"import time; print('begun', flush=True); time.sleep({FOR_EVER})"
    done = run(python(code), timeout_seconds=1.0, max_bytes=100)
    assert (done.code, done.output) == (None, b"begun\n")


def test_a_program_that_ignores_being_asked_is_killed(run, tmp_path):
    code = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"print(os.getpid(), flush=True); time.sleep({FOR_EVER})"
    )
    done = run(python(code), timeout_seconds=1.0, max_bytes=100)
    assert done.code is None and not is_running(int(done.output))


def test_one_that_cleans_up_when_asked_can(run, tmp_path):
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n    print('cleaned', flush=True); sys.exit(0)\n"
        f"signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep({FOR_EVER})"
    )
    marks = tmp_path / "marks"
    done = run(
        python(f"import sys; sys.stdout = open({str(marks)!r}, 'w', 1)\n{code}"), timeout_seconds=1.5, max_bytes=100
    )
    assert done.code is None and marks.read_text() == "ready\ncleaned\n"


def test_what_it_started_ends_with_it(run):
    """A grandchild that keeps the pipe open: the program ends at once, its output never does."""
    code = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
        "print(child.pid, flush=True)"
    )
    done = run(python(code), timeout_seconds=1.0, max_bytes=100)
    assert until(lambda: not is_running(int(done.output)))


def until(holds):
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
    return True


def test_the_end_of_the_run_ends_those_that_were_left_behind(run, tmp_path):
    mark = tmp_path / "pid"
    code = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep({FOR_EVER})"
    results = []
    worker = threading.Thread(target=lambda: results.append(run(python(code), timeout_seconds=FOR_EVER, max_bytes=100)))
    worker.start()
    assert until(lambda: mark.exists() and mark.read_text())
    run.end_all()
    worker.join(10)
    assert not worker.is_alive() and not is_running(int(mark.read_text()))
    assert results[0].code == -9
    with pytest.raises(OSError, match="the run has ended"):
        run(["true"], timeout_seconds=1, max_bytes=1)


def test_the_locale_is_c_and_no_relative_place_is_searched(tmp_path, monkeypatch):
    (tmp_path / "mnemo-trap").write_text("#!/bin/sh\necho trapped\n")
    (tmp_path / "mnemo-trap").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    run = Programs({"PATH": ".:", "LC_MESSAGES": "de_DE.UTF-8", "LANGUAGE": "de", "HOME": "/h"})
    with pytest.raises(FileNotFoundError):
        run(["mnemo-trap"], timeout_seconds=1, max_bytes=100)
    lines = set(run(["env"], timeout_seconds=FOR_EVER, max_bytes=1000).output.decode().split("\n"))
    assert {"LC_ALL=C", "HOME=/h"} <= lines and not [line for line in lines if "de" in line]


def test_no_descriptor_is_left_open(run):
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        run(["true"], timeout_seconds=FOR_EVER, max_bytes=1)
    assert not before or len(os.listdir("/proc/self/fd")) == before
