"""A moment of the watch as the ladder reads it: what is unknown stays unknown."""

import math

from mnemo_cli.degrade.reading import Reading, reading_of
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Forecast, LimitSource, Memory, Moment, Pressure, Sample, Scope

HOST, GROUP = LimitSource(kind="host"), LimitSource(kind="cgroup", path="/app", file="memory.max")
PRESSURE = Pressure(
    source="/proc/pressure/memory",
    some_avg10_ratio=0.3,
    some_avg60_ratio=0.0,
    some_avg300_ratio=0.0,
    some_seconds_total=0.0,
    full_avg10_ratio=0.2,
    full_avg60_ratio=0.0,
    full_avg300_ratio=0.0,
    full_seconds_total=0.0,
)


def moment(*limits: Memory, pressure: Pressure | None = None, forecast: Forecast | None = None) -> Moment:
    sample = Sample(1000.0, 7.0, Scope(kind="host", name="host"), limits, pressure=pressure)
    _, verdict = step(State(), sample, Edges())
    return Moment(sample, verdict._replace(forecast=forecast))


def test_everything_that_is_known_is_read():
    forecast = Forecast(90.0, 60.0, 120.0, 1e6, 60.0)
    seen = reading_of(moment(Memory(HOST, 70, 100), pressure=PRESSURE, forecast=forecast))
    assert seen == Reading(7.0, 0.7, 90.0, 0.2, 0.7)


def test_never_is_infinity_and_no_forecast_is_unknown():
    never = Forecast(UNLIMITED, UNLIMITED, UNLIMITED, 0.0, 60.0)
    assert reading_of(moment(Memory(HOST, 70, 100), forecast=never)).seconds_to_limit == math.inf
    seen = reading_of(moment(Memory(HOST, 70, 100)))
    assert (seen.seconds_to_limit, seen.full_avg10_ratio) == (None, None)


def test_a_limit_that_cannot_be_read_makes_the_use_unknown_and_leaves_what_it_is_at_least():
    seen = reading_of(moment(Memory(GROUP, 10, None), Memory(HOST, 70, 100)))
    assert (seen.used_ratio, seen.at_least_ratio, seen.known_ratio) == (None, 0.7, 0.7)


def test_where_nothing_is_known_nothing_is_claimed():
    seen = reading_of(moment(Memory(HOST, None, None)))
    assert (seen.used_ratio, seen.at_least_ratio, seen.known_ratio) == (None, None, None)


def test_a_breach_is_read_even_where_another_limit_is_unknown():
    assert reading_of(moment(Memory(GROUP, 10, None), Memory(HOST, 95, 100))).used_ratio == 0.95
