"""The scene of the mock-up as data: a 4 GiB control group at 71 %, five minutes into a leak."""

from collections.abc import Callable, Iterator

import pytest

from mnemo_cli.limits.components import judged
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import (
    Component,
    Event,
    Forecast,
    Level,
    LimitSource,
    Memory,
    Moment,
    Pressure,
    Process,
    Sample,
    Scope,
    Target,
    Tracker,
    Verdict,
)
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.units import GIB, KIB, MIB

# 14:02:31 UTC.
NOW_SECONDS = 1_795_356_151.0
_CLOCK_SECONDS = 10_000.0
_SPACING_SECONDS = 5.0
_HISTORY_STEPS = 60
# No machine has an account of this number, so USER shows the number everywhere.
_NOBODYS_UID = 4_000_001

GROUP = Memory(
    source=LimitSource(kind="cgroup", path="/kubepods/pod3f/app", file="memory.max"),
    used_bytes=round(2.85 * GIB),
    limit_bytes=4 * GIB,
    reclaimable_bytes=176 * MIB,
    usage_peak_bytes=3 * GIB,
    anon_bytes=round(2.61 * GIB),
    shmem_bytes=12 * MIB,
    kernel_bytes=41 * MIB,
    file_bytes=188 * MIB,
    swap_used_bytes=120 * MIB,
    swap_total_bytes=2 * GIB,
    major_faults_total=11_400,
    refaults_total=33_600,
    oom_kills_total=0,
)
SLICE = Memory(
    source=LimitSource(kind="cgroup", path="/kubepods", file="memory.max"), used_bytes=6 * GIB, limit_bytes=20 * GIB
)
HOST = Memory(
    source=LimitSource(kind="host"),
    used_bytes=round(7.3 * GIB),
    limit_bytes=round(23.5 * GIB),
    swap_used_bytes=GIB,
    swap_total_bytes=8 * GIB,
)
PRESSURE = Pressure(
    source="memory.pressure",
    some_avg10_ratio=0.0412,
    some_avg60_ratio=0.0190,
    some_avg300_ratio=0.0061,
    some_seconds_total=12.0,
    full_avg10_ratio=0.0102,
    full_avg60_ratio=0.0044,
    full_avg300_ratio=0.0012,
    full_seconds_total=3.0,
)
FORECAST = Forecast(
    seconds_to_limit=400.0,
    low_seconds=295.0,
    high_seconds=620.0,
    growth_bytes_per_second=2.9 * MIB,
    window_seconds=300.0,
)


def _process(pid: int, command: str, rss_bytes: int, pss_bytes: int | None, swap_bytes: int = 0) -> Process:
    return Process(
        pid=pid,
        ppid=1,
        started=pid * 100,
        name=command.split()[0],
        uid=0 if pid < 1000 else _NOBODYS_UID,
        rss_bytes=rss_bytes,
        pss_bytes=pss_bytes,
        uss_bytes=None if pss_bytes is None else pss_bytes - pss_bytes // 16,
        swap_bytes=swap_bytes,
        command=command,
        threads=12,
        fds=212,
        fd_soft_limit=1024,
        oom_score_adj=0,
        cgroup="/kubepods/pod3f/app",
    )


PROCESSES = (
    _process(4121, "python w.py --q 0", round(1.66 * GIB), round(1.62 * GIB), 80 * MIB),
    _process(4122, "python w.py --q 1", 640 * MIB, 611 * MIB, 22 * MIB),
    _process(4123, "python w.py --q 2", 236 * MIB, 204 * MIB),
    _process(3990, "gunicorn: master", 131 * MIB, 98 * MIB),
    _process(4410, "celery beat", 66 * MIB, None, 18 * MIB),
    _process(871, "sshd", 22 * MIB, round(9.1 * MIB)),
    _process(1, "tini -- /entry.sh", round(4.1 * MIB), 2 * MIB),
)
# Growth per second of the first processes; the others stand still.
_GROWTH = {4121: 118 * MIB // 60, 4122: 41 * MIB // 60, 4123: 2 * MIB // 60, 4410: -12 * KIB // 60}
_LEVEL_EVENT = Event(
    time_seconds=NOW_SECONDS - 130,
    event="level",
    level=Level.HIGH,
    text="moderate → high (cgroup /kubepods/pod3f/app)",
)


def build_component(name: str, used: int | None, limit: object = None, **fields: object) -> Component:
    """A component of items that blocks when it is full, unless said otherwise."""
    values = {"unit": "items", "used_bytes": None, "limit_bytes": None, "policy": "block", **fields}
    return Component(name=name, used=used, limit=limit, **values)  # type: ignore[arg-type]


def build_tracker(pid: int | None, *components: Component, name: str = "app", **fields: object) -> Tracker:
    """One process of a program, judged; with pid None what its dead workers counted."""
    numbers = dict.fromkeys(
        ("started", "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
         "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total"), 0,
    )  # fmt: skip
    values = {"processes": 1, "limit_bytes": None, "allocation_bytes_per_second": None, **numbers, **fields}
    (tracker,) = judged([Tracker(pid=pid, name=name, components=components, **values)])  # type: ignore[arg-type]
    return tracker


def mockup_trackers(seconds_ago: float) -> tuple[Tracker, ...]:
    """The program of the mock-up's components, as it was then; in the present all rates are those of the mock-up."""
    evicted, hits, misses = (round(rate * (1000 - seconds_ago)) for rate in (12, 97, 3))
    components = (
        build_component("event_queue", 640, 1000, unit="events", policy="drop_oldest"),
        build_component("work_queue", 8412, 10_000),
        build_component("db_connections", 12, 20, unit="connections"),
        build_component(
            "embeddings_cache", 9108, 10_000, policy="evict_lru",
            evicted_total=evicted, hits_total=hits, misses_total=misses,
        ),
        build_component("operation_history", 301, 1000, unit="operations", policy="compact"),
        build_component("network_connections", 3, unit="connections", policy="none"),
    )  # fmt: skip
    return (build_tracker(4121, *components, used_bytes=4 * MIB, peak_bytes=5 * MIB),)


def mockup_moment() -> Moment:
    """The last moment of the scene."""
    limits = (GROUP, SLICE, HOST)
    return Moment(
        sample=Sample(
            time_seconds=NOW_SECONDS,
            clock_seconds=_CLOCK_SECONDS,
            scope=Scope(kind="cgroup", name="/kubepods/pod3f/app"),
            limits=limits,
            target=Target(used_bytes=round(2.7 * GIB), used_is_rss=True, processes=214),
            pressure=PRESSURE,
            processes=PROCESSES,
            process_count=214,
            host_oom_kills_total=0,
        ),
        verdict=Verdict(
            level=Level.HIGH,
            at_least=Level.HIGH,
            binding=GROUP,
            levels=(Level.HIGH, Level.NORMAL, Level.NORMAL),
            since_seconds=130.0,
            peak_used_bytes=round(2.91 * GIB),
            forecast=FORECAST,
        ),
    )


def _past(moment: Moment, trackers: Callable[[float], tuple[Tracker, ...]]) -> Iterator[Moment]:
    """Five minutes that lead to `moment`: use rose from 41 % to 71 %, the processes as they do."""
    for steps_ago in range(_HISTORY_STEPS, -1, -1):
        seconds_ago = steps_ago * _SPACING_SECONDS
        used = round(4 * GIB * (0.7125 - 0.30 * seconds_ago / 300))
        group = GROUP._replace(
            used_bytes=used,
            major_faults_total=11_400 - round(38 * seconds_ago),
            refaults_total=33_600 - round(112 * seconds_ago),
        )
        processes = tuple(
            process._replace(rss_bytes=(process.rss_bytes or 0) - round(_GROWTH.get(process.pid, 0) * seconds_ago))
            for process in PROCESSES
        )
        sample = moment.sample._replace(
            time_seconds=NOW_SECONDS - seconds_ago,
            clock_seconds=_CLOCK_SECONDS - seconds_ago,
            limits=(group, SLICE, HOST),
            processes=processes,
            trackers=trackers(seconds_ago),
        )
        events = (_LEVEL_EVENT,) if seconds_ago == 130 else ()
        # The peak was 33 s ago.
        peak = round(2.91 * GIB) if seconds_ago <= 33 else used
        yield Moment(sample=sample, verdict=moment.verdict._replace(binding=group, peak_used_bytes=peak, events=events))


def no_trackers(seconds_ago: float) -> tuple[Tracker, ...]:
    return ()


def mockup_view(
    look: Look | None = None, trackers: Callable[[float], tuple[Tracker, ...]] = no_trackers, **changes: object
) -> View:
    """The whole scene; `trackers` says what programs told so many seconds ago, `changes` are fields of View."""
    moment, memory = mockup_moment(), ViewMemory()
    moment = moment._replace(sample=moment.sample._replace(trackers=trackers(0)))
    for earlier in _past(moment, trackers):
        memory.note(earlier)
    view = View(
        moment=moment,
        memory=memory,
        edges=Edges(),
        look=look or Look(),
        host_name="web-7f9c",
        version="0.1",
        interval_seconds=1.0,
        own_cpu_ratio=0.009,
        own_rss_bytes=21 * MIB,
    )
    return view._replace(**changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def scene() -> Callable[..., View]:
    """`scene(look, paused=True, …)`: a view of the mock-up's machine."""
    return mockup_view


@pytest.fixture(scope="session")
def telling() -> Callable[[float], tuple[Tracker, ...]]:
    """For `scene(trackers=telling)`: the program of the mock-up."""
    return mockup_trackers


@pytest.fixture(scope="session")
def tracker() -> Callable[..., Tracker]:
    """`tracker(4121, component("queue", 5, 10), name="app", used_bytes=…)`."""
    return build_tracker


@pytest.fixture(scope="session")
def component() -> Callable[..., Component]:
    """`component("queue", 5, 10, policy="reject", …)`."""
    return build_component


@pytest.fixture(scope="session")
def moment_of() -> Callable[..., Moment]:
    """`moment_of(sample={…}, verdict={…})`: the mock-up's moment with other fields."""

    def changed(sample: dict[str, object] | None = None, verdict: dict[str, object] | None = None) -> Moment:
        moment = mockup_moment()
        return Moment(
            sample=moment.sample._replace(**(sample or {})),  # type: ignore[arg-type]
            verdict=moment.verdict._replace(**(verdict or {})),  # type: ignore[arg-type]
        )

    return changed
