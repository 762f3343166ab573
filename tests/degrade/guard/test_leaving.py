"""How a program ends: each case is a real one, whose simulated limit of one byte is passed at the first reading."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.tracker.asking import answer, ask
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
MOST_SECONDS = 60.0
BEGIN = """
import atexit, sys, threading, time
from mnemo_cli import guard
def say(*words):
    print(*words, flush=True)
"""
WAITS = """
held = guard(limit_bytes=1, save=lambda: say("saved"), close=lambda: say("closed"))
atexit.register(say, "at exit")
try:
    threading.Lock().acquire() and threading.Event().wait(50)
finally:
    say("finally", held.exit_code)
"""
RUNS_A_LOOP = """
import asyncio
async def save():
    say("saved", asyncio.get_running_loop() is loop)
async def main():
    global loop
    loop = asyncio.get_running_loop()
    guard(limit_bytes=1, save=save)
    try:
        await asyncio.sleep(50)
    finally:
        say("finally")
asyncio.run(main())
"""
LOOP_COMES_LATER = """
import asyncio
held = guard(limit_bytes=1 << 50, save=lambda: say("never"))
held.stop()
guard(limit_bytes=1, save=lambda: say("saved"))
async def main():
    try:
        await asyncio.sleep(50)
    finally:
        say("finally")
asyncio.run(main())
"""
WITH_BLOCK_ENDS_FIRST = """
def save():
    time.sleep(0.2)
    say("saved")
with guard(limit_bytes=1, save=save) as held:
    while held.accepting():
        pass
say("not reached")
"""
WAITS_FOR_A_REQUEST = """
held = guard(limit_bytes=1 << 50, save=lambda: say("saved"), interval_seconds=3600)
say("ready")
threading.Event().wait(50)
"""
ENDS_BY_ITSELF = """
def save():
    time.sleep(0.2)
    say("saved")
held = guard(limit_bytes=1, save=save)
while held.accepting():
    pass
say("done")
"""
HANGS_IN_A_THREAD = """
threading.Thread(target=threading.Event().wait, args=(50,)).start()
guard(limit_bytes=1, save=lambda: say("saved"), drain_timeout_seconds=0.3, grace_seconds=0.3)
threading.Event().wait(50)
"""
SWALLOWS_THE_EXIT = """
guard(limit_bytes=1, save=lambda: say("saved"), drain_timeout_seconds=0.3, grace_seconds=0.3)
end = time.monotonic() + 50
while time.monotonic() < end:
    try:
        time.sleep(50)
    except BaseException:
        say("swallowed")
"""
HANGS_IN_A_HOOK = """
guard(limit_bytes=1, save=lambda: threading.Event().wait(50), drain_timeout_seconds=0.3, grace_seconds=0.3)
threading.Event().wait(50)
"""
TOLD_HOW = """
ended = threading.Event()
def leave(code):
    say("told", code)
    ended.set()
guard(limit_bytes=1, exit=leave, drain_timeout_seconds=0.2, grace_seconds=0.2)
assert ended.wait(50)
time.sleep(0.5)  # longer than any last resort
say("lives")
"""
OF_ITS_OWN = """
held = guard(limit_bytes=1 << 50)
say("asyncio" in sys.modules, held.accepting())
sys.exit(3)
"""


def ran(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        cwd=folder,
        env={**os.environ, "MNEMOSYNE_MEMORY_LOG_FILE": str(folder / "memory.log")},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (WAITS, "saved\nclosed\nfinally 75\nat exit\n"),
        (RUNS_A_LOOP, "saved True\nfinally\n"),
        (LOOP_COMES_LATER, "saved\nfinally\n"),
        (WITH_BLOCK_ENDS_FIRST, "saved\n"),
        (HANGS_IN_A_THREAD, "saved\n"),
        (SWALLOWS_THE_EXIT, "saved\nswallowed\n"),
        (HANGS_IN_A_HOOK, ""),
    ],
    ids=[
        "a main thread that waits",
        "a loop",
        "a loop that comes later",
        "a with-block that ends first",
        "a thread that never ends",
        "an except that swallows",
        "a hook that hangs",
    ],
)
def test_a_drained_program_exits_with_75_after_its_clean_up(code, said, tmp_path):
    ended = ran(code, tmp_path)
    assert (ended.returncode, ended.stdout) == (75, said), ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_program_that_another_one_asks_to_restart_exits_with_75(tmp_path):
    program = subprocess.Popen(
        [sys.executable, "-c", BEGIN + WAITS_FOR_A_REQUEST],
        env={**os.environ, "MNEMOSYNE_MEMORY_LOG_FILE": str(tmp_path / "memory.log")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with program:
        try:
            assert program.stdout is not None and program.stdout.readline() == "ready\n"
            tickets = ask({program.pid}, "restart", gaps=[])
            if not tickets:
                pytest.skip("there is no shared memory here to ask in")
            said, errors = program.communicate(timeout=MOST_SECONDS)
        finally:
            program.kill()
    assert (program.returncode, said) == (75, "saved\n"), errors
    assert [answer(ticket) for ticket in tickets] == ["done"]


def test_a_program_that_ends_by_itself_during_a_drain_saves_first_and_keeps_its_own_code(tmp_path):
    ended = ran(ENDS_BY_ITSELF, tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "done\nsaved\n"), ended.stderr


def test_a_program_that_said_how_to_end_is_not_ended_otherwise(tmp_path):
    assert ran(TOLD_HOW, tmp_path).stdout == "told 75\nlives\n"


def test_a_guard_that_has_nothing_to_do_costs_no_asyncio_and_lets_the_program_end(tmp_path):
    begin = time.monotonic()
    ended = ran(OF_ITS_OWN, tmp_path)
    assert (ended.returncode, ended.stdout) == (3, "False True\n"), ended.stderr
    assert time.monotonic() - begin < MOST_SECONDS / 2


def test_what_the_ladder_did_stands_in_the_memory_log(tmp_path):
    ran(WAITS, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "memory.log").read_text().splitlines()]
    marks = [line for line in lines if line.get("event") == "mark"]
    assert [mark["action"] for mark in marks][-4:] == ["drain", "save", "close", "terminate"]
    assert {mark["outcome"] for mark in marks} <= {"done", "nothing"}


@pytest.mark.parametrize(
    "wrong", ["drain_timeout_seconds=0", "grace_seconds=-1", "interval_seconds=float('nan')", "limit_bytes=0"]
)
def test_times_and_limits_that_are_none_are_refused(wrong, tmp_path):
    said = ran(f"guard({wrong})", tmp_path).stderr
    assert f"ValueError: {wrong.partition('=')[0]} is a number of" in said
