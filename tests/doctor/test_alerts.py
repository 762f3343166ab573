"""Alert rules as findings: those that somebody wrote, as bad as they say, and those that nobody would hear of."""

import pytest

from mnemo_cli.doctor.alerts import RULE_ID, SLUGS, UNHEARD_ID, Judge, no_rules
from mnemo_cli.doctor.page import page_of
from mnemo_cli.doctor.result import Severity
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from tests.doctor.test_memory_level import host, moment


def judge(condition, severity="error", unheard=()):
    return Judge(Rules((Rule("Mine", parse(condition), severity),), "/etc/rules.yml"), {"db_pool_size": 20.0}, unheard)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("note", Severity.NOTE), ("warning", Severity.WARNING), ("error", Severity.ERROR), ("critical", Severity.ERROR)],
)
def test_a_rule_that_holds_is_as_bad_as_it_says(severity, expected):
    finding = judge("memory_usage_pct > 50", severity).findings(moment(host(512)))[0]
    assert (finding.id, finding.state, finding.severity) == (RULE_ID, "finding", expected)
    assert finding.message == "Mine: memory_usage_pct > 50 holds, at 51.2"
    assert (finding.layer, finding.source) == ("rule Mine", "/etc/rules.yml")


def test_a_rule_that_does_not_hold_passes():
    finding = judge("memory_usage_pct > 52").findings(moment(host(512)))[0]
    assert (finding.state, finding.message) == ("pass", "Mine: memory_usage_pct > 52 does not hold")


def test_a_rule_about_what_nobody_counts_is_unknown_and_says_what():
    finding = judge("work_queue_size > db_pool_size").findings(moment(host(512)))[0]
    assert (finding.state, finding.severity) == ("unknown", None)
    assert finding.message == "Mine: work_queue_size > db_pool_size: unknown is work_queue_size"


def test_the_built_in_rules_do_not_gate():
    found = Judge(BUILT_IN, {}, ("alert MemoryCritical wants a pager",)).findings(moment(host(990)))
    assert {one.id: one.state for one in found} == {RULE_ID: "skipped", UNHEARD_ID: "skipped"}
    assert {one.id: one.state for one in no_rules("files")} == {RULE_ID: "skipped", UNHEARD_ID: "skipped"}


def test_an_action_that_leads_nowhere_is_a_warning():
    found = judge("memory_usage_pct > 52", unheard=("alert Mine wants a pager",)).findings(moment(host(512)))
    assert (found[1].id, found[1].severity, found[1].message) == (
        UNHEARD_ID,
        Severity.WARNING,
        "alert Mine wants a pager",
    )
    heard = judge("memory_usage_pct > 52").findings(moment(host(512)))
    assert (heard[1].id, heard[1].state) == (UNHEARD_ID, "pass")


@pytest.mark.parametrize("word", [RULE_ID, UNHEARD_ID, *SLUGS.values()])
def test_each_has_a_page(word):
    page = page_of(word)
    assert page is not None and page.title and page.paragraphs
