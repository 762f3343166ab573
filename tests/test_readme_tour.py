"""Every command line of the README is run, in its order below one heading, where a stranger would type it.

Programs that a line mentions and that are not mnemo (docker, make, …) are small stand-ins. What would wait for ever
or needs a cluster is run by another test, which is named here.
"""

import os
import resource
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forensics.oom_report.stock import REPORTS
from tests.readme import PROJECT, blocks, command_of, needs_a_shell, words_of
from tests.terminal.conftest import Terminal

RECORDING = PROJECT / "tests/pictures/shop.mnr"
# A line that begins so, the test that runs it in its stead, and why.
ELSEWHERE = {
    "python3 -m venv": (".ci/run", "installs: CI does both in fresh environments"),
    "mnemo orchestrate nightly.toml --engine dask": ("tests/live/test_dask.py", "needs a cluster"),
    "mnemo orchestrate demo": ("tests/commands/test_demo.py", "takes a minute"),
    "mnemo export serve": ("tests/commands/test_export_serve.py", "serves until it is ended"),
}
# A word of a line, and what stands there in the test.
STAND_INS = {
    "/var/lib/node_exporter": "node_exporter",  # a folder of the system
    "--replay night.mnr": "--replay kept.mnr",  # what the line before records is a second long
    "--growth 60s": "--growth 2s",  # waits
    "--nofile 65536": f"--nofile {resource.getrlimit(resource.RLIMIT_NOFILE)[1]}",  # more may need privilege
}
# Exit codes other than 0 that are an answer, too: findings of this machine, a budget that is passed on purpose,
# evidence that is not here.
ANSWERS = {
    "mnemo doctor": {0, 1},
    "mnemo limits check": {0, 1},
    "mnemo monitor --limit 64MiB": {1},
    "mnemo explain --last": {0, 3},
    "mnemo explain --unit": {0, 3},
    "mnemo explain --pid": {0, 3},
    "mnemo collect": {0, 3},
}
PROGRAMS = {
    "pytest": "sleep 0.5",  # one that ends before its first reading is unknown, which is exit code 3
    "make": "exit 0",
    "resize": 'test -f "$1"',
    "curl": "echo b >data.csv; echo a >>data.csv",
    "dmesg": "cat kern.log",
    "docker": "cat inspect.json",
}
INSPECTED = """[{"Id": "3f1ad2c9b7e8405f9d6c1b2a3e4f5061728394a5b6c7d8e9f00112233445566f", "Name": "/web",
"State": {"Status": "exited", "OOMKilled": true, "ExitCode": 137, "Pid": 0}, "HostConfig": {"Memory": 536870912}}]"""
SHELL = blocks("sh")
LINES = [line for block in SHELL for line in block.lines]
SECONDS = 60


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that lines name, the programs first on the path, and a home of its own."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    texts = {"kern.log": REPORTS["6.18-v1"], "inspect.json": INSPECTED, "one.png": ""}
    texts["nightly.toml"] = next(block.text for block in blocks("toml") if "[plan]" in block.text)
    texts["rules.yml"] = next(block.text for block in blocks("yaml") if block.text.startswith("alerts:"))
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "node_exporter").mkdir()
    shutil.copy(RECORDING, tmp_path / "kept.mnr")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{programs}:{sysconfig.get_path('scripts')}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    return tmp_path


@pytest.fixture
def living() -> Iterator[int]:
    """The process 4121 of the README."""
    with subprocess.Popen(["sleep", "600"]) as program:
        yield program.pid
        program.kill()


@pytest.mark.parametrize("heading", dict.fromkeys(block.heading for block in SHELL))
def test_every_line_below_a_heading_does_what_it_says(
    heading, place, living, script_runner, nobody_is_killed_meanwhile
):
    for line in (line for block in SHELL if block.heading == heading for line in block.lines):
        if elsewhere(line) is None:
            code, said = run(stood_in(line, living), script_runner, place)
            assert code in answers(line), f"{line}\nended with {code}:\n{said}"
            assert "Traceback" not in said


def run(line: str, script_runner, place: Path) -> tuple[int, str]:
    """The exit code and all output: on a terminal, through a shell, or in this process."""
    words = words_of(line)
    if is_live(words):
        return on_a_terminal(words, place)
    if needs_a_shell(line) or words[1] in ("orchestrate", "monitor"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command_of(line)], capture_output=True, text=True, timeout=SECONDS
        )
    else:
        done = script_runner.run(words)
    return done.returncode, done.stdout + done.stderr


def is_live(words: list[str]) -> bool:
    """Whether it draws a screen until somebody presses q."""
    return words[:2] == ["mnemo", "monitor"] and not {"--", "--plot"} & set(words)


def on_a_terminal(words: list[str], place: Path) -> tuple[int, str]:
    """A person who looks at the first frame, and leaves."""
    terminal = Terminal(words, columns=80, lines=24, env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"})
    try:
        terminal.until(" q quit")
        terminal.send("q")
        return terminal.exit_code(), terminal.text
    finally:
        terminal.close()


def stood_in(line: str, pid: int) -> str:
    for word, instead in {**STAND_INS, "4121": str(pid)}.items():
        line = line.replace(word, instead)
    return line


def elsewhere(line: str) -> tuple[str, str] | None:
    return next((found for begin, found in ELSEWHERE.items() if line.startswith(begin)), None)


def answers(line: str) -> set[int]:
    return next((codes for begin, codes in ANSWERS.items() if line.startswith(begin)), {0})


@pytest.mark.parametrize("begin", [*ELSEWHERE, *ANSWERS])
def test_an_exception_is_about_a_line_that_is_there(begin):
    assert [line for line in LINES if line.startswith(begin)]


@pytest.mark.parametrize("word", [*STAND_INS, "4121", *PROGRAMS])
def test_a_stand_in_is_needed(word):
    texts = [*LINES, *(block.text for block in blocks("toml"))]
    assert [text for text in texts if word in text]


@pytest.mark.parametrize(("begin", "found"), ELSEWHERE.items(), ids=list(ELSEWHERE))
def test_what_is_run_elsewhere_is_run_there(begin, found):
    text = (PROJECT / found[0]).read_text()
    assert all(word.rpartition("/")[2] in text for word in words_of(begin)[1:] if not word.startswith("nightly"))
