"""How much memory a job is expected to need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.claims import LEAST_LIMIT_BYTES, claim_after_oom, claim_bytes, limit_bytes

BUDGET = 8000


@pytest.mark.parametrize(
    ("peaks", "claim"),
    [
        ([], 2000),  # a share of the budget for each of four slots
        ([100], 150),
        ([100, 200], 300),
        ([100, 200, 100], 220),  # the 95th percentile of three is the largest
        ([100] * 99 + [300], 300),  # one of the last fifty
        ([300] + [100] * 50, 110),  # forgotten: it is more than fifty runs ago
        ([100] * 40 + [300] * 10, 330),
        ([7000], BUDGET),  # never above the budget
    ],
)
def test_a_claim_comes_from_the_last_peaks(peaks, claim):
    assert claim_bytes(peaks, budget_bytes=BUDGET, slots=4) == claim


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=80))
def test_a_claim_covers_every_peak_that_is_remembered(peaks):
    assert claim_bytes(peaks, budget_bytes=10**6, slots=4) >= max(peaks[-50:])


@pytest.mark.parametrize(
    ("claimed", "peak", "claim"),
    [(100, None, 160), (100, 120, 160), (100, 200, 250), (5000, 6000, 8000)],
)
def test_an_oom_raises_the_claim_by_the_larger_of_factor_and_peak(claimed, peak, claim):
    assert claim_after_oom(claimed, peak, factor=1.6) == claim


@pytest.mark.parametrize(
    ("claimed", "peaks", "limit"),
    [
        (1, None, 2),  # said by its author
        (1, 10, 2),
        (1, 9, 100),  # the small ones end first
        (1, 0, 100),
        (70, 10, 100),  # never above the budget
        (120, 10, 120),  # but never below the claim either
        (120, 0, 120),
    ],
)
def test_a_limit_is_twice_the_claim_once_enough_peaks_are_known(claimed, peaks, limit):
    unit = LEAST_LIMIT_BYTES
    assert limit_bytes(claimed * unit, peaks=peaks, budget_bytes=100 * unit) == limit * unit


def test_a_limit_is_never_less_than_a_program_needs_to_begin():
    assert limit_bytes(1, peaks=50, budget_bytes=10 * LEAST_LIMIT_BYTES) == LEAST_LIMIT_BYTES
