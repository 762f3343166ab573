"""Trackers in whole samples: found when somebody publishes, not looked for otherwise, judged, and with few gaps."""

import importlib
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import mnemo_cli
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Component, Gap, Level, LimitSource, Memory, Sample, Scope, Tracker
from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.trackers import InScope, PublishedTrackers, unasked, with_trackers

NOW_SECONDS = 2_000_000_000.0
FULL = Component(name="q", used=9, limit=9, unit="items", used_bytes=None, limit_bytes=None, policy="block")
TOTALS = ("started", "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
          "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total")  # fmt: skip
APP = Tracker(pid=7, name="app", processes=1, limit_bytes=None, components=(FULL,), **dict.fromkeys(TOTALS, 0))


@dataclass
class OneSampler:
    """A machine of 300 MiB that uses `used_bytes`, and counts how often it is asked for its processes."""

    used_bytes: int = 0
    asked: int = 0
    rows: int = 1
    members: list[int] = field(default_factory=lambda: [7])

    @property
    def pids(self):
        self.asked += 1
        return self.members

    def sample(self, *, time_seconds, clock_seconds):
        memory = Memory(source=LimitSource(kind="host"), used_bytes=self.used_bytes, limit_bytes=300 << 20)
        scope = Scope(kind="host", name="host")
        return Sample(time_seconds=time_seconds, clock_seconds=clock_seconds, scope=scope, limits=(memory,))

    glance = sample

    def close(self):
        pass


@dataclass
class CountedClock:
    now_seconds: float = 0.0

    def unix_seconds(self):
        return NOW_SECONDS + self.now_seconds

    def seconds(self):
        return self.now_seconds

    def wait(self, seconds):
        self.now_seconds += seconds
        return self.now_seconds < 2.5


def read(source, *scope):
    gaps = []
    return source(scope, gaps, time_seconds=NOW_SECONDS), gaps


def sampled(source, sampler=None):
    sampler = sampler or OneSampler()
    return with_trackers(sampler.sample(time_seconds=NOW_SECONDS, clock_seconds=0.0), sampler, source)


@pytest.fixture
def machine(tmp_path):
    """A root with our own /proc, and nothing in its /dev/shm."""
    (tmp_path / "proc").symlink_to("/proc")
    (tmp_path / "dev/shm").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def container(tmp_path):
    """Process 7 in a container, beside process 8 that sees what we see: `dev/shm` below its root is its own."""
    (tmp_path / "dev/shm").mkdir(parents=True)
    for name, mounts in (("self", "mnt:[1]"), ("7", "mnt:[2]"), ("8", "mnt:[1]")):
        (tmp_path / "proc" / name / "ns").mkdir(parents=True)
        (tmp_path / "proc" / name / "ns/mnt").symlink_to(mounts)
        (tmp_path / "proc" / name / "root/dev/shm").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def loaded(monkeypatch):
    """Whether the reader was imported since the test began."""
    # The package that is imported anew also takes the place of the old one as an attribute: that is undone, too.
    monkeypatch.setattr(mnemo_cli, "tracker", importlib.import_module("mnemo_cli.tracker"))
    names = [name for name in sys.modules if name.startswith("mnemo_cli.tracker")]
    kept = {name: sys.modules.pop(name) for name in names}
    yield lambda: "mnemo_cli.tracker.reader" in sys.modules
    for name in [name for name in sys.modules if name.startswith("mnemo_cli.tracker")]:
        del sys.modules[name]
    sys.modules.update(kept)


@pytest.mark.parametrize("entries", [[], ["sem.mine", "mnemo", "mnemosyn-0"]])
def test_the_reader_is_not_loaded_where_nobody_publishes(machine, loaded, entries):
    for name in entries:
        (machine / "dev/shm" / name).mkdir()
    assert read(PublishedTrackers(machine), os.getpid()) == ((), [])
    assert not loaded()


def test_a_machine_without_shared_memory_has_no_trackers(tmp_path, loaded):
    assert read(PublishedTrackers(tmp_path), os.getpid()) == ((), [])
    assert not loaded()


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="counters are published on tmpfs only")
def test_a_tracker_that_begins_later_is_seen_from_then_on():
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="test-") as root:
        os.symlink("/proc", f"{root}/proc")
        os.makedirs(f"{root}/dev/shm")
        source = PublishedTrackers(Path(root))
        assert read(source, os.getpid()) == ((), [])
        with MemoryTracker("app", published=True, shared_memory=f"{root}/dev/shm") as tracker:
            assert tracker.gap is None
            tracker.record_allocation(5)
            (found,), gaps = read(source, os.getpid())
            assert (found.pid, found.name, found.used_bytes, gaps) == (os.getpid(), "app", 5, [])
            assert read(source, 1)[0] == ()


def test_a_folder_that_may_not_be_read_is_a_gap_and_no_error(machine):
    (machine / f"dev/shm/mnemosyne-{os.getuid()}").write_text("in the way")
    trackers, (gap,) = read(PublishedTrackers(machine), os.getpid())
    assert trackers == () and (gap.field, gap.source) == ("trackers", f"/dev/shm/mnemosyne-{os.getuid()}")


@pytest.mark.parametrize(
    ("publishes", "scope", "in_containers", "loads"),
    [
        ("7", (7, 8), True, True),
        ("7", (8,), True, False),
        ("7", (7, 8), False, False),
        ("8", (7, 8), True, False),
        (None, (7, 8, 9), True, False),
    ],
    ids=["in scope", "not in scope", "not asked for", "the same mounts as ours", "nobody"],
)
def test_a_container_is_looked_into_for_processes_in_scope(container, loaded, publishes, scope, in_containers, loads):
    if publishes:
        (container / "proc" / publishes / "root/dev/shm/mnemosyne-0").mkdir()
    read(PublishedTrackers(container, in_containers=in_containers), *scope)
    assert loaded() == loads


def test_where_nobody_publishes_the_processes_in_scope_are_not_asked_for(machine):
    sampler = OneSampler()
    assert sampled(PublishedTrackers(machine, in_containers=False), sampler).trackers == ()
    assert sampler.asked == 0


def test_the_scope_is_asked_for_once_however_often_it_is_looked_at():
    sampler = OneSampler(members=[7, 8])
    scope = InScope(sampler)
    assert (7 in scope, 9 in scope, sorted(scope), len(scope), sampler.asked) == (True, False, [7, 8], 2, 1)


def test_components_come_with_their_level_and_gaps_beside_those_of_the_sample():
    def source(scope, gaps, *, time_seconds):
        assert list(scope) == [7] and time_seconds == NOW_SECONDS
        gaps.append(Gap("trackers", "/dev/shm", "why"))
        return (APP,)

    sample = sampled(source)
    assert sample.trackers[0].components[0].level is Level.CRITICAL
    assert sample.gaps == (Gap("trackers", "/dev/shm", "why"),)


@pytest.mark.parametrize(("number", "kept"), [(0, 0), (20, 20), (21, 21), (5000, 21)])
def test_a_folder_full_of_rubbish_leaves_a_bounded_number_of_gaps(number, kept):
    def source(scope, gaps, *, time_seconds):
        gaps += [Gap("trackers", f"/dev/shm/{n}", "rubbish") for n in range(number)]
        return ()

    gaps = sampled(source).gaps
    assert len(gaps) == kept
    if number > 20:
        assert gaps[-1].reason == f"so it is with {number - 20} others"


def test_whole_samples_have_trackers_and_glances_have_none():
    moments = list(
        watch(
            OneSampler(used_bytes=239 << 20),
            edges=Edges(),
            rhythm=Rhythm(interval_seconds=1.0),
            clock=CountedClock(),
            trackers=lambda scope, gaps, *, time_seconds: (APP,),
        )
    )
    assert {(moment.reported, len(moment.sample.trackers)) for moment in moments} == {(True, 1), (False, 0)}
    assert all(moment.verdict.level is Level.HIGH for moment in moments)


def test_a_watch_without_a_source_asks_nobody():
    sampler = OneSampler()
    moments = list(watch(sampler, edges=Edges(), rhythm=Rhythm(interval_seconds=1.0), clock=CountedClock()))
    assert sum(moment.reported for moment in moments) == 3
    assert not any(moment.sample.trackers for moment in moments) and sampler.asked == 0


def test_where_nobody_asked_nothing_is_read_and_a_gap_says_so():
    class Untouched:
        """The processes in scope, which may mean a walk of /proc."""

        def __iter__(self):
            raise AssertionError("nobody asked for them")

        __contains__ = __len__ = __iter__

    gaps = []
    assert unasked(Untouched(), gaps, time_seconds=0.0) == ()
    assert [(gap.field, gap.reason) for gap in gaps] == [("trackers", "trackers were not asked for")]
