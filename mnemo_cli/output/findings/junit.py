"""Findings as JUnit XML: a suite for each target, a test for each check.

A test fails when its finding fails the gate, so that the report and the exit code say the same; what a gate
lets through is a test that passes and says what was found. Nothing unknown passes: it is skipped, or an error
where unknown was asked to fail.
"""

from xml.etree import ElementTree

from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Subject
from mnemo_cli.output.findings import Report
from mnemo_cli.output.findings.phrases import details, heading, named, status, title, visible


def junit_text(report: Report) -> str:
    """One document, in ASCII: whole in every locale."""
    suites = ElementTree.Element("testsuites", name="mnemo")
    for audit in report.audits:
        suites.append(_suite(audit, report.gate))
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(suites)
    text: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii") + "\n"


def _suite(audit: Audit, gate: Gate) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=heading(audit))
    for finding in audit.findings:
        suite.append(_case(audit.subject, finding, gate))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(audit.findings)))
    # Checks are not timed one by one, and readers want a number.
    suite.set("time", "0")
    return suite


def _case(subject: Subject, finding: Finding, gate: Gate) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=title(subject), name=named(finding), time="0")
    message = visible(finding.message)
    if gate.fails(subject, finding):
        severity = "finding" if finding.severity is None else finding.severity.word
        ElementTree.SubElement(case, "failure", message=message, type=severity).text = _body(finding)
    elif finding.state == "unknown" and gate.strict_unknown:
        ElementTree.SubElement(case, "error", message=message, type="unknown").text = _body(finding)
    elif finding.state in ("unknown", "skipped", "waived"):
        ElementTree.SubElement(case, "skipped", message=f"{finding.state}: {message}")
    elif finding.state == "finding":
        known = "(known) " if gate.is_known(subject, finding) else ""
        ElementTree.SubElement(case, "system-out").text = known + _body(finding)
    return case


def _body(finding: Finding) -> str:
    evidence = [f"{visible(path)}: {visible(value)}" for path, value in finding.evidence]
    return "\n".join([f"{status(finding)}  {visible(finding.message)}", *details(finding), *evidence])
