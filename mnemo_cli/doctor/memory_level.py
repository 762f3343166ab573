"""The memory level as one more finding, so that one gate, one baseline and one report hold it with the checks."""

from mnemo_cli.doctor.result import Finding, Item, Severity
from mnemo_cli.model import Limit, Moment, Unlimited
from mnemo_cli.redact import printable

ID, SLUG = "LV001", "memory-level"


def level_finding(moment: Moment) -> Finding:
    """Normal passes; where the level is unknown, the worst that is known still counts."""
    verdict, finding = moment.verdict, _numbers(moment)
    severity = Severity.of(verdict.at_least)
    if severity is not None:
        finding = finding._replace(state="finding", severity=severity)
    if verdict.level is not None:
        share = _share(finding.used, finding.limit)
        return finding._replace(message=f"the memory level is {verdict.level.word}{share}")
    known = f", but at least {verdict.at_least.word}" if severity is not None and verdict.at_least is not None else ""
    reasons = [f"{gap.source}: {gap.reason}" for gap in verdict.gaps if gap.field == "level"]
    return finding._replace(
        state="unknown" if severity is None else "finding",
        message=f"the memory level is unknown{known} ({'; '.join(reasons)})",
        evidence=tuple(Item(gap.source, gap.reason) for gap in moment.sample.gaps),
    )


def skipped_level(reason: str) -> Finding:
    """Where there is no memory in use to judge."""
    return Finding(ID, SLUG, "skipped", None, reason)


def _numbers(moment: Moment) -> Finding:
    """A pass with the numbers of the binding limit."""
    finding, binding = Finding(ID, SLUG, "pass", None, "", unit="bytes"), moment.verdict.binding
    if binding is None:
        return finding
    return finding._replace(
        used=binding.used_bytes,
        limit=binding.limit_bytes,
        headroom=binding.headroom_bytes,
        layer=printable(binding.source.sentence),
    )


def _share(used: int | None, limit: Limit | None) -> str:
    if used is None or limit is None or isinstance(limit, Unlimited):
        return ""
    return f" at {used / limit:.1%}" if limit else " at a limit of 0"
