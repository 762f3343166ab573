"""All rules against a run of moments: alerts, their events, and what could not be judged."""

from math import inf

import pytest

from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from mnemo_cli.model import UNLIMITED, Gap, Level
from tests.limits.rules.moments import UNIX_SECONDS, component, sample_of, tracker, verdict_of

SETTINGS = {"db_pool_size": 20.0}
UNREAD = Gap("trackers", "/dev/shm/mnemo.1", "Permission denied")


def rules_of(*conditions, **more):
    rules = [Rule(f"R{at}", parse(text), "error", **more) for at, text in enumerate(conditions, 1)]
    return Rules(tuple(rules), "rules.yml")


def run(rules, *samples):
    """What each sample came to."""
    alerting = Alerting(rules, SETTINGS)
    return [alerting.judge(sample, verdict_of(sample)) for sample in samples]


def queue(used, *, at=0.0, gaps=()):
    trackers = () if used is None else (tracker(component("work_queue", used, 10_000)),)
    return sample_of(at=at, trackers=trackers, gaps=gaps)


def states(judgements):
    return [tuple(alert.state for alert in alerts) for alerts, _, _ in judgements]


def changes(judgements):
    return [
        (event.fields["name"], event.fields["from"], event.fields["to"])
        for _, events, _ in judgements
        for event in events
    ]


def test_the_built_in_rules_fire_after_half_a_minute_and_resolve():
    samples = [sample_of(used, at=at) for used, at in ((85, 0), (85, 29), (85, 30), (70, 31), (60, 32))]
    judgements = run(BUILT_IN, *samples)
    assert [row[:2] for row in states(judgements)] == [
        ("pending", "pending"), ("pending", "pending"), ("firing", "firing"), ("firing", "resolved"),
        ("resolved", "resolved"),
    ]  # fmt: skip
    assert changes(judgements) == [
        ("MemoryHigh", "pending", "firing"),
        ("MemoryCritical", "pending", "firing"),
        ("MemoryCritical", "firing", "resolved"),
        ("MemoryHigh", "firing", "resolved"),
    ]


@pytest.mark.parametrize("used", [60, 80])
def test_at_its_threshold_an_alert_does_not_fire(used):
    (judgement,) = run(rules_of(f"memory_usage_pct > {used}", for_seconds=0.0), sample_of(used))
    assert judgement[0][0].state == "inactive"


def test_an_event_says_it_to_people_and_to_programs():
    judgements = run(BUILT_IN, sample_of(85, at=0), sample_of(85, at=30), sample_of(10, at=31))
    fires, resolved = judgements[1][1][1], judgements[2][1][1]
    assert fires.text == (
        "MemoryCritical is firing: Memory use is critical: the kernel may kill soon; memory_usage_pct > 80, value 85"
    )
    assert fires.fields == {
        "name": "MemoryCritical",
        "from": "pending",
        "to": "firing",
        "severity": "error",
        "value": 85.0,
        "summary": "Memory use is critical: the kernel may kill soon",
    }
    assert (fires.event, fires.level, fires.time_seconds) == ("alert", Level.CRITICAL, UNIX_SECONDS + 30)
    assert resolved.text == "MemoryCritical is resolved: memory_usage_pct > 80, value 10"
    assert resolved.level is Level.NORMAL


def test_an_alert_carries_what_its_rule_says_and_since_when():
    alerts = run(BUILT_IN, sample_of(85, at=0), sample_of(85, at=30), sample_of(90, at=31))[2][0]
    assert alerts[1] == alerts[1]._replace(
        name="MemoryCritical", severity="error", since_seconds=UNIX_SECONDS + 30, actions=("page_operator",)
    )
    assert alerts[1].value == pytest.approx(90)


def test_without_trackers_nobody_is_bothered_with_queues_and_pools():
    judgements = run(BUILT_IN, sample_of(10, at=0), sample_of(10, at=60))
    assert states(judgements) == [("inactive", "inactive", "unknown", "unknown")] * 2
    assert changes(judgements) == []
    assert [gaps for _, _, gaps in judgements] == [(), ()]


def test_a_program_that_ends_takes_its_queue_along_without_a_word():
    judgements = run(BUILT_IN, queue(5, at=0), queue(None, at=1), queue(6, at=2))
    assert [row[2] for row in states(judgements)] == ["inactive", "unknown", "inactive"]
    assert changes(judgements) == []
    assert not any(gaps for _, _, gaps in judgements)


def test_trackers_that_cannot_be_read_make_it_unknown_aloud():
    judgements = run(rules_of("work_queue_size > 9000"), queue(5), queue(None, at=1, gaps=(UNREAD,)))
    assert changes(judgements) == [("R1", "inactive", "unknown")]
    (event,), (gap,) = judgements[1][1:]
    assert (event.level, event.fields["value"]) == (None, None)
    assert gap == Gap("alerts.R1", "work_queue_size > 9000", "work_queue_size is unknown")


def test_memory_that_cannot_be_read_makes_it_unknown_aloud():
    judgements = run(rules_of("memory_usage_pct > 60"), sample_of(5), sample_of(None, at=1), sample_of(None, at=2))
    assert states(judgements) == [("inactive",), ("unknown",), ("unknown",)]
    assert changes(judgements) == [("R1", "inactive", "unknown")]
    assert [len(gaps) for _, _, gaps in judgements] == [0, 1, 1]


def test_what_was_never_known_is_a_gap_and_no_event():
    judgements = run(rules_of("pressure_some_avg10_ratio > 0.5 and memory_used_bytes > 1"), sample_of(10))
    assert states(judgements) == [("unknown",)]
    assert changes(judgements) == []
    (gap,) = judgements[0][2]
    assert gap.reason == "pressure_some_avg10_ratio is unknown"


def test_a_firing_alert_whose_number_is_lost_goes_on_firing_and_says_so():
    rules = rules_of("work_queue_size > 9000", for_seconds=0.0)
    judgements = run(rules, queue(9500), queue(None, at=1), queue(None, at=2), queue(10, at=3))
    assert states(judgements) == [("firing",), ("firing",), ("firing",), ("resolved",)]
    assert [alerts[0].value for alerts, _, _ in judgements] == [9500, None, None, 10]
    assert [alerts[0].since_seconds - UNIX_SECONDS for alerts, _, _ in judgements] == [0, 0, 0, 3]
    assert [gap.reason for _, _, gaps in judgements for gap in gaps] == [
        "work_queue_size is unknown, and it goes on firing"
    ] * 2
    assert changes(judgements) == [("R1", "inactive", "firing"), ("R1", "firing", "resolved")]


def test_one_that_fires_at_the_first_look_is_news():
    assert changes(run(rules_of("memory_usage_pct > 5", for_seconds=0.0), sample_of(10))) == [
        ("R1", "inactive", "firing")
    ]


def test_every_unknown_name_is_in_the_gap():
    nothing = sample_of(limits=())
    ((_, _, gaps),) = run(rules_of("memory_used_bytes > memory_limit_bytes"), nothing)
    assert [gap.reason for gap in gaps] == ["memory_limit_bytes and memory_used_bytes are unknown"]


def test_what_a_log_tells_stands_in_the_place_of_the_samples_own_number():
    sample = sample_of(10)
    told = {"memory_usage_pct": 61.0, "db_connections": 1.0}
    (alert,), _, _ = Alerting(rules_of("memory_usage_pct > 60"), SETTINGS).judge(sample, verdict_of(sample), told)
    assert (alert.state, alert.value) == ("pending", 61.0)


def test_what_is_decided_by_the_known_part_is_known():
    rules = rules_of("memory_usage_pct > 5 or work_queue_size > 1", for_seconds=0.0)
    (judgement,) = run(rules, sample_of(10))
    assert (judgement[0][0].state, judgement[2]) == ("firing", ())


@pytest.mark.parametrize(
    ("condition", "value", "json"),
    [
        ("memory_headroom_bytes > 1", inf, "unlimited"),
        ("-memory_headroom_bytes < 1", None, None),
        ("memory_headroom_bytes - memory_headroom_bytes != 1", None, None),
    ],
)
def test_a_value_without_end_is_unlimited_and_one_that_is_no_number_is_none(condition, value, json):
    (judgement,) = run(rules_of(condition, for_seconds=0.0), sample_of(limit_bytes=UNLIMITED))
    (alert,), (event,), _ = judgement
    assert (alert.state, alert.value, event.fields["value"]) == ("firing", value, json)


def test_the_monotonic_clock_measures_and_the_other_one_dates():
    """The wall clock is set back by an hour while the condition waits."""
    samples = [sample_of(85, at=at)._replace(time_seconds=time) for at, time in ((0, 9000.0), (30, 5400.0))]
    judgements = run(rules_of("memory_usage_pct > 60"), *samples)
    assert states(judgements) == [("pending",), ("firing",)]
    assert judgements[1][0][0].since_seconds == 5400.0


def test_a_recording_judged_twice_gives_the_same_history():
    samples = [sample_of(used, at=at * 7.0) for at, used in enumerate([85, 85, 90, 85, 85, 85, 10, 10, 65, 85, 30])]
    assert run(BUILT_IN, *samples) == run(BUILT_IN, *samples)


def test_a_settings_own_number_is_that_of_this_machine():
    connections = tracker(component("db_connections", 41))
    judgements = run(BUILT_IN, *[sample_of(at=at, trackers=(connections,)) for at in (0, 30)])
    assert judgements[1][0][3].state == "firing"
    assert judgements[1][1][0].text.endswith("db_connections > db_pool_size * 2, value 41")


# Rules that are read again


def change(alerting, rules, sample):
    """What the next look came to."""
    alerting.change(rules, SETTINGS)
    return alerting.judge(sample, verdict_of(sample))


def following(rules, *samples):
    alerting = Alerting(rules, SETTINGS)
    for sample in samples:
        alerting.judge(sample, verdict_of(sample))
    return alerting


def test_an_unchanged_rule_goes_on_waiting_from_where_it_was():
    """Ten seconds before it fires other rules come, and its summary is another."""
    before = Rules((BUILT_IN.rules[0], BUILT_IN.rules[1]))
    after = Rules((BUILT_IN.rules[2], BUILT_IN.rules[0]._replace(summary="other words")), "rules.yml")
    alerting = following(before, sample_of(70, at=0), sample_of(70, at=20))
    judgement = change(alerting, after, sample_of(70, at=30))
    assert [(alert.name, alert.state) for alert in judgement[0]] == [
        ("WorkQueueFull", "unknown"),
        ("MemoryHigh", "firing"),
    ]
    assert changes([judgement]) == [("MemoryHigh", "pending", "firing")]
    assert judgement[0][1].summary == "other words"


def test_an_unchanged_rule_goes_on_firing_without_a_word():
    alerting = following(BUILT_IN, sample_of(70, at=0), sample_of(70, at=30))
    judgement = change(alerting, Rules(BUILT_IN.rules, "rules.yml"), sample_of(70, at=31))
    assert changes([judgement]) == []
    assert judgement[0][0].since_seconds == UNIX_SECONDS + 30


@pytest.mark.parametrize("more", [{"for_seconds": 31.0}, {"severity": "critical"}, {"actions": ("webhook",)}])
def test_a_rule_that_is_another_now_begins_anew_and_what_fired_is_taken_back(more):
    alerting = following(Rules(BUILT_IN.rules[:1]), sample_of(70, at=0), sample_of(70, at=30))
    judgement = change(alerting, Rules((BUILT_IN.rules[0]._replace(**more),), "r"), sample_of(70, at=31))
    assert [(alert.state, alert.actions) for alert in judgement[0]] == [
        ("resolved", ("log",)),
        ("pending", more.get("actions", ("log",))),
    ]
    assert changes([judgement]) == [("MemoryHigh", "firing", "resolved")]
    assert judgement[1][0].text == "MemoryHigh is resolved: its rule was taken back or changed"
    again = alerting.judge(sample_of(70, at=32), verdict_of(sample_of(70, at=32)))
    assert states([again]) == [("pending",)], "taken back once, not at every look"


def test_a_rule_that_is_gone_resolves_what_fired_and_nothing_else():
    alerting = following(BUILT_IN, sample_of(70, at=0), sample_of(70, at=30))
    judgement = change(alerting, Rules(BUILT_IN.rules[2:], "r"), sample_of(70, at=31))
    assert changes([judgement]) == [("MemoryHigh", "firing", "resolved")]
    quiet = following(BUILT_IN, sample_of(70, at=0))
    assert changes([change(quiet, Rules(BUILT_IN.rules[2:], "r"), sample_of(70, at=1))]) == []


def test_other_settings_hold_from_the_next_look_on():
    alerting = following(rules_of("db_connections > db_pool_size", for_seconds=0.0))
    sample = sample_of(trackers=(tracker(component("db_connections", 41)),))
    assert states([alerting.judge(sample, verdict_of(sample))]) == [("firing",)]
    alerting.change(alerting.rules, {"db_pool_size": 50.0})
    assert states([alerting.judge(sample, verdict_of(sample))]) == [("resolved",)]
