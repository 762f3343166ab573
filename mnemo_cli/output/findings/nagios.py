"""Findings as a Nagios plugin's answer: one line, performance data, and Nagios's own exit codes.

https://www.monitoring-plugins.org/doc/guidelines.html
"""

from collections.abc import Iterator
from enum import IntEnum

from mnemo_cli.doctor.result import Severity
from mnemo_cli.errors import ExitCode
from mnemo_cli.output.findings import Report
from mnemo_cli.output.findings.phrases import Entry, counts, entries, named, title, visible

# Old agents pass on a kilobyte, Nagios itself eight: what is worst comes first, and half of it is for the numbers.
_LONGEST_TEXT = 500
_LONGEST_DATA = 3500


class NagiosExit(IntEnum):
    """What a plugin exits with, in the place of mnemo's own codes."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def nagios_exit(report: Report) -> NagiosExit:
    """Errors are critical, warnings warn, and a note warns where the gate fails for notes; with never, all is well.

    Where the command failed for more than the findings (a memory level) it is critical; a breach outranks unknown.
    """
    if report.gate.fail_on is None:
        return NagiosExit.UNKNOWN if report.exit_code == ExitCode.UNKNOWN else NagiosExit.OK
    found = [entry for entry in entries(report) if entry.finding.state == "finding" and not entry.known]
    worst = max((entry.finding.severity or Severity.NOTE for entry in found), default=None)
    failing = [entry for entry in found if report.gate.fails(entry.subject, entry.finding)]
    if worst is Severity.ERROR or (report.exit_code == ExitCode.FINDING and not failing):
        return NagiosExit.CRITICAL
    if worst is Severity.WARNING or failing:
        return NagiosExit.WARNING
    return NagiosExit.OK if report.exit_code == ExitCode.DONE else NagiosExit.UNKNOWN


def nagios_text(report: Report) -> str:
    """ "MNEMO CRITICAL - FD003 fd-usage in nginx (pid 812): …; 1 error, 41 pass | 'fd-usage'=3810;;;0;4096"."""
    every = entries(report)
    worst = next((_sentence(entry) for entry in every if entry.finding.state in ("finding", "unknown")), "")
    said = "; ".join(part for part in (worst, counts(report)) if part)
    data = " ".join(_within(_measures(every, several=len(report.audits) != 1), _LONGEST_DATA))
    line = f"MNEMO {nagios_exit(report).name} - {_unpiped(said)}"
    return f"{line} | {data}\n" if data else f"{line}\n"


def _sentence(entry: Entry) -> str:
    finding = entry.finding
    known = " (known)" if entry.known else ""
    sentence = f"{named(finding)} in {title(entry.subject)}{known}: {visible(finding.message)}"
    return sentence if len(sentence) <= _LONGEST_TEXT else f"{sentence[: _LONGEST_TEXT - 3]}..."


def _measures(every: list[Entry], *, several: bool) -> Iterator[str]:
    """Uses with their limits as maximum; an unlimited one has no maximum, and what is unknown is no number."""
    for subject, finding, _ in every:
        if finding.used is None:
            continue
        label = f"{finding.slug} {title(subject)}" if several else finding.slug
        unit = "B" if finding.unit == "bytes" else ""
        # Only the value carries the unit: the maximum may hold digits, sign and point, and is meant in the same unit.
        most = finding.limit if isinstance(finding.limit, int) else ""
        yield f"{_label(label)}={finding.used}{unit};;;0;{most}".rstrip(";")


def _label(text: str) -> str:
    """In quotes; the two signs that a label may not hold, and the one that begins the data, are replaced."""
    return "'" + _unpiped(visible(text)).replace("'", "_").replace("=", "_") + "'"


def _unpiped(text: str) -> str:
    """Everything after the first "|" would be data."""
    return text.replace("|", "\\x7c")


def _within(texts: Iterator[str], longest: int) -> Iterator[str]:
    total = 0
    for text in texts:
        total += len(text) + 1
        if total > longest:
            return
        yield text
