"""Whatever a process calls itself, and whatever a file says: no format breaks, and no terminal obeys."""

import json
import re
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import STATES, Audit, Finding, Item, Severity, Subject
from mnemo_cli.model import UNLIMITED
from mnemo_cli.output.findings import FindingsFormat, Report, Rule, render
from tests.examples import few_examples

SHIPPED = json.loads(resources.files("mnemo_cli").joinpath("schemas/findings.schema.json").read_text())
FINDINGS = jsonschema.Draft202012Validator(SHIPPED)
SARIF = jsonschema.Draft202012Validator(json.loads((Path(__file__).parent / "sarif-subset.schema.json").read_text()))
HOSTILE = [
    "\n::error::x", "::add-mask::", "%0A", "]]>", "<a>&", "a|b", "'=1;;;", "\x1b]0;x\x07", "\x00", "\x85\u2028",
    "\udcff", "\ud800", "\ufffe", "\u202e", "/", "//", "/proc/1/limits", "..", "{0}", "[a](1)", "", " ", "\t", "\r",
]  # fmt: skip

texts = st.text(st.characters(), max_size=20) | st.sampled_from(HOSTILE)
words = st.none() | texts
naturals = st.none() | st.integers(0, 1 << 64)
limits = naturals | st.just(UNLIMITED)


@st.composite
def findings(draw):
    state = draw(st.sampled_from(STATES))
    return Finding(
        id=draw(texts.filter(bool)),
        slug=draw(texts.filter(bool)),
        state=state,
        severity=draw(st.sampled_from(Severity)) if state in ("finding", "waived") else None,
        message=draw(texts),
        used=draw(naturals),
        limit=draw(limits),
        headroom=draw(limits | st.integers(-(1 << 64), -1)),
        unit=draw(st.sampled_from(["", "bytes", "tasks"]) | texts),
        layer=draw(words),
        source=draw(words),
        hits=draw(naturals),
        evidence=tuple(draw(st.lists(st.builds(Item, texts, texts), max_size=2))),
        fixes=tuple(draw(st.lists(texts, max_size=2))),
    )


kinds = st.sampled_from(["process", "user", "unit", "host", "tree", "command"])
subjects = st.builds(Subject, kinds, st.none() | st.integers(1, 1 << 22), words, words, words)
audits = st.builds(Audit, subjects, texts, st.lists(findings(), max_size=4).map(tuple))
rules = st.lists(st.builds(Rule, texts.filter(bool), texts, texts, texts), max_size=2, unique_by=lambda rule: rule.id)
gates = st.builds(Gate, st.none() | st.sampled_from(Severity), st.booleans())
reports = st.builds(
    Report,
    st.lists(audits, max_size=3).map(tuple),
    st.sampled_from([0, 1, 3]),
    gates,
    rules.map(tuple),
)


def states_of(report):
    return [finding.state for audit in report.audits for finding in audit.findings]


def assert_printable(text):
    assert text.endswith("\n")
    assert all(line.isprintable() for line in text.split("\n"))


@few_examples
@given(report=reports, width=st.none() | st.integers(1, 200), verbose=st.booleans())
def test_no_format_breaks_and_no_terminal_obeys(report, width, verbose):
    """All formats of each report in one test: drawing a report takes longer than to show and read it."""
    a_table_moves_no_cursor(report, width, verbose)
    plain_has_one_line_for_each_result(report, verbose)
    json_is_valid_and_loses_no_result(report)
    ndjson_is_a_valid_document_a_line(report)
    sarif_is_valid_and_every_rule_is_declared(report)
    junit_is_xml_with_a_test_for_each_result(report)
    github_sees_the_commands_that_are_meant_and_no_other(report)
    nagios_reads_one_line_and_numbers_it_can_draw(report)


def a_table_moves_no_cursor(report, width, verbose):
    assert_printable(render(report, FindingsFormat.TABLE, width=width, verbose=verbose))


def plain_has_one_line_for_each_result(report, verbose):
    text = render(report, FindingsFormat.PLAIN, verbose=verbose)
    assert_printable(text)
    quiet = () if verbose else ("pass", "skipped")
    assert text.count("\n") == sum(state not in quiet for state in states_of(report)) + 1


def json_is_valid_and_loses_no_result(report):
    document = json.loads(render(report, FindingsFormat.JSON))
    FINDINGS.validate(document)
    assert [result["state"] for result in document["results"]] == states_of(report)


def ndjson_is_a_valid_document_a_line(report):
    text = render(report, FindingsFormat.NDJSON)
    lines = text.splitlines()
    assert len(lines) == len(report.audits)
    for line in lines:
        FINDINGS.validate(json.loads(line))


def sarif_is_valid_and_every_rule_is_declared(report):
    document = json.loads(render(report, FindingsFormat.SARIF))
    SARIF.validate(document)
    (run,) = document["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert len(run["results"]) == sum(state not in ("pass", "skipped") for state in states_of(report))


def junit_is_xml_with_a_test_for_each_result(report):
    text = render(report, FindingsFormat.JUNIT)
    assert text.isascii()
    tree = ElementTree.fromstring(text)
    assert len(list(tree.iter("testcase"))) == len(states_of(report)) == int(tree.get("tests"))


def github_sees_the_commands_that_are_meant_and_no_other(report):
    text = render(report, FindingsFormat.GITHUB)
    assert_printable(text)
    *commands, counts = text.split("\n")[:-1]
    assert len(commands) == sum(state not in ("pass", "skipped") for state in states_of(report))
    assert all(re.fullmatch(r"::(error|warning|notice) title=[^:,\r\n]+::[^\r\n]*", line) for line in commands)
    assert not counts.startswith("::")


def nagios_reads_one_line_and_numbers_it_can_draw(report):
    text = render(report, FindingsFormat.NAGIOS)
    assert_printable(text)
    said, bar, data = text.removesuffix("\n").partition(" | ")
    assert "\n" not in said and "|" not in said
    measure = r"'[^'=|]*'=\d+B?;;;0(;\d+B?)?"
    assert re.fullmatch(rf"{measure}( {measure})*", data) if bar else not data
