"""How it ended, read out of whatever says so: a wait status, a shell's code, a container's record, a unit's.

A number above 128 may be a signal or the program's own: only a wait status and a few records tell.
"""

import signal
from typing import NamedTuple

from mnemo_cli.forensics.case import Case, ContainerRecord, Ended, UnitRecord
from mnemo_cli.forensics.kills import Evidence

KILLED = signal.SIGKILL.value
TERMINATED = signal.SIGTERM.value
_SIGNALS = {member.value: member.name for member in signal.Signals}


class Ending(NamedTuple):
    """`signal_number` is the signal that ended it; `is_certain` whether it is known as one, and not as 128 + n.

    `code` is the number as it was told, None for a certain signal. `is_alive` is True where it has not ended.
    `is_own_code` says that the program returned `code` itself, which a shell does with its child's, too.
    """

    signal_number: int | None = None
    is_certain: bool = False
    code: int | None = None
    is_own_code: bool = False
    is_alive: bool = False
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.signal_number is not None or self.code is not None

    @property
    def words(self) -> str:
        """ "SIGKILL", "code 1"."""
        return self.signal_name if self.is_certain or self.code is None else f"code {self.code}"

    @property
    def signal_name(self) -> str:
        """ "SIGKILL"; of an unknown number "signal 70"."""
        return "no signal" if self.signal_number is None else signal_name(self.signal_number)


def signal_name(number: int) -> str:
    """ "SIGKILL" of 9."""
    return _SIGNALS.get(number, f"signal {number}")


def ending_of(case: Case) -> Ending:
    """The first that tells: what was observed, the container's record, the unit's."""
    if case.ended is not None:
        return _observed(case.ended)
    record = main_record(case)
    if record is not None and (found := _recorded(record)) is not None:
        return found
    if case.unit is not None and (unit := _of_unit(case.unit)) is not None:
        return unit
    alive = case.who is not None and case.who.is_alive is True
    return Ending(is_alive=alive or (record is not None and record.is_running is True))


def main_record(case: Case) -> ContainerRecord | None:
    """The record that the case is about: an eviction, else an OOM kill, else the first that failed, else the first."""
    ranks = (
        lambda record: record.evicted,
        lambda record: record.oom_killed is True,
        lambda record: record.exit_code not in (0, None),
        lambda record: True,
    )
    return next((record for fits in ranks for record in case.records if fits(record)), None)


def _observed(ended: Ended) -> Ending:
    if ended.by_signal is not None:
        return Ending(ended.by_signal, True, evidence=ended.evidence)
    return _from_code(ended.code, own=ended.reporter == "wait", evidence=ended.evidence)


def _recorded(record: ContainerRecord) -> Ending | None:
    if record.exit_signal:
        return Ending(record.exit_signal, True, evidence=record.evidence)
    if record.exit_code is None or record.is_running:
        return None
    return _from_code(record.exit_code, own=False, evidence=record.evidence)


def _of_unit(unit: UnitRecord) -> Ending | None:
    if unit.main_status is None or unit.main_code is None or unit.is_active:
        return None
    if unit.main_code in ("killed", "dumped"):
        return Ending(unit.main_status, True, evidence=unit.evidence)
    return _from_code(unit.main_status, own=True, evidence=unit.evidence)


def _from_code(code: int | None, *, own: bool, evidence: tuple[Evidence, ...]) -> Ending:
    if code is None:
        return Ending(evidence=evidence)
    number = code - 128 if not own and code - 128 in _SIGNALS else None
    return Ending(number, False, code, own, evidence=evidence)
