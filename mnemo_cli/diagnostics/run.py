"""The run of the collectors: source → cap → redactor → compressor → archive, member by member, within two budgets.

Collectors come in the order of their value, so that what a budget, a full disk or a signal cuts off is worth least.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from mnemo_cli.diagnostics.archive.spool import Spool
from mnemo_cli.diagnostics.archive.writer import Archive
from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.head_and_tail import HeadAndTail, no_more
from mnemo_cli.diagnostics.intake import Intake, Terms
from mnemo_cli.diagnostics.report import CollectorReport, MemberReport
from mnemo_cli.errors import RedactionError

# Text shrinks to less than a third: more than this need not be read for so much room.
_TEXT_RATIO = 3
_LEAST_MEMBER_BYTES = 4096
_PLAIN_PATH = re.compile(r"(?!\.)[\w.,:@=+-]+(?:/(?!\.)[\w.,:@=+-]+)*", re.ASCII)
_INTERRUPTED = "the run was interrupted"

# Is given the redacted chunks of a member while they are written, and may take them or not.
Listener: TypeAlias = Callable[[Member, Iterator[bytes]], None]


class Redaction(Protocol):
    """As diagnostics.redaction.Redactor: what cannot be made safe is a RedactionError, whatever the reason."""

    @property
    def counts(self) -> Mapping[str, int]: ...

    def member(self, member: Member) -> Iterator[bytes]: ...


class Crew(NamedTuple):
    """Who else has a part in a run. `redaction` is None at --no-redact.

    `begins` is told the id of each collector before its work.
    """

    redaction: Redaction | None
    hear: Listener = lambda member, chunks: None
    begins: Callable[[str], None] = lambda collector_id: None


class Run:
    """Fills an archive. It ends by itself; what it could not do stands in the reports."""

    def __init__(self, archive: Archive, crew: Crew, terms: Terms) -> None:
        self._archive = archive
        self._crew = crew
        self._terms = terms
        self._full: str | None = None
        self._paths: set[str] = set()

    def collect(self, collectors: Sequence[Collector], scene: Scene) -> tuple[CollectorReport, ...]:
        """The report of each, in their order."""
        return tuple(self._one(collector, scene) for collector in collectors)

    def _one(self, collector: Collector, scene: Scene) -> CollectorReport:
        self._crew.begins(collector.id)
        began = self._terms.clock()
        if (reason := self._no_time_for_it()) is not None:
            return CollectorReport(collector.id, 0.0, (), (), not_run=reason)
        intake = Intake(collector, scene, self._terms)
        members: list[MemberReport] = []
        missing: list[Missing] = []
        for item in intake.items():
            for became in (item,) if isinstance(item, Missing) else self._keep(item, intake, scene):
                if isinstance(became, MemberReport):
                    members.append(became)
                else:
                    missing.append(became)
        return CollectorReport(collector.id, self._terms.clock() - began, tuple(members), tuple(missing))

    def _no_time_for_it(self) -> str | None:
        if self._terms.stopped():
            return _INTERRUPTED
        if self._terms.clock() >= self._terms.deadline:
            return f"the time budget of {self._terms.budget_seconds:g} s was used up"
        return self._full

    def _keep(self, member: Member, intake: Intake, scene: Scene) -> Iterator[MemberReport | Missing]:
        """Write one member, or say why not; nothing where nothing came, which the intake accounts for."""
        if not _PLAIN_PATH.fullmatch(member.path) or member.path in self._paths:
            yield Missing(member.source, "error", f"{member.path!r} is no path for a member, or is one already")
            return
        room = self._archive.room_bytes() if self._full is None else 0
        if not room:
            self._full = self._full or "the size budget, or the room on the disk, was used up"
            yield Missing(member.source, "partial", self._full)
            return
        before = self._struck()
        capped = HeadAndTail(intake.chunks(), min(scene.member_max_bytes, max(_LEAST_MEMBER_BYTES, _TEXT_RATIO * room)))
        filling = _Filling(self._redacted(member._replace(chunks=capped)), Spool(room))
        self._crew.hear(member, filling.chunks())
        for _ in filling.chunks():  # what the listener did not take
            pass
        if filling.failure is not None:
            yield Missing(member.source, "error", filling.failure)
        elif filling.spool.size_bytes or intake.cut is None:
            filling.finish(cut=intake.cut is not None)
            truncated = capped.is_cut or filling.is_full or intake.cut is not None
            yield self._written(member, filling.spool, truncated=truncated, redactions=self._struck() - before)
            if filling.is_full:
                yield Missing(member.source, "partial", "there was no room for its end")

    def _redacted(self, member: Member) -> Iterator[bytes]:
        return iter(member.chunks) if self._crew.redaction is None else self._crew.redaction.member(member)

    def _written(self, member: Member, spool: Spool, *, truncated: bool, redactions: int) -> MemberReport | Missing:
        try:
            entry = self._archive.add(member.path, spool.packed())
        except ValueError as err:
            return Missing(member.source, "error", str(err))
        except OSError as err:
            self._full = f"the archive could not be written on: {err.strerror or err}"
            return Missing(member.source, "partial", self._full)
        self._paths.add(member.path)
        return MemberReport(
            path=entry.path,
            source=member.source,
            size_bytes=entry.size_bytes,
            sha256=entry.sha256,
            truncated=truncated,
            redactions=redactions,
        )

    def _struck(self) -> int:
        return 0 if self._crew.redaction is None else sum(self._crew.redaction.counts.values())


class _Filling:
    """Chunks on their way into a spool, with somebody looking on."""

    def __init__(self, chunks: Iterator[bytes], spool: Spool) -> None:
        self._chunks = chunks
        self.spool = spool
        self.is_full = False
        self.failure: str | None = None

    def chunks(self) -> Iterator[bytes]:
        """Each one is in the spool before it is handed on. May be asked for again, to go on."""
        while not self.is_full and (chunk := self._next()) is not None:
            self.is_full = not self.spool.add(chunk)
            yield chunk

    def finish(self, *, cut: bool) -> None:
        """Say in the text itself that there was more."""
        if self.is_full:
            self.spool.finish_with(no_more("there was no room left", after=self.spool.last))
        elif cut:
            self.spool.finish_with(no_more("it ended early, see errors.jsonl", after=self.spool.last))

    def _next(self) -> bytes | None:
        try:
            return next(self._chunks, None)
        except RedactionError as err:
            self.failure = str(err)
            return None
