"""Findings for a person (table) and for grep and logs (plain): what is wrong first, the rest when asked for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mnemo_cli.doctor.result import Finding, State, Subject
from mnemo_cli.output.findings import Report
from mnemo_cli.output.findings.phrases import (
    Entry,
    amounts,
    counts,
    entries,
    fix_lines,
    heading,
    named,
    origin,
    status,
    title,
    visible,
)
from mnemo_cli.output.wrapping import wrapped

_WIDTH, _LEAST_WIDTH = 80, 40
_STATUS_WIDTH = len("?? UNKNOWN")
_NAMED_SUBJECTS = 3


class _Stanza(NamedTuple):
    """One finding, and everyone it was found of; `is_example` where of others it was said in other words."""

    finding: Finding
    subjects: tuple[Subject, ...]
    known: bool
    is_example: bool


def table_text(report: Report, *, width: int | None = None, verbose: bool = False) -> str:
    """A stanza for each finding, the worst first, then what is unknown, then what is waived, then the counts.

    The same finding of several subjects is one stanza. `width` is the terminal's.
    """
    width = max(_LEAST_WIDTH, width or _WIDTH)
    quiet = _quiet(verbose=verbose)
    shown = [stanza for stanza in _stanzas(entries(report)) if stanza.finding.state not in quiet]
    several = len(report.audits) != 1
    parts = [wrapped(_headline(report), width, "")]
    parts += [_stanza_lines(stanza, width, with_subjects=several, verbose=verbose) for stanza in shown]
    end = wrapped(counts(report), width, "")
    if any(stanza.finding.state == "finding" for stanza in shown):
        end += wrapped("`mnemo explain ID` says what a check means", width, "")
    return "\n\n".join("\n".join(part) for part in [*parts, end]) + "\n"


def plain_text(report: Report, *, verbose: bool = False) -> str:
    """One line for each result, its parts two blanks apart and the message last; then the counts of all."""
    quiet = _quiet(verbose=verbose)
    lines = [_plain_line(entry) for entry in entries(report) if entry.finding.state not in quiet]
    return "".join(f"{line}\n" for line in [*lines, counts(report)])


def _quiet(*, verbose: bool) -> tuple[State, ...]:
    """What is only counted."""
    return () if verbose else ("pass", "skipped")


def _plain_line(entry: Entry) -> str:
    finding = entry.finding
    known = "known" if entry.known else ""
    aligned_status = status(finding).ljust(_STATUS_WIDTH)
    about = (named(finding), title(entry.subject), known, amounts(finding), origin(finding), visible(finding.message))
    return "  ".join(part for part in (aligned_status, *about) if part)


def _headline(report: Report) -> str:
    if len(report.audits) == 1:
        return heading(report.audits[0])
    profiles = sorted({visible(audit.profile) for audit in report.audits})
    return f"{len(report.audits):,} targets" + (f"  profiles {', '.join(profiles)}" if profiles else "")


def _stanzas(every: Iterable[Entry]) -> Iterator[_Stanza]:
    """Entries that say the same of several subjects are one; of what is unknown or skipped the check alone decides."""
    together: dict[tuple[object, ...], list[Entry]] = {}
    for entry in every:
        finding = entry.finding
        same = finding._replace(evidence=()) if finding.state in ("finding", "waived") else finding[:3]
        together.setdefault((entry.known, same), []).append(entry)
    for group in together.values():
        finding, subjects = group[0].finding, tuple(entry.subject for entry in group)
        is_example = any(entry.finding.message != finding.message for entry in group)
        yield _Stanza(finding, subjects, group[0].known, is_example)


def _stanza_lines(stanza: _Stanza, width: int, *, with_subjects: bool, verbose: bool) -> list[str]:
    finding = stanza.finding
    begin = f"{status(finding):<{_STATUS_WIDTH}}  {visible(finding.id):<5}  "
    indent = " " * len(begin)
    head = (visible(finding.slug), "(known)" if stanza.known else "", amounts(finding))
    lines = wrapped("  ".join(part for part in head if part), width, begin, indent)
    example = "for one: " if stanza.is_example else ""
    whom = _of_whom(stanza.subjects) if with_subjects else ""
    for text in (whom, example + visible(finding.message), origin(finding)):
        lines += wrapped(text, width, indent)
    if verbose:
        lines += [f"{indent}{visible(path)}: {visible(value)}" for path, value in finding.evidence]
    # A command that is broken into lines cannot be copied: it may be wider than the screen.
    return lines + [f"{indent}> {line}" for line in fix_lines(finding)]


def _of_whom(subjects: Sequence[Subject]) -> str:
    named_ones = ", ".join(title(subject) for subject in subjects[:_NAMED_SUBJECTS])
    others = len(subjects) - _NAMED_SUBJECTS
    return f"in {named_ones} and {others:,} more" if others > 0 else f"in {named_ones}"
