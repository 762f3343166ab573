"""Moments of a machine of 1,000 bytes at any time of any clock."""

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Sample, Scope
from mnemo_cli.recording.playing.tracks import Track

HOST = Scope(kind="host", name="host")


def moment_at(time_seconds, clock_seconds=None):
    sample = Sample(
        time_seconds=float(time_seconds),
        clock_seconds=float(time_seconds if clock_seconds is None else clock_seconds),
        scope=HOST,
        limits=(Memory(source=LimitSource(kind="host"), used_bytes=100, limit_bytes=1000),),
    )
    return Moment(sample=sample, verdict=step(State(), sample, Edges())[1]._replace(events=()))


def track(first_seconds, last_seconds):
    return Track(HOST, frozenset({None}), 2, first_seconds, last_seconds)
