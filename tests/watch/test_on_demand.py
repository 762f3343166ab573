"""A watch that samples when somebody asks: fresh moments, shared, and nobody waits for ever."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mnemo_cli.errors import NoMomentError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Sample, Scope
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.on_demand import OnDemand

PATIENCE_SECONDS = 20.0


class Counting:
    """A sampler whose n-th sample uses n bytes; `gate` is what each sample waits for."""

    def __init__(self):
        self.asked, self.pids, self.samples, self.rows_seen = Asked(rows=5), (), 0, []
        self.gate = threading.Event()
        self.gate.set()
        self.is_sampling = threading.Event()

    def sample(self, *, time_seconds, clock_seconds):
        self.samples += 1
        self.rows_seen.append(self.asked.rows)
        number = self.samples
        self.is_sampling.set()
        assert self.gate.wait(PATIENCE_SECONDS)
        limits = (Memory(source=LimitSource(kind="host"), used_bytes=number, limit_bytes=10**6),)
        return Sample(
            time_seconds=time_seconds, clock_seconds=clock_seconds, scope=Scope("host", "host"), limits=limits
        )

    glance = sample

    def close(self):
        pass


class Exporter:
    """A watch in a thread, as an exporter runs it."""

    def __init__(self, beat_seconds=3600.0):
        self.sampler, self.clock = Counting(), WaitingClock()
        self.asked = OnDemand(self.clock, beat_seconds=beat_seconds, begin=self._begin)
        self.entered = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _begin(self, is_asked):
        self.sampler.asked = Asked(rows=5 if is_asked else 0)

    def _run(self):
        rhythm = Rhythm(interval_seconds=0.0)
        with self.asked:
            self.entered.set()
            for moment in watch(self.sampler, edges=Edges(), rhythm=rhythm, clock=self.asked):
                self.asked.publish(moment)

    def stop(self):
        """As a signal does it; a question wakes the clock, which is of another thread here."""
        self.clock.stop()
        self.sampler.gate.set()
        with contextlib.suppress(NoMomentError):
            self.asked.moment(0.0)

    def __enter__(self):
        self.thread.start()
        assert self.entered.wait(PATIENCE_SECONDS)
        return self

    def __exit__(self, *raised):
        self.stop()
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive()


def used(moment):
    return moment.sample.limits[0].used_bytes


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.005)


def test_each_question_gets_a_sample_that_began_after_it():
    with Exporter() as exporter:
        until(lambda: exporter.asked.samples_total == 1, "first sample")
        assert [used(exporter.asked.moment(PATIENCE_SECONDS)) for _ in range(3)] == [2, 3, 4]


def test_who_asks_while_a_sample_is_taken_shares_the_next_one():
    with Exporter() as exporter:
        until(lambda: exporter.asked.samples_total == 1, "first sample")
        exporter.sampler.gate.clear()
        exporter.sampler.is_sampling.clear()
        with ThreadPoolExecutor(50) as people:
            first = people.submit(exporter.asked.moment, PATIENCE_SECONDS)
            assert exporter.sampler.is_sampling.wait(PATIENCE_SECONDS)
            others = [people.submit(exporter.asked.moment, PATIENCE_SECONDS) for _ in range(49)]
            until(lambda: len(exporter.asked._turn._waiters) == 50, "crowd")
            exporter.sampler.gate.set()
            # Who is slow to wake up may find the next one.
            assert used(first.result()) in (2, 3)
            assert {used(other.result()) for other in others} == {3}
    assert exporter.sampler.samples == 3


def test_nobody_waits_longer_than_he_says_for_a_sample_that_hangs():
    with Exporter() as exporter:
        until(lambda: exporter.asked.samples_total == 1, "first sample")
        exporter.sampler.gate.clear()
        with pytest.raises(NoMomentError, match=r"no sample was taken in 0\.05 s"):
            exporter.asked.moment(0.05)
        until(lambda: exporter.asked.silent_seconds > 0.05, "silence that is told")


def test_the_beat_goes_on_when_nobody_asks_and_is_told_so():
    with Exporter(beat_seconds=0.01) as exporter:
        until(lambda: exporter.asked.samples_total >= 4, "beat")
        exporter.asked.moment(PATIENCE_SECONDS)
    assert exporter.sampler.rows_seen[0] == 5
    assert {0, 5} == set(exporter.sampler.rows_seen[1:])


def test_the_end_of_the_watch_answers_everybody_who_waits():
    with Exporter() as exporter, ThreadPoolExecutor(1) as person:
        until(lambda: exporter.asked.samples_total == 1, "first sample")
        exporter.sampler.gate.clear()
        waiting = person.submit(exporter.asked.moment, PATIENCE_SECONDS)
        exporter.stop()
        with pytest.raises(NoMomentError, match="the watch is over"):
            # It may still get the sample that was being taken; then the next question is not answered.
            waiting.result()
            exporter.asked.moment(PATIENCE_SECONDS)


def test_a_question_after_the_end_is_refused_at_once():
    with Exporter() as exporter:
        pass
    with pytest.raises(NoMomentError, match="the watch is over"):
        exporter.asked.moment(PATIENCE_SECONDS)
