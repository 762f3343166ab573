"""The dashboard on a real terminal: what it shows, what the keys do, and that every size can be drawn."""

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.terminal

_SENTENCE = re.compile(r"^ (ok NORMAL|! MODERATE|!! HIGH|XX CRITICAL|\?\? UNKNOWN)", re.MULTILINE)

# 2 MiB every 50 ms, up to 200 MiB.
_GROWS = "import time; kept = [time.sleep(0.05) or b'x' * 2_000_000 for _ in range(100)]; time.sleep(1000)"


@pytest.fixture
def grower() -> "Iterator[subprocess.Popen[bytes]]":
    """A process whose row changes in every sample."""
    with subprocess.Popen([sys.executable, "-c", _GROWS]) as child:
        yield child
        child.kill()


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
def test_the_first_screen(dashboard, size):
    terminal = dashboard(size=size)

    assert _SENTENCE.search(terminal.text)
    assert re.search(r"MEM  \[[#% |]+\] ", terminal.text)
    assert re.search(r"^    PID .* PSS .* COMMAND", terminal.text, re.MULTILINE)
    assert " q quit  ? help" in terminal.text
    assert ("─── MEMORY" in terminal.text) == (size == (160, 45))
    assert terminal.clock


def test_a_question_mark_shows_the_help_and_hides_it(dashboard):
    terminal = dashboard()

    terminal.send("?")
    terminal.until("halve the interval")
    assert "    PID " not in terminal.text
    terminal.send("?")
    terminal.until("    PID ")

    assert "halve the interval" not in terminal.text


def test_space_freezes_the_whole_view_until_the_next_space(dashboard, grower):
    terminal = dashboard("--pid", str(grower.pid))

    terminal.send(" ")
    terminal.until("PAUSED")
    terminal.watch(0.3)  # the rest of that frame
    frozen, clock = terminal.text, terminal.clock
    # Long enough for the clock to have moved on, and for several samples of a process that grows.
    assert terminal.watch(1.5) == {frozen}
    terminal.send("?")
    terminal.until("halve the interval")
    terminal.send("?")
    terminal.until(lambda: terminal.text == frozen)

    terminal.send(" ")
    terminal.until(lambda: "PAUSED" not in terminal.text and terminal.clock > clock)


def test_plus_and_minus_halve_and_double_the_interval(dashboard):
    terminal = dashboard("--interval", "1s")

    for key, interval in [("+", " 0.5s "), ("+", " 0.25s "), ("-", " 0.5s "), ("-", " 1s "), ("-", " 2s ")]:
        terminal.send(key)
        terminal.until(interval)


def test_the_interval_stays_between_a_tenth_of_a_second_and_a_minute(dashboard):
    terminal = dashboard()

    terminal.send("+" * 20)
    terminal.until(" 0.1s ")
    terminal.send("-" * 20)
    terminal.until(" 60s ")


def test_keys_that_mean_nothing_are_passed_over(dashboard):
    """Arrows, F1, F5, Alt-q, letters; all may come in one read with a key that means something."""
    terminal = dashboard()

    terminal.send("\x1b[A\x1bOP\x1b[15~\x1bqxyz£漢?")
    terminal.until("halve the interval")

    assert terminal.process.poll() is None


def test_every_size_is_redrawn_at_once(dashboard):
    terminal = dashboard("--interval", "60s")

    for size, wanted in [
        ((160, 45), "─── MEMORY"),
        ((30, 5), " ETA to limit"),
        ((60, 12), " q quit"),
        ((20, 3), " MEM  ["),
        ((80, 24), "    PID "),
    ]:
        terminal.resize(*size)
        terminal.until(wanted)
    terminal.resize(19, 1)
    terminal.until(lambda: re.fullmatch(r"(ok|!|!!|XX|\?\?) [\d.]+% *", terminal.text) is not None)
    terminal.resize(1, 1)
    terminal.until(lambda: terminal.text in "o!X?")
    terminal.resize(80, 24)
    terminal.until("    PID ")

    assert _SENTENCE.search(terminal.text)


@pytest.mark.parametrize("size", [(1, 1), (20, 3), (200, 50)])
def test_it_starts_at_any_size(mnemo, restored, size):
    terminal = mnemo("monitor", size=size)
    terminal.until(lambda: terminal.text.strip() != "")

    terminal.send("q")

    assert terminal.exit_code() == 0
    restored(terminal)


def test_a_storm_of_fifty_resizes_is_survived(dashboard):
    terminal = dashboard()
    sizes = itertools.cycle([(80, 24), (1, 1), (160, 45), (30, 5), (220, 70), (7, 40)])

    for size in itertools.islice(sizes, 50):
        terminal.resize(*size)
    terminal.resize(100, 30)
    terminal.until(lambda: "    PID " in terminal.text and " q quit" in terminal.text.splitlines()[-1])

    assert _SENTENCE.search(terminal.text)
