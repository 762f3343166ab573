"""Findings as SARIF 2.1.0, for code scanning and editors.

GitHub refuses a whole file for one result without a physical location, and knows a result again by its rule,
its location and its fingerprint: all three are there for every result, and the same in every run.
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

from mnemo_cli import __version__
from mnemo_cli.doctor.baseline import identity
from mnemo_cli.doctor.result import Finding, Subject
from mnemo_cli.model import Json
from mnemo_cli.output.findings import Report, Rule
from mnemo_cli.output.findings.phrases import Entry, details, entries, title, visible
from mnemo_cli.recording.document import encode, pretty
from mnemo_cli.redact import printable

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "ROOT"
# A path below /proc holds a pid: with it each run would be another place. The manual calls the folder so, too.
_OF_A_PROCESS = re.compile(r"^proc/\d+(?=/|$)")


def sarif_text(report: Report) -> str:
    """One log with one run. Passes and what does not apply are no results; what is unknown stays open."""
    return pretty(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [_run(report)],
        }
    )


def _run(report: Report) -> dict[str, Json]:
    shown = [entry for entry in entries(report) if entry.finding.state not in ("pass", "skipped")]
    rules = _rules(report, shown)
    positions = {rule.id: position for position, rule in enumerate(rules)}
    return {
        "tool": {"driver": {"name": "mnemo", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "invocations": [{"executionSuccessful": True, "exitCode": report.exit_code}],
        "originalUriBaseIds": {_ROOT: {"uri": "file:///"}},
        "results": list(_results(report, shown, positions)),
    }


def _rules(report: Report, shown: list[Entry]) -> list[Rule]:
    """The rules given, and one for each further id that was found: no result is without its rule."""
    rules = {rule.id: rule for rule in report.rules}
    for _, finding, _ in shown:
        rules.setdefault(finding.id, Rule(finding.id, finding.slug, title=finding.slug, page=finding.slug))
    return list(rules.values())


def _rule(rule: Rule) -> dict[str, Json]:
    page = "\n".join(visible(line) for line in rule.page.splitlines()) or visible(rule.title)
    return {
        "id": visible(rule.id),
        "name": visible(rule.slug),
        "shortDescription": {"text": visible(rule.title)},
        "fullDescription": {"text": page},
        "help": {"text": page},
    }


def _results(report: Report, shown: list[Entry], positions: dict[str, int]) -> Iterator[dict[str, Json]]:
    seen: Counter[str] = Counter()
    for entry in shown:
        subject, finding, known = entry
        fingerprint = hashlib.sha256(encode(list(identity(subject, finding))).encode()).hexdigest()[:16]
        seen[fingerprint] += 1
        yield {
            "ruleId": visible(finding.id),
            "ruleIndex": positions[finding.id],
            **_judgement(finding),
            "message": {"text": "\n".join([f"{title(subject)}: {visible(finding.message)}", *details(finding)])},
            "locations": [_location(subject, finding)],
            # The name that GitHub looks for; the number tells several of the same kind apart.
            "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{seen[fingerprint]}"},
            **_compared(report, finding, known),
        }


def _judgement(finding: Finding) -> dict[str, Json]:
    """Unknown is `open`: left out, a finding that can no longer be looked at would count as mended."""
    if finding.state == "unknown":
        return {"kind": "open", "level": "none"}
    level = "warning" if finding.severity is None else finding.severity.word
    if finding.state == "waived":
        waived: list[Json] = [{"kind": "external", "status": "accepted", "justification": visible(finding.message)}]
        return {"kind": "fail", "level": level, "suppressions": waived}
    return {"kind": "fail", "level": level}


def _compared(report: Report, finding: Finding, known: bool) -> dict[str, Json]:
    if report.gate.baseline is None or finding.state != "finding":
        return {}
    return {"baselineState": "unchanged" if known else "new"}


def _location(subject: Subject, finding: Finding) -> dict[str, Json]:
    """The file that says it, and whom it says it of."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(subject, finding), "uriBaseId": _ROOT},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"name": title(subject), "kind": subject.kind}],
    }


def _uri(subject: Subject, finding: Finding) -> str:
    """The first file of the evidence, which may also name settings; else where the limits of its kind are."""
    usual = "/proc/sys" if subject.kind == "host" else "/proc/pid/limits"
    path = next((path for path, _ in finding.evidence if path.startswith("/") and path.strip("/")), usual)
    return _OF_A_PROCESS.sub("proc/pid", quote(printable(path.strip("/"))))
