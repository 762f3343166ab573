"""Findings as mnemo.findings/1: json is one document, ndjson one for each target.

With several targets the one document keeps its fixed part: all results in one list, so that a program that
reads `results` needs no second way of reading; `target` and `profile` are then null there, and each result
carries its own.
"""

from collections.abc import Iterator

from mnemo_cli.doctor.baseline import FINDINGS_SCHEMA
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import STATES, Audit, Finding, Subject
from mnemo_cli.model import Json, limit_json
from mnemo_cli.output.findings import Report
from mnemo_cli.output.findings.phrases import fix_lines, visible
from mnemo_cli.recording.document import encode, pretty
from mnemo_cli.redact import printable


def json_text(report: Report) -> str:
    """Exactly one document."""
    return pretty(findings_document(report))


def ndjson_text(report: Report) -> str:
    """One document a line, each of one target and with the exit code of the whole."""
    return "".join(f"{encode(findings_document(report._replace(audits=(audit,))))}\n" for audit in report.audits)


def findings_document(report: Report) -> dict[str, Json]:
    """The report as mnemo.findings/1."""
    only = report.audits[0] if len(report.audits) == 1 else None
    summaries = [audit.summary for audit in report.audits]
    return {
        "schema": FINDINGS_SCHEMA,
        "target": None if only is None else _target(only.subject),
        "profile": None if only is None else visible(only.profile),
        "results": list(_results(report, each_with_target=only is None)),
        "summary": {state: sum(summary[state] for summary in summaries) for state in STATES},
        "exit_code": report.exit_code,
    }


def _results(report: Report, *, each_with_target: bool) -> Iterator[dict[str, Json]]:
    for audit in report.audits:
        whose = _whose(audit) if each_with_target else {}
        for finding in audit.findings:
            yield {**_result(audit.subject, finding, report.gate), **whose}


def _whose(audit: Audit) -> dict[str, Json]:
    return {"target": _target(audit.subject), "profile": visible(audit.profile)}


def _target(subject: Subject) -> dict[str, Json]:
    return {
        "kind": subject.kind,
        "pid": subject.pid,
        "name": _word(subject.name),
        "user": _word(subject.user),
        "unit": _word(subject.unit),
    }


def _result(subject: Subject, finding: Finding, gate: Gate) -> dict[str, Json]:
    judged = gate.baseline is not None and finding.state == "finding"
    return {
        "id": visible(finding.id),
        "slug": visible(finding.slug),
        "state": finding.state,
        "severity": None if finding.severity is None else finding.severity.word,
        "new": not gate.is_known(subject, finding) if judged else None,
        "message": visible(finding.message),
        "used": finding.used,
        "limit": limit_json(finding.limit),
        "used_ratio": finding.used_ratio,
        "headroom": limit_json(finding.headroom),
        "unit": visible(finding.unit) or None,
        "layer": _word(finding.layer),
        "source": _word(finding.source),
        "hits": finding.hits,
        "evidence": [{"path": visible(path), "value": visible(value)} for path, value in finding.evidence],
        "fixes": fix_lines(finding),
    }


def _word(text: str | None) -> str | None:
    # Not `visible`: a baseline compares these words, and it must find those that it would make itself.
    return None if text is None else printable(text)
