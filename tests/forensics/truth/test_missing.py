"""What a verdict says that it lacks: only what would make it surer, and a report's own holes."""

import pytest

from mnemo_cli.forensics.case import Case, Ended
from mnemo_cli.forensics.truth import judge
from tests.forensics.deaths import WHO, group, kill

KILLED = Ended(by_signal=9, reporter="wait")


def lacks(case):
    return {gap.field: gap.reason for gap in judge(case).gaps}


@pytest.mark.parametrize(("read", "words"), [(None, "it was not read"), (False, "there is none of that time")])
def test_a_kernel_log_that_was_not_seen_is_missed(read, words):
    assert lacks(Case(WHO, KILLED, kernel_log_read=read))["kernel_log"].startswith(words)


def test_a_kernel_log_that_was_seen_is_not_missed():
    assert "kernel_log" not in lacks(Case(WHO, KILLED, kernel_log_read=True))


def test_an_end_that_nobody_tells_is_missed_but_not_that_of_the_living():
    assert lacks(Case(WHO))["ended"] == "nobody tells how it ended"
    assert "ended" not in lacks(Case(WHO, KILLED))
    assert "ended" not in lacks(Case(WHO._replace(is_alive=True)))


def test_counters_that_nobody_looked_at_are_missed():
    assert "before and after the end" in lacks(Case(WHO, KILLED))["groups"]
    assert "groups" not in lacks(Case(WHO, KILLED, groups=(group(before=(0, 0), after=(0, 0)),)))


def test_what_is_proven_misses_nothing_but_what_its_report_does_not_say():
    assert lacks(Case(WHO, KILLED, (kill(),))) == {}
    without_size = kill(limit_bytes=None, suspicion="the report is cut")
    assert lacks(Case(WHO, KILLED, (without_size,)))["limit_bytes"].startswith("the report does not tell how large")
    assert lacks(Case(WHO, KILLED, (without_size,)))["kills"] == "the report is cut"
    assert lacks(Case(WHO, KILLED, (kill(scope=None),)))["limit"].startswith("the report does not tell which limit")
