"""JUnit: as many tests as checks, and red exactly where the gate fails."""

from xml.etree import ElementTree

import pytest

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Severity, Subject
from mnemo_cli.errors import ExitCode
from mnemo_cli.output.findings import FindingsFormat, Report, render

USUAL = Gate()

NGINX = Subject("process", pid=812, name="nginx")
PASSED = Finding("PR001", "nproc", "pass", None, "in order")
ERROR = Finding("FD003", "fd-usage", "finding", Severity.ERROR, "full")
NOTE = Finding("MM009", "no-swap", "finding", Severity.NOTE, "no swap")
UNKNOWN = Finding("IN002", "inotify", "unknown", None, "denied")
WAIVED = Finding("MM003", "rss", "waived", Severity.ERROR, "no effect")
SKIPPED = Finding("PR004", "pids", "skipped", None, "no group")

# Element: its attributes, and the children that may follow in this order. After the schemas that CI servers publish.
SHAPE = {
    "testsuites": ({"name", "tests", "failures", "errors"}, ["testsuite"]),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, ["testcase"]),
    "testcase": ({"classname", "name", "time"}, ["skipped", "error", "failure", "system-out"]),
    "failure": ({"message", "type"}, []),
    "error": ({"message", "type"}, []),
    "skipped": ({"message"}, []),
    "system-out": (set(), []),
}


def tree_of(report):
    return ElementTree.fromstring(render(report, FindingsFormat.JUNIT))


def cases_of(*findings, gate=USUAL):
    tree = tree_of(Report((Audit(NGINX, "default", findings),), 0, gate))
    return {case.get("name").split()[0]: [child.tag for child in case] for case in tree.iter("testcase")}


def assert_well_shaped(element):
    attributes, children = SHAPE[element.tag]
    assert set(element.attrib) == attributes
    assert [child.tag for child in element] == sorted((child.tag for child in element), key=children.index)
    for child in element:
        assert_well_shaped(child)


def test_the_document_has_the_shape_that_ci_servers_read(report, two):
    for audits in ((), report().audits, two):
        assert_well_shaped(tree_of(report(audits)))


def test_the_counts_are_those_of_the_tests(report, two):
    tree = tree_of(report(two, gate=Gate(fail_on=Severity.NOTE, strict_unknown=True)))
    suites = tree.findall("testsuite")
    for suite in suites:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count)) == len(suite.findall(f"testcase/{tag}"))
    for count in ("tests", "failures", "errors"):
        assert int(tree.get(count)) == sum(int(suite.get(count)) for suite in suites)
    assert (tree.get("tests"), tree.get("failures"), tree.get("errors")) == ("10", "4", "2")


def test_each_check_is_a_test_named_after_it():
    tree = tree_of(Report((Audit(NGINX, "server", (ERROR, PASSED)),), 1))
    assert [(case.get("classname"), case.get("name")) for case in tree.iter("testcase")] == [
        ("nginx (pid 812)", "FD003 fd-usage"),
        ("nginx (pid 812)", "PR001 nproc"),
    ]


@pytest.mark.parametrize(
    ("finding", "gate", "children"),
    [
        (PASSED, Gate(), []),
        (ERROR, Gate(), ["failure"]),
        (ERROR, Gate(fail_on=None), ["system-out"]),
        (NOTE, Gate(), ["system-out"]),
        (NOTE, Gate(fail_on=Severity.NOTE), ["failure"]),
        (ERROR, Gate(baseline=Baseline(known={identity(NGINX, ERROR): Severity.ERROR})), ["system-out"]),
        (UNKNOWN, Gate(), ["skipped"]),
        (UNKNOWN, Gate(strict_unknown=True), ["error"]),
        (WAIVED, Gate(), ["skipped"]),
        (SKIPPED, Gate(strict_unknown=True), ["skipped"]),
    ],
)
def test_a_test_is_red_exactly_where_the_gate_fails(finding, gate, children):
    assert cases_of(finding, gate=gate) == {finding.id: children}
    red = children in (["failure"], ["error"])
    assert red == (gate.exit_code([Audit(NGINX, "default", (finding,))]) is not ExitCode.DONE)


def test_a_failure_tells_the_amounts_and_what_mends_it(report):
    (failure,) = tree_of(report()).iter("failure")
    assert failure.get("type") == "error"
    assert failure.text.splitlines()[1:4] == [
        "93.0% of 4,096 descriptors  headroom 286",
        "layer soft  set by unit nginx.service LimitNOFILE",
        "mend: mnemo ulimit fix --unit nginx.service --need nofile=65536 --plan",
    ]


def test_the_text_is_ascii_in_every_locale():
    text = render(Report((Audit(NGINX, "server", (ERROR._replace(message="größer ≥ 4"),)),), 1), FindingsFormat.JUNIT)
    assert text.isascii()
    assert ElementTree.fromstring(text).find(".//failure").get("message") == "größer ≥ 4"
