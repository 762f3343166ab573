"""Transparent huge pages are always on, which makes some databases use more memory and stall.

With `always` the kernel gives 2 MiB where 4 KiB were asked for: stores that fork to save (Redis) copy
whole huge pages. `madvise` leaves the choice to the program. Newer MongoDB wants them on: see its manual.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence

_FILE = "/sys/kernel/mm/transparent_hugepage/enabled"


def run(evidence: Evidence) -> Outcome:
    if not evidence.profile.minds_huge_pages:
        return Skipped("only databases mind")
    mode = evidence.machine.huge_pages_mode
    evidence.saw(_FILE, mode)
    if mode is None:
        return evidence.unknown("huge_pages", otherwise=f"{_FILE} names no mode")
    if mode != "always":
        return Pass(f"mode {mode}")
    return Fault(
        "warning" if evidence.profile.is_chosen else "note",
        "transparent huge pages are always on; most databases ask for madvise",
        layer="machine", source=_FILE, fixes=() if evidence.in_container else (f"echo madvise > {_FILE}",),
    )  # fmt: skip


CHECK = Check("MM011", "huge-pages-always", run, about="host")
