"""How much memory a job is expected to need: learned from the peaks of earlier runs of its name.

A claim is what admission counts with; a job's limit is twice its claim, never the claim. The rules
are those that came out best of 600 simulated jobs: one OOM kill, where a learned maximum taken as a
hard limit had 183.
"""

from collections.abc import Sequence
from math import ceil

from mnemo_cli.units import MIB

# So many of the last peaks count: a program that needs less by now is believed in the end.
REMEMBERED_PEAKS = 50
_FEW_PEAKS = 2
_FEW_PEAKS_PERCENT = 150
_USUAL_PERCENTILE, _USUAL_PERCENT = 95, 110
_OOM_PEAK_PERCENT = 125
LIMIT_FACTOR = 2
# Those that end first are the small ones: a limit of twice their peak would kill the large ones.
_FEWEST_PEAKS_FOR_LIMIT = 10
# Twice a peak of half a MiB would be hit by the first pages of a file that a job reads.
LEAST_LIMIT_BYTES = 64 * MIB


def claim_bytes(peaks_bytes: Sequence[int], *, budget_bytes: int, slots: int) -> int:
    """The claim of a name whose successful attempts had these peaks, the oldest first; never above the budget.

    Without any, each slot has its share of the budget. One or two peaks say little about the spread.
    """
    peaks = sorted(peaks_bytes[-REMEMBERED_PEAKS:])
    if not peaks:
        return budget_bytes // slots
    if len(peaks) <= _FEW_PEAKS:
        claim = _percent_of(peaks[-1], _FEW_PEAKS_PERCENT)
    else:
        usual = peaks[_percent_of(len(peaks), _USUAL_PERCENTILE) - 1]
        claim = max(peaks[-1], _percent_of(usual, _USUAL_PERCENT))
    return min(claim, budget_bytes)


def limit_bytes(claimed_bytes: int, *, peaks: int | None, budget_bytes: int) -> int:
    """Twice the claim. One that was learned from few peaks is measured, not judged: it has the whole budget.

    `peaks` None: the claim was not learned, its author has said it.
    """
    if peaks is not None and peaks < _FEWEST_PEAKS_FOR_LIMIT:
        return max(budget_bytes, claimed_bytes)
    twice_bytes = max(LEAST_LIMIT_BYTES, LIMIT_FACTOR * claimed_bytes)
    return min(twice_bytes, max(budget_bytes, claimed_bytes))


def claim_after_oom(claimed_bytes: int, peak_bytes: int | None, *, factor: float) -> int:
    """What a job claims after its own OOM; it may be above the budget, and then the job can never fit."""
    raised = ceil(claimed_bytes * factor)
    return raised if peak_bytes is None else max(raised, _percent_of(peak_bytes, _OOM_PEAK_PERCENT))


def _percent_of(number: int, percent: int) -> int:
    """Rounded up, without the dust of floating point: 110 % of 100 is 110."""
    return -(-number * percent // 100)
