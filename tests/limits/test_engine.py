"""One step of judging after another: levels, peaks, since when, events and gaps, against a tiny model of the rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Gap, Level, LimitSource, Memory, Sample, Scope

NORMAL, MODERATE, HIGH, CRITICAL = Level
EDGES = Edges()
HOST = LimitSource(kind="host", file="/proc/meminfo")
BUDGET = LimitSource(kind="budget", file="--limit")
GROUP = LimitSource(kind="cgroup", path="/a", file="memory.max")


def limit(used_bytes, limit_bytes=100, source=HOST, **more):
    return Memory(source=source, used_bytes=used_bytes, limit_bytes=limit_bytes, **more)


def sample(*limits, at=0.0, host_kills=None):
    return Sample(
        time_seconds=1_700_000_000 + at,
        clock_seconds=at,
        scope=Scope(kind="host", name="host"),
        limits=limits,
        host_oom_kills_total=host_kills,
    )


def run(*samples, whole=lambda position: True):
    """All verdicts of the samples, one second apart."""
    state, verdicts = State(), []
    for position, one in enumerate(samples):
        state, verdict = step(state, one._replace(clock_seconds=float(position)), EDGES, whole=whole(position))
        verdicts.append(verdict)
    return verdicts


def names(verdict):
    return [event.event for event in verdict.events]


def test_the_binding_limit_gives_level_use_and_peak():
    (verdict,) = run(sample(limit(45, source=GROUP), limit(70)))
    assert (verdict.level, verdict.at_least) == (HIGH, HIGH)
    assert verdict.binding == limit(70)
    assert verdict.levels == (MODERATE, HIGH)
    assert verdict.peak_used_bytes == 70


def test_a_limit_of_nothing_is_full():
    (verdict,) = run(sample(limit(0, 0, GROUP), limit(10)))
    assert (verdict.level, verdict.binding.source) == (CRITICAL, GROUP)
    assert verdict.binding.headroom_bytes == 0


def test_use_above_the_limit_is_critical_with_negative_headroom():
    (verdict,) = run(sample(limit(150, 100, GROUP), limit(150, 1000)))
    assert (verdict.level, verdict.binding.headroom_bytes) == (CRITICAL, -50)


def test_a_budget_binds_like_any_limit():
    (verdict,) = run(sample(limit(90, 100, BUDGET), limit(10, 100)))
    assert (verdict.level, verdict.binding.source) == (CRITICAL, BUDGET)


def test_only_unlimited_ones_are_normal_and_endless():
    verdict = run(*[sample(limit(used, UNLIMITED, GROUP)) for used in range(10)])[-1]
    assert (verdict.level, verdict.binding.headroom_bytes) == (NORMAL, UNLIMITED)
    assert verdict.forecast.seconds_to_limit is UNLIMITED
    assert verdict.gaps == ()


def test_since_and_peak_run_through_a_watch():
    verdicts = run(*[sample(limit(used)) for used in (10, 70, 75, 58, 20, 30)])
    assert [verdict.level for verdict in verdicts] == [NORMAL, HIGH, HIGH, HIGH, NORMAL, NORMAL]
    assert [verdict.since_seconds for verdict in verdicts] == [0, 0, 1, 2, 0, 1]
    assert [verdict.peak_used_bytes for verdict in verdicts] == [10, 70, 75, 75, 75, 75]


def test_since_counts_from_the_first_sample_at_any_reading_of_the_clock():
    state, _ = step(State(), sample(limit(1), at=0.0), EDGES)
    _, verdict = step(state, sample(limit(1), at=7.5), EDGES)
    assert verdict.since_seconds == 7.5


def test_each_limit_has_its_own_peak_and_its_own_memory():
    verdicts = run(sample(limit(82, source=GROUP), limit(10)), sample(limit(76, source=GROUP), limit(78)))
    assert verdicts[1].levels == (CRITICAL, HIGH)
    assert (verdicts[1].binding.source, verdicts[1].peak_used_bytes) == (GROUP, 82)


def test_a_lifted_limit_ends_its_level_at_once():
    verdicts = run(sample(limit(90, 100, GROUP), limit(9)), sample(limit(90, UNLIMITED, GROUP), limit(9)))
    assert [verdict.level for verdict in verdicts] == [CRITICAL, NORMAL]
    assert names(verdicts[1]) == ["limit_change", "level"]


@pytest.mark.parametrize(
    ("used", "events"),
    [
        ((10, 20), [[], []]),
        ((50,), [["level"]]),
        ((10, 50, 70, 90, 90), [[], ["level"], ["level"], ["level"], []]),
        ((90, 10), [["level"], ["level"]]),
        ((None,), [["level"]]),
        ((10, None, None, 10), [[], ["level"], [], ["level"]]),
    ],
)
def test_a_level_event_comes_with_each_change_and_at_the_start_unless_all_is_well(used, events):
    assert [names(verdict) for verdict in run(*[sample(limit(one)) for one in used])] == events


def test_a_level_event_says_from_and_to_with_unknown_as_null():
    verdicts = run(sample(limit(None)), sample(limit(90)), sample(limit(None)), sample(limit(10)))
    assert [(event.fields["from"], event.fields["to"]) for verdict in verdicts for event in verdict.events] == [
        (None, None),
        (None, "critical"),
        ("critical", None),
        (None, "normal"),
    ]


def test_unknown_forgets_the_level_before_it():
    verdicts = run(sample(limit(90)), sample(limit(None)), sample(limit(78)))
    assert verdicts[2].level is HIGH


def test_an_unknown_limit_makes_the_level_unknown_and_says_which_one():
    (verdict,) = run(sample(limit(None, 100, GROUP), limit(70)))
    assert (verdict.level, verdict.at_least, verdict.binding) == (None, HIGH, limit(70))
    assert Gap("level", "cgroup /a", "a limit that cannot be read may bind") in verdict.gaps


def test_every_limit_that_cannot_be_read_is_named():
    (verdict,) = run(sample(limit(None, source=GROUP), limit(5), limit(None, source=BUDGET)))
    unread = f"{GROUP.sentence}, {BUDGET.sentence}"
    assert Gap("level", unread, "a limit that cannot be read may bind") in verdict.gaps


def test_a_critical_one_outranks_an_unknown_one():
    (verdict,) = run(sample(limit(None, 100, GROUP), limit(90)))
    assert (verdict.level, verdict.at_least) == (CRITICAL, CRITICAL)
    assert "level" not in {gap.field for gap in verdict.gaps}


@pytest.mark.parametrize("limits", [(), (limit(None),), (limit(5, None), limit(None, UNLIMITED, GROUP))])
def test_without_any_known_limit_everything_is_unknown_with_a_reason(limits):
    (verdict,) = run(sample(*limits))
    assert (verdict.level, verdict.at_least, verdict.binding, verdict.peak_used_bytes) == (None, None, None, None)
    assert {gap.field for gap in verdict.gaps} == {"level", "memory", "forecast"}
    assert all(gap.reason and gap.source for gap in verdict.gaps)


def test_a_forecast_comes_with_the_eighth_reading_and_until_then_a_gap():
    verdicts = run(*[sample(limit(100 + 10 * second, 1000)) for second in range(9)])
    assert [verdict.forecast is None for verdict in verdicts] == [True] * 7 + [False] * 2
    assert [gap.field for gap in verdicts[6].gaps] == ["forecast"]
    assert verdicts[8].forecast.seconds_to_limit == pytest.approx(82)
    assert verdicts[8].gaps == ()


def test_the_forecast_is_of_the_binding_limit_also_when_a_glance_moves_it():
    quiet, growing = limit(500, 1000), [limit(used, 1000, GROUP) for used in range(100, 200, 10)]
    *_, before, glance = run(
        *[sample(quiet, one) for one in growing],
        sample(quiet, limit(700, 1000, GROUP)),
        whole=lambda position: position < len(growing),
    )
    assert (before.binding.source, before.forecast.seconds_to_limit) == (HOST, UNLIMITED)
    assert (glance.binding.source, glance.forecast.growth_bytes_per_second) == (GROUP, 10)


def test_a_limit_that_left_the_path_is_forgotten():
    moving = [sample(limit(90, 100, LimitSource(kind="cgroup", path=f"/{number}")), limit(1)) for number in range(50)]
    state = State()
    for one in moving:
        state, _ = step(state, one, EDGES)
    assert set(state.records) == {memory.source for memory in moving[-1].limits}


def test_kills_and_limit_changes_are_told_by_whole_samples_only():
    before = sample(limit(10, 100, GROUP, oom_kills_total=1), limit(1), host_kills=1)
    glance = sample(limit(10, 90, GROUP), limit(1))
    after = sample(limit(10, 90, GROUP, oom_kills_total=2), limit(1), host_kills=2)
    verdicts = run(before, glance, after, whole=lambda position: position != 1)
    assert [names(verdict) for verdict in verdicts] == [[], [], ["limit_change", "oom_kill"]]


def test_the_first_sample_tells_no_old_kills():
    (verdict,) = run(sample(limit(1, oom_kills_total=50), host_kills=50))
    assert verdict.events == ()


def test_a_glance_moves_level_peak_and_events_but_not_the_history():
    state, _ = step(State(), sample(limit(10)), EDGES)
    after, verdict = step(state, sample(limit(90), at=0.1), EDGES, whole=False)
    assert (verdict.level, verdict.peak_used_bytes, names(verdict)) == (CRITICAL, 90, ["level"])
    assert after.last == state.last
    assert after.records[HOST].history == state.records[HOST].history


amounts = st.none() | st.integers(0, 120)
sizes = st.none() | st.just(UNLIMITED) | st.integers(0, 120)
paths = st.lists(st.tuples(amounts, sizes, amounts, sizes), min_size=1, max_size=12)


def as_samples(readings):
    return [
        sample(limit(used, size, GROUP), limit(host_used, host_size)) for used, size, host_used, host_size in readings
    ]


class Reference:
    """The rules of DESIGN §4, told as plainly as possible: percent in whole numbers, one limit at a time."""

    def __init__(self):
        self.level = None

    def judge(self, used, size):
        if used is None or size is None:
            self.level = None
        elif size is UNLIMITED:
            self.level = NORMAL
        else:
            self.level = self._held(100 * used, size) if size else CRITICAL
        return self.level

    def _held(self, used, size):
        starts = {CRITICAL: used > 80 * size, HIGH: used > 60 * size, MODERATE: used >= 40 * size, NORMAL: True}
        stays = {CRITICAL: used >= 75 * size, HIGH: used >= 55 * size, MODERATE: used >= 35 * size, NORMAL: True}
        before = NORMAL if self.level is None else self.level
        return max(level for level in Level if starts[level] or (level <= before and stays[level]))


@given(paths, st.lists(st.booleans(), min_size=12, max_size=12))
def test_every_watch_follows_the_rules(readings, wholes):
    inner, host, level_before = Reference(), Reference(), NORMAL
    for (used, size, host_used, host_size), verdict in zip(
        readings, run(*as_samples(readings), whole=wholes.__getitem__), strict=True
    ):
        levels = (inner.judge(used, size), host.judge(host_used, host_size))
        known = [level for level in levels if level is not None]
        expected = max(known) if len(known) == 2 or CRITICAL in known else None
        assert verdict.levels == levels
        assert verdict.level == expected
        assert verdict.at_least == max(known, default=None)
        assert ("level" in names(verdict)) == (expected is not level_before)
        assert ("level" in {gap.field for gap in verdict.gaps}) == (expected is None)
        assert (verdict.binding is None) == (not known)
        level_before = expected


@given(paths)
def test_judging_is_pure_and_repeats_itself(readings):
    samples = as_samples(readings)
    state = State()
    for position, one in enumerate(samples):
        one = one._replace(clock_seconds=float(position))
        records, kept = dict(state.records), state._replace()
        first, again = step(state, one, EDGES), step(state, one, EDGES)
        assert first == again
        assert (dict(state.records), state) == (records, kept)
        state = first[0]
