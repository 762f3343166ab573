"""How much a run may take on: the processes of its target, and how large a member may be where memory is short."""

from pathlib import Path

from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.units import KIB, MIB

_LARGEST_MEMBER_BYTES, _SMALLEST_MEMBER_BYTES = 10 * MIB, 64 * KIB
# A member is held once compressed and half of it raw, and its redaction works on a piece of it.
_HEADROOM_SHARE = 16


def target_pids(choice: TargetChoice, root: Path, *, portable: bool) -> tuple[int, ...]:
    """The target's processes; none for our own scope and the machine. Raises TargetError where nobody is."""
    if choice.kind in ("own", "host"):
        return ()
    sampler = choose_sampler(choice, portable=portable, root=root, asked=NOBODY)
    try:
        return tuple(sorted(sampler.pids))
    finally:
        sampler.close()


def member_max_bytes(root: Path, *, portable: bool) -> int:
    """A share of what the limits on our own path leave us: the bundle must not be what fills the group."""
    sampler = choose_sampler(TargetChoice(), portable=portable, root=root, asked=NOBODY)
    try:
        limits = sampler.glance(time_seconds=0.0, clock_seconds=0.0).limits
    finally:
        sampler.close()
    known = [headroom for memory in limits if isinstance(headroom := memory.headroom_bytes, int)]
    share = min(known, default=_LARGEST_MEMBER_BYTES * _HEADROOM_SHARE) // _HEADROOM_SHARE
    return max(_SMALLEST_MEMBER_BYTES, min(_LARGEST_MEMBER_BYTES, share))
