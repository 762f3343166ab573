"""Levels become exit codes: a breach outranks unknown, and unknown outranks ok."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import ExitCode
from mnemo_cli.limits.gate import Gate
from mnemo_cli.model import Level, Verdict
from mnemo_cli.model.alerts import Alert

NORMAL, MODERATE, HIGH, CRITICAL = Level
DONE, FINDING, UNKNOWN = ExitCode.DONE, ExitCode.FINDING, ExitCode.UNKNOWN


def verdict(level, at_least=None):
    at_least = level if level is not None else at_least
    return Verdict(
        level=level, at_least=at_least, binding=None, levels=(), since_seconds=0, peak_used_bytes=None, forecast=None
    )


def gate_after(fail_on, *verdicts):
    gate = Gate(fail_on=fail_on)
    for one in verdicts:
        gate = gate.after(one)
    return gate


@pytest.mark.parametrize(
    ("fail_on", "verdicts", "exit_code"),
    [
        (CRITICAL, [verdict(NORMAL)], DONE),
        (CRITICAL, [verdict(HIGH)], DONE),
        (CRITICAL, [verdict(CRITICAL)], FINDING),
        (HIGH, [verdict(HIGH)], FINDING),
        (MODERATE, [verdict(NORMAL), verdict(MODERATE), verdict(NORMAL)], FINDING),
        (CRITICAL, [verdict(None, NORMAL)], UNKNOWN),
        (CRITICAL, [verdict(None)], UNKNOWN),
        (CRITICAL, [verdict(NORMAL), verdict(None), verdict(NORMAL)], UNKNOWN),
        (HIGH, [verdict(None, HIGH)], FINDING),
        (HIGH, [verdict(None), verdict(CRITICAL)], FINDING),
        (HIGH, [verdict(CRITICAL), verdict(None)], FINDING),
        (HIGH, [], UNKNOWN),
        (None, [verdict(CRITICAL), verdict(None)], DONE),
        (None, [], DONE),
    ],
)
def test_the_worst_that_was_seen_decides(fail_on, verdicts, exit_code):
    gate = gate_after(fail_on, *verdicts)
    assert gate.exit_code is exit_code
    assert gate.breached == (exit_code is FINDING)


@pytest.mark.parametrize(
    ("state", "severity", "heeds_alerts", "exit_code"),
    [
        ("firing", "error", True, FINDING),
        ("firing", "note", True, DONE),
        ("pending", "error", True, DONE),
        ("firing", "error", False, DONE),
    ],
)
def test_an_alert_that_fires_is_a_breach_where_alerts_count(state, severity, heeds_alerts, exit_code):
    alerts = (Alert("A", state, severity, 0.0),)
    gate = Gate(fail_on=CRITICAL, heeds_alerts=heeds_alerts).after(verdict(NORMAL)._replace(alerts=alerts))
    assert gate.exit_code is exit_code


def test_an_alert_that_fires_hides_no_worse_level():
    alerts = (Alert("A", "firing", "note", 0.0),)
    gate = Gate(fail_on=CRITICAL, heeds_alerts=True).after(verdict(CRITICAL)._replace(alerts=alerts))
    assert gate.worst is CRITICAL


verdicts = st.builds(verdict, st.none() | st.sampled_from(Level), st.none() | st.sampled_from(Level))


@given(fail_on=st.sampled_from(Level), seen=st.lists(verdicts, min_size=1, max_size=6))
def test_unknown_is_never_done_and_a_breach_is_never_lost(fail_on, seen):
    exit_code = gate_after(fail_on, *seen).exit_code
    breached = any(one.at_least is not None and one.at_least >= fail_on for one in seen)
    assert (exit_code is FINDING) == breached
    if any(one.level is None for one in seen):
        assert exit_code is not DONE
