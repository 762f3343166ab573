"""The generator of moments, with a clock that only counts and a machine that is a function of time."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from mnemo_cli.model import Level, LimitSource, Memory, Sample, Scope, Target
from mnemo_cli.watch.loop import Rhythm, Scale, watch

MIB = 2**20
GIB = 2**30
HOST = LimitSource(kind="host", file="/proc/meminfo")
BUDGET = LimitSource(kind="budget", file="--limit")
START_SECONDS = 1000.0
HOST_SCOPE = Scope(kind="host", name="host")


@dataclass
class CountedClock:
    """Time passes only while somebody waits, and by `late_seconds` more than asked."""

    now_seconds: float = START_SECONDS
    stop_at_seconds: float = float("inf")
    late_seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    during_wait: Callable[[float], None] = lambda _: None

    def unix_seconds(self):
        return 1_700_000_000 + self.now_seconds

    def seconds(self):
        return self.now_seconds

    def wait(self, seconds):
        assert seconds >= 0
        self.waits.append(seconds)
        self.during_wait(self.now_seconds)
        self.now_seconds += seconds + self.late_seconds
        return self.now_seconds < self.stop_at_seconds


@dataclass
class FormulaSampler:
    """What a machine would say whose use is a function of the clock."""

    used: Callable[[float], int] = lambda _: 0
    limit_bytes: int = 300 * GIB
    scope: Scope = HOST_SCOPE
    source: LimitSource = HOST
    processes: Callable[[float], int | None] = lambda _: None
    takes_seconds: float = 0.0
    clock: CountedClock | None = None
    calls: list[tuple[str, float]] = field(default_factory=list)

    def sample(self, *, time_seconds, clock_seconds):
        self.calls.append(("sample", clock_seconds))
        if self.clock is not None:
            self.clock.now_seconds += self.takes_seconds
        return self._read(time_seconds, clock_seconds)

    def glance(self, *, time_seconds, clock_seconds):
        self.calls.append(("glance", clock_seconds))
        return self._read(time_seconds, clock_seconds)

    def close(self):
        pass

    def _read(self, time_seconds, clock_seconds):
        assert time_seconds - clock_seconds == pytest.approx(1_700_000_000)
        elapsed, count = clock_seconds - START_SECONDS, self.processes(clock_seconds - START_SECONDS)
        memory = Memory(source=self.source, used_bytes=round(self.used(elapsed)), limit_bytes=self.limit_bytes)
        target = None if count is None else Target(used_bytes=memory.used_bytes, used_is_rss=False, processes=count)
        return Sample(
            time_seconds=time_seconds, clock_seconds=clock_seconds, scope=self.scope, limits=(memory,), target=target
        )


def moments_of(sampler, clock, *, interval_seconds=1.0, rhythm=None, alerting=None):
    rhythm = rhythm or Rhythm(interval_seconds=interval_seconds)
    return list(watch(sampler, edges=Edges(), rhythm=rhythm, clock=clock, alerting=alerting))


def reported_at(moments):
    return [moment.sample.clock_seconds - START_SECONDS for moment in moments if moment.reported]


def test_far_from_the_limit_there_is_one_moment_per_interval_and_no_glance():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 4.5)
    sampler = FormulaSampler()
    moments = moments_of(sampler, clock)
    assert reported_at(moments) == [0, 1, 2, 3, 4]
    assert len(moments) == 5
    assert {kind for kind, _ in sampler.calls} == {"sample"}


def test_near_an_edge_glances_are_judged_but_not_reported():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 3.5)
    sampler = FormulaSampler(used=lambda elapsed: 239 * MIB, limit_bytes=300 * MIB)
    moments = moments_of(sampler, clock)
    assert reported_at(moments) == pytest.approx([0, 1, 2, 3])
    glances = [moment for moment in moments if not moment.reported]
    assert len(glances) > 20
    assert all(moment.verdict.level is Level.HIGH for moment in glances)
    assert [kind for kind, _ in sampler.calls].count("sample") == 4


def test_an_edge_that_a_glance_sees_is_an_event_between_two_reports():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 1.5)
    sampler = FormulaSampler(used=lambda elapsed: 200 * MIB + elapsed * 100 * MIB, limit_bytes=300 * MIB)
    (crossing,) = [
        moment
        for moment in moments_of(sampler, clock)
        if any(event.fields.get("to") == "critical" for event in moment.verdict.events)
    ]
    assert not crossing.reported
    assert 0.4 < crossing.sample.clock_seconds - START_SECONDS < 0.45


@pytest.mark.parametrize("late_seconds", [0.0, 0.001, 0.3])
def test_lateness_does_not_add_up(late_seconds):
    clock = CountedClock(stop_at_seconds=START_SECONDS + 50.5, late_seconds=late_seconds)
    times = reported_at(moments_of(FormulaSampler(), clock))
    assert len(times) == 51
    assert all(number <= time <= number + late_seconds + 1e-6 for number, time in enumerate(times))


def test_after_a_long_pause_missed_moments_are_skipped_and_not_made_up_for():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 20)

    def fall_asleep(now_seconds):
        if now_seconds == START_SECONDS + 3:
            clock.now_seconds += 5.5

    clock.during_wait = fall_asleep
    times = reported_at(moments_of(FormulaSampler(), clock))
    assert times[:6] == pytest.approx([0, 1, 2, 3, 9.5, 10.5])


def test_a_sample_that_takes_longer_than_the_interval_follows_at_once_and_still_waits():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 2)
    sampler = FormulaSampler(takes_seconds=0.3, clock=clock)
    times = reported_at(moments_of(sampler, clock, interval_seconds=0.1))
    assert times == pytest.approx([0.3 * number for number in range(7)])
    assert len(clock.waits) == 7  # keys and signals are looked at in each


def test_a_shorter_interval_counts_from_the_wait_in_which_it_was_chosen():
    rhythm = Rhythm(interval_seconds=60.0)
    clock = CountedClock(stop_at_seconds=START_SECONDS + 64.5)

    def choose(now_seconds):
        rhythm.interval_seconds = 1.0

    clock.during_wait = choose
    times = reported_at(moments_of(FormulaSampler(limit_bytes=2**50), clock, rhythm=rhythm))
    assert times == [0, 60, 61, 62, 63, 64]


def test_a_shorter_interval_is_followed_at_once_when_the_wait_was_woken():
    rhythm = Rhythm(interval_seconds=3600.0)
    clock = CountedClock(stop_at_seconds=START_SECONDS + 10.5)
    plain_wait = clock.wait

    def woken_wait(seconds):
        if rhythm.interval_seconds > 1:
            rhythm.interval_seconds = 1.0
            return plain_wait(2.0)
        return plain_wait(seconds)

    clock.wait = woken_wait
    assert reported_at(moments_of(FormulaSampler(limit_bytes=2**50), clock, rhythm=rhythm)) == [0, *range(3, 11)]


def test_a_longer_interval_counts_from_the_next_moment_on():
    rhythm = Rhythm(interval_seconds=1.0)
    clock = CountedClock(stop_at_seconds=START_SECONDS + 12)
    clock.during_wait = lambda now: setattr(rhythm, "interval_seconds", 5.0 if now >= START_SECONDS + 2 else 1.0)
    assert reported_at(moments_of(FormulaSampler(limit_bytes=2**50), clock, rhythm=rhythm)) == [0, 1, 2, 3, 8]


def test_the_clock_ends_the_watch():
    clock = CountedClock(stop_at_seconds=START_SECONDS)
    assert len(moments_of(FormulaSampler(), clock)) == 1


@pytest.mark.parametrize("kind", ["process", "name"])
def test_a_tree_that_ended_ends_the_watch_with_an_exit_event(kind):
    scope = Scope(kind=kind, name="pid 7", pid=7)
    sampler = FormulaSampler(scope=scope, processes=lambda elapsed: 2 if elapsed < 2.5 else 0)
    moments = moments_of(sampler, CountedClock())
    assert reported_at(moments) == [0, 1, 2, 3]
    events = [event for moment in moments for event in moment.verdict.events]
    assert [event.event for event in events] == ["exit"]
    assert moments[-1].verdict.events == tuple(events)
    assert (events[0].text, events[0].fields) == ("pid 7 has ended", {"scope": scope.json})


@pytest.mark.parametrize("kind", ["host", "cgroup"])
def test_a_group_without_processes_goes_on(kind):
    clock = CountedClock(stop_at_seconds=START_SECONDS + 3.5)
    moments = moments_of(FormulaSampler(scope=Scope(kind=kind, name="/a"), processes=lambda _: 0), clock)
    assert len(moments) == 4


def test_a_tree_whose_size_is_unknown_goes_on():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 3.5)
    sampler = FormulaSampler(scope=Scope(kind="process", name="pid 7", pid=7), processes=lambda _: None)
    assert len(moments_of(sampler, clock)) == 4


def test_an_end_that_a_glance_sees_is_reported_with_a_whole_sample():
    """A glance lacks most readings, and the last moment of a target is a reported one."""
    sampler = FormulaSampler(
        used=lambda _: 239 * MIB,
        limit_bytes=300 * MIB,
        scope=Scope(kind="process", name="make", pid=7),
        source=BUDGET,
        processes=lambda elapsed: 1 if elapsed < 1.5 else 0,
    )
    moments = moments_of(sampler, CountedClock())
    assert moments[-1].reported
    assert [event.event for event in moments[-1].verdict.events] == ["exit"]
    assert sampler.calls[-1][0] == "sample"
    assert moments[-1].sample.clock_seconds - START_SECONDS < 1.7
    assert sum(event.event == "exit" for moment in moments for event in moment.verdict.events) == 1


def test_nothing_is_sampled_before_the_first_moment_is_asked_for():
    sampler = FormulaSampler()
    moments = watch(sampler, edges=Edges(), rhythm=Rhythm(interval_seconds=1.0), clock=CountedClock())
    assert sampler.calls == []
    next(moments)
    assert len(sampler.calls) == 1


def alerts_of(moments):
    return [tuple(alert.state for alert in moment.verdict.alerts) for moment in moments]


def test_without_rules_there_are_no_alerts():
    assert set(alerts_of(moments_of(FormulaSampler(), CountedClock(stop_at_seconds=START_SECONDS + 3)))) == {()}


def test_alerts_are_judged_on_reported_moments_and_shown_on_all():
    """Use is above 79 % for four seconds, and glances see it long before the second report."""
    rules = Rules((Rule("Full", parse("memory_usage_pct > 79"), "error", for_seconds=2.0),), "rules.yml")
    sampler = FormulaSampler(
        used=lambda elapsed: 239 * MIB if 0.1 < elapsed < 4.5 else 236 * MIB, limit_bytes=300 * MIB
    )
    clock = CountedClock(stop_at_seconds=START_SECONDS + 7.5)
    moments = moments_of(sampler, clock, alerting=Alerting(rules, {}))
    reported = [moment for moment in moments if moment.reported]
    assert [states[0] for states in alerts_of(reported)] == [
        "inactive", "pending", "pending", "firing", "firing", "resolved", "resolved", "resolved",
    ]  # fmt: skip
    last = ()
    for moment, states in zip(moments, alerts_of(moments), strict=True):
        last = states if moment.reported else last
        assert states == last
    told = [(event.event, event.fields["to"]) for moment in moments for event in moment.verdict.events]
    assert [change for change in told if change[0] == "alert"] == [("alert", "firing"), ("alert", "resolved")]


def test_an_alert_at_the_end_of_a_target_comes_before_its_exit():
    rules = Rules((Rule("Ended", parse("target_processes < 1"), "note", for_seconds=0.0),), "rules.yml")
    scope = Scope(kind="process", name="pid 7", pid=7)
    sampler = FormulaSampler(scope=scope, processes=lambda elapsed: 2 if elapsed < 2.5 else 0)
    moments = moments_of(sampler, CountedClock(), alerting=Alerting(rules, {}))
    assert [event.event for event in moments[-1].verdict.events] == ["alert", "exit"]


def test_the_built_in_rules_say_nothing_of_queues_on_a_machine_without_trackers():
    clock = CountedClock(stop_at_seconds=START_SECONDS + 90)
    moments = moments_of(FormulaSampler(), clock, alerting=Alerting(BUILT_IN, {"db_pool_size": 20.0}))
    assert set(alerts_of(moments)) == {("inactive", "inactive", "unknown", "unknown")}
    assert not [event for moment in moments for event in moment.verdict.events]
    assert not [gap for moment in moments for gap in moment.gaps if gap.field.startswith("alerts")]


def test_edges_that_move_keep_the_level_that_hysteresis_holds():
    """At 58 % after 62 % the level is still high, and stays so when the settings are read again in between."""
    used = iter([62, 58, 58, 58, 58])
    sampler = FormulaSampler(used=lambda elapsed: next(used) * MIB, limit_bytes=100 * MIB)
    sampler.glance = sampler.sample
    scale, levels = Scale(Edges()), []
    moments = watch(sampler, edges=scale, rhythm=Rhythm(interval_seconds=0.0), clock=CountedClock())
    for moment in moments:
        levels.append(moment.verdict.level)
        if len(levels) == 2:
            scale.edges = Edges(critical_ratio=0.9)
        elif len(levels) == 3:
            scale.edges = Edges(moderate_ratio=0.1, high_ratio=0.2, critical_ratio=0.5)
        elif len(levels) == 4:
            break
    assert levels == [Level.HIGH, Level.HIGH, Level.HIGH, Level.CRITICAL]


def test_a_whole_sample_can_be_had_at_once_and_the_interval_goes_on_from_there():
    rhythm, sampler = Rhythm(interval_seconds=10.0), FormulaSampler()
    clock = CountedClock(stop_at_seconds=START_SECONDS + 25)
    whole_wait = clock.wait

    def wait(seconds):
        """A key ends the first wait after three seconds."""
        rhythm.at_once = not clock.waits
        return whole_wait(3.0 if rhythm.at_once else seconds)

    clock.wait = wait

    assert reported_at(moments_of(sampler, clock, rhythm=rhythm)) == [0, 3, 13, 23]
    assert not rhythm.at_once
