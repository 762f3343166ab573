"""What `mnemo doctor` finds of the target now: every limit that binds or will, who set it, and how to mend it."""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import document_member
from mnemo_cli.errors import MnemoError
from mnemo_cli.model import Json, limit_json
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from mnemo_cli.doctor.result import Audit, Finding

# Processes of one target are alike; the first ones tell.
_MOST_PROCESSES = 8
# These quote what stands in a file of the configuration, which may be anything: the bundle tells only where.
_QUOTING = ("limits-malformed", "docker-limits")


def collect(scene: Scene) -> Iterator[Member | Missing]:
    try:
        audits = _audits(scene)
    except MnemoError as err:
        yield Missing("doctor", "error", str(err))
        return
    for audit in audits:
        subject = audit.subject
        name = subject.kind if subject.pid is None else f"{subject.kind}-{subject.pid}"
        yield document_member(f"findings/{name}.json", _document(audit), "the checks of mnemo doctor")


def _audits(scene: Scene) -> "list[Audit]":
    # Fifty checks: who lists the collectors or makes a minimal bundle need not load them.
    from mnemo_cli.doctor.audit import audit, audit_all
    from mnemo_cli.doctor.checks import CHECKS
    from mnemo_cli.doctor.evidence import Evidence
    from mnemo_cli.doctor.surroundings import Surroundings

    today = datetime.datetime.fromtimestamp(scene.now_seconds, datetime.UTC).date()
    machine = Surroundings(scene.root)
    processes = (Evidence(machine, pid) for pid in scene.pids[:_MOST_PROCESSES])
    with Evidence(machine, None, kind="host") as host:
        if not scene.pids:
            return [audit(host, CHECKS, today=today)]
        return list(audit_all(host, processes, CHECKS, today=today))


def _document(audit: "Audit") -> dict[str, Json]:
    """As mnemo.findings/1, without what only a gate knows. What is in order needs no evidence in a bundle."""
    return {
        "schema": "mnemo.findings/1",
        "target": {name: getattr(audit.subject, name) for name in ("kind", "pid", "name", "user", "unit")},
        "profile": printable(audit.profile),
        "results": [_result(finding) for finding in audit.findings],
        "summary": {str(state): count for state, count in audit.summary.items()},
        "exit_code": 0,
    }


def _result(finding: "Finding") -> dict[str, Json]:
    return {
        "id": finding.id,
        "slug": finding.slug,
        "state": finding.state,
        "severity": None if finding.severity is None else finding.severity.word,
        "new": None,
        "message": printable(_message(finding)),
        "used": finding.used,
        "limit": limit_json(finding.limit),
        "used_ratio": finding.used_ratio,
        "headroom": limit_json(finding.headroom),
        "unit": finding.unit or None,
        "layer": None if finding.layer is None else printable(finding.layer),
        "source": None if finding.source is None else printable(finding.source),
        "hits": finding.hits,
        "evidence": []
        if finding.slug in _QUOTING
        else [{"path": printable(path), "value": printable(value)} for path, value in finding.evidence],
        "fixes": [printable(fix) for fix in finding.fixes],
    }


def _message(finding: "Finding") -> str:
    if finding.slug in _QUOTING and finding.state == "finding":
        return f"it cannot be used as it stands: see {finding.source}"
    return finding.message


COLLECTOR = Collector("findings", "what mnemo doctor finds of the target", collect, profile=Profile.STANDARD)
