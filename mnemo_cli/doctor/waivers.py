"""Findings that somebody answers for until a date: they stay visible and counted, and come back when it has passed."""

import datetime
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from mnemo_cli.doctor.result import Finding, Subject


class Waiver(NamedTuple):
    """`id` is a check's id or slug; `target` a name, unit, user, "pid N" or a pattern such as "*"."""

    id: str
    target: str
    reason: str
    expires: datetime.date


def waived(finding: Finding, subject: Subject, waivers: Sequence[Waiver], today: datetime.date) -> Finding:
    """The finding as its waiver leaves it: waived up to and with the last day, a finding with a note after it."""
    if finding.state != "finding":
        return finding
    known = [waiver for waiver in waivers if waiver.id in (finding.id, finding.slug) and _meets(waiver.target, subject)]
    if not known:
        return finding
    waiver = max(known, key=lambda candidate: candidate.expires)
    if today <= waiver.expires:
        note = f"waived until {waiver.expires.isoformat()}: {waiver.reason}"
        return finding._replace(state="waived", message=f"{finding.message} ({note})")
    note = f"its waiver expired on {waiver.expires.isoformat()}: {waiver.reason}"
    return finding._replace(message=f"{finding.message} ({note})")


def _meets(pattern: str, subject: Subject) -> bool:
    pid = None if subject.pid is None else f"pid {subject.pid}"
    names = [name for name in (subject.name, subject.unit, subject.user, pid, subject.kind) if name is not None]
    return any(fnmatchcase(name, pattern) for name in names)
