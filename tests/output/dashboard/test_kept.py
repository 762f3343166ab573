"""The moments that a person can step back to: ten minutes, in little memory, and what was known in each."""

import gc
import subprocess
import sys
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import Event, Level, Moment, Process
from mnemo_cli.output.dashboard.held import Present
from mnemo_cli.output.dashboard.kept import Kept, memory_then, shared
from mnemo_cli.output.dashboard.memory import HISTORY_SECONDS, ViewMemory
from mnemo_cli.units import MIB

MomentOf = Callable[..., Moment]


def at(moment: Moment, seconds: float, processes: tuple[Process, ...] = ()) -> Moment:
    """The moment at another time, with other processes."""
    sample = moment.sample._replace(clock_seconds=seconds, time_seconds=1e9 + seconds, processes=processes)
    return moment._replace(sample=sample)


def process(pid: int, rss_bytes: int = MIB) -> Process:
    """Made anew each time, as a sampler does."""
    return Process(pid=pid, ppid=1, started=pid, name=f"p{pid}", uid=1, rss_bytes=rss_bytes, command=f"python {pid}")


def test_ten_minutes_are_kept_at_any_interval(moment_of: MomentOf) -> None:
    for interval in (0.1, 1.0, 7.0):
        kept = Kept()
        for step in range(round(900 / interval)):
            kept.note(at(moment_of(), step * interval))
        held = kept.hold()
        span = held[-1].sample.clock_seconds - held[0].sample.clock_seconds
        assert HISTORY_SECONDS - 10 <= span <= HISTORY_SECONDS
        assert len(held) <= 601
        assert held[-1].sample.clock_seconds == (round(900 / interval) - 1) * interval


def test_what_did_not_change_is_kept_once(moment_of: MomentOf) -> None:
    kept = Kept()
    for second in range(3):
        rows = (process(1), process(2, MIB + second))
        kept.note(at(moment_of(), float(second), rows))
    first, _, last = kept.hold()

    assert first.sample.processes[0] is last.sample.processes[0]
    assert first.sample.processes[1] is not last.sample.processes[1]
    assert last.sample.processes[1].rss_bytes == MIB + 2
    assert first.sample.processes[1].command is last.sample.processes[1].command
    assert first.sample.limits is last.sample.limits
    assert first.verdict is last.verdict


def test_what_is_kept_is_what_was_noted(moment_of: MomentOf) -> None:
    kept = Kept()
    moments = [at(moment_of(), float(second), (process(100 + second), process(1, second))) for second in range(20)]
    for moment in moments:
        kept.note(moment)

    assert list(kept.hold()) == moments


def test_a_process_that_took_the_place_of_another_one_is_not_taken_for_it(moment_of: MomentOf) -> None:
    kept = Kept()
    kept.note(at(moment_of(), 0.0, (process(1), process(2))))
    kept.note(at(moment_of(), 1.0, (process(2), process(1)._replace(started=99))))

    assert [one.started for one in kept.hold()[1].sample.processes] == [2, 99]


def test_of_a_great_many_processes_the_largest_are_kept(moment_of: MomentOf) -> None:
    kept = Kept()
    kept.note(at(moment_of(), 0.0, tuple(process(pid) for pid in range(1000))))

    assert [one.pid for one in kept.hold()[0].sample.processes] == list(range(100))


_TREES = st.recursive(
    st.none() | st.integers(0, 3) | st.booleans() | st.sampled_from([0.0, 1.0, "a", "b"]),
    lambda parts: st.lists(parts, max_size=4).map(tuple),
    max_leaves=12,
)


@given(_TREES, _TREES)
def test_sharing_changes_no_value_and_no_type(new: object, old: object) -> None:
    assert repr(shared(new, old)) == repr(new)


def test_sharing_keeps_named_tuples_what_they_are() -> None:
    made = shared(process(1, 5), process(1, 6))

    assert type(made) is Process and made == process(1, 5)


def test_the_memory_of_a_past_moment_knows_nothing_of_later_ones(moment_of: MomentOf) -> None:
    memory, kept = ViewMemory(), Kept()
    for second in range(300):
        event = Event(time_seconds=1e9 + second, event="level", level=Level.HIGH, text=f"event {second}")
        events = (event,) if second % 10 == 9 else ()
        moment = at(moment_of(verdict={"events": events}), float(second), (process(1, MIB * (1 + second)),))
        memory.note(moment)
        kept.note(moment)
    then = memory_then(kept.hold(), 199, memory)
    known = ViewMemory()
    for moment in kept.hold()[:200]:
        known.note(moment)

    assert list(then.ratios) == list(known.ratios)
    assert then.events[0].text == "event 199"
    trend = then.trends[(1, 1)]
    assert trend.latest == (199.0, 200 * MIB)
    assert trend.growth_bytes_per_minute == 60 * MIB
    assert all(199 - 121 <= second <= 199 for second, _ in trend.points)
    assert then.rates.major_faults_per_second == known.rates.major_faults_per_second
    assert then.flows.of("app", "work_queue") == known.flows.of("app", "work_queue")


def test_a_paused_view_steps_through_what_was_there_when_it_paused(moment_of: MomentOf) -> None:
    present = Present()
    assert present.shown(0) is None
    present.pause()
    assert not present.is_paused
    for second in range(5):
        present.note(at(moment_of(), float(second)))
    present.pause()
    for second in range(5, 9):
        present.note(at(moment_of(), float(second)))

    def clock_at(steps_back: int) -> float:
        shown = present.shown(steps_back)
        assert shown is not None
        return shown.moment.sample.clock_seconds

    assert [clock_at(steps_back) for steps_back in (0, 1, 4, 99, 2)] == [4, 3, 0, 4, 2]
    assert present.kept == 5
    present.resume()
    assert clock_at(0) == 8
    assert present.kept == 9


def test_between_two_reports_nothing_is_kept(moment_of: MomentOf) -> None:
    present = Present()
    present.note(at(moment_of(), 0.0))
    present.note(at(moment_of(), 0.5)._replace(reported=False))

    assert present.kept == 1


_MEASURE = """
import gc, sys
from pathlib import Path
from tests.output.dashboard.conftest import mockup_moment
from tests.output.dashboard.test_kept import at, process
from mnemo_cli.output.dashboard.kept import Kept

def resident():
    return int(Path("/proc/self/statm").read_bytes().split()[1]) * 4096

kept, moment, changing = Kept(), mockup_moment(), int(sys.argv[1])
before = resident()
for second in range(600):
    rows = tuple(process(pid, 1000 * pid + (second * 4096 if pid < changing else 0)) for pid in range(50))
    kept.note(at(moment, float(second), rows))
gc.collect()
print(resident() - before, len(kept.hold()))
"""


def _resident_growth(changing: int) -> int:
    code = [sys.executable, "-c", _MEASURE, str(changing)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    growth, count = map(int, done.stdout.split())
    assert count == 600
    return growth


def test_ten_minutes_of_fifty_processes_are_a_few_megabytes() -> None:
    """Were each kept by itself, fifty rows of fifteen fields would be 20 MiB and more."""
    assert _resident_growth(changing=5) < 4 * MIB
    assert _resident_growth(changing=50) < 16 * MIB
    gc.collect()
