"""Readings in, responses out: the order of the table, each once, one event and one count each."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.steps import Step
from mnemo_cli.model import Level
from tests.degrade.stage import BEGIN_UNIX_SECONDS, Run, Stage

ENDING = ["save", "close", "leave 75"]


def test_moderate_only_tells():
    run = Run(Stage("a"))
    assert run.read(0.50) == []
    assert run.told == [("notify", "done")]


def test_high_does_everything_of_its_row_in_order_and_below_it_all_is_taken_back():
    run = Run(Stage("old", "young"))
    assert run.read(0.70) == ["shrink 0.25", "throttle on", "defer on", "freeze young"]
    assert run.read(0.70) == []
    assert run.read(0.50) == ["thaw", "defer off", "throttle off", "restore"]
    assert run.read(0.10) == []
    assert [event.text.partition(":")[0] for event in run.events if event.action == "notify"] == [
        "step moderate",
        "step high",
        "back to step moderate",
        "back to step normal",
    ]


def test_a_leap_does_what_every_rung_calls_for():
    run = Run(Stage("a"))
    run.stage.in_flight = 1
    assert run.read(0.96) == [
        *["shrink 0.25", "throttle on", "defer on", "freeze a"],
        *["accept off", "drain 31", "shrink 1"],
    ]
    assert run.conductor.step is Step.EMERGENCY


def test_while_it_stays_high_a_quarter_more_is_evicted_and_one_more_frozen_every_five_seconds():
    run = Run(Stage("a", "b"))
    run.read(0.70)
    assert [run.read(0.70) for _ in range(5)] == [[], [], [], [], ["shrink 0.25", "freeze a"]]
    assert run.read(0.58, after_seconds=60) == [], "held by the margin alone, nothing more is done"


def test_all_frozen_and_still_high_after_thirty_seconds_preempts_the_youngest():
    run = Run(Stage("a"))
    run.read(0.70)
    seen = [run.read(0.70, after_seconds=5.0) for _ in range(8)]
    assert [at for at, calls in enumerate(seen) if any(call.startswith("preempt") for call in calls)] == [6]
    assert run.stage.frozen == []


def test_critical_drains_saves_closes_and_leaves_with_75():
    run = Run(Stage())
    run.stage.in_flight = 2
    run.read(0.70)
    assert run.read(0.85) == []
    assert run.read(0.85) == ["accept off", "drain 33", "shrink 1"]
    assert run.read(0.70) == [] and run.conductor.is_draining
    run.stage.in_flight = 0
    assert run.tick() == ENDING
    assert run.conductor.is_over and not run.conductor.is_draining
    assert run.read(0.99) == run.tick() == []


def test_a_drain_ends_at_its_time_out_and_says_that_something_is_left():
    run = Run(Stage(), drain_timeout_seconds=10.0)
    run.stage.in_flight = 1
    run.read(0.92)
    assert run.tick(9.9) == []
    assert run.tick(0.2) == ENDING
    assert ("drain", "failed") in run.told


def test_critical_that_may_resume_only_refuses_and_takes_work_again():
    run = Run(Stage(), on_critical="resume")
    run.read(0.70)
    assert run.read(0.92) == ["accept off", "shrink 1"]
    assert [run.read(0.60) for _ in range(31)][-1] == ["accept on"]
    assert not run.conductor.is_over


def test_an_emergency_kills_the_youngest_each_second_until_it_is_over():
    run = Run(Stage("a", "b", "c"))
    run.stage.in_flight = 3
    run.read(0.92)
    assert run.read(0.96) == ["kill b"], "c is frozen"
    assert run.read(0.96, after_seconds=0.5) == []
    assert run.read(0.96, after_seconds=0.5) == ["kill a"]
    assert run.read(0.96) == []
    assert run.read(0.85) == [] and run.conductor.step is Step.CRITICAL


def test_every_action_leaves_one_event_and_one_count():
    run = Run(Stage("a"))
    run.read(0.92)
    assert run.conductor.totals == Counter(event.action for event in run.events)
    wanted = {"notify": 3, "evict": 2, "throttle": 1, "defer": 1, "freeze": 1, "drain": 2}
    assert run.conductor.totals == {**wanted, "save": 1, "close": 1, "terminate": 1}
    assert {event.time_seconds for event in run.events} == {BEGIN_UNIX_SECONDS + 1}


def test_a_response_that_fails_is_told_and_the_next_ones_run():
    run = Run(Stage(broken=("shrink", "save")))
    assert run.read(0.92)[-3:] == ENDING
    assert [told for told in run.told if told[1] == "failed"] == [("evict", "failed")] * 2 + [("save", "failed")]
    assert next(event.text for event in run.events if event.action == "save") == "save is broken"


def test_what_to_do_at_critical_is_one_of_two():
    with pytest.raises(ValueError, match="on_critical is drain or resume, and not 'exit'"):
        Run(Stage(), on_critical="exit")


def test_an_unknown_use_is_told_once_and_does_nothing():
    run = Run(Stage("a"))
    run.read(0.70)
    assert [run.read(None, after_seconds=60) for _ in range(3)] == [[], [], []]
    assert [event.text for event in run.events if "unknown" in event.text] == ["step high is held: use is unknown"]


def test_an_event_can_stand_beside_those_of_its_moment():
    run = Run(Stage())
    run.read(0.50)
    marked = run.events[0].marked(Level.MODERATE)
    assert (marked.event, marked.level) == ("mark", Level.MODERATE)
    assert marked.fields == {"step": "moderate", "action": "notify", "outcome": "done"}


def test_a_request_to_shrink_evicts_that_share_at_any_step():
    run = Run(Stage())
    run.read(0.10)
    assert run.conductor.shrink(0.5, time_seconds=1.0).outcome == "done"
    assert run.stage.calls == ["shrink 0.5"]


def throttle(run, seconds):
    return run.conductor.throttle(seconds, clock_seconds=run.clock_seconds, time_seconds=1.0)


def test_a_request_to_throttle_is_obeyed_once_and_lapses():
    run = Run(Stage())
    run.read(0.10)
    assert throttle(run, 60).outcome == "done"
    assert throttle(run, 60) is None
    assert run.read(0.10, after_seconds=59.9) == []
    assert run.tick(0.2) == ["throttle off"]
    assert run.tick(100) == []


def test_a_throttle_that_was_asked_for_outlasts_high_and_high_outlasts_it():
    run = Run(Stage())
    run.read(0.70)
    assert throttle(run, 60) is None, "it is throttled already"
    assert "throttle off" not in run.read(0.50)
    assert throttle(run, 0).outcome == "done"
    throttle(run, 60)
    run.read(0.70)
    assert throttle(run, 0) is None and run.stage.calls[-1] != "throttle off"
    assert "throttle off" in run.read(0.50)


def test_a_request_to_restart_drains_at_any_step_and_once():
    run = Run(Stage())
    run.read(0.10)
    run.stage.in_flight = 1
    for outcome in ("done", None):
        result = run.conductor.restart(clock_seconds=run.clock_seconds, time_seconds=1.0)
        assert (None if result is None else result.outcome) == outcome
    assert run.stage.calls == ["accept off", "drain 31", "shrink 1"]
    assert "drain" not in " ".join(run.read(0.92)), "critical begins no second drain"
    run.stage.in_flight = 0
    assert run.tick() == ENDING


def test_a_restart_that_was_asked_for_is_not_undone_by_a_resume():
    run = Run(Stage(), on_critical="resume", drain_timeout_seconds=100.0)
    run.stage.in_flight = 1
    run.read(0.92)
    run.conductor.restart(clock_seconds=run.clock_seconds, time_seconds=1.0)
    assert "accept on" not in [call for _ in range(40) for call in run.read(0.50)]
    assert run.conductor.step < Step.CRITICAL and not run.conductor.is_over
    run.stage.in_flight = 0
    assert run.tick() == ENDING


@pytest.mark.parametrize("on_critical", ["drain", "resume"])
@given(used=st.lists(st.one_of(st.none(), st.floats(0, 1.1)), max_size=80))
def test_whatever_comes_each_switch_is_thrown_in_turn_and_the_end_comes_once(on_critical, used):
    run = Run(Stage("a", "b"), on_critical=on_critical)
    for ratio in used:
        run.read(ratio)
    calls = run.stage.calls
    for name in ("throttle", "defer", "accept"):
        thrown = [call.split()[1] for call in calls if call.startswith(name)]
        first, other = ("off", "on") if name == "accept" else ("on", "off")
        assert thrown == [first if at % 2 == 0 else other for at in range(len(thrown))]
    assert sum(call.startswith("drain") for call in calls) <= 1
    assert calls.count("save") == calls.count("leave 75") == (1 if run.conductor.is_over else 0)
    assert sum(run.conductor.totals.values()) == len(run.events)


def test_edges_are_those_that_were_given():
    edges = StepEdges(moderate_ratio=0.1, high_ratio=0.2)
    run = Run(Stage(), edges=edges)
    run.read(0.15)
    assert run.conductor.step is Step.MODERATE
