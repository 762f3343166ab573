"""The shipped schemas, and a moment of any state of the machine."""

import pytest

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Sample, Scope
from tests import schemas

HOST = LimitSource(kind="host", file="/proc/meminfo")


@pytest.fixture(scope="session")
def validator_of():
    """The validator of a shipped schema, which is itself a valid one."""
    return schemas.validator_of


@pytest.fixture(scope="session")
def moments_of():
    """Judged moments of a machine of 1,000 bytes: one per use, `spacing_seconds` apart."""

    def make(*used, spacing_seconds=1.0, limit_bytes=1000, scope=None, start_seconds=0.0):
        state, moments = State(), []
        for position, used_bytes in enumerate(used):
            at = start_seconds + position * spacing_seconds
            sample = Sample(
                time_seconds=1_700_000_000 + at,
                clock_seconds=at,
                scope=scope or Scope(kind="host", name="host"),
                limits=(Memory(source=HOST, used_bytes=used_bytes, limit_bytes=limit_bytes),),
            )
            state, verdict = step(state, sample, Edges())
            moments.append(Moment(sample=sample, verdict=verdict))
        return moments

    return make
