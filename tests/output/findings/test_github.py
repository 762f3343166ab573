"""Workflow commands: one line each, the worst first, and nothing in a name can end one or begin another."""

import pytest

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.output.findings import FindingsFormat, Report, render

USUAL = Gate()

NGINX = Subject("process", pid=812, name="nginx")
ERROR = Finding("FD003", "fd-usage", "finding", Severity.ERROR, "full")
UNKNOWN = Finding("IN002", "inotify", "unknown", None, "denied; run as root")
KNOWN = Gate(baseline=Baseline(known={identity(NGINX, ERROR): Severity.ERROR}))


def lines_of(*findings, subject=NGINX, gate=USUAL):
    return render(Report((Audit(subject, "default", findings),), 0, gate), FindingsFormat.GITHUB).splitlines()


@pytest.mark.parametrize(
    ("finding", "gate", "line"),
    [
        (ERROR, Gate(), "::error title=FD003 fd-usage in nginx (pid 812)::full"),
        (ERROR._replace(severity=Severity.WARNING), Gate(), "::warning title=FD003 fd-usage in nginx (pid 812)::full"),
        (ERROR._replace(severity=Severity.NOTE), Gate(), "::notice title=FD003 fd-usage in nginx (pid 812)::full"),
        (ERROR, KNOWN, "::notice title=known%3A FD003 fd-usage in nginx (pid 812)::full"),
        (ERROR._replace(state="waived"), Gate(), "::notice title=waived%3A FD003 fd-usage in nginx (pid 812)::full"),
        (UNKNOWN, Gate(), "::notice title=unknown%3A IN002 inotify in nginx (pid 812)::denied; run as root"),
        (
            UNKNOWN,
            Gate(strict_unknown=True),
            "::error title=unknown%3A IN002 inotify in nginx (pid 812)::denied; run as root",
        ),
    ],
)
def test_a_result_is_an_annotation_of_its_severity(finding, gate, line):
    assert lines_of(finding, gate=gate)[0] == line


def test_details_follow_on_lines_of_their_own():
    finding = ERROR._replace(used=9, limit=10, layer="soft", fixes=("ulimit -Sn 100",))
    assert lines_of(finding)[0].endswith("::full%0A90.0%25 of 10%0Alayer soft%0Amend: ulimit -Sn 100")


def test_passes_are_no_annotations_and_the_counts_are_for_the_log():
    passed = Finding("PR001", "nproc", "pass", None, "in order")
    assert lines_of(passed, passed._replace(state="skipped")) == ["no finding, 1 skipped, 1 pass"]


def test_the_signs_that_end_a_property_or_a_command_are_escaped():
    (line, _) = lines_of(
        ERROR._replace(message="50% of a::b, c\r\n::error::d"), subject=Subject("process", 1, "a,b:c%")
    )
    assert line == "::error title=FD003 fd-usage in a%2Cb%3Ac%25 (pid 1)::50%25 of a::b, c\\x0d\\x0a::error::d"


def test_the_worst_come_first(report):
    text = render(report(), FindingsFormat.GITHUB)
    assert [line.split()[0] for line in text.splitlines()[:3]] == ["::error", "::warning", "::notice"]
