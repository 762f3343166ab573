"""RLIMIT_STACK is far from its usual 8 MiB: too small ends in SIGSEGV, too large takes address space per thread.

It bounds the main thread's stack, a quarter of it bounds arguments and environment (E2BIG, "Argument list
too long"), and glibc gives every new thread a stack of that size in address space (not in memory).
Unlimited is not more: threads then get glibc's own default, 2 MiB on x86-64.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Word
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import MIB, format_size

_SMALL_BYTES, _LARGE_BYTES = MIB, 64 * MIB


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_STACK")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_STACK")
    severity: Word = "note"
    if not isinstance(limit.soft, int):
        words = "unlimited: new threads get the C library's own, smaller default"
    elif limit.soft < _SMALL_BYTES:
        severity = "warning"
        words = f"a stack may have {format_size(limit.soft)}: deep recursion ends in SIGSEGV, long arguments in E2BIG"
    elif limit.soft > _LARGE_BYTES:
        words = f"every thread reserves {format_size(limit.soft)} of address space for its stack"
    else:
        return Pass(limit=limit.soft, unit="bytes", layer="soft")
    source = source_of(evidence, "RLIMIT_STACK")
    return Fault(severity, words, limit=limit.soft, unit="bytes", layer="soft", source=source)


CHECK = Check("MM004", "stack-limited", run, about="limit")
