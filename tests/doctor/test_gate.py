"""Findings become exit codes: a breach outranks unknown, and unknown outranks ok."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate, outranking
from mnemo_cli.doctor.result import STATES, Audit, Finding, Severity, Subject
from mnemo_cli.errors import ExitCode
from tests.examples import few_examples

HOST = Subject("host")
PASSED = Finding("A1", "a", "pass", None, "")
SKIPPED = Finding("A2", "b", "skipped", None, "")
UNKNOWN = Finding("A3", "c", "unknown", None, "")
NOTE, WARNING, ERROR = (Finding("B1", "d", "finding", severity, "") for severity in Severity)
WAIVED = ERROR._replace(state="waived")
DONE, FINDING, BLIND = ExitCode.DONE, ExitCode.FINDING, ExitCode.UNKNOWN
ON_NOTE, ON_WARNING, ON_ERROR, NEVER = (Gate(fail_on=severity) for severity in (*Severity, None))
STRICT, STRICT_NEVER = Gate(strict_unknown=True), Gate(fail_on=None, strict_unknown=True)
KNOWN = Gate(baseline=Baseline(known={identity(HOST, WARNING): Severity.WARNING}))


def code(gate, *findings):
    return gate.exit_code([Audit(HOST, "default", findings)])


def test_errors_fail_unless_something_else_is_asked_for():
    assert Gate() == ON_ERROR and not Gate().strict_unknown


@pytest.mark.parametrize(
    ("gate", "findings", "exit_code"),
    [
        (ON_ERROR, [PASSED], DONE),
        (ON_ERROR, [SKIPPED], DONE),
        (ON_ERROR, [WARNING], DONE),
        (ON_ERROR, [ERROR], FINDING),
        (ON_WARNING, [NOTE], DONE),
        (ON_WARNING, [WARNING], FINDING),
        (ON_WARNING, [ERROR], FINDING),
        (ON_NOTE, [NOTE], FINDING),
        (ON_ERROR, [WAIVED], DONE),
        (ON_ERROR, [UNKNOWN], DONE),
        (ON_ERROR, [PASSED, NOTE, ERROR, UNKNOWN], FINDING),
        (STRICT, [PASSED], DONE),
        (STRICT, [UNKNOWN, PASSED], BLIND),
        (STRICT, [UNKNOWN, WARNING], BLIND),
        (STRICT, [UNKNOWN, ERROR], FINDING),
        (NEVER, [ERROR, UNKNOWN], DONE),
        (STRICT_NEVER, [ERROR, UNKNOWN], BLIND),
        (KNOWN._replace(fail_on=Severity.WARNING), [WARNING], DONE),
        (KNOWN._replace(fail_on=Severity.WARNING), [WARNING._replace(id="B2")], FINDING),
        (KNOWN, [ERROR], FINDING),  # known as a warning: it became worse
        (KNOWN._replace(fail_on=Severity.NOTE), [NOTE], DONE),  # and here it became better
        (KNOWN._replace(strict_unknown=True), [WARNING, UNKNOWN], BLIND),
    ],
)
def test_the_worst_that_is_new_decides(gate, findings, exit_code):
    assert code(gate, *findings) is exit_code
    assert code(gate, *reversed(findings)) is exit_code


def test_nothing_looked_at_is_not_well():
    assert ON_ERROR.exit_code([]) is BLIND
    assert code(ON_ERROR) is BLIND
    assert NEVER.exit_code([]) is DONE
    assert ON_ERROR.exit_code([Audit(HOST, "default", ()), Audit(HOST, "default", (PASSED,))]) is DONE


def test_one_of_many_targets_is_enough_to_fail():
    audits = [Audit(HOST, "default", (PASSED,)), Audit(HOST, "default", (PASSED, ERROR))]
    assert ON_ERROR.exit_code(audits) is FINDING


def test_only_a_finding_can_be_known():
    assert KNOWN.is_known(HOST, WARNING)
    assert not KNOWN.is_known(HOST, WARNING._replace(state="waived"))
    assert not Gate().is_known(HOST, WARNING)


@pytest.mark.parametrize(
    ("codes", "winner"),
    [
        ([], DONE),
        ([DONE, DONE], DONE),
        ([DONE, BLIND], BLIND),
        ([BLIND, FINDING, DONE], FINDING),
        ([FINDING, BLIND], FINDING),
    ],
)
def test_of_several_gates_the_breach_wins_and_then_unknown(codes, winner):
    assert outranking(*codes) is winner


findings = st.builds(
    Finding, st.just("B1"), st.just("d"), st.sampled_from(STATES), st.sampled_from(Severity), st.just("")
)


@few_examples
@given(fail_on=st.sampled_from(Severity), strict=st.booleans(), found=st.lists(findings, min_size=1, max_size=6))
def test_a_breach_is_never_lost_and_strict_unknown_is_never_done(fail_on, strict, found):
    exit_code = code(Gate(fail_on=fail_on, strict_unknown=strict), *found)
    breached = any(one.state == "finding" and one.severity >= fail_on for one in found)
    unknown = any(one.state == "unknown" for one in found)
    assert (exit_code is FINDING) == breached
    assert (exit_code is BLIND) == (strict and unknown and not breached)
