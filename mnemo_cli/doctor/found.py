"""Whom a pid was seen to be, so that a stranger who is given it later is not taken for them."""

from typing import NamedTuple


class Found(NamedTuple):
    """A process by its name for good; `inode` is what its folder had when it was listed.

    Without a start time it is whoever has the pid: enough where everybody is looked at.
    """

    pid: int
    started: int | None = None
    inode: int | None = None
    name: str | None = None
