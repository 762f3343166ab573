"""What `mnemo limits check` says to a person: what fails, and one line that tells whether it holds."""

from collections.abc import Iterator

from mnemo_cli.doctor.memory_level import ID
from mnemo_cli.errors import ExitCode
from mnemo_cli.output.findings import Report
from mnemo_cli.output.findings.phrases import (
    Entry,
    amounts,
    counts,
    entries,
    fix_lines,
    named,
    origin,
    status,
    title,
    visible,
)
from mnemo_cli.output.wrapping import wrapped

_WORDS = {ExitCode.DONE: "ok PASS", ExitCode.FINDING: "XX FAIL", ExitCode.UNKNOWN: "?? UNKNOWN"}
_INDENT = " " * 12
_LEAST_WIDTH = 40


def gate_text(report: Report, width: int | None = None) -> str:
    """Terse: the rest is counted, and `mnemo doctor` shows it. `width` wraps for a terminal."""
    several = len(report.audits) != 1
    lines = [line for entry in entries(report) if _decides(entry, report) for line in _stanza(entry, several, width)]
    return "".join(f"{line}\n" for line in [*lines, *_wrapped(_verdict(report), width)])


def _decides(entry: Entry, report: Report) -> bool:
    """Whether this one is why the check does not pass."""
    subject, finding, _ = entry
    if report.gate.fails(subject, finding):
        return True
    if report.exit_code != ExitCode.UNKNOWN:
        return False
    return (finding.state == "unknown" and report.gate.strict_unknown) or (
        finding.id == ID and finding.state in ("unknown", "finding")
    )


def _stanza(entry: Entry, several: bool, width: int | None) -> Iterator[str]:
    """For a log one line and the fixes; on a terminal the message has lines of its own."""
    subject, finding, _ = entry
    begin = f"{status(finding):<{len(_INDENT) - 2}}  "
    head = "  ".join(
        part for part in (named(finding), f"in {title(subject)}" if several else "", amounts(finding)) if part
    )
    message = visible(finding.message)
    if width is None:
        yield f"{begin}{'  '.join(part for part in (head, origin(finding), message) if part)}"
    else:
        yield from _wrapped(f"{begin}{head}", width)
        yield from _wrapped(f"{_INDENT}{message}", width)
    # A command that is broken into lines cannot be copied.
    yield from (f"{_INDENT}> {line}" for line in fix_lines(finding))


def _verdict(report: Report) -> str:
    """ "ok PASS  self (pid 812): level normal at 12.3%; 1 warning, 2 notes, 43 pass; fails from error on"."""
    whom = title(report.audits[0].subject) if len(report.audits) == 1 else f"{len(report.audits):,} targets"
    level = next((finding for audit in report.audits for finding in audit.findings if finding.id == ID), None)
    said = [visible(level.message)] if level is not None and level.state != "skipped" else []
    fail_on = report.gate.fail_on
    gate = "nothing fails" if fail_on is None else f"fails from {fail_on.word} on"
    return f"{_WORDS[ExitCode(report.exit_code)]}  {whom}: {'; '.join([*said, counts(report), gate])}"


def _wrapped(text: str, width: int | None) -> list[str]:
    return [text] if width is None else wrapped(text, max(width, _LEAST_WIDTH), indent=_INDENT)
