"""The worst of many audits first, for whom a thousand are too many to read."""

from collections.abc import Sequence

from mnemo_cli.doctor.result import Audit, Severity


def worst(audits: Sequence[Audit], count: int) -> tuple[Audit, ...]:
    """The `count` audits with the most errors; among equals the most warnings, notes, and unknown checks."""
    return tuple(sorted(audits, key=_rank)[:count])


def _rank(audit: Audit) -> tuple[int, ...]:
    found = [finding.severity for finding in audit.findings if finding.state == "finding"]
    unknown = sum(finding.state == "unknown" for finding in audit.findings)
    return (*(-found.count(severity) for severity in reversed(Severity)), -unknown)
