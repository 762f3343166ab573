"""The line about a program that has ended: its peak, its worst level, its cost; nothing unread looks like 0."""

from mnemo_cli.limits.gate import Gate
from mnemo_cli.model import Level
from mnemo_cli.output.summary import output_lines, summary_line
from mnemo_cli.watch.child import Ended
from mnemo_cli.watch.outcome import Outcome

ENDED = Ended(exit_code=137, seconds=125.0, cpu_seconds=12.4, major_faults=3)


def outcome(worst=Level.HIGH, *, unknown=False, **fields):
    gate = Gate(fail_on=None, worst=worst, unknown=unknown)
    return Outcome(gate=gate, **{"peak_target_bytes": 3 << 30, "began_seconds": 10.0, "last_seconds": 14.0, **fields})


def test_a_program_is_summed_up_in_one_line():
    assert summary_line("pytest -q", outcome(), 2 << 30, ENDED) == (
        "pytest -q: peak 3.00G of a budget of 2.00G, worst level !! HIGH, 2m05s, CPU 12s, 3 major faults, exit 137"
    )


def test_a_program_that_mnemo_ended_did_not_die_by_itself():
    assert summary_line("x", outcome(), None, ENDED, by_us=True).endswith(", exit 137 (ended by mnemo)")


def test_a_target_that_mnemo_did_not_start_has_neither_code_nor_cost():
    assert summary_line("pid 7", outcome(), None, None) == "pid 7: peak 3.00G, worst level !! HIGH, 4s"


def test_a_peak_that_nobody_read_is_unknown():
    for peak_bytes in (None, 0):  # 0: only the zombie was seen
        assert "peak unknown, " in summary_line("true", outcome(peak_target_bytes=peak_bytes), None, ENDED)


def test_a_level_that_was_ever_unknown_is_not_called_normal():
    assert "worst level ?? UNKNOWN, " in summary_line("x", outcome(Level.NORMAL, unknown=True), None, ENDED)
    assert "?? UNKNOWN (at least HIGH), " in summary_line("x", outcome(Level.HIGH, unknown=True), None, ENDED)
    assert "worst level XX CRITICAL, " in summary_line("x", outcome(Level.CRITICAL, unknown=True), None, ENDED)
    assert "worst level ?? UNKNOWN, " in summary_line("x", outcome(None), None, ENDED)
    assert "worst level ?? UNKNOWN" in summary_line("x", outcome(Level.NORMAL, budget_unread=True), 1 << 20, ENDED)


def test_nothing_of_a_name_reaches_the_terminal_raw():
    line = summary_line("\x1b[31m\nred\udcff", outcome(), None, ENDED)
    assert line.isprintable() and line.startswith("\\x1b[31m\\x0ared\\xff: ")


def test_the_last_output_is_shown_line_by_line_and_printable():
    assert output_lines("/tmp/a.log", ["one", "\x1b[31mtwo"]) == (
        "its output is in /tmp/a.log; the last lines:\n  one\n  \\x1b[31mtwo"
    )
    assert output_lines("/tmp/\x1b.log", []) == "its output is in /tmp/\\x1b.log (it wrote nothing)"
