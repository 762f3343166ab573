"""Every form of report that kernels from 2.6.32 to 6.18 write, in every prefix."""

import pytest

from mnemo_cli.forensics.kills import Kill
from tests.forensics.oom_report.stock import (
    FACTS,
    PREFIXES,
    REPORTS,
    Facts,
    folded,
    kills,
    messages,
    one_line,
    reading,
    wrapped,
)


def agree(found: tuple[Kill, ...], facts: Facts) -> None:
    assert tuple(kill.victim for kill in found) == facts.victims
    for kill in found:
        assert {name: getattr(kill, name) for name in facts.fields} == facts.fields
        assert kill.suspicion is None
        assert kill.signal == "SIGKILL"


def test_every_report_has_its_facts():
    assert set(REPORTS) == set(FACTS)


@pytest.mark.parametrize("form", REPORTS)
def test_a_report_says_who_was_killed_and_against_whose_limit(form):
    agree(kills(REPORTS[form]), FACTS[form])


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("form", REPORTS)
def test_no_prefix_changes_what_a_report_says(form, prefix):
    agree(kills(PREFIXES[prefix](messages(REPORTS[form]))), FACTS[form])


@pytest.mark.parametrize("newline", [b"#012", b"\\n"])
@pytest.mark.parametrize("form", REPORTS)
def test_a_report_in_one_line_is_taken_apart(form, newline):
    agree(kills(one_line(messages(REPORTS[form]), newline)), FACTS[form])


@pytest.mark.parametrize("quote", ["", "> "])
@pytest.mark.parametrize("form", REPORTS)
def test_a_report_wrapped_by_a_mail_program_keeps_its_victims_and_limits(form, quote):
    plain = PREFIXES["dmesg"](messages(REPORTS[form]))
    lines = wrapped(plain, 76).decode().splitlines()
    found = kills("".join(f"{quote}{line}\n" for line in lines))
    facts = FACTS[form]
    assert tuple(kill.victim for kill in found) == facts.victims
    kept = ("scope", "limit_cgroup", "limit_bytes", "used_bytes", "trigger", "killer", "group_kill")
    for kill in found:
        for name in kept:
            assert getattr(kill, name) == facts.fields.get(name, getattr(kill, name)), name


@pytest.mark.parametrize("form", REPORTS)
def test_a_report_folded_by_a_terminal_keeps_its_victims(form):
    found = kills(folded(PREFIXES["dmesg"](messages(REPORTS[form])), 100))
    assert [(kill.victim.pid, kill.victim.name) for kill in found] == [
        (victim.pid, victim.name) for victim in FACTS[form].victims
    ]


@pytest.mark.parametrize("form", REPORTS)
def test_the_evidence_is_the_lines_themselves(form):
    lines = REPORTS[form].splitlines()
    for kill in kills(REPORTS[form]):
        assert [evidence.line for evidence in kill.evidence] == sorted(evidence.line or 0 for evidence in kill.evidence)
        for evidence in kill.evidence:
            assert evidence.line is not None and evidence.source == "log"
            assert evidence.text == lines[evidence.line - 1].rstrip()
        quoted = " ".join(evidence.text for evidence in kill.evidence)
        assert f"Killed process {kill.victim.pid}" in quoted and "invoked oom-killer" in quoted


@pytest.mark.parametrize("form", REPORTS)
def test_a_whole_report_leaves_no_gap(form):
    assert reading(REPORTS[form]).gaps == ()


def test_tasks_are_the_rows_of_the_table_the_largest_first():
    [kill] = kills(REPORTS["3.10-rhel7-early-sacrificed-child"])
    assert [(task.pid, task.name, task.rss_bytes) for task in kill.tasks] == [
        (4100, "java", 120000 * 4096),
        (4600, "postgres", 90000 * 4096),
        (4666, "postgres", 60000 * 4096),
    ]
    assert (kill.tasks[2].swap_bytes, kill.tasks[2].page_table_bytes) == (256 * 4096, 150 * 4096)


def test_the_header_of_the_table_names_its_columns():
    [kill] = kills(REPORTS["6.18-v1-memsw"])
    [task] = kill.tasks
    assert (task.name, task.anon_rss_bytes, task.rss_bytes, task.oom_score_adj) == ("dd", 88 * 4096, 548 * 4096, 0)


@pytest.mark.parametrize(
    ("memory", "with_swap", "hits"),
    [
        ("limit 98304kB, failcnt 0", "limit 98304kB, failcnt 30", 30),
        ("limit 98304kB, failcnt 7", "limit 98304kB, failcnt 30", 37),
        # Another limit than the one that was full.
        ("limit 98304kB, failcnt 7", "limit 200000kB, failcnt 30", 7),
    ],
)
def test_hits_of_a_limit_that_both_counters_have_are_added(memory, with_swap, hits):
    report = REPORTS["6.18-v1"].replace(
        "+swap: usage 98304kB, limit 98304kB, failcnt 0", f"+swap: usage 98304kB, {with_swap}"
    )
    [kill] = kills(
        report.replace("memory: usage 98304kB, limit 98304kB, failcnt 7", f"memory: usage 98304kB, {memory}")
    )
    assert kill.limit_hits_total == hits


def test_page_tables_of_two_levels_are_added():
    [kill] = kills(REPORTS["4.4-v1-ancestor"])
    assert kill.tasks[0].page_table_bytes == 57 * 4096


def test_without_a_page_size_the_rows_have_no_sizes():
    report = REPORTS["6.18-v1"].replace("total-vm:110808kB", "total-vm:110809kB")
    [kill] = kills(report)
    assert kill.page_bytes is None
    assert {task.rss_bytes for task in kill.tasks} == {None} and kill.tasks[0].pid == 4666


def test_a_limit_of_all_pages_is_unlimited():
    report = REPORTS["6.18-v1"].replace("limit 98304kB", "limit 9007199254740988kB")
    [kill] = kills(report)
    assert repr(kill.limit_bytes) == "UNLIMITED"


@pytest.mark.parametrize(
    ("why", "scope"),
    [
        ("Memory cgroup out of memory", "memcg"),
        ("Out of memory", "global"),
        ("Out of memory (oom_kill_allocating_task)", "global"),
        ("Out of memory (cpuset)", "cpuset"),
        ("Out of memory (mempolicy)", "mempolicy"),
        ("No available memory (MPOL_BIND)", "mempolicy"),
        ("No available memory in cpuset", "cpuset"),
    ],
)
def test_an_old_line_alone_says_what_was_full(why, scope):
    announced = f"{why}: Kill process 4666 (x) score 9 or sacrifice child"
    [kill] = kills(f"{announced}\nKilled process 4666 (x) total-vm:1kB, anon-rss:1kB, file-rss:1kB\n")
    assert kill.scope == scope
