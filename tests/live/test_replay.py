"""A real program whose numbers change, watched and recorded: its recording tells the alerts as the watch told them."""

import io
from collections.abc import Iterator

import pytest

from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.document import read_rules
from mnemo_cli.limits.rules.variables import VARIABLES_BY_NAME
from mnemo_cli.model import Moment
from mnemo_cli.output.lines import LineFormat, moment_text
from mnemo_cli.recording.document import event_document
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.recording.replay import replay
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.settings import load
from mnemo_cli.settings.numbers import numbers
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.trackers import PublishedTrackers
from tests.live.fleet import ALL_FOUR, Counting, counting, skip_where_memory_is_short
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("shared_memory_is_left_as_it_was")

BUDGET_BYTES = 100 << 20
INTERVAL_SECONDS = 0.1
# A wait that is a whole number of intervals: whether the third look or the fourth is the one hangs on microseconds.
RULES = """\
alerts:
  - {name: MemoryHigh, condition: memory_usage_pct > 60, severity: warning, for: 300ms}
  - {name: MemoryCritical, condition: memory_usage_pct > 80, severity: error, for: 0s, keep_firing_for: 200ms}
  - {name: WorkQueueFull, condition: work_queue_size > 9000, severity: warning, for: 200ms}
  - {name: ConnectionLeaks, condition: db_connections > db_pool_size * 2, severity: error, for: 100ms}
  - {name: Grows, condition: tracker_used_bytes >= 0 and target_used_bytes > 50Mi, severity: note, for: 0s}
"""
RULE_SET = read_rules(RULES, "alerts.yml", known=VARIABLES_BY_NAME)
NAMES = ALL_FOUR | {"Grows"}


def test_a_recording_of_a_watch_replayed_gives_the_history_of_its_alerts():
    skip_where_memory_is_short()
    with counting(pool_size=10) as program:
        moments = list(_lived(program))
    recorded = "".join(moment_text(moment, LineFormat.NDJSON) for moment in moments).encode()
    live = [event for moment in moments for event in moment.verdict.events if event.event == "alert"]

    found = replay(read_recording(io.BytesIO(recorded), "recorded.ndjson"), RULE_SET, numbers(load()))

    history = [event_document(change.event) for change in found.changes]
    assert history == [event_document(event) for event in live]
    assert [(event["name"], event["to"]) for event in history].count(("WorkQueueFull", "firing")) == 2
    assert {event["name"] for event in history if event["to"] == "resolved"} == NAMES - {"ConnectionLeaks"}
    assert not found.strange and found.samples == sum(moment.reported for moment in moments)
    states = {alert.name: alert.state for alert in moments[-1].verdict.alerts}
    assert {course.rule.name: course.last.state for course in found.courses} == states


def _lived(program: Counting) -> Iterator[Moment]:
    """Everything fires, all but the connections are given back, and the queue fills once more."""
    moments = _watched(program.pid)
    program.become(work=9000, connections=20)
    yield next(moments)
    program.become(work=9001, connections=21, fill_mib=90)
    yield from _until(moments, NAMES)
    program.become(work=0, fill_mib=0)
    yield from _until(moments, {"ConnectionLeaks"})
    program.become(work=9500)
    yield from _until(moments, {"ConnectionLeaks", "WorkQueueFull"})


def _until(moments: Iterator[Moment], firing: set[str]) -> Iterator[Moment]:
    """The moments up to the first in which these alerts fire, and no others."""
    for moment in moments:
        yield moment
        if {alert.name for alert in moment.verdict.alerts if alert.state == "firing"} == firing:
            return
    raise AssertionError(f"the time was up before {sorted(firing)} fired")


def _watched(pid: int) -> Iterator[Moment]:
    settings = load()
    clock = WaitingClock()
    clock.stop_after(60.0)
    sampler = choose_sampler(
        TargetChoice(kind="process", pid=pid, budget_bytes=BUDGET_BYTES), portable=False, asked=Asked(rows=3)
    )
    try:
        yield from watch(
            sampler,
            edges=settings.levels(),
            rhythm=Rhythm(interval_seconds=INTERVAL_SECONDS),
            clock=clock,
            trackers=PublishedTrackers(),
            alerting=Alerting(RULE_SET, numbers(settings)),
        )
    finally:
        sampler.close()
