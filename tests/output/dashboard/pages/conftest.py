"""What the pages of the mock-up's machine show: a tree of groups, programs, alerts, and one process looked at."""

from collections.abc import Callable

import pytest

from mnemo_cli.limits.components import judged
from mnemo_cli.model import UNLIMITED, Alert, Event, Gap, Level, Limit, LimitSource, Memory, Tracker
from mnemo_cli.output.dashboard.choice import Choice, Page
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.view import Recording, View
from mnemo_cli.sampling.group_tree import GroupTree, GroupUse
from mnemo_cli.sampling.mappings import MemoryKinds, MemorySums
from mnemo_cli.sampling.one_process import OneProcess
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.status import Status
from mnemo_cli.units import GIB, KIB, MIB

FOCUS = (4121, 412_100)


def build_use(
    path: str,
    used_bytes: int | None,
    limit_bytes: Limit | None = UNLIMITED,
    kills: int | None = 0,
    hits: int | None = 0,
    *,
    new: tuple[int | None, int | None] = (0, 0),
) -> GroupUse:
    """A group of the tree; its depth is that of its path."""
    source = LimitSource(kind="cgroup", path=path, file="memory.max")
    memory = Memory(source, used_bytes, limit_bytes, oom_kills_total=kills, limit_hits_total=hits)
    return GroupUse(path, path.rstrip("/").count("/"), memory, *new)


def build_tree(*uses: GroupUse, **changes: object) -> GroupTree:
    """A tree that is whole, unless said otherwise."""
    tree = GroupTree(2, uses, is_complete=True, is_cut=False, gaps=())
    return tree._replace(**changes)  # type: ignore[arg-type]


def mockup_tree() -> GroupTree:
    """The pod of the mock-up, its neighbours, and forty services of which every ninth has a limit."""
    services = [
        build_use(f"/system.slice/s{at}.service", (40 - at) * MIB, 100 * MIB if at % 9 == 0 else UNLIMITED)
        for at in range(40)
    ]
    return build_tree(
        build_use("/", 8 * GIB, kills=1, new=(1, 0)),
        build_use("/kubepods", 6 * GIB, 20 * GIB, 3, 10, new=(1, 0)),
        build_use("/kubepods/pod3f", 3 * GIB, kills=1, new=(1, 0)),
        build_use("/kubepods/pod3f/app", round(2.85 * GIB), 4 * GIB, 0, 12_345, new=(0, 40)),
        build_use("/kubepods/pod9a", 2 * GIB, round(2.2 * GIB)),
        build_use("/kubepods/pod9a/x", 2 * GIB),
        build_use("/system.slice", 900 * MIB),
        *services,
        build_use("/user.slice", None, None, None, None, new=(None, None)),
    )


def build_process(**changes: object) -> OneProcess:
    """The largest process of the mock-up, whose descriptors are nearly used up."""
    one = OneProcess(
        *FOCUS,
        status=Status("python", "S", FOCUS[0], 1, 4_000_001, False, 4 * GIB, 2 * GIB, 132 * KIB, 0, 12, 0, 96365, 0),
        sums=MemorySums(round(1.66 * GIB), GIB, 41 * MIB, 12 * MIB, 80 * MIB, 4 * MIB, 0, 4 * GIB, 12),
        rlimits={
            "RLIMIT_CPU": Rlimit(3600, UNLIMITED),
            "RLIMIT_STACK": Rlimit(8 * MIB, UNLIMITED),
            "RLIMIT_CORE": Rlimit(0, UNLIMITED),
            "RLIMIT_NPROC": Rlimit(96365, 96365),
            "RLIMIT_NOFILE": Rlimit(1024, 4096),
            "RLIMIT_MEMLOCK": Rlimit(64 * KIB, 64 * KIB),
            "RLIMIT_AS": Rlimit(UNLIMITED, UNLIMITED),
        },
        fd_count=980,
        descriptors={"pipe": 20, "socket": 900, "file": 60},
        kinds=MemoryKinds(round(1.2 * GIB), 310 * MIB, 4 * MIB, 41 * MIB, 12 * MIB, 812, 0),
        oom_score=712,
        gaps=(Gap("tasks_by_uid", "/proc/*/status", "3 processes cannot be read"),),
    )
    return one._replace(**changes)  # type: ignore[arg-type]


def build_alerts(now_seconds: float) -> tuple[Alert, ...]:
    """One of each state, and two that fire, of which one was seen."""
    return (
        Alert("QueueFull", "inactive", "warning", 0.0, 12.0, "the work queue is nearly full", ("throttle",)),
        Alert("MemoryHigh", "firing", "warning", now_seconds - 130, 71.25, "memory is above 60 %", ("log",)),
        Alert("NoSwapLeft", "firing", "critical", now_seconds - 40, 0.0, "swap is used up", ("log", "webhook")),
        Alert("Stalls", "unknown", "error", now_seconds - 9, None, "tasks stand still for want of memory"),
        Alert("Growth", "pending", "note", now_seconds - 3, 3_040_870.0, "memory grows without an end"),
        Alert("Refused", "resolved", "warning", now_seconds - 600, 0.25, "the queue refused work", ("log",)),
    )


def build_events(now_seconds: float) -> tuple[Event, ...]:
    """The newest first; the last one is older than five minutes."""
    return (
        Event(now_seconds - 20, "mark", None, "release 41"),
        Event(now_seconds - 60, "oom_kill", Level.CRITICAL, "pid 4077 (python) in /kubepods/pod3f/app"),
        Event(now_seconds - 61, "limit_change", Level.NORMAL, "memory.max 6.00G → 4.00G (cgroup /kubepods/pod3f/app)"),
        Event(now_seconds - 130, "level", Level.HIGH, "moderate → high (cgroup /kubepods/pod3f/app)"),
        Event(now_seconds - 400, "alert", Level.HIGH, "Refused is resolved"),
    )


@pytest.fixture(scope="session")
def busy(
    scene: Callable[..., View],
    telling: Callable[[float], tuple[Tracker, ...]],
    tracker: Callable[..., Tracker],
    component: Callable[..., object],
) -> Callable[..., View]:
    """`busy(Page.GROUPS, look, selected=…)`: everything at once; a change of a field of View has `view_` before it."""

    def trackers(seconds_ago: float) -> tuple[Tracker, ...]:
        second = tracker(
            4122,
            component("work_queue", 9912, 10_000, rejected_total=round(5 * (1000 - seconds_ago))),
            used_bytes=40 * MIB,
            limit_bytes=64 * MIB,
            peak_bytes=50 * MIB,
            allocation_bytes_per_second=1.2 * MIB,
        )
        ended = tracker(None, component("work_queue", None), processes=2)
        other = tracker(77, component("connections", 44), name="api", used_bytes=3 * MIB, peak_bytes=3 * MIB)
        return judged((*telling(seconds_ago), second, ended, other))

    def make(page: Page, look: Look | None = None, **changes: object) -> View:
        of_view = {name.removeprefix("view_"): value for name, value in changes.items() if name.startswith("view_")}
        of_choice = {name: value for name, value in changes.items() if not name.startswith("view_")}
        if of_choice.pop("focused", False):
            of_choice["focus"] = FOCUS
        view = scene(look, trackers)
        now = view.moment.sample.time_seconds
        memory = view.memory.snapshot()
        memory.events.clear()
        memory.events.extend(build_events(now))
        view = view._replace(
            moment=view.moment._replace(verdict=view.moment.verdict._replace(alerts=build_alerts(now))),
            memory=memory,
            choice=Choice(page=page, **of_choice),  # type: ignore[arg-type]
            groups=mockup_tree(),
            one_process=build_process(),
            acknowledged=frozenset({"MemoryHigh"}),
            recording=Recording("m.mnr", now - 761, round(4.1 * MIB)),
        )
        return view._replace(**of_view)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def use() -> Callable[..., GroupUse]:
    """`use("/a/b", used_bytes, limit_bytes, kills, hits, new=(1, 0))`."""
    return build_use


@pytest.fixture(scope="session")
def tree() -> Callable[..., GroupTree]:
    """`tree(use(…), use(…), is_cut=True)`."""
    return build_tree


@pytest.fixture(scope="session")
def process_looked_at() -> Callable[..., OneProcess]:
    """`process_looked_at(kinds=None)`."""
    return build_process
