"""From findings to an exit code: a breach outranks unknown, and unknown outranks ok."""

from collections.abc import Sequence
from typing import NamedTuple

from mnemo_cli.doctor.baseline import Baseline
from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.errors import ExitCode

_RANK = (ExitCode.DONE, ExitCode.UNKNOWN, ExitCode.FINDING)


class Gate(NamedTuple):
    """What fails: findings from `fail_on` on (None for never) that the baseline does not know."""

    fail_on: Severity | None = Severity.ERROR
    strict_unknown: bool = False
    baseline: Baseline | None = None

    def is_known(self, subject: Subject, finding: Finding) -> bool:
        """Whether the baseline has it already."""
        return finding.state == "finding" and self.baseline is not None and self.baseline.knows(subject, finding)

    def fails(self, subject: Subject, finding: Finding) -> bool:
        """Whether this one finding breaches the gate; waived and known ones do not."""
        if finding.state != "finding" or finding.severity is None or self.fail_on is None:
            return False
        return finding.severity >= self.fail_on and not self.is_known(subject, finding)

    def exit_code(self, audits: Sequence[Audit]) -> ExitCode:
        """0, 1 or 3. An unknown check counts only when that was asked for, and then even if nothing fails.

        An audit without a single result has told nothing: that is unknown, unless nothing is judged at all.
        """
        if any(self.fails(audit.subject, finding) for audit in audits for finding in audit.findings):
            return ExitCode.FINDING
        if self.strict_unknown and any(finding.state == "unknown" for audit in audits for finding in audit.findings):
            return ExitCode.UNKNOWN
        told_something = any(audit.findings for audit in audits)
        return ExitCode.DONE if told_something or self.fail_on is None else ExitCode.UNKNOWN


def outranking(*codes: ExitCode) -> ExitCode:
    """The one of several gates' codes that a command ends with: 1 before 3 before 0."""
    return max(codes, key=_RANK.index, default=ExitCode.DONE)
