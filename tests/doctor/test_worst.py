"""Of many audits the worst come first."""

from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.doctor.worst import worst


def audited(name, *severities, unknown=0):
    findings = [Finding("X", "x", "finding", severity, "") for severity in severities]
    findings += [Finding("X", "x", "unknown", None, "")] * unknown + [Finding("X", "x", "pass", None, "")] * 50
    findings += [Finding("X", "x", "waived", Severity.ERROR, "")]
    return Audit(Subject("process", name=name), "default", tuple(findings))


NOTES = audited("notes", *[Severity.NOTE] * 9)
WARNINGS = audited("warnings", Severity.WARNING, Severity.WARNING)
WARNING = audited("warning", Severity.WARNING, *[Severity.NOTE] * 9)
ERROR = audited("error", Severity.ERROR)
BLIND, CALM = audited("blind", unknown=2), audited("calm")


def test_one_error_is_worse_than_any_number_of_lesser_findings():
    mixed = (CALM, NOTES, BLIND, WARNING, ERROR, WARNINGS)
    assert worst(mixed, 9) == (ERROR, WARNINGS, WARNING, NOTES, BLIND, CALM)
    assert worst(mixed, 2) == (ERROR, WARNINGS)


def test_equals_keep_their_order():
    again = CALM._replace(profile="server")
    assert worst((again, CALM, again), 3) == (again, CALM, again)
