"""A plugin's answer: one line, numbers a graph can draw, and Nagios's own exit codes."""

import pytest

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.errors import ExitCode
from mnemo_cli.model import UNLIMITED
from mnemo_cli.output.findings import FindingsFormat, Report, render
from mnemo_cli.output.findings.nagios import NagiosExit, nagios_exit

USUAL = Gate()

NGINX = Subject("process", pid=812, name="nginx")
PASSED = Finding("PR001", "nproc", "pass", None, "in order")
NOTE, WARNING, ERROR = (
    Finding("FD003", "fd-usage", "finding", severity, "it is full")
    for severity in (Severity.NOTE, Severity.WARNING, Severity.ERROR)
)
UNKNOWN = Finding("IN002", "inotify", "unknown", None, "denied")
KNOWN = Baseline(known={identity(NGINX, ERROR): Severity.ERROR})
OK, WARN, CRITICAL, BLIND = NagiosExit


def report_of(*findings, gate=USUAL, exit_code=None):
    audits = (Audit(NGINX, "default", findings),)
    return Report(audits, gate.exit_code(audits) if exit_code is None else exit_code, gate)


def line_of(*findings, **options):
    text = render(report_of(*findings, **options), FindingsFormat.NAGIOS)
    assert text.count("\n") == 1
    return text.rstrip("\n")


@pytest.mark.parametrize(
    ("findings", "gate", "code"),
    [
        ([PASSED], Gate(), OK),
        ([NOTE], Gate(), OK),
        ([NOTE], Gate(fail_on=Severity.NOTE), WARN),
        ([WARNING], Gate(), WARN),
        ([WARNING], Gate(fail_on=Severity.WARNING), WARN),
        ([WARNING, ERROR], Gate(), CRITICAL),
        ([ERROR], Gate(fail_on=None), OK),
        ([ERROR], Gate(baseline=KNOWN), OK),
        ([ERROR._replace(state="waived")], Gate(), OK),
        ([UNKNOWN], Gate(), OK),
        ([UNKNOWN], Gate(strict_unknown=True), BLIND),
        ([UNKNOWN], Gate(fail_on=None, strict_unknown=True), BLIND),
        ([UNKNOWN, WARNING], Gate(strict_unknown=True), WARN),
        ([UNKNOWN, ERROR], Gate(strict_unknown=True), CRITICAL),
        ([], Gate(), BLIND),
    ],
)
def test_a_severity_is_an_exit_code_of_nagios(findings, gate, code):
    report = report_of(*findings, gate=gate)
    assert nagios_exit(report) is code
    assert line_of(*findings, gate=gate).startswith(f"MNEMO {code.name} - ")


@pytest.mark.parametrize(
    ("findings", "exit_code", "code"),
    [
        ([PASSED], ExitCode.FINDING, CRITICAL),
        ([WARNING], ExitCode.FINDING, CRITICAL),
        ([PASSED], ExitCode.UNKNOWN, BLIND),
        ([WARNING], ExitCode.UNKNOWN, WARN),
    ],
)
def test_what_else_the_command_judged_counts_too(findings, exit_code, code):
    assert nagios_exit(report_of(*findings, exit_code=exit_code)) is code


def test_the_line_names_the_worst_and_counts_the_rest():
    assert line_of(PASSED, WARNING, ERROR._replace(id="FD009")) == (
        "MNEMO CRITICAL - FD009 fd-usage in nginx (pid 812): it is full; 1 error, 1 warning, 1 pass"
    )
    assert line_of(PASSED) == "MNEMO OK - no finding, 1 pass"
    assert line_of(UNKNOWN) == "MNEMO OK - IN002 inotify in nginx (pid 812): denied; no finding, 1 unknown"


@pytest.mark.parametrize(
    ("numbers", "data"),
    [
        ({"used": 3810, "limit": 4096}, "'fd-usage'=3810;;;0;4096"),
        ({"used": 3810, "limit": 4096, "unit": "bytes"}, "'fd-usage'=3810B;;;0;4096"),
        ({"used": 3810, "limit": UNLIMITED}, "'fd-usage'=3810;;;0"),
        ({"used": 0}, "'fd-usage'=0;;;0"),
    ],
)
def test_uses_are_performance_data(numbers, data):
    assert line_of(ERROR._replace(**numbers)).partition(" | ")[2] == data


def test_an_unknown_use_is_no_number():
    assert "|" not in line_of(ERROR._replace(limit=4096))


def test_a_label_holds_no_sign_that_ends_it():
    assert line_of(ERROR._replace(slug="a'b=c|d", used=1)).endswith(" | 'a_b_c\\x7cd'=1;;;0")


def test_of_several_targets_each_number_names_its_own():
    audits = tuple(Audit(NGINX._replace(pid=pid), "default", (PASSED._replace(used=pid),)) for pid in (1, 2))
    text = render(Report(audits, 0), FindingsFormat.NAGIOS)
    assert text.endswith(" | 'nproc nginx (pid 1)'=1;;;0 'nproc nginx (pid 2)'=2;;;0\n")


def test_the_line_stays_within_what_nagios_reads():
    long = ERROR._replace(message="x" * 10_000, used=1)
    audits = tuple(Audit(NGINX._replace(pid=pid), "default", (long,)) for pid in range(1, 2001))
    text = render(Report(audits, 1), FindingsFormat.NAGIOS)
    assert 3000 < len(text) < 4400 and "; 2,000 errors | 'fd-usage nginx (pid 1)'=1;;;0 " in text
