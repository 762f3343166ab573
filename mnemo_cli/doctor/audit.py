"""Runs the checks on evidence and writes down what each found; a check that fails is unknown, and stops nobody else.

One process gets every check. For many processes of one machine (`audit_all`) the checks of the machine,
its users and its configuration run once, and those of a control group once for each group.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped, Unknown
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.result import Audit, Finding, Severity
from mnemo_cli.doctor.waivers import Waiver, waived
from mnemo_cli.model import Limit

_OF_ONE = ("use", "limit", "group")
_OF_ALL = ("user", "host", "config")
_ENDED = "the process ended while it was looked at"


def audit(
    evidence: Evidence, checks: Sequence[Check], *, waivers: Sequence[Waiver] = (), today: datetime.date
) -> Audit:
    """One finding for each check, in their order."""
    return _finished(evidence, [_finding(evidence, check) for check in checks], waivers, today)


def audit_all(
    host: Evidence,
    processes: Iterable[Evidence],
    checks: Sequence[Check],
    *,
    waivers: Sequence[Waiver] = (),
    today: datetime.date,
) -> Iterator[Audit]:
    """The machine first (`host` has no process), then each process as it comes, and closed after its turn.

    Threads of the kernel and zombies are left out, and whoever has ended before their turn.
    """
    shared = [check for check in checks if check.about in _OF_ALL]
    yield audit(host, shared, waivers=waivers, today=today)
    own = _OwnChecks([check for check in checks if check.about in _OF_ONE])
    for evidence in processes:
        with evidence:
            if evidence.was_there and evidence.absence is None:
                yield _finished(evidence, own.findings(evidence), waivers, today)


class _Known(NamedTuple):
    """The findings of the first process of a context; those at the open places must be made for each."""

    findings: list[Finding]
    open_places: list[int]


class _OwnChecks:
    """The checks of single processes. What is true for all processes of a group, or all that were started alike
    (Evidence.context), is found out once."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._of_context: dict[tuple[object, ...], _Known] = {}
        self._of_group: dict[tuple[object, ...], Finding] = {}

    def findings(self, evidence: Evidence) -> list[Finding]:
        known = self._of_context.get(evidence.context)
        if known is None:
            return self._first_of_context(evidence)
        found = known.findings.copy()
        for place in known.open_places:
            found[place] = _made(evidence, self._checks[place])
        return found

    def _first_of_context(self, evidence: Evidence) -> list[Finding]:
        found, open_places = [], []
        for place, check in enumerate(self._checks):
            finding = self._group_finding(evidence, check) if check.about == "group" else _finding(evidence, check)
            found.append(finding)
            # A finding names the process, in its evidence and its fixes: only what names nobody is for all.
            is_for_all = check.about == "limit" and not evidence.trail.has_use and finding.state in ("pass", "skipped")
            applies = _reason_to_skip(evidence, check) is None
            if applies and not is_for_all and check.about != "group":
                open_places.append(place)
        self._of_context[evidence.context] = _Known(found.copy(), open_places)
        return found

    def _group_finding(self, evidence: Evidence, check: Check) -> Finding:
        key = check.id, evidence.membership, evidence.profile, evidence.needs
        if key not in self._of_group:
            self._of_group[key] = _finding(evidence, check)
        return self._of_group[key]


def _finding(evidence: Evidence, check: Check) -> Finding:
    reason = _reason_to_skip(evidence, check)
    return Finding(check.id, check.slug, "skipped", None, reason) if reason is not None else _made(evidence, check)


def _made(evidence: Evidence, check: Check) -> Finding:
    """Runs a check that applies here, and writes down its answer."""
    trail = evidence.trail
    trail.begin()
    outcome: Outcome
    try:
        outcome = check.run(evidence)
    except Exception as err:  # noqa: BLE001 - a plug-in is foreign code: its fault is reported, and hides no other finding
        outcome = Unknown(f"the check itself failed ({type(err).__name__}: {err}); please report it")
    id_, slug = check.id, check.slug
    if isinstance(outcome, Pass):
        message, used, limit, unit, layer, source, hits = outcome
        return Finding(id_, slug, "pass", None, message, used, limit, _headroom(used, limit), unit, layer, source, hits)
    if isinstance(outcome, Skipped):
        return Finding(id_, slug, "skipped", None, outcome.reason)
    if isinstance(outcome, Unknown):
        help_ = f" (what would help: {outcome.would_help})" if outcome.would_help else ""
        return Finding(id_, slug, "unknown", None, outcome.reason + help_, evidence=trail.items)
    return _fault(evidence, check, outcome)


def _fault(evidence: Evidence, check: Check, fault: Fault) -> Finding:
    severity, message = Severity[fault.severity.upper()], fault.message
    if check.about == "host" and evidence.machine.container is not None:
        severity, message = Severity.NOTE, f"{message} (a property of the host, not of this container)"
    return Finding(
        id=check.id, slug=check.slug, state="finding", severity=severity, message=message, used=fault.used,
        limit=fault.limit, headroom=_headroom(fault.used, fault.limit), unit=fault.unit, layer=fault.layer,
        source=fault.source, hits=fault.hits, evidence=evidence.trail.items, fixes=fault.fixes,
    )  # fmt: skip


def _reason_to_skip(evidence: Evidence, check: Check) -> str | None:
    if evidence.system not in check.systems:
        return "this system has no such limit"
    if check.about == "use" and evidence.kind == "command":
        return "the command has not started"
    if check.about == "host" and not evidence.machine.has_knobs:
        return "an image has no running kernel"
    if check.about == "user" and evidence.kind == "tree" and not evidence.machine.has_knobs:
        return "an image has no processes"
    return evidence.absence if check.about in _OF_ONE else None


def _finished(evidence: Evidence, findings: list[Finding], waivers: Sequence[Waiver], today: datetime.date) -> Audit:
    if evidence.has_ended:
        # What was read before the end may be half of the truth: nothing of it counts as a pass.
        findings = [_after_the_end(finding) for finding in findings]
    if waivers:
        findings = [waived(finding, evidence.subject, waivers, today) for finding in findings]
    return Audit(subject=evidence.subject, profile=evidence.profile.name, findings=tuple(findings))


def _after_the_end(finding: Finding) -> Finding:
    return finding._replace(state="unknown", message=_ENDED) if finding.state == "pass" else finding


def _headroom(used: int | None, limit: Limit | None) -> Limit | None:
    if not isinstance(limit, int):
        return limit
    return None if used is None else limit - used
