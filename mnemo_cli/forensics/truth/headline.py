"""The verdict in one line, for people and for `monitor`: who, by whom, against whose limit, and how sure that is."""

from mnemo_cli.forensics.explanation import Cause
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.truth.found import Found
from mnemo_cli.forensics.truth.kernel import limit_words
from mnemo_cli.forensics.truth.naming import victim_words
from mnemo_cli.forensics.truth.others import MEANING

_MOST_NAMED = 3


def headline(found: Found, cause: Cause, kills: tuple[Kill, ...]) -> str:
    """Ends with the confidence: "…: proven". Of a bare signal only its name is sure, of nothing found nothing is."""
    if cause.verdict == "kernel-oom" and not found.has_target and len(kills) > 1:
        return f"{_several(kills)}: {cause.confidence}"
    if cause.verdict == "unknown":
        return cause.sentence
    meaning = next((words for words in MEANING.values() if cause.sentence.endswith(words)), None)
    if meaning is not None:
        return f"{cause.sentence.removesuffix(meaning)} ({cause.confidence}){meaning}"
    return f"{cause.sentence}: {cause.confidence}"


def _several(kills: tuple[Kill, ...]) -> str:
    """A log with several kills: how many, whether it was one limit, and the last of them in their order."""
    named = ", ".join(victim_words(kill.victim) for kill in kills[-_MOST_NAMED:])
    which = "" if len(kills) <= _MOST_NAMED else "the last of them "
    limits = {limit_words(kill) for kill in kills if kill.killer == "kernel"}
    where = f", {limits.pop()}" if len(limits) == 1 else " at several limits"
    return f"{len(kills)} OOM kills{where}; {which}{named}"
