"""Waivers: visible and counted until their last day, and a note afterwards."""

import datetime

import pytest

from mnemo_cli.doctor.result import Finding, Severity, Subject
from mnemo_cli.doctor.waivers import Waiver, waived

FINDING = Finding("FD001", "fd-soft-low", "finding", Severity.WARNING, "too few")
NGINX = Subject("process", pid=812, name="nginx", user="www-data", unit="nginx.service")
LAST = datetime.date(2026, 11, 22)
DAY = datetime.timedelta(days=1)


def waiver(target="nginx", check="FD001", expires=LAST):
    return Waiver(check, target, "upstream bug 12", expires)


@pytest.mark.parametrize("target", ["nginx", "nginx.service", "www-data", "pid 812", "*", "ng*", "process"])
@pytest.mark.parametrize("check", ["FD001", "fd-soft-low"])
def test_a_waiver_finds_its_target_by_any_of_its_names(target, check):
    found = waived(FINDING, NGINX, [waiver(target, check)], LAST)
    assert (found.state, found.severity) == ("waived", Severity.WARNING)
    assert found.message == "too few (waived until 2026-11-22: upstream bug 12)"


@pytest.mark.parametrize("other", [waiver("redis"), waiver(check="FD002"), waiver("pid 81")])
def test_other_targets_and_checks_are_not_waived(other):
    assert waived(FINDING, NGINX, [other], LAST) is FINDING


def test_the_last_day_still_counts_and_the_next_does_not():
    assert waived(FINDING, NGINX, [waiver()], LAST).state == "waived"
    after = waived(FINDING, NGINX, [waiver()], LAST + DAY)
    assert after.state == "finding"
    assert after.message == "too few (its waiver expired on 2026-11-22: upstream bug 12)"


def test_the_waiver_that_lasts_longest_counts():
    several = [waiver(expires=LAST - DAY), waiver(expires=LAST + DAY)]
    assert waived(FINDING, NGINX, several, LAST).state == "waived"


@pytest.mark.parametrize("state", ["pass", "unknown", "skipped"])
def test_only_findings_are_waived(state):
    other = FINDING._replace(state=state, severity=None)
    assert waived(other, NGINX, [waiver("*")], LAST) is other
