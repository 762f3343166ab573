"""What became of each collector and its members: the facts from which the manifest and the exit code are made."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Missing, State

_NO_ROOM = "there was no room left for it"


class MemberReport(NamedTuple):
    """One file that is in the bundle. `truncated` where its source had more."""

    path: str
    source: str
    size_bytes: int
    sha256: str
    truncated: bool
    redactions: int


class CollectorReport(NamedTuple):
    """One collector's work. `not_run` is why it was not begun although it was wanted."""

    id: str
    seconds: float
    members: tuple[MemberReport, ...]
    missing: tuple[Missing, ...]
    not_run: str | None = None

    @property
    def state(self) -> State:
        """ "skipped" is nothing to be sorry for, unless `not_run` says that it was wanted."""
        if self.not_run is not None:
            return "skipped"
        lacks = self.lacks
        if not lacks:
            return "ok" if self.members or not self.missing else "skipped"
        if any(lack.state == "timeout" for lack in lacks):
            return "timeout"
        return "partial" if self.members else lacks[0].state

    @property
    def reason(self) -> str | None:
        """Of that state; None for "ok"."""
        if self.not_run is not None or self.state == "ok":
            return self.not_run
        told = self.lacks or self.missing
        # The one that named the state, if any did.
        first = next((one for one in told if one.state == self.state), told[0])
        more = f" (and {len(told) - 1} more, see errors.jsonl)" if len(told) > 1 else ""
        return f"{first.source}: {first.reason}{more}"

    @property
    def lacks(self) -> tuple[Missing, ...]:
        """What was wanted and is not there; what this machine does not have is no lack."""
        return tuple(one for one in self.missing if one.state != "skipped")

    @property
    def is_complete(self) -> bool:
        return self.not_run is None and not self.lacks

    def without(self, paths: Collection[str]) -> "CollectorReport":
        """The same after some members had to give way to the end of the archive."""
        gone = tuple(Missing(member.path, "partial", _NO_ROOM) for member in self.members if member.path in paths)
        if not gone:
            return self
        kept = tuple(member for member in self.members if member.path not in paths)
        return self._replace(members=kept, missing=(*self.missing, *gone))


def without_those_that_gave_way(
    reports: Sequence[CollectorReport], kept: Collection[str]
) -> tuple[CollectorReport, ...]:
    """The reports of what is in the archive now."""
    gone = {member.path for report in reports for member in report.members} - set(kept)
    return tuple(report.without(gone) for report in reports)
