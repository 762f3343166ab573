"""Moments of any numbers, as far as a recording can hold them."""

from hypothesis import strategies as st

from mnemo_cli.model import (
    UNLIMITED,
    Alert,
    Forecast,
    Gap,
    Level,
    LimitSource,
    Memory,
    Moment,
    Pressure,
    Process,
    Sample,
    Scope,
    Target,
    Verdict,
)
from mnemo_cli.model.alerts import SEVERITY_LEVELS
from tests.recording.test_trackers import COUNTS, LIMITS, TRACKERS

__all__ = ["MOMENTS", "TRACKERS"]

MAYBE = st.none() | COUNTS
AMOUNTS = st.floats(allow_nan=False, allow_infinity=False) | COUNTS
SPANS = st.floats(0, 1e12) | st.just(UNLIMITED)
# A recording has milliseconds.
TIMES = st.integers(0, 4_000_000_000_000).map(lambda milliseconds: milliseconds / 1000)
TEXTS = st.text(max_size=20)
LEVELS = st.none() | st.sampled_from(list(Level))
SCOPES = st.builds(
    Scope, st.sampled_from(["host", "cgroup", "process", "name", "command"]), TEXTS, st.none() | st.integers(1, 1 << 22)
)
# Of limits that do not bind a line has these only.
OF_LIMITS = {
    "used_bytes": MAYBE, "limit_bytes": st.none() | COUNTS | st.just(UNLIMITED), "usage_peak_bytes": MAYBE,
    "high_bytes": LIMITS, "oom_kills_total": MAYBE, "limit_hits_total": MAYBE, "major_faults_total": MAYBE,
    "refaults_total": MAYBE, "paged_out_bytes_total": MAYBE,
}  # fmt: skip
OF_THE_BINDING_ONE = {
    "reclaimable_bytes": MAYBE, "swap_used_bytes": MAYBE, "swap_total_bytes": LIMITS, "anon_bytes": MAYBE,
    "file_bytes": MAYBE, "shmem_bytes": MAYBE, "kernel_bytes": MAYBE, "compressed_bytes": MAYBE,
}  # fmt: skip
PRESSURES = st.builds(
    Pressure, source=TEXTS, **dict.fromkeys(set(Pressure._fields) - {"source"}, st.floats(0, 1e9, allow_nan=False))
)
PROCESSES = st.builds(
    Process, pid=COUNTS, ppid=COUNTS, started=COUNTS, name=TEXTS, uid=MAYBE, rss_bytes=MAYBE, pss_bytes=MAYBE,
    uss_bytes=MAYBE, swap_bytes=MAYBE, command=st.none() | TEXTS, threads=MAYBE, fds=MAYBE, fd_soft_limit=LIMITS,
    oom_score_adj=st.none() | st.integers(-1000, 1000), cgroup=st.none() | TEXTS,
)  # fmt: skip
FORECASTS = st.builds(Forecast, SPANS, SPANS, SPANS, AMOUNTS, AMOUNTS)
GAPS_OF_SAMPLES = st.builds(Gap, st.sampled_from(["target", "trackers", "limits./a.used_bytes"]) | TEXTS, TEXTS, TEXTS)
GAPS_OF_VERDICTS = st.builds(Gap, st.sampled_from(["level", "memory", "forecast", "alerts.A"]), TEXTS, TEXTS)
ALERTS = st.builds(
    Alert,
    name=TEXTS,
    state=st.sampled_from(["pending", "firing", "resolved", "unknown"]),
    severity=st.sampled_from(list(SEVERITY_LEVELS)),
    since_seconds=TIMES,
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.just(float("inf")),
    summary=TEXTS,
    actions=st.lists(TEXTS, max_size=2).map(tuple),
)


def some(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


@st.composite
def moments(draw):
    # There may be several groups, but one machine, and one budget.
    places = [("budget", None)] * draw(st.integers(0, 1))
    places += [("cgroup", path) for path in draw(st.lists(st.none() | TEXTS, unique=True, max_size=3))]
    places += [("host", None)] * draw(st.integers(0, 1))
    limits = [Memory(LimitSource(*place), **draw(st.fixed_dictionaries(OF_LIMITS))) for place in places]
    levels = tuple(draw(LEVELS) for _ in limits)
    position = draw(st.none() | st.integers(0, len(limits) - 1)) if limits else None
    if position is not None:
        more = draw(st.fixed_dictionaries(OF_THE_BINDING_ONE))
        source = limits[position].source._replace(file=draw(st.none() | TEXTS))
        limits[position] = limits[position]._replace(source=source, **more)
    level = draw(LEVELS)
    known = max((each for each in levels if each is not None), default=None)
    target = draw(st.none() | st.builds(Target, MAYBE, st.booleans(), MAYBE))
    sample = Sample(
        time_seconds=draw(TIMES),
        clock_seconds=draw(st.floats(0, 1e9)),
        scope=draw(SCOPES),
        limits=tuple(limits),
        target=target,
        pressure=draw(st.none() | PRESSURES),
        processes=draw(some(PROCESSES)),
        process_count=None if target is None else target.processes,
        trackers=tuple(draw(TRACKERS)),
        host_oom_kills_total=draw(MAYBE),
        vm_pressure_level=draw(st.sampled_from([None, "normal", "warn", "critical"])),
        gaps=draw(some(GAPS_OF_SAMPLES.filter(lambda gap: gap.field not in ("level", "memory", "forecast")))),
    )
    verdict = Verdict(
        level=level,
        at_least=known if level is None else level,
        binding=None if position is None else limits[position],
        levels=levels,
        since_seconds=0.0,
        peak_used_bytes=None if position is None else draw(MAYBE),
        forecast=draw(st.none() | FORECASTS),
        gaps=draw(some(GAPS_OF_VERDICTS)),
        alerts=draw(some(ALERTS)),
    )
    return Moment(sample=sample, verdict=verdict)


MOMENTS = moments()
