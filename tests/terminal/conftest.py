"""A real pseudo-terminal with `mnemo` in it, read through a terminal emulator."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import sysconfig
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyte
import pytest

# Far above what is needed on an idle machine: a deadline is not a measurement.
_PATIENCE_SECONDS = 20.0
# Levels that the machine under test will hardly reach, so that its own load does not choose the colours.
_HIGH_EDGES = {
    "MNEMOSYNE_MEMORY_MODERATE_PCT": "97",
    "MNEMOSYNE_MEMORY_HIGH_PCT": "98",
    "MNEMOSYNE_MEMORY_CRITICAL_PCT": "99",
}


class Terminal:
    """One program on its own terminal: what it drew, and what a person could do to it."""

    def __init__(
        self, argv: Sequence[str], *, columns: int, lines: int, env: Mapping[str, str], stdin: str = "terminal"
    ) -> None:
        self.raw = b""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._master, self._slave = pty.openpty()
        self.resize(columns, lines)
        self.before = self.modes()
        with open(os.devnull, "rb") as null:
            source = {"terminal": self._slave, "null": null.fileno(), "closed": None}[stdin]
            self.process = subprocess.Popen(
                argv,
                stdin=source,
                stdout=self._slave,
                stderr=self._slave,
                env=dict(env),
                start_new_session=True,
                preexec_fn=lambda: self._own(closes_stdin=stdin == "closed"),
            )

    def _own(self, *, closes_stdin: bool) -> None:
        """In the child: Ctrl-C and SIGWINCH come from the terminal that controls a session."""
        fcntl.ioctl(1, termios.TIOCSCTTY, 0)
        if closes_stdin:
            os.close(0)

    @property
    def text(self) -> str:
        """What stands on the screen now."""
        return "\n".join(self._screen.display)

    @property
    def last_line(self) -> str:
        """The keys, a question, or what mnemo has to say."""
        return self._screen.display[-1].strip()

    @property
    def under_cursor(self) -> str:
        """The row that is shown reversed; empty where there is none."""
        rows = zip(self._screen.display, range(self._screen.lines), strict=True)
        reversed_ = (text.strip() for text, line in rows if all(self._screen.buffer[line][at].reverse for at in (0, 1)))
        return next(reversed_, "")

    @property
    def clock(self) -> str:
        """The time in the header; empty where there is none."""
        found = re.search(r"\d\d:\d\d:\d\d UTC", self.text)
        return found[0] if found else ""

    def modes(self) -> list[object]:
        """The terminal's attributes."""
        return termios.tcgetattr(self._slave)

    def send(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """The kernel sends SIGWINCH by itself."""
        self._screen.resize(lines, columns)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def until(self, wanted: "str | Callable[[], bool]") -> None:
        """Read until `wanted` stands on the screen, or holds."""
        holds = wanted if callable(wanted) else lambda: wanted in self.text
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} never came; the screen is\n{self.text}\n{self.raw[-500:]!r}")
            if not self._read(0.02) and self.process.poll() is not None and not self._read(0.2) and not holds():
                raise AssertionError(f"ended with {self.process.returncode} before {wanted!r}:\n{self.text}")

    def watch(self, seconds: float) -> set[str]:
        """Every screen that was there during this time."""
        screens, deadline = {self.text}, time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._read(left):
                screens.add(self.text)
        return screens

    def exit_code(self) -> int:
        """Wait for the end, and read everything until then."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not end; the screen is\n{self.text}")
            self._read(0.005)
        while self._read(0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal's window. The kernel sends SIGHUP when the last of us has closed it."""
        for descriptor in (self._master, self._slave):
            os.close(descriptor)
        self._master = self._slave = -1

    def close(self) -> None:
        """Leave nothing behind, whatever the test did: mnemo ends what it has started when it is asked to end."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.exit_code()
            finally:
                self.process.kill()
                self.process.wait()
        if self._master >= 0:
            self.hang_up()

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        piece = os.read(self._master, 65536)
        self.raw += piece
        self._stream.feed(piece)
        return True


class StartMnemo(Protocol):
    """How tests start mnemo in a terminal."""

    def __call__(
        self,
        *words: str,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        stdin: str = "terminal",
    ) -> Terminal: ...


def _mnemo() -> list[str]:
    """The installed command beside this interpreter, else the package itself."""
    script = shutil.which("mnemo", path=sysconfig.get_path("scripts"))
    return [script] if script is not None else [sys.executable, "-m", "mnemo_cli"]


def _environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of the person's who runs the tests."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "TMPDIR": str(tmp_path),
        **_HIGH_EDGES,
    }


@pytest.fixture
def mnemo(tmp_path: Path, nobody_is_killed_meanwhile: None) -> Iterator[StartMnemo]:
    """Starts `mnemo WORDS…` in a terminal of a size; `env` is added to an environment of its own."""
    with contextlib.ExitStack() as stack:

        def start(
            *words: str,
            size: tuple[int, int] = (80, 24),
            env: Mapping[str, str] | None = None,
            stdin: str = "terminal",
        ) -> Terminal:
            environment = {**_environment(tmp_path), **(env or {})}
            terminal = Terminal([*_mnemo(), *words], columns=size[0], lines=size[1], env=environment, stdin=stdin)
            stack.callback(terminal.close)
            return terminal

        yield start


@pytest.fixture
def dashboard(mnemo: StartMnemo) -> StartMnemo:
    """`mnemo monitor`, once its first frame stands."""

    def start(
        *words: str,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        stdin: str = "terminal",
    ) -> Terminal:
        terminal = mnemo("monitor", "--interval", "0.2", *words, size=size, env=env, stdin=stdin)
        terminal.until(" q quit" if size >= (60, 12) else " ETA to limit")
        return terminal

    return start


@pytest.fixture
def restored() -> Callable[[Terminal], None]:
    """Asserts that a terminal is as it was: modes, main screen, cursor."""

    def check(terminal: Terminal) -> None:
        assert terminal.modes() == terminal.before
        assert terminal.raw.rindex(b"\x1b[?1049l") > terminal.raw.rindex(b"\x1b[?1049h")
        assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")

    return check


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process is gone; one that nobody reaps is gone too."""

    def is_gone(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    return is_gone
