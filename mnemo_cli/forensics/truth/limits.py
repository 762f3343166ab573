"""Rows 15 to 17: a limit of the process or of its runtime ended it, and nobody ran out of memory.

RLIMIT_AS and RLIMIT_DATA refuse an allocation, RLIMIT_CPU and RTTIME send signals, a full heap ends in the
runtime's own words. A message alone is no end: programs survive a MemoryError.
"""

import signal
from collections.abc import Iterator

from mnemo_cli.forensics.case import RuntimeMessage, RuntimeName
from mnemo_cli.forensics.explanation import Cause, Confidence
from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.forensics.truth.ending import KILLED, Ending
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.forensics.truth.naming import target_words

_SPACE = ("RLIMIT_AS", "RLIMIT_DATA")
_ABORTED = signal.SIGABRT.value
_CPU_TIME = signal.SIGXCPU.value
_FILE_SIZE = signal.SIGXFSZ.value
_RTTIME_UNIT = 1_000_000
# How each runtime ends after its message: its own codes, and SIGABRT as one.
_CODES: dict[RuntimeName, tuple[int, ...]] = {
    "JVM": (1, 3, 134),
    "Node": (134, 5),
    "Go": (2,),
    "Python": (1,),
    "C++": (134, 139),
    "bash": (1, 2, 254),
}


def limit_causes(found: Found) -> Iterator[Cause]:
    """The runtime's words first, then limits that are finite and fit the end."""
    messages = _own_messages(found)
    if messages:
        yield _by_message(messages[-1], messages, found)
    if (cause := _by_cpu(found)) is not None:
        yield cause
    if (cause := _by_file_size(found)) is not None:
        yield cause


def _own_messages(found: Found) -> tuple[RuntimeMessage, ...]:
    """Those that the target may have written: the kernel's pids are compared where a log tells them."""
    who = found.case.who
    pids = {who.pid, *who.member_pids} - {None} if who is not None else set()
    return tuple(
        message for message in found.case.runtime_messages if not pids or message.pid is None or message.pid in pids
    )


def _by_message(message: RuntimeMessage, messages: tuple[RuntimeMessage, ...], found: Found) -> Cause:
    evidence = tuple(each.evidence for each in messages)
    whose = target_words(found.case) if found.has_target else "a program"
    sentence = f"{whose} ({message.runtime}) reported: {message.what}"
    confidence = _confidence(message, found)
    if message.at_limit:
        return Cause("limit", confidence, sentence, evidence)
    limits = tuple(_quote(found, name) for name in _SPACE if _finite(found, name, soft=True) is not None)
    if limits:
        names = " and ".join(each.text.split(" ")[0] for each in limits)
        return Cause("limit", confidence, f"{sentence}; {names} is finite", (*evidence, *limits))
    # Overcommit, vm.max_map_count and a full machine refuse memory, too.
    weaker: Confidence = "likely" if confidence == "proven" and message.is_last else "possible"
    return Cause("limit", weaker, f"{sentence}; which limit refused it is not told", evidence)


def _confidence(message: RuntimeMessage, found: Found) -> Confidence:
    ending = found.ending
    if not found.has_target or ending.is_alive or not ending.is_known:
        return "likely" if message.is_last else "possible"
    if _fits(message.runtime, ending):
        return "proven"
    return "excluded" if ending.signal_number == KILLED or ending.code == 0 else "possible"


def _fits(runtime: RuntimeName, ending: Ending) -> bool:
    if ending.signal_number is not None and ending.is_certain:
        return ending.signal_number + 128 in _CODES[runtime] or ending.signal_number == _ABORTED
    return ending.code in _CODES[runtime]


def _by_cpu(found: Found) -> Cause | None:
    """SIGXCPU at the soft limit; at the hard one SIGKILL, which looks like an OOM kill."""
    number, used = found.ending.signal_number, found.case.cpu_seconds
    if number == _CPU_TIME:
        names = (name for name in ("RLIMIT_CPU", "RLIMIT_RTTIME") if _finite(found, name, soft=True) is not None)
        evidence = tuple(_quote(found, name) for name in names)
        sentence = "SIGXCPU: the soft RLIMIT_CPU (or RTTIME) ran out"
        return Cause("limit", "proven" if evidence else "likely", sentence, (*found.ending.evidence, *evidence))
    if number != KILLED:
        return None
    for name, unit in (("RLIMIT_CPU", 1), ("RLIMIT_RTTIME", _RTTIME_UNIT)):
        hard = _finite(found, name, soft=False)
        if hard is None:
            continue
        spent = used if name == "RLIMIT_CPU" else None
        near = spent is not None and spent >= 0.95 * hard / unit
        if spent is not None and not near:
            sentence = f"the hard {name} was far: {spent:.0f} of {hard / unit:.0f} seconds were used"
            return Cause("limit", "excluded", sentence, (_quote(found, name),))
        known = f": {spent:.0f} of {hard / unit:.0f} seconds were used at the last look" if spent is not None else ""
        sentence = f"the hard {name} is finite, and the kernel ends with SIGKILL whoever passes it{known}"
        return Cause("limit", "likely" if near else "possible", sentence, (_quote(found, name),))
    return None


def _by_file_size(found: Found) -> Cause | None:
    if found.ending.signal_number != _FILE_SIZE:
        return None
    finite = _finite(found, "RLIMIT_FSIZE", soft=True) is not None
    evidence = (_quote(found, "RLIMIT_FSIZE"),) if finite else ()
    return Cause("limit", "proven" if finite else "likely", "SIGXFSZ: a file grew past RLIMIT_FSIZE", evidence)


def _finite(found: Found, name: str, *, soft: bool) -> int | None:
    limit = found.case.rlimits.get(name)
    value = None if limit is None else limit.soft if soft else limit.hard
    return value if isinstance(value, int) else None


def _quote(found: Found, name: str) -> Evidence:
    limit = found.case.rlimits[name]
    pid = found.case.who.pid if found.case.who is not None else None
    source = f"/proc/{pid}/limits" if pid is not None else "resource limits"
    return Evidence(source=source, text=f"{name} soft {limit.soft} hard {limit.hard}")
