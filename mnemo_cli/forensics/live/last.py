"""The most recent kill on this machine, with what the memory log said before it."""

from pathlib import Path

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.live.instant import Instant, unix_seconds
from mnemo_cli.forensics.live.logs import Logs, without_gaps_of_others
from mnemo_cli.forensics.live.memory_log import last_lines
from mnemo_cli.forensics.live.process import nothing_read
from mnemo_cli.forensics.truth import judge
from mnemo_cli.model import Gap

# The members of a group die together, each with a line of its own.
_TOGETHER_SECONDS = 1.0


def explain_last(root: Path, now: Instant, memory_log: Path) -> Explanation:
    """Raises SourceError where no log can be read; a log without a kill is an answer."""
    logs = Logs(root, now)
    logs.read_kernel()
    logs.read_journal()
    if not logs.were_read:
        raise nothing_read("what was killed last", logs)
    case = logs.into(Case())
    kills = _last(logs.kills, now)
    when = unix_seconds(kills[-1], now) if kills else None
    gaps: list[Gap] = []
    lines = last_lines(memory_log, when, gaps) if kills else ()
    case = case._replace(kills=kills, notices=(), runtime_messages=(), memory_log=lines, gaps=(*case.gaps, *gaps))
    explanation = without_gaps_of_others(judge(case))
    earlier = len(logs.kills) - len(kills)
    if not earlier:
        return explanation
    more = f"{earlier} more {'was' if earlier == 1 else 'were'} killed before: `dmesg | mnemo explain -` tells of all."
    return explanation._replace(paragraphs=(*explanation.paragraphs, more))


def _last(kills: tuple[Kill, ...], now: Instant) -> tuple[Kill, ...]:
    """The latest, and whoever was killed with it. Without times the last one of the log counts."""
    if not kills:
        return ()
    timed = [(when, kill) for kill in kills if (when := unix_seconds(kill, now)) is not None]
    last = max(reversed(timed), key=lambda pair: pair[0])[1] if timed else kills[-1]
    return tuple(kill for kill in kills if kill is last or _is_with(kill, last))


def _is_with(kill: Kill, last: Kill) -> bool:
    """Of the same group kill, at about the same time; where that is not told, nobody knows."""
    if not (kill.group_kill and last.group_kill and kill.limit_cgroup == last.limit_cgroup):
        return False
    if kill.time_seconds is None or last.time_seconds is None or kill.clock != last.clock:
        return False
    return abs(kill.time_seconds - last.time_seconds) <= _TOGETHER_SECONDS
