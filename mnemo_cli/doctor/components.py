"""The budgets of what programs count themselves, as findings: how full a queue is, and what nothing bounds.

Each is held against the limit that its own program told; the edges are in `limits.components`.
"""

from collections.abc import Iterator, Sequence

from mnemo_cli.doctor.result import Audit, Finding, Item, Severity, Subject
from mnemo_cli.limits.components import component_level, unbounded
from mnemo_cli.model import Component, Gap, Level, Limit, Tracker
from mnemo_cli.redact import printable

FULL_ID, UNBOUNDED_ID = "CO001", "CO002"
SLUGS = {FULL_ID: "component-full", UNBOUNDED_ID: "component-unbounded"}


def component_audits(trackers: Sequence[Tracker], profile: str) -> tuple[Audit, ...]:
    """One audit for each living process that keeps counters."""
    return tuple(
        Audit(
            subject=Subject("process", pid=tracker.pid, name=printable(tracker.name)),
            profile=profile,
            findings=tuple(_findings(tracker)),
        )
        for tracker in trackers
        if tracker.pid is not None
    )


def unread(gaps: Sequence[Gap]) -> tuple[Finding, ...]:
    """Counters that are there and cannot be read: nobody knows how full those components are."""
    return tuple(
        Finding(
            FULL_ID,
            SLUGS[FULL_ID],
            "unknown",
            None,
            f"cannot read {printable(gap.source)}: {gap.reason}",
            evidence=(Item(printable(gap.source), gap.reason),),
        )
        for gap in gaps
        if gap.field == "trackers"
    )


def nothing_counted() -> tuple[Finding, ...]:
    """Where no process in scope keeps counters."""
    return tuple(Finding(id_, slug, "skipped", None, "nobody here keeps counters") for id_, slug in SLUGS.items())


def _findings(tracker: Tracker) -> Iterator[Finding]:
    for component in tracker.components:
        yield _fullness(component)
    for found in unbounded([tracker]):
        name = printable(found.component.name)
        yield Finding(
            id=UNBOUNDED_ID,
            slug=SLUGS[UNBOUNDED_ID],
            state="finding",
            severity=Severity.WARNING,
            message=f"{name} reports a size and has no limit: it may grow until memory is gone",
            used=found.component.used,
            unit=printable(found.component.unit),
            layer=f"component {name}",
            fixes=(f'tracker.set_limit("{name}", N)', "or bound it with a class of mnemo_cli.bounded"),
        )


def _fullness(component: Component) -> Finding:
    name, level = printable(component.name), component_level(component)
    used, limit, unit = _fuller(component)
    severity = Severity.of(level)
    known = used is not None and isinstance(limit, int)
    if severity is not None:
        message = f"{name} is {'full' if level is Level.CRITICAL else 'filling up'}: {used:,} of {limit:,} {unit}"
    elif level is None and known:
        message = f"{name} makes room by itself ({printable(component.policy)})"
    elif known:
        message = f"{name} has room"
    else:
        message = f"{name} {'tells no use' if used is None else 'has no limit'}: there is nothing to hold against"
    return Finding(
        id=FULL_ID,
        slug=SLUGS[FULL_ID],
        state="finding" if severity is not None else "pass" if known else "skipped",
        severity=severity,
        message=message,
        used=used,
        limit=limit,
        headroom=limit - used if used is not None and isinstance(limit, int) else limit,
        unit=unit,
        layer=f"component {name}",
        source="the program",
    )


def _fuller(component: Component) -> tuple[int | None, Limit | None, str]:
    """The ceiling that is nearer, items or bytes, with its use and unit."""
    items = component.used, component.limit, printable(component.unit)
    size = component.used_bytes, component.limit_bytes, "bytes"
    return size if _share(*size[:2]) > _share(*items[:2]) else items


def _share(used: int | None, limit: Limit | None) -> float:
    return used / limit if used is not None and isinstance(limit, int) and limit else -1.0
