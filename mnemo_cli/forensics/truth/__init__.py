"""What a death proves: the truth table of causes, row by row, applied to all that is known about one.

    judge(case)    the verdict, with ranked causes and the lines that prove each

A claim of an OOM kill needs a quoted line or a counter that moved. Exit code 137 alone is possible evidence,
143 alone is none. Nothing here reads a file or a clock.

ending       how it ended: a signal that is known as one, or a number in which one may hide
matching     which kills of a log are the target's
counters     which counters moved along its path
found        these three together
kernel       rows 1 to 5, 8, 12; userspace 6, 7, 9, 10, 13, 14; limits 15 to 17; others 11, 18 and the rest
verdict      all rows, ranked
memory       what was hit and where the memory was; choice why this victim; missing what is not known
naming       victims and targets in words; headline the verdict in one line
"""

from collections.abc import Iterator

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.explanation import Cause, Explanation, Owner
from mnemo_cli.forensics.hit import Hit, hit_of
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.next_steps import Scene, next_steps
from mnemo_cli.forensics.truth.choice import choice_paragraphs, shmem_holds_it
from mnemo_cli.forensics.truth.ending import main_record
from mnemo_cli.forensics.truth.found import Found, found_in
from mnemo_cli.forensics.truth.headline import headline
from mnemo_cli.forensics.truth.matching import decisive, each_once
from mnemo_cli.forensics.truth.memory import hit_paragraphs, memory_paragraphs
from mnemo_cli.forensics.truth.missing import missing
from mnemo_cli.forensics.truth.naming import record_words, run_words, victim_words
from mnemo_cli.forensics.truth.verdict import ranked_causes

_MOST_OTHERS, _MOST_RECORDS = 3, 8


def judge(case: Case) -> Explanation:
    """The causes of this death, the likeliest first; "unknown" where nothing speaks for any."""
    found = found_in(case)
    causes = ranked_causes(found)
    kills = tuple(match.kill for match in found.matches)
    kill = _decisive(found, causes[0])
    hit = hit_of(case, kill, found.moves.limit_group) if causes[0].verdict in ("kernel-oom", "limit", "exit") else None
    oom_hit = hit if causes[0].verdict == "kernel-oom" else None
    in_tmpfs = kill is not None and shmem_holds_it(kill, oom_hit.used_bytes if oom_hit is not None else None)
    return Explanation(
        headline=headline(found, causes[0], kills),
        causes=causes,
        kills=kills,
        owner=_owner(causes[0], oom_hit),
        paragraphs=tuple(_paragraphs(found, kill, oom_hit)),
        next_steps=next_steps(Scene(case, causes[0], hit, kill, found.ending.signal_number, in_tmpfs)),
        gaps=missing(found, causes),
        last_lines=case.memory_log,
    )


def _decisive(found: Found, cause: Cause) -> Kill | None:
    """The kill behind the verdict."""
    kernel = cause.verdict == "kernel-oom"
    if cause.verdict not in ("kernel-oom", "userspace-oom", "eviction"):
        return None
    fitting = tuple(match for match in found.matches if (match.kill.killer in ("kernel", "sysrq")) == kernel)
    match = decisive(fitting, found.case)
    return match.kill if match is not None else None


def _owner(cause: Cause, hit: Hit | None) -> Owner | None:
    if cause.verdict == "eviction":
        return "machine"
    return hit.whose.owner if hit is not None else None


def _paragraphs(found: Found, kill: Kill | None, hit: Hit | None) -> Iterator[str]:
    if hit is not None:
        yield from hit_paragraphs(found.case, hit)
    if kill is not None:
        used = hit.used_bytes if hit is not None else None
        yield from memory_paragraphs(kill, used)
        yield from choice_paragraphs(kill, used)
    if found.has_target and len(found.matches) > 1:
        named = ", ".join(victim_words(match.kill.victim) for match in found.matches)
        yield f"{len(found.matches)} kills fit, in this order: {named}."
    if rest := _of_records(found):
        yield rest
    others = _of_others(found)
    if others:
        named = ", ".join(victim_words(each.victim) for each in others[-_MOST_OTHERS:])
        none = " and none of this target" if not found.matches else ""
        yield f"The log holds {len(others)} kills of others{none}, the last of them {named}."


def _of_records(found: Found) -> str | None:
    """What the document tells of other containers, and of other runs."""
    main = main_record(found.case)
    rest = [record for record in found.case.records if record is not main]
    if not rest:
        return None
    told = "; ".join(f"{record_words(record)} {run_words(record)}" for record in rest[:_MOST_RECORDS])
    more = f"; and {len(rest) - _MOST_RECORDS} more" if len(rest) > _MOST_RECORDS else ""
    return f"The same document tells of: {told}{more}."


def _of_others(found: Found) -> tuple[Kill, ...]:
    own = {id(match.kill) for match in found.matches}
    return tuple(kill for kill in each_once(found.case.kills) if id(kill) not in own)
