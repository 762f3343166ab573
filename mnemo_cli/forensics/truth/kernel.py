"""Rows 1 to 5, 8 and 12: the kernel's OOM killer, by its own lines, by counters, or by what a supervisor saw.

Own limit, an ancestor's limit, the whole machine, a group killed as one, a child of a parent that lived, somebody
who asked for it by sysrq, and the rest of a unit that systemd stopped afterwards.
"""

from collections.abc import Iterator

from mnemo_cli.forensics.case import ContainerRecord
from mnemo_cli.forensics.explanation import Cause, Confidence
from mnemo_cli.forensics.kills import Evidence, Kill
from mnemo_cli.forensics.owner import owner_of
from mnemo_cli.forensics.truth.ending import KILLED, TERMINATED, main_record
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.forensics.truth.matching import Match, Relation, decisive, notices_for
from mnemo_cli.forensics.truth.naming import target_words, victim_words
from mnemo_cli.units import format_size

_CHILD_CODE = 128 + KILLED


def kernel_causes(found: Found) -> Iterator[Cause]:
    """The strongest that applies; the others say the same with less."""
    kernel = tuple(match for match in found.matches if match.kill.killer in ("kernel", "sysrq"))
    if kernel:
        yield _by_log(found, kernel)
        return
    cause = _by_counters(found) or _by_supervisor(found)
    if cause is None and found.ending.signal_number == KILLED:
        cause = _excluded(found)
    if cause is not None:
        yield cause


def _by_log(found: Found, matches: tuple[Match, ...]) -> Cause:
    evidence = tuple(each for match in matches for each in match.kill.evidence)
    own = tuple(match for match in matches if match.relation in ("target", "all"))
    kill, relation, _ = decisive(matches, found.case) or matches[-1]
    confidence = _confidence_of_log(own or matches)
    who = victim_words(kill.victim)
    if relation == "all":
        return Cause("kernel-oom", confidence, f"the kernel's OOM killer ended {who}: {limit_words(kill)}", evidence)
    if relation == "target":
        sentence = f"the kernel's OOM killer ended {target_words(found.case, kill)}: {limit_words(kill)}"
        if found.ending.is_known and not _ended_as_killed(found):
            sentence += f"; yet its end is told as {found.ending.words}"
            confidence = at_most("possible", confidence)
        return Cause("kernel-oom", confidence, sentence, evidence)
    return _by_member(found, kill, relation, Cause("kernel-oom", confidence, "", evidence))


def _by_member(found: Found, kill: Kill, relation: Relation, start: Cause) -> Cause:
    """Row 5 and 12: somebody of the target's was killed, and the main process may have gone on."""
    target = target_words(found.case)
    ceiling, after = _aftermath(found, target, relation)
    who = f"{victim_words(kill.victim)}, a process of {target}"
    sentence = f"the kernel's OOM killer ended {who}: {limit_words(kill)}; {after}".removesuffix("; ")
    return start._replace(confidence=at_most(ceiling, start.confidence), sentence=sentence)


def _aftermath(found: Found, target: str, relation: Relation) -> tuple[Confidence, str]:
    """What became of the target itself, and how sure the kill explains that."""
    ending, unit = found.ending, found.case.unit
    if ending.is_alive:
        return "proven", f"{target} itself lives"
    if ending.signal_number == TERMINATED and (unit is not None or notices_for(found.case, "oom")):
        told = unit is not None and unit.oom_policy == "stop"
        return "proven" if told else "likely", "systemd then stopped the rest of the unit with SIGTERM (OOMPolicy=stop)"
    if ending.signal_number == KILLED:
        # A process that is known by its pid is no victim of a report that names another one.
        return (
            "possible" if relation == "child" and ending.is_certain else "proven",
            "its main process ended with SIGKILL",
        )
    if ending.is_own_code and ending.code == _CHILD_CODE:
        return "proven", f"{target} handed on its code {_CHILD_CODE}"
    if ending.is_known:
        return "possible", f"{target} was not killed for it: it ended by itself afterwards"
    return "proven", ""


def _by_counters(found: Found) -> Cause | None:
    moves, target = found.moves, target_words(found.case)
    is_killed = _ended_as_killed(found)
    where = _where(found)
    if moves.own_kills:
        times = f"counted {moves.own_kills} OOM kill{'s' if moves.own_kills > 1 else ''} in its group"
        if is_killed:
            return Cause(
                "kernel-oom", "proven", f"the kernel {times}, and {target} ended with SIGKILL{where}", moves.evidence
            )
        if not found.ending.is_alive and not found.ending.is_known:
            sentence = f"the kernel {times}; how {target} ended, nobody tells{where}"
            return Cause("kernel-oom", "likely", sentence, moves.evidence)
        lives = "lives" if found.ending.is_alive else "was not the one: it ended in another way"
        confidence: Confidence = "proven" if found.ending.is_alive else "possible"
        return Cause(
            "kernel-oom", confidence, f"the kernel {times}, of a child: {target} {lives}{where}", moves.evidence
        )
    if moves.total_kills:
        sentence = f"the kernel counted {moves.total_kills} OOM kills in its group, at times that nobody tells"
        return Cause("kernel-oom", "likely" if is_killed else "possible", sentence, moves.evidence)
    if moves.machine_kills and moves.own_kills is None:
        sentence = f"the machine counted {moves.machine_kills} OOM kills in that time, of whom is not told"
        return Cause("kernel-oom", "likely" if is_killed else "possible", sentence, moves.evidence)
    return None


def _by_supervisor(found: Found) -> Cause | None:
    """Docker's flag and Kubernetes' reason stick to the container, and systemd's result to the unit."""
    case, record = found.case, main_record(found.case)
    notices = notices_for(case, "oom", "oom-result")
    evidence = tuple(notice.evidence for notice in notices)
    is_killed = found.ending.signal_number == KILLED
    if record is not None and record.oom_killed:
        return _by_record(record, found, (*record.evidence, *evidence))
    if notices and found.moves.own_kills != 0:
        whose = notices[-1].subject if case.who is None and not case.records else target_words(case)
        sentence = f"its supervisor saw the kernel's OOM killer end a process of {whose}, which one is not told"
        return Cause("kernel-oom", "likely" if is_killed or found.ending.is_alive else "possible", sentence, evidence)
    if case.unit is not None and case.unit.result == "oom-kill" and found.moves.own_kills != 0:
        sentence = f"systemd says that {case.unit.name} ended with the result oom-kill, of the kernel or systemd-oomd"
        return Cause("kernel-oom", "likely", sentence, case.unit.evidence)
    return None


def _by_record(record: ContainerRecord, found: Found, evidence: tuple[Evidence, ...]) -> Cause:
    target = target_words(found.case)
    told = "says OOMKilled" if record.kind == "kubernetes" else "has OOMKilled set"
    if found.ending.signal_number == KILLED:
        sentence = f"the record of {target} {told}, and it ended with SIGKILL; the flag is of any of its processes"
        return Cause("kernel-oom", "likely", sentence, evidence)
    sentence = f"the record of {target} {told}; how its main process ended is not told"
    if found.ending.is_alive or found.ending.is_known:
        ended = "it runs" if found.ending.is_alive else f"its main process ended with {found.ending.words}"
        sentence = f"the record of {target} {told}, yet {ended}: the kernel killed a child of it, some time"
    return Cause("kernel-oom", "possible", sentence, evidence)


def _excluded(found: Found) -> Cause | None:
    """oom_kill of the victim's own group rises with every kind of OOM kill, the machine's too."""
    if found.moves.own_kills == 0:
        return Cause("kernel-oom", "excluded", "oom_kill of its own group did not move", found.moves.evidence)
    if found.moves.machine_kills == 0:
        return Cause("kernel-oom", "excluded", "oom_kill of the whole machine did not move", found.moves.evidence)
    # A record may come from another machine than the log; a pid was seen on this one.
    if found.case.kernel_log_read and found.case.who is not None and found.case.who.pid is not None:
        others = f"{len(found.case.kills)} kills of others" if found.case.kills else "no kill at all"
        return Cause("kernel-oom", "excluded", f"the kernel log of that time holds {others}, and none of it")
    return None


def _ended_as_killed(found: Found) -> bool:
    return found.ending.signal_number == KILLED or found.ending.code == _CHILD_CODE


def limit_words(kill: Kill) -> str:
    """Whose limit was hit, in a clause."""
    if kill.killer == "sysrq":
        return "somebody asked for it by sysrq f"
    if kill.scope == "global":
        return "the machine ran out of memory"
    if kill.scope == "cpuset":
        return "the memory nodes of its cpuset were full"
    if kill.scope == "mempolicy":
        return "the memory nodes of its NUMA policy were full"
    if kill.limit_cgroup is None:
        return "which limit was hit is not told"
    size = f" ({format_size(kill.limit_bytes)})" if isinstance(kill.limit_bytes, int) else ""
    words = owner_of(kill.limit_cgroup).words + size
    if kill.victim_cgroup is None or kill.limit_cgroup == kill.victim_cgroup:
        return f"the limit of {words} was hit"
    return f"the limit of {words}, above its own group, was hit"


def _where(found: Found) -> str:
    group = found.moves.limit_group
    if group is None:
        return "; no limit on its path was hit: the machine's, or one that cannot be seen" * found.moves.no_limit_hit
    own = next((each for each in found.case.groups if each.path is not None), None)
    size = f" ({format_size(group.limit_bytes)})" if isinstance(group.limit_bytes, int) else ""
    above = "" if own is not None and own.path == group.path else ", above its own group,"
    return f"; the limit of {owner_of(group.path).words}{size}{above} was hit"


def _confidence_of_log(matches: tuple[Match, ...]) -> Confidence:
    if any(match.kill.suspicion is None and match.time_fits for match in matches):
        return "proven"
    return "likely" if any(match.kill.suspicion is None for match in matches) else "possible"


def at_most(ceiling: Confidence, confidence: Confidence) -> Confidence:
    order: tuple[Confidence, ...] = ("proven", "likely", "possible", "excluded")
    return max(ceiling, confidence, key=order.index)
