"""Rows 11 and 18, and what is left: a request to stop, a signal without evidence of memory, the program's own end."""

from collections.abc import Iterator

from mnemo_cli.forensics.explanation import Cause, Confidence
from mnemo_cli.forensics.truth.ending import KILLED, TERMINATED
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.forensics.truth.matching import notices_for
from mnemo_cli.forensics.truth.naming import target_words

_CHILD_CODE = 128 + KILLED
MEANING: dict[int | None, str] = {
    KILLED: ", no memory evidence",
    TERMINATED: ", a request to end, which alone proves nothing about memory",
}


def other_causes(found: Found, *, is_explained: bool) -> Iterator[Cause]:
    """`is_explained` says that another cause is at least likely: then a bare signal or code adds nothing."""
    if not found.has_target and not found.ending.is_known:
        return
    if (cause := _by_request(found)) is not None:
        yield cause
    elif found.ending.signal_number is not None and not is_explained:
        yield _bare_signal(found)
    if found.ending.code is not None and found.ending.signal_number is None and not is_explained:
        yield from _own_end(found)
    if found.ending.signal_number == TERMINATED:
        yield Cause("kernel-oom", "excluded", "the kernel's OOM killer never sends SIGTERM")


def _by_request(found: Found) -> Cause | None:
    """Row 11: SIGTERM, and SIGKILL after the grace."""
    if found.ending.signal_number not in (TERMINATED, KILLED):
        return None
    stops, graces = notices_for(found.case, "stop"), notices_for(found.case, "grace")
    target = target_words(found.case)
    if found.ending.signal_number == KILLED and graces:
        evidence = tuple(notice.evidence for notice in (*stops, *graces))
        return Cause("signal", "proven", f"{target} was asked to stop, did not in time, and was killed", evidence)
    if not stops:
        return None
    evidence = tuple(notice.evidence for notice in stops)
    sure: Confidence = "proven" if found.ending.signal_number == TERMINATED else "possible"
    return Cause("signal", sure, f"{target} was asked to stop", evidence)


def _bare_signal(found: Found) -> Cause:
    ending, target = found.ending, target_words(found.case)
    name = ending.signal_name
    certain: Confidence = "proven" if ending.is_certain else "likely"
    how = target if ending.is_certain else f"code {ending.code}"
    if found.has_target and not ending.is_certain:
        how = f"{target}, {how}"
    sentence = f"{how}: {name}{MEANING.get(ending.signal_number, '')}"
    return Cause("signal", certain, sentence, ending.evidence)


def _own_end(found: Found) -> Iterator[Cause]:
    """A code that the program returned. A shell returns its child's, so 137 may be one's that was killed."""
    ending, target = found.ending, target_words(found.case)
    sure: Confidence = "likely" if ending.code == _CHILD_CODE or not ending.is_own_code else "proven"
    yield Cause("exit", sure, f"{target} ended by itself with code {ending.code}", ending.evidence)
    if ending.code == _CHILD_CODE:
        sentence = f"{target} handed on the end of a child by SIGKILL, as shells do"
        yield Cause("signal", "possible", sentence, ending.evidence)


def open_causes(found: Found) -> Iterator[Cause]:
    """What cannot be told apart from SIGKILL without evidence: possible, and not more."""
    ending = found.ending
    if ending.signal_number == KILLED or ending.code == _CHILD_CODE:
        sentence = "the kernel's OOM killer sends SIGKILL, too; nothing that could be read speaks for it or against it"
        yield Cause("kernel-oom", "possible", sentence)
    if ending.signal_number == TERMINATED:
        sentence = "a user-space killer such as earlyoom sends SIGTERM, too; its log would tell"
        yield Cause("userspace-oom", "possible", sentence)
