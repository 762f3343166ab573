"""Why an attempt died, in one line, from what its engine saw alone; forensics, which reads logs, knows more."""

from mnemo_cli.orchestrate.run.ends import Death
from mnemo_cli.output.orchestrate.words import signal_name
from mnemo_cli.units import format_size


def engine_verdict(death: Death) -> str | None:
    """ "killed by the kernel at its limit of 128M (peak 128M)"; None for a death of which the engine knows nothing."""
    ended = death.ended
    if ended.kernel_oom:
        return f"killed by the kernel at {_limit(death)}{_peak(death)}"
    if ended.capped:
        return f"ended by mnemo at {_limit(death)}{_peak(death)}"
    if ended.status is None or death.reason not in ("signal", "oom-host-suspected"):
        return None
    number = -ended.status if ended.status < 0 else ended.status - 128
    evidence = "while the machine's OOM killer was at work"
    if death.reason == "signal":
        evidence = "no memory evidence"
    return f"ended by {signal_name(number)}, {evidence}{_peak(death)}"


def _limit(death: Death) -> str:
    return "its limit" if death.limit_bytes is None else f"its limit of {format_size(death.limit_bytes)}"


def _peak(death: Death) -> str:
    peak_bytes = death.ended.peak_bytes
    return "" if peak_bytes is None else f" (peak {format_size(peak_bytes)})"
