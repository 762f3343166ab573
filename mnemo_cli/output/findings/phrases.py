"""The phrases that every format of findings shares: whom, how bad, how much, by whom, and how many of each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.model import Limit
from mnemo_cli.output.findings import Report
from mnemo_cli.output.words import percent, size
from mnemo_cli.redact import printable

_SEVERITY_GLYPHS = {Severity.NOTE: "!", Severity.WARNING: "!!", Severity.ERROR: "XX", None: "??"}
_STATE_GLYPHS = {"pass": "ok", "unknown": "??", "skipped": "--", "waived": "~~"}
_STATE_ORDER = {"finding": 0, "unknown": 1, "waived": 2, "skipped": 3, "pass": 4}


class Entry(NamedTuple):
    """A finding with whom it is about, and whether the baseline knows it."""

    subject: Subject
    finding: Finding
    known: bool = False


def entries(report: Report) -> list[Entry]:
    """Every result, what is wrong first: new before known, the worst first, then the fullest."""
    return sorted(_entries(report), key=_rank)


def visible(text: str) -> str:
    """One line that cannot move the cursor; a tab, as the kernel's files have them, is a blank."""
    return printable(text.replace("\t", " "))


def title(subject: Subject) -> str:
    """ "nginx (pid 812)", "user www-data", "host"."""
    name = {"user": subject.user, "unit": subject.unit}.get(subject.kind) or subject.name
    pid = "" if subject.pid is None else f" (pid {subject.pid})"
    if subject.kind == "process" and name:
        return f"{visible(name)}{pid}"
    return f"{subject.kind} {visible(name)}{pid}" if name and name != subject.kind else f"{subject.kind}{pid}"


def heading(audit: Audit) -> str:
    """The title with what else is known: "nginx (pid 812)  user www-data  unit nginx.service  profile server"."""
    subject = audit.subject
    parts = [title(subject)]
    for kind, name in (("user", subject.user), ("unit", subject.unit)):
        if name and subject.kind != kind:
            parts.append(f"{kind} {visible(name)}")
    return "  ".join([*parts, f"profile {visible(audit.profile)}"])


def status(finding: Finding) -> str:
    """Glyph and word: "XX ERROR", "?? UNKNOWN", "ok PASS"."""
    if finding.state == "finding":
        word = "FINDING" if finding.severity is None else finding.severity.name
        return f"{_SEVERITY_GLYPHS[finding.severity]} {word}"
    return f"{_STATE_GLYPHS[finding.state]} {finding.state.upper()}"


def quantity(value: Limit | None, unit: str) -> str:
    """ "4,096", "2.00G", "unlimited" or "unknown"."""
    return f"{value:,}" if isinstance(value, int) and unit != "bytes" else size(value)


def amounts(finding: Finding) -> str:
    """ "93.0% of 4,096 descriptors  headroom 286  hits 12"; what a check did not tell is left out."""
    parts = [_use(finding)]
    if finding.headroom is not None:
        parts.append(f"headroom {quantity(finding.headroom, finding.unit)}")
    if finding.hits:
        parts.append(f"hits {finding.hits:,}")
    return "  ".join(part for part in parts if part)


def origin(finding: Finding) -> str:
    """ "layer soft  set by unit nginx.service LimitNOFILE"."""
    layer = f"layer {visible(finding.layer)}" if finding.layer else ""
    source = f"set by {visible(finding.source)}" if finding.source else ""
    return "  ".join(part for part in (layer, source) if part)


def counts(report: Report) -> str:
    """ "1 error, 2 warnings (1 known), 2 unknown, 1 waived, 41 pass": waived ones are counted like the others."""
    every = list(_entries(report))
    states = Counter(entry.finding.state for entry in every)
    found = [_severity_count(every, severity) for severity in reversed(Severity)]
    parts = [part for part in found if part] or ["no finding"]
    parts += [f"{states[state]} {state}" for state in ("unknown", "waived", "skipped", "pass") if states[state]]
    return ", ".join(parts)


def details(finding: Finding) -> list[str]:
    """What goes below the message where a finding has several lines: amounts, origin, and the lines that mend it."""
    lines = [amounts(finding), origin(finding), *(f"mend: {line}" for line in fix_lines(finding))]
    return [line for line in lines if line]


def fix_lines(finding: Finding) -> list[str]:
    """Each line as it is to be typed."""
    return [visible(line) for fix in finding.fixes for line in fix.splitlines()]


def named(finding: Finding) -> str:
    """ "FD003 fd-usage"."""
    return f"{visible(finding.id)} {visible(finding.slug)}"


def _entries(report: Report) -> Iterator[Entry]:
    for subject, _, findings in report.audits:
        for finding in findings:
            yield Entry(subject, finding, known=report.gate.is_known(subject, finding))


def _use(finding: Finding) -> str:
    """The share where there is one; a check may also give the limit or the use alone."""
    unit = f" {visible(finding.unit)}" if finding.unit and finding.unit != "bytes" else ""
    used, limit = quantity(finding.used, finding.unit), quantity(finding.limit, finding.unit)
    if finding.used_ratio is not None:
        return f"{percent(finding.used_ratio)} of {limit}{unit}"
    if finding.used is not None:
        return f"used {used}{unit}" if finding.limit is None else f"used {used} of {limit}{unit}"
    return "" if finding.limit is None else f"limit {limit}{unit}"


def _rank(entry: Entry) -> tuple[int, bool, int, float]:
    finding = entry.finding
    # For the order only: what has no share comes after what has one.
    emptiness = 1.0 if finding.used_ratio is None else -finding.used_ratio
    return _STATE_ORDER[finding.state], entry.known, -(finding.severity or 0), emptiness


def _severity_count(every: Sequence[Entry], severity: Severity) -> str:
    found = [entry for entry in every if entry.finding.state == "finding" and entry.finding.severity is severity]
    if not found:
        return ""
    known = sum(entry.known for entry in found)
    plural = "" if len(found) == 1 else "s"
    return f"{len(found):,} {severity.word}{plural}" + (f" ({known:,} known)" if known else "")
