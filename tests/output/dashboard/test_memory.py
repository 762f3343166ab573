"""What the view remembers: history, trends, rates, the time of the peak."""

from collections.abc import Callable, Mapping

import pytest

from mnemo_cli.model import Component, Event, Level, Moment, Process, Tracker
from mnemo_cli.output.dashboard.memory import HISTORY_SECONDS, Flow, Trend, ViewMemory, clock_text
from mnemo_cli.output.dashboard.view import View

MomentOf = Callable[..., Moment]
_PROCESS = Process(pid=7, ppid=1, started=70, name="a", uid=0, rss_bytes=100)


def _at(moment: Moment, clock_seconds: float, **binding: int | None) -> Moment:
    """The moment at another time, with other values of the limit that binds."""
    assert moment.verdict.binding is not None
    memory = moment.verdict.binding._replace(**binding)  # type: ignore[arg-type]
    return moment._replace(
        sample=moment.sample._replace(clock_seconds=clock_seconds, time_seconds=clock_seconds),
        verdict=moment.verdict._replace(binding=memory, peak_used_bytes=memory.used_bytes),
    )


def test_history_is_kept_for_ten_minutes(moment_of: MomentOf) -> None:
    memory = ViewMemory()
    for second in range(0, 1200, 10):
        memory.note(_at(moment_of(), float(second)))

    assert len(memory.ratios) == HISTORY_SECONDS / 10 + 1
    assert memory.ratios[0][0] == 1190 - HISTORY_SECONDS


def test_a_window_ends_at_the_moment_shown(moment_of: MomentOf) -> None:
    memory = ViewMemory()
    for second in range(0, 100, 10):
        memory.note(_at(moment_of(), float(second)))

    assert [second for second, _ in memory.window(50.0, 20.0)] == [30, 40, 50]


def test_a_snapshot_stays_as_it_is(moment_of: MomentOf) -> None:
    event = Event(time_seconds=1.0, event="level", level=Level.HIGH, text="up")
    memory = ViewMemory()
    memory.note(_at(moment_of(), 1.0, used_bytes=100, major_faults_total=1))

    held = memory.snapshot()
    before = (list(held.ratios), list(held.events), held.peak_at_seconds, held.rates.major_faults_per_second)
    trends = [(trend.latest, list(trend.points)) for trend in held.trends.values()]
    later = _at(moment_of(verdict={"events": (event,)}), 20.0, used_bytes=200, major_faults_total=9)
    memory.note(later)

    assert (list(held.ratios), list(held.events), held.peak_at_seconds, held.rates.major_faults_per_second) == before
    assert [(trend.latest, list(trend.points)) for trend in held.trends.values()] == trends
    assert (len(memory.events), len(memory.ratios), memory.peak_at_seconds) == (1, 2, 20.0)


def test_a_glance_leaves_only_its_events(moment_of: MomentOf) -> None:
    event = Event(time_seconds=1.0, event="level", level=Level.HIGH, text="up")
    memory = ViewMemory()
    memory.note(moment_of(verdict={"events": (event,)})._replace(reported=False))

    assert (list(memory.events), list(memory.ratios), memory.trends) == ([event], [], {})


def test_the_newest_event_stands_first(moment_of: MomentOf) -> None:
    memory = ViewMemory()
    for number in range(150):
        event = Event(time_seconds=float(number), event="mark", level=None, text=str(number))
        memory.note(moment_of(verdict={"events": (event,)}))

    assert memory.events[0].text == "149"
    assert len(memory.events) == 100


def test_the_time_of_the_peak_is_when_it_was_reached(moment_of: MomentOf) -> None:
    memory = ViewMemory()
    for second, peak in [(1.0, 100), (2.0, 300), (3.0, 300)]:
        memory.note(_at(moment_of(), second, used_bytes=peak))

    assert memory.peak_at_seconds == 2.0


def test_trends_belong_to_a_pid_and_its_start(moment_of: MomentOf) -> None:
    memory, reused = ViewMemory(), _PROCESS._replace(started=900, rss_bytes=5)
    memory.note(moment_of(sample={"processes": (_PROCESS,)}))
    memory.note(moment_of(sample={"processes": (reused,)}))

    first, second = memory.trend_of(_PROCESS), memory.trend_of(reused)
    assert first is not None and first.values() == [100.0]
    assert second is not None and second.values() == [5.0]


def _note(memory: ViewMemory, moment: Moment, clock_seconds: float, *processes: Process) -> None:
    memory.note(moment._replace(sample=moment.sample._replace(clock_seconds=clock_seconds, processes=processes)))


def test_a_process_that_is_not_read_for_a_while_keeps_its_trend_and_then_loses_it(moment_of: MomentOf) -> None:
    memory, other = ViewMemory(), _PROCESS._replace(pid=8)
    _note(memory, moment_of(), 0.0, _PROCESS, other)
    _note(memory, moment_of(), 59.0, other)
    kept = memory.trend_of(_PROCESS)
    assert kept is not None and kept.values() == [100.0]

    _note(memory, moment_of(), 61.0, other)
    assert memory.trend_of(_PROCESS) is None
    assert memory.trend_of(other) is not None


def test_of_thousands_that_are_not_read_any_more_the_trends_of_the_latest_are_kept(moment_of: MomentOf) -> None:
    memory = ViewMemory()
    for second in range(20):
        crowd = [_PROCESS._replace(pid=1 + second * 100 + number) for number in range(100)]
        _note(memory, moment_of(), float(second), *crowd)

    assert len(memory.trends) == 600
    assert memory.trend_of(_PROCESS._replace(pid=1)) is None
    assert memory.trend_of(_PROCESS._replace(pid=1850)) is not None


def test_trends_of_everyone_stay_whoever_is_on_the_screen(moment_of: MomentOf) -> None:
    memory = ViewMemory()
    for second in range(0, 40, 8):
        crowd = [_PROCESS._replace(pid=pid, rss_bytes=pid + second) for pid in range(1, 1001)]
        _note(memory, moment_of(), float(second), *crowd)

    assert len(memory.trends) == 1000
    assert all(
        trend.values() == [pid + second for second in range(0, 40, 8)] for (pid, _), trend in memory.trends.items()
    )


@pytest.mark.parametrize(
    ("notes", "growth", "values"),
    [
        ([(0.0, 100)], None, [100.0]),
        ([(0.0, 100), (4.0, 200)], None, [100.0, 200.0]),
        ([(0.0, 100), (5.0, 200)], 1200.0, [100.0, 200.0]),
        ([(0.0, 300), (6.0, 200)], -1000.0, [300.0, 200.0]),
        ([(0.0, 100), (8.0, 200), (9.0, 250)], 1000.0, [100.0, 200.0, 250.0]),
    ],
)
def test_a_trend_grows_from_its_first_point_to_the_latest(
    notes: list[tuple[float, int]], growth: float | None, values: list[float]
) -> None:
    trend = Trend()
    for second, rss_bytes in notes:
        trend.note(second, rss_bytes)

    assert trend.growth_bytes_per_minute == (None if growth is None else pytest.approx(growth))
    assert trend.values() == values


def test_a_trend_looks_back_two_minutes() -> None:
    trend = Trend()
    for second in range(1000):
        trend.note(float(second), second)

    assert trend.points[0][0] >= 999 - 130


@pytest.mark.parametrize(
    ("before", "after", "rate"),
    [
        ({"major_faults_total": 10}, {"major_faults_total": 30}, 10.0),
        ({"major_faults_total": 30}, {"major_faults_total": 10}, 0.0),
        ({"major_faults_total": None}, {"major_faults_total": 10}, None),
        ({"major_faults_total": 10}, {"major_faults_total": None}, None),
    ],
)
def test_rates_need_two_known_counters(
    moment_of: MomentOf, before: Mapping[str, int | None], after: Mapping[str, int | None], rate: float | None
) -> None:
    memory = ViewMemory()
    memory.note(_at(moment_of(), 1.0, **before))
    assert memory.rates.major_faults_per_second is None

    memory.note(_at(moment_of(), 3.0, **after))

    assert memory.rates.major_faults_per_second == rate


def test_no_rate_is_made_of_two_limits(moment_of: MomentOf, scene: Callable[..., View]) -> None:
    memory, moment = ViewMemory(), moment_of()
    memory.note(_at(moment, 1.0, major_faults_total=10))
    memory.note(_at(moment_of(verdict={"binding": moment.sample.host}), 2.0, major_faults_total=99))

    assert memory.rates.major_faults_per_second is None


def test_flows_are_made_of_two_samples_of_all_workers_of_a_program(
    moment_of: MomentOf, tracker: Callable[..., Tracker], component: Callable[..., Component]
) -> None:
    memory = ViewMemory()
    first = component("cache", 5, evicted_total=10, rejected_total=1, hits_total=100, misses_total=100)
    memory.note(_at(moment_of(sample={"trackers": (tracker(7, first), tracker(8, first))}), 1.0))
    assert memory.flows.of("app", "cache") == Flow()

    # One of the two died meanwhile: what it counted is not lost, and no rate falls below nothing.
    later = first._replace(evicted_total=20, rejected_total=3, hits_total=160, misses_total=120)
    memory.note(_at(moment_of(sample={"trackers": (tracker(7, later), tracker(None, first))}), 3.0))

    assert memory.flows.of("app", "cache") == Flow(evicted_per_second=5.0, rejected_per_second=1.0, hit_ratio=0.75)
    assert memory.flows.of("app", "other") == memory.flows.of("api", "cache") == Flow()


@pytest.mark.parametrize(
    ("after", "seconds", "flow"),
    [
        ({"evicted_total": 10, "hits_total": 10, "misses_total": 10}, 3.0, Flow(0.0, 0.0, None)),
        ({"evicted_total": 4, "hits_total": 4, "misses_total": 0}, 3.0, Flow(0.0, 0.0, None)),
        ({"evicted_total": 99, "hits_total": 99, "misses_total": 99}, 1.0, Flow()),
    ],
    ids=["nobody asked", "the program began anew", "no time went by"],
)
def test_a_flow_that_cannot_be_told_is_unknown(
    moment_of: MomentOf,
    tracker: Callable[..., Tracker],
    component: Callable[..., Component],
    after: Mapping[str, int],
    seconds: float,
    flow: Flow,
) -> None:
    memory = ViewMemory()
    before = component("cache", 5, evicted_total=10, hits_total=10, misses_total=10)
    memory.note(_at(moment_of(sample={"trackers": (tracker(7, before),)}), 1.0))

    memory.note(_at(moment_of(sample={"trackers": (tracker(7, before._replace(**after)),)}), seconds))  # type: ignore[arg-type]

    assert memory.flows.of("app", "cache") == flow


def test_a_paused_view_keeps_its_flows(moment_of: MomentOf, telling: Callable[[float], tuple[Tracker, ...]]) -> None:
    memory = ViewMemory()
    for second in (1.0, 2.0):
        memory.note(_at(moment_of(sample={"trackers": telling(10 - second)}), second))
    held = memory.snapshot()
    before = held.flows.of("app", "embeddings_cache")
    memory.note(_at(moment_of(sample={"trackers": telling(0)}), 3.0))

    assert before.evicted_per_second == 12
    assert held.flows.of("app", "embeddings_cache") == before != memory.flows.of("app", "embeddings_cache")


def test_the_clock_of_the_screen_is_utc() -> None:
    assert clock_text(1_795_356_151.0) == "14:02:31"
