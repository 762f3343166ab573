"""Rows 6, 7, 9, 10, 13 and 14: killers that are programs. The kernel's counters of kills do not move for them."""

from collections.abc import Iterator

from mnemo_cli.forensics.explanation import Cause, Confidence, VerdictWord
from mnemo_cli.forensics.kills import Killer
from mnemo_cli.forensics.truth.ending import KILLED, main_record, signal_name
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.forensics.truth.matching import Match, matches_of
from mnemo_cli.forensics.truth.naming import record_words, target_words, victim_words

_WHY: dict[Killer, str] = {
    "systemd-oomd": "for memory pressure in its group or swap that ran out",
    "earlyoom": "because the machine's memory and swap got short",
    "nohang": "because the machine's memory got short",
    "bustd": "because the machine's memory got short",
    "kubelet": "because the node's memory got short",
    "dask": "because the worker passed its memory limit",
    "parallel": "perhaps because memory got short (--memfree)",
}


def userspace_causes(found: Found) -> Iterator[Cause]:
    """One for each killer that took somebody of the target's, evictions by the pod's own record among them."""
    evicted = _by_record(found)
    if evicted is not None:
        yield evicted
    by_killer: dict[Killer, list[Match]] = {}
    for match in found.matches:
        if match.kill.killer in _WHY and not (evicted is not None and match.kill.killer == "kubelet"):
            by_killer.setdefault(match.kill.killer, []).append(match)
    for killer, matches in by_killer.items():
        yield _by_log(killer, matches, found)
    unit, is_told = found.case.unit, "systemd-oomd" in by_killer
    if unit is not None and unit.result == "oom-kill" and found.moves.own_kills == 0 and not is_told:
        sentence = f"{unit.name} ended with the result oom-kill, and the kernel counted none: so it was systemd-oomd"
        yield Cause("userspace-oom", "likely", sentence, (*unit.evidence, *found.moves.evidence))


def _by_record(found: Found) -> Cause | None:
    record = main_record(found.case)
    if record is None or not record.evicted:
        return None
    message = record.message if record.message is not None else ""
    if "memory" in message.lower():
        why = "because the node's memory got short"
    elif message:
        why = "and not for memory: see its message"
    else:
        why = "for a reason that its record does not tell"
    return Cause("eviction", "proven", f"kubelet evicted {record_words(record)} {why}", record.evidence)


def _by_log(killer: Killer, matches: list[Match], found: Found) -> Cause:
    match, kill = matches[-1], matches[-1].kill
    evidence = tuple(each for each_match in matches for each in each_match.kill.evidence)
    verdict: VerdictWord = "eviction" if killer == "kubelet" else "userspace-oom"
    who = victim_words(kill.victim)
    if match.relation in ("child", "group"):
        who += f", a process of {target_words(found.case)}"
    verb = "evicted" if killer == "kubelet" else f"sent {kill.signal} to"
    sentence = f"{_name(killer)} {verb} {who} {_WHY[killer]}"
    confidence = _confidence(match, found)
    if confidence == "likely" and _somebody_went_on(match, found):
        sentence += f"; it ended with {found.ending.signal_name}, so somebody went on, or it was another"
    return Cause(verdict, confidence, sentence, evidence)


def _confidence(match: Match, found: Found) -> Confidence:
    ending, kill = found.ending, match.kill
    if kill.suspicion is not None:
        return "possible"
    if match.relation in ("child", "group") and not ending.is_alive and ending.is_own_code:
        return "possible"
    return "likely" if _somebody_went_on(match, found) or not match.time_fits else "proven"


def _somebody_went_on(match: Match, found: Found) -> bool:
    """An end by SIGKILL after SIGTERM is usually the same killer's second step, which it may not log."""
    if match.kill.killer == "kubelet" or match.kill.signal != "SIGTERM":
        return False
    return found.ending.signal_number == KILLED and not _sent_kill(match, found)


def _sent_kill(match: Match, found: Found) -> bool:
    """Whether the same killer's SIGKILL to the same victim is in the log, too."""
    return any(
        other.kill.signal == signal_name(KILLED)
        and (other.kill.killer, other.kill.victim.pid) == (match.kill.killer, match.kill.victim.pid)
        for other in matches_of(found.case)
    )


def _name(killer: Killer) -> str:
    return {"dask": "Dask's nanny", "parallel": "GNU parallel"}.get(killer, killer)
