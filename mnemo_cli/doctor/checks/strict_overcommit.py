"""The kernel promises no more memory than it has (vm.overcommit_memory = 2), and nearly all is promised.

Then allocations and forks fail with ENOMEM while much memory is free. Only mode 2 enforces CommitLimit: in
modes 0 and 1 Committed_AS may stand above it for ever, and means nothing.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import format_size

_STRICT = 2


def run(evidence: Evidence) -> Outcome:
    mode = evidence.sysctl("vm.overcommit_memory")
    if mode is None:
        return evidence.unknown("vm.overcommit_memory")
    if mode != _STRICT:
        return Pass(f"mode {mode}: promises are not bounded", layer="sysctl")
    used, limit = evidence.machine.commitment.committed_bytes, evidence.machine.commitment.commit_limit_bytes
    evidence.saw("/proc/meminfo", f"Committed_AS {used}, CommitLimit {limit}")
    if used is None or limit is None:
        return evidence.unknown("meminfo", otherwise="there is no readable Committed_AS or CommitLimit line")
    return Fault(
        fullness(used, limit) or "note",
        f"overcommit is strict: {format_size(used)} are promised, and beyond {format_size(limit)} all is refused",
        used=used, limit=limit, unit="bytes", layer="machine", source="sysctl vm.overcommit_memory",
    )  # fmt: skip


CHECK = Check("MM008", "strict-overcommit", run, about="host")
