"""Colours, signs and escape codes: what the terminal, the locale and the person allow, and nothing of strangers'."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.terminal

# Foreground 30-38 and 90-97, background 40-48 and 100-107.
_COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
_STYLE = re.compile(rb"\x1b\[[\d;]*m")
_EVIL = "\x1b]0;owned\x07\x1b[31mé\udcff"


@pytest.fixture
def stranger() -> "Iterator[subprocess.Popen[bytes]]":
    """A process whose command line and name hold escape codes and a byte that is no UTF-8."""
    code = "printf '\\033[31mX\\377' > /proc/$$/comm; echo ready; read line"
    with subprocess.Popen(
        [os.fsencode(_EVIL), b"-c", code.encode()],
        executable=shutil.which("sh"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
        child.kill()


@pytest.mark.parametrize(
    ("words", "env", "coloured"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
        (("--color", "never"), {}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"TERM": "vt100", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(dashboard, words, env, coloured):
    terminal = dashboard("--color", "auto", *words, env=env)

    assert bool(_COLOUR.search(terminal.raw)) == coloured
    assert _STYLE.search(terminal.raw), "bold, dim and reverse are not colours"


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(mnemo, term):
    terminal = mnemo("monitor", "--interval", "0.1", "--count", "3", env={"TERM": term})

    assert terminal.exit_code() == 0
    assert b"\x1b" not in terminal.raw
    assert terminal.raw.count(b"%") >= 3


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (("--ascii",), {}),
        ((), {"PYTHONIOENCODING": "ascii"}),
        ((), {"LC_ALL": "C"}),
        ((), {"LC_ALL": "POSIX", "PYTHONUTF8": "1"}),
    ],
    ids=["--ascii", "PYTHONIOENCODING", "LC_ALL", "PYTHONUTF8"],
)
def test_ascii_signs_where_the_locale_is_not_utf_8(dashboard, stranger, words, env):
    terminal = dashboard("--pid", str(stranger.pid), *words, size=(160, 45), env=env)
    terminal.until("owned")
    terminal.send("?")
    terminal.until("halve the interval")
    terminal.send("q")

    assert terminal.exit_code() == 0
    assert terminal.raw.isascii()
    assert b"+--- MEMORY" in terminal.raw


def test_a_utf_8_locale_gets_boxes(dashboard):
    assert "┌─── MEMORY" in dashboard(size=(160, 45)).text


def test_no_escape_code_of_a_stranger_reaches_the_terminal(dashboard, stranger):
    terminal = dashboard("--pid", str(stranger.pid), size=(200, 50))
    terminal.until("\\x1b]0;owned\\x07\\x1b[31mé\\xff -c ")
    terminal.send("q")

    assert terminal.exit_code() == 0
    assert b"\x1b]" not in terminal.raw
    assert b"\x1b[31m" not in terminal.raw


def test_no_escape_code_of_a_started_program_reaches_the_terminal(mnemo):
    terminal = mnemo("monitor", "--", sys.executable, "-c", f"print({_EVIL[:-1]!r})", _EVIL[:-1])

    assert terminal.exit_code() == 0
    assert b"\x1b]" not in terminal.raw
    assert b"\\x1b]0;owned\\x07\\x1b[31m" in terminal.raw.rpartition(b"\x1b[?1049l")[2]
