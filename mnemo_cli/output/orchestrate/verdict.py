"""Why an attempt died, in one line that says how sure that is: by forensics, or by what its engine saw alone."""

from collections.abc import Callable
from signal import SIGKILL

from mnemo_cli.forensics.explanation import Confidence, Explanation
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.owner import owner_of
from mnemo_cli.orchestrate.inquest.inquest import Finding
from mnemo_cli.orchestrate.run.ends import Death, VerdictOf
from mnemo_cli.output.explanation import headline_line
from mnemo_cli.output.orchestrate.words import signal_name
from mnemo_cli.redact import printable
from mnemo_cli.units import format_size

# A peak without the cache that was given back may lie a little below the limit that was hit.
_REACHED_RATIO = 0.9
_KERNEL = ("kernel", "sysrq")
_KILLED_CODE = 128 + SIGKILL


def verdict_with(hold: Callable[[Death], Finding | None]) -> VerdictOf:
    """Asks forensics about every death but those that are no riddle: whom mnemo has ended itself."""
    return lambda death: verdict(death, None if death.ended.capped else hold(death))


def verdict(death: Death, finding: Finding | None) -> str | None:
    """ "killed by the kernel at its limit of 128M; the victim was python3 (pid 41, 126M): proven".

    Without a finding only what the engine saw is told; None for a death of which it knows nothing.
    """
    if finding is None:
        return _engine_verdict(death)
    explanation = finding.explanation
    kill = next((kill for kill in reversed(explanation.kills) if kill.killer in _KERNEL), None)
    if kill is not None and (explanation.verdict == "kernel-oom" or death.ended.kernel_oom):
        return printable(f"{_kernel_words(death, kill, finding.group)}: {_confidence(explanation, kill)}")
    if explanation.verdict in ("kernel-oom", "signal", "exit", "unknown"):
        is_excluded = any(c.verdict == "kernel-oom" and c.confidence == "excluded" for c in explanation.causes)
        return _engine_verdict(death, is_excluded=is_excluded)
    return headline_line(explanation)


def _kernel_words(death: Death, kill: Kill, group: str | None) -> str:
    """By the kernel's own words: at whose limit, and who of the attempt was the victim."""
    resident = [kill.victim.anon_rss_bytes, kill.victim.shmem_rss_bytes]
    held_bytes = None if None in resident else sum(filter(None, resident))
    name = kill.victim.name or "a process"
    pid = "" if kill.victim.pid is None else f" (pid {kill.victim.pid})"
    held = "" if held_bytes is None else f" with {format_size(held_bytes)}"
    first = death.identity is not None and death.identity.pid == kill.victim.pid
    child = "" if first or death.identity is None else ", started by it"
    status = death.ended.status
    after = f"; the job ended with code {status}" if status is not None and 0 <= status != _KILLED_CODE else ""
    return f"killed by the kernel{_where(death, kill, group)}; the victim was {name}{pid}{held}{child}{after}"


def _confidence(explanation: Explanation, kill: Kill) -> Confidence:
    """That of the kill: a parent may go on after it, and end by itself. A limit that no line names is a guess."""
    if kill.suspicion is not None:
        return "possible"
    if kill.limit_cgroup is None and kill.scope in ("memcg", None):
        return "likely"
    return explanation.confidence if explanation.verdict == "kernel-oom" else "proven"


def _where(death: Death, kill: Kill, group: str | None) -> str:
    if kill.killer == "sysrq":
        return ", as somebody asked by sysrq f"
    if kill.scope == "global":
        return ": the machine ran out of memory"
    if kill.scope in ("cpuset", "mempolicy"):
        return ": the memory nodes that it may use were full"
    if kill.limit_cgroup is None:  # of many reports at once the kernel prints one line each
        return _where_by_peak(death)
    size = f" of {format_size(kill.limit_bytes)}" if isinstance(kill.limit_bytes, int) else ""
    if kill.limit_cgroup == group:
        return f" at its limit{size}"
    return f" at the limit{size} of {owner_of(kill.limit_cgroup).words}, above its own"


def _engine_verdict(death: Death, *, is_excluded: bool = False) -> str | None:
    """From its exit status and from what its group had counted; `is_excluded`: it was no OOM kill."""
    ended = death.ended
    if ended.kernel_oom:
        return _counted(death)
    if ended.capped:
        return f"ended by mnemo at {_limit(death)}{_peak(death)}"
    if ended.status is None or death.reason not in ("signal", "oom-host-suspected"):
        return None
    number = -ended.status if ended.status < 0 else ended.status - 128
    name = signal_name(number)
    if death.reason == "oom-host-suspected" and not is_excluded:
        return f"ended by {name} while the machine's OOM killer was at work{_peak(death)}: likely"
    if name != "SIGKILL":
        return f"ended by {name}{_peak(death)}"
    by_whom = "not by the kernel's OOM killer" if is_excluded else "no memory evidence"
    return f"ended by {name}, {by_whom}{_peak(death)}"


def _counted(death: Death) -> str:
    """An OOM kill that its group has counted, and no line tells of."""
    return f"killed by the kernel{_where_by_peak(death)}: likely"


def _where_by_peak(death: Death) -> str:
    limit_bytes, peak_bytes = death.limit_bytes, death.ended.peak_bytes
    if limit_bytes is None:
        return f"{_peak(death)}, at a limit above its own group or the machine's"
    if peak_bytes is not None and peak_bytes < limit_bytes * _REACHED_RATIO:
        return f" below its own limit of {format_size(limit_bytes)}{_peak(death)}, at one above it or the machine's"
    return f" at {_limit(death)}{_peak(death)}"


def _limit(death: Death) -> str:
    return "its limit" if death.limit_bytes is None else f"its limit of {format_size(death.limit_bytes)}"


def _peak(death: Death) -> str:
    peak_bytes = death.ended.peak_bytes
    return "" if peak_bytes is None else f" (peak {format_size(peak_bytes)})"
