"""Killers that live in user space, by their own log lines; the kernel's are read elsewhere.

    kills_of(lines, source)       whom they killed
    notices_of(lines, source)     what supervisors say of units and containers
    WANTED_LITERALS               what a log's reader looks for, runtimes' last words included

card            what a reader of one killer's lines is
earlyoom, nohang, bustd, systemd_oomd, kubelet, dask      one killer each
parallel        GNU parallel's joblog, which is no log of lines
containers      containerd and docker: an OOM kill in a container, a container that had to be killed
systemd         units: an OOM kill in one, a stop, a result
"""

from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.case import Notice
from mnemo_cli.forensics.killers import bustd, containers, dask, earlyoom, kubelet, nohang, systemd, systemd_oomd
from mnemo_cli.forensics.killers.card import Card, written_by
from mnemo_cli.forensics.kills import Evidence, Kill
from mnemo_cli.forensics.log.line import LogLine
from mnemo_cli.forensics.runtimes import RUNTIME_LITERALS

KILLERS: tuple[Card, ...] = (
    systemd_oomd.CARD,
    earlyoom.CARD,
    nohang.CARD,
    bustd.CARD,
    kubelet.CARD,
    dask.CARD,
    containers.CARD,
    systemd.CARD,
)
WANTED_LITERALS: tuple[bytes, ...] = tuple(
    dict.fromkeys((*(literal for card in KILLERS for literal in card.literals), *RUNTIME_LITERALS))
)


def kills_of(lines: Sequence[LogLine], source: str) -> tuple[Kill, ...]:
    """The kills that these lines tell of, in their order. Some may be the kernel's, as kubelet saw them."""
    found = (each for each in _all(lines, source) if isinstance(each, Kill))
    return tuple(sorted(found, key=lambda kill: _place(kill.evidence[-1])))


def notices_of(lines: Sequence[LogLine], source: str) -> tuple[Notice, ...]:
    """What supervisors wrote, in the order of the lines."""
    found = (each for each in _all(lines, source) if isinstance(each, Notice))
    return tuple(sorted(found, key=lambda notice: _place(notice.evidence)))


def _all(lines: Sequence[LogLine], source: str) -> Iterator[Kill | Notice]:
    for card in KILLERS:
        yield from card.read(written_by(lines, card.senders), source)


def _place(evidence: Evidence) -> int:
    """Where it stands in the log. Every line that is read has a number; what has none would come first."""
    return -1 if evidence.line is None else evidence.line
