"""What every row of the truth table looks at: the case, its end, its kills, its counters."""

from typing import NamedTuple

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.truth.counters import Moves, moves_of
from mnemo_cli.forensics.truth.ending import Ending, ending_of
from mnemo_cli.forensics.truth.matching import Match, matches_of


class Found(NamedTuple):
    """The case, read once."""

    case: Case
    ending: Ending
    matches: tuple[Match, ...]
    moves: Moves

    @property
    def has_target(self) -> bool:
        """False where only a log is explained."""
        return self.case.who is not None or bool(self.case.records) or self.case.unit is not None


def found_in(case: Case) -> Found:
    """Reads the case."""
    return Found(case, ending_of(case), matches_of(case), moves_of(case))
