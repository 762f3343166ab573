"""How much memory a job is expected to need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.claims import claim_after_oom, claim_bytes

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
