"""Findings as commands of a GitHub workflow, which shows them as annotations of the run.

GitHub shows ten of each kind for a step: the worst come first. The line of counts at the end is for the log.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Severity
from mnemo_cli.output.findings import Report
from mnemo_cli.output.findings.phrases import Entry, counts, details, entries, named, title, visible

_COMMANDS = {Severity.NOTE: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def github_text(report: Report) -> str:
    """One command for each result that is neither a pass nor skipped."""
    shown = [entry for entry in entries(report) if entry.finding.state not in ("pass", "skipped")]
    return "".join(f"{line}\n" for line in [*(_command(entry, report.gate) for entry in shown), counts(report)])


def _command(entry: Entry, gate: Gate) -> str:
    subject, finding, known = entry
    state = "known" if known else finding.state
    prefix = "" if state == "finding" else f"{state}: "
    words = f"{prefix}{named(finding)} in {title(subject)}"
    text = "\n".join([visible(finding.message), *details(finding)])
    return f"::{_kind(entry, gate)} title={_property(words)}::{_data(text)}"


def _kind(entry: Entry, gate: Gate) -> str:
    """Unknown is a notice, or an error where it fails; known and waived findings are never more than a notice."""
    finding = entry.finding
    if finding.state == "unknown":
        return "error" if gate.strict_unknown else "notice"
    if finding.state == "waived" or entry.known or finding.severity is None:
        return "notice"
    return _COMMANDS[finding.severity]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
