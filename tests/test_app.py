"""mnemo as a shell calls it: its overview, its typos, its streams."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli import __version__
from mnemo_cli.app import COMMANDS, split_program

MNEMO = [sys.executable, "-m", "mnemo_cli"]


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_the_overview_names_every_command(script_runner, words):
    result = script_runner.run(["mnemo", *words])
    assert (result.returncode, result.stderr) == (0, "")
    for row in COMMANDS:
        assert f"  {row.name} " in result.stdout and row.help in result.stdout


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version(script_runner, word):
    result = script_runner.run(["mnemo", word])
    assert (result.returncode, result.stdout, result.stderr) == (0, f"mnemo {__version__}\n", "")


def test_the_package_runs_as_a_module():
    done = subprocess.run([*MNEMO, "--version"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, f"mnemo {__version__}\n")


def test_the_help_of_a_module_run_names_the_command():
    done = subprocess.run([*MNEMO, "--help"], capture_output=True, text=True, timeout=30)
    assert done.stdout.startswith("Usage: mnemo [OPTIONS]")


@pytest.mark.parametrize(("typo", "meant"), [("montior", "monitor"), ("snapshto", "snapshot"), ("confg", "config")])
def test_an_unknown_command_is_wrong_usage_with_the_nearest_one(script_runner, typo, meant):
    result = script_runner.run(["mnemo", typo])
    assert (result.returncode, result.stdout) == (2, "")
    assert typo in result.stderr and meant in result.stderr


@pytest.mark.parametrize("words", [["--nonsense"], ["completion"], ["completion", "bash", "extra"]])
def test_wrong_usage_is_exit_2_and_says_so_on_stderr_only(script_runner, words):
    result = script_runner.run(["mnemo", *words])
    assert (result.returncode, result.stdout) == (2, "")
    assert "Error:" in result.stderr


@pytest.mark.parametrize("words", [["--version"], ["--help"], [], ["completion", "bash"], ["completion", "--help"]])
def test_a_closed_pipe_ends_quietly_with_0(words):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run([*MNEMO, *words], stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [["--version"], ["--help"], [], ["completion", "bash"], ["completion", "--help"]])
def test_a_full_disk_is_an_error_that_says_so(words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*MNEMO, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr.startswith("mnemo: ") and "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "own", "program"),
    [
        (["monitor", "--", "ls", "--", "-l"], ["monitor"], ["ls", "--", "-l"]),
        (["monitor", "--"], ["monitor"], []),
        (["monitor", "--host"], ["monitor", "--host"], None),
        (["explain", "--", "-9"], ["explain", "--", "-9"], None),
        (["explain", "--", "monitor"], ["explain", "--", "monitor"], None),
        (["explain", "monitor", "--", "x"], ["explain", "monitor", "--", "x"], None),
        (["doctor", "--profile", "server", "--", "nginx"], ["doctor", "--profile", "server"], ["nginx"]),
        (["ulimit", "doctor", "--", "nginx"], ["ulimit", "doctor"], ["nginx"]),
        (["ulimit", "fix", "--", "doctor"], ["ulimit", "fix", "--", "doctor"], None),
        (["limits", "check", "--", "a", "--", "b"], ["limits", "check"], ["a", "--", "b"]),
        (["limits", "render", "--", "x"], ["limits", "render", "--", "x"], None),
        (["limits", "--", "check"], ["limits", "--", "check"], None),
        ([], [], None),
    ],
)
def test_the_program_after_two_dashes_is_split_off_only_where_one_is_run(arguments, own, program):
    assert split_program(arguments) == (own, program)
