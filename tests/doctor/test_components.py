"""What programs count themselves, as findings: how full, and what has no limit."""

import pytest

from mnemo_cli.doctor.components import FULL_ID, SLUGS, UNBOUNDED_ID, component_audits, nothing_counted, unread
from mnemo_cli.doctor.page import page_of
from mnemo_cli.doctor.result import Severity
from mnemo_cli.model import UNLIMITED, Component, Gap, Tracker


def part(used=0, limit=1000, policy="block", **more):
    return Component(
        name="work_queue", used=used, limit=limit, unit="items", policy=policy,
        **{"used_bytes": None, "limit_bytes": None, **more},
    )  # fmt: skip


def findings(*components, pid=7):
    numbers = dict.fromkeys(Tracker._fields, 0)
    tracker = Tracker(**{**numbers, "pid": pid, "name": "shop", "components": components, "metrics": ()})
    return [finding for audit in component_audits([tracker], "default") for finding in audit.findings]


@pytest.mark.parametrize(
    ("used", "state", "severity"),
    [
        (599, "pass", None),
        (600, "finding", Severity.NOTE),
        (900, "finding", Severity.NOTE),
        (901, "finding", Severity.WARNING),
        (999, "finding", Severity.WARNING),
        (1000, "finding", Severity.ERROR),
        (1001, "finding", Severity.ERROR),
    ],
)
def test_a_queue_is_as_bad_as_it_is_full(used, state, severity):
    (found,) = findings(part(used))
    assert (found.id, found.slug, found.state, found.severity) == (FULL_ID, SLUGS[FULL_ID], state, severity)
    assert (found.used, found.limit, found.headroom, found.unit) == (used, 1000, 1000 - used, "items")
    assert found.layer == "component work_queue"


@pytest.mark.parametrize("policy", ["evict_lru", "drop_oldest", "compact"])
def test_what_makes_room_by_itself_passes_when_it_is_full(policy):
    (found,) = findings(part(1000, policy=policy))
    assert found.state == "pass" and policy in found.message


def test_the_fuller_ceiling_is_told():
    (found,) = findings(part(10, used_bytes=950, limit_bytes=1000))
    assert (found.severity, found.used, found.limit, found.unit) == (Severity.WARNING, 950, 1000, "bytes")


@pytest.mark.parametrize("limit", [None, UNLIMITED])
def test_a_size_without_a_limit_is_a_finding_of_its_own_and_no_pass(limit):
    full, unbounded = findings(part(5, limit=limit))
    assert full.state == "skipped"
    assert (unbounded.id, unbounded.state, unbounded.severity) == (UNBOUNDED_ID, "finding", Severity.WARNING)
    assert "work_queue" in unbounded.message and "work_queue" in unbounded.fixes[0]


def test_a_limit_without_a_use_says_so_and_does_not_deny_the_limit():
    (found,) = findings(part(used=None))
    assert (found.state, found.limit) == ("skipped", 1000)
    assert "tells no use" in found.message and "no limit" not in found.message


def test_dead_workers_are_not_judged():
    assert findings(part(1000), pid=None) == []


def test_names_of_strangers_reach_no_screen_raw():
    (found,) = findings(part(1000)._replace(name="a\x1b[2Jb"))
    assert "\x1b" not in found.message and "\x1b" not in str(found.layer)


def test_counters_that_cannot_be_read_are_unknown_and_never_healthy():
    found = unread((Gap("trackers", "/dev/shm/mnemosyne-7", "Permission denied"), Gap("memory", "x", "y")))
    assert [(one.state, one.id) for one in found] == [("unknown", FULL_ID)]
    assert "Permission denied" in found[0].message


def test_where_nobody_counts_both_are_skipped():
    assert {one.id: one.state for one in nothing_counted()} == {FULL_ID: "skipped", UNBOUNDED_ID: "skipped"}


@pytest.mark.parametrize("word", [FULL_ID, UNBOUNDED_ID, *SLUGS.values(), "LV001", "memory-level"])
def test_each_has_a_page(word):
    page = page_of(word)
    assert page is not None and page.title and page.paragraphs
