"""The script of the demo: every step in its time, and never more memory than the limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.demo.script import MOST_RATIO, SCRIPT, chunks_to_hold, wanted_ratio

MIB = 1 << 20
LIMIT = 256 * MIB


def test_the_use_moves_evenly_between_two_cues_and_stays_after_the_last():
    assert [wanted_ratio(cue.at_ratio) for cue in SCRIPT] == [pytest.approx(cue.used_ratio) for cue in SCRIPT]
    assert wanted_ratio(0.07) == pytest.approx(0.47 / 2)
    assert wanted_ratio(7.0) == SCRIPT[-1].used_ratio
    assert wanted_ratio(-1.0) == SCRIPT[0].used_ratio


def test_each_edge_of_the_ladder_is_passed_and_high_is_left_once_before_critical():
    uses = [wanted_ratio(at / 1000) for at in range(1001)]
    assert max(uses) > 0.95
    first_high = next(at for at, used in enumerate(uses) if used > 0.6)
    critical = next(at for at, used in enumerate(uses) if used > 0.8)
    assert min(uses[first_high:critical]) < 0.55
    assert max(uses[:first_high]) > 0.4


@given(
    held=st.integers(0, 300),
    used=st.integers(0, 2 * LIMIT),
    ratio=st.floats(0, 2),
)
def test_what_is_held_never_fills_the_limit(held, used, ratio):
    chunks = chunks_to_hold(held, used_bytes=used, limit_bytes=LIMIT, ratio=ratio, chunk_bytes=MIB)
    assert 0 <= chunks * MIB <= MOST_RATIO * LIMIT
    if chunks > held:
        assert used + (chunks - held) * MIB <= MOST_RATIO * LIMIT


def test_what_is_too_much_is_given_back():
    assert chunks_to_hold(100, used_bytes=200 * MIB, limit_bytes=LIMIT, ratio=0.5, chunk_bytes=MIB) == 28
