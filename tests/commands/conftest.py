"""What tests of commands share: a home of their own, a machine at a chosen level, processes that hold memory."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MNEMO = [sys.executable, "-m", "mnemo_cli"]
# Where the machine's use falls, whatever it is, for a machine that uses more than 0.01 % and less than 99 %.
EDGES = {
    "normal": (99, 99.2, 99.4),
    "moderate": (0.01, 99, 99.2),
    "high": (0.01, 0.02, 99),
    "critical": (0.01, 0.02, 0.03),
}
HOLDER = "import sys; held = b'x' * int(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"

Mnemo = Callable[..., subprocess.CompletedProcess[str]]
Hold = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def a_home_and_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nobody_is_killed_meanwhile: None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def machine_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Moves the edges so that the whole machine is at a level now."""

    def move(level: str) -> None:
        for name, percent in zip(("MODERATE", "HIGH", "CRITICAL"), EDGES[level], strict=True):
            monkeypatch.setenv(f"MNEMOSYNE_MEMORY_{name}_PCT", str(percent))
        monkeypatch.setenv("MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT", "0")

    return move


@pytest.fixture
def run() -> Mnemo:
    """mnemo as a process of its own: for streams, signals and exit codes as a shell sees them."""

    def start(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run([*MNEMO, *words], text=True, timeout=30, **streams)

    return start


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """mnemo in the background; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **options: object) -> "subprocess.Popen[str]":
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([*MNEMO, *words], text=True, **streams)
        started.append(process)
        return process

    yield begin
    end_all(started)


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Starts a process that holds so many bytes and says so; it ends when its stdin is closed.

    `python` may be another name of the interpreter, which then is the process's.
    """
    started: list[subprocess.Popen[str]] = []

    def begin(size_bytes: int, python: str | Path = sys.executable) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [python, "-I", "-S", "-c", HOLDER, str(size_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        return process

    yield begin
    end_all(started)


def end_all(processes: list["subprocess.Popen[str]"]) -> None:
    for process in processes:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def is_running(pid: int) -> bool:
    """A zombie that nobody has reaped runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return os.path.exists(f"/proc/{pid}")


@pytest.fixture
def runs() -> Callable[[int], bool]:
    return is_running
