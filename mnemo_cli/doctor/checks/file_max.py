"""The machine's table of open files is nearly full: then open() fails everywhere with ENFILE.

fs.file-max bounds the open files of all processes together ("Too many open files in system", and "VFS:
file-max limit reached" in the kernel log). Holders of CAP_SYS_ADMIN may go beyond it; others cannot.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import EVERYWHERE, Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    used, limit = evidence.machine.open_files
    evidence.saw("fs.file-nr", f"{used} open of {limit}")
    if used is None or limit is None:
        return evidence.unknown("fs.file-nr", "kern.num_files", "kern.maxfiles")
    severity = fullness(used, limit)
    if severity is None:
        return Pass(used=used, limit=limit, unit="files", layer="machine")
    return Fault(
        severity,
        f"{share(used, limit)} files of the whole machine are open",
        used=used, limit=limit, unit="files", layer="machine",
        source=f"sysctl {evidence.machine.file_max_name}",
        fixes=raise_sysctl(evidence, evidence.machine.file_max_name, limit * 2),
    )  # fmt: skip


CHECK = Check("FD006", "file-max", run, about="host", systems=EVERYWHERE)
