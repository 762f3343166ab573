"""What is said when a watched program has ended: one line, and where its output is."""

from collections.abc import Sequence

from mnemo_cli.model import Level
from mnemo_cli.output.words import count, size, status
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration
from mnemo_cli.watch.child import Ended
from mnemo_cli.watch.outcome import Outcome


def summary_line(
    name: str, outcome: Outcome, budget_bytes: int | None, ended: Ended | None, *, by_us: bool = False
) -> str:
    """Peak, worst level, time, CPU time, major faults and exit code of a program. `by_us`: mnemo ended it."""
    budget = "" if budget_bytes is None else f" of a budget of {size(budget_bytes)}"
    worst = outcome.gate.worst
    is_unknown = outcome.gate.unknown or outcome.budget_unread
    level = None if is_unknown and worst is not Level.CRITICAL else worst
    # No program that runs uses nothing: it had ended before the first reading.
    peak_bytes = outcome.peak_target_bytes or None
    words = [
        f"{printable(name)}: peak {size(peak_bytes)}{budget}",
        f"worst level {status(level, worst)}",
        f"{format_duration(outcome.seconds if ended is None else ended.seconds)}",
    ]
    if ended is not None:
        words.append(f"CPU {format_duration(ended.cpu_seconds)}")
        words.append(f"{count(ended.major_faults)} major faults")
        words.append(f"exit {ended.exit_code}" + (" (ended by mnemo)" if by_us else ""))
    return ", ".join(words)


def output_lines(path: str, lines: Sequence[str]) -> str:
    """Where a program's output was kept, and its last lines, safe for a terminal."""
    where = f"its output is in {printable(path)}"
    if not lines:
        return f"{where} (it wrote nothing)"
    return "\n".join([f"{where}; the last lines:", *(f"  {printable(text)}" for text in lines)])
