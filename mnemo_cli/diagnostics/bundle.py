"""One bundle from beginning to end: the archive is opened, filled by the run, closed with its manifest, and named."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mnemo_cli.diagnostics.archive.sink import Sink
from mnemo_cli.diagnostics.archive.writer import Archive, Entry
from mnemo_cli.diagnostics.collector import Collector, Member, Scene
from mnemo_cli.diagnostics.intake import Terms
from mnemo_cli.diagnostics.manifest import Facts, error_lines, is_complete, manifest
from mnemo_cli.diagnostics.report import CollectorReport, without_those_that_gave_way
from mnemo_cli.diagnostics.run import Crew, Redaction, Run
from mnemo_cli.diagnostics.summary import Summary
from mnemo_cli.errors import RedactionError
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.model import Json
from mnemo_cli.recording.document import pretty


class Wish(NamedTuple):
    """What a person asked for. `path` is the file as they know it, `name` what it is called inside the bundle.

    `stopped` says whether a signal has come; `begins` is told each collector's id.
    """

    collectors: Sequence[Collector]
    scene: Scene
    redaction: Redaction | None
    version: str
    path: str
    name: str
    budget_seconds: float
    budget_bytes: int
    stopped: Callable[[], bool] = lambda: False
    begins: Callable[[str], None] = lambda collector_id: None


class Made(NamedTuple):
    """A bundle that exists: its manifest, with the path as the person knows it."""

    manifest: dict[str, Json]
    complete: bool


def chosen(collectors: Sequence[Collector], scene: Scene) -> tuple[Collector, ...]:
    """Those of the profile that this platform has."""
    return tuple(one for one in collectors if one.profile <= scene.profile and scene.platform in one.platforms)


def make_bundle(sink: Sink, wish: Wish, clock: Callable[[], float] = time.monotonic) -> Made:
    """Collect, write and publish; OutputError, with nothing left behind, when there is no bundle in the end."""
    began, now = clock(), wish.scene.now_seconds
    try:
        archive = Archive(sink, folder=folder_name(now), time_seconds=int(now), most_bytes=wish.budget_bytes)
        summary = Summary(Instant(now, now - began), wish.scene.root)
        crew = Crew(wish.redaction, summary.hear, wish.begins)
        terms = Terms(clock, began + wish.budget_seconds, wish.budget_seconds, wish.stopped)
        reports = Run(archive, crew, terms).collect(wish.collectors, wish.scene)
        ending = _Ending(wish, reports, summary, now + clock() - began)
        archive.close(ending.files)
        sink.publish()
    finally:
        sink.discard()
    return ending.made()


def folder_name(now_seconds: float) -> str:
    """The top folder, and the file's name without its ending: a time, and nobody's name."""
    return time.strftime("mnemo-%Y%m%dT%H%M%SZ", time.gmtime(now_seconds))


class _Ending:
    """The last files of an archive, made anew when some of its members had to give way."""

    def __init__(
        self, wish: Wish, reports: tuple[CollectorReport, ...], summary: Summary, ended_seconds: float
    ) -> None:
        self._wish = wish
        self._reports = reports
        self._summary = summary.text()
        self._safe = _Safe(wish.redaction)
        self._interrupted = wish.stopped()
        self._ended_seconds = ended_seconds

    def files(self, entries: Sequence[Entry]) -> tuple[tuple[str, bytes], ...]:
        """The manifest first: where nothing else has room it stands alone."""
        self._reports = without_those_that_gave_way(self._reports, {entry.path for entry in entries})
        errors = error_lines(self._reports, self._safe)
        summary = self._safe(self._summary).encode("utf-8", "replace")
        # Last, since it counts what was redacted.
        document = manifest(self._facts(self._wish.name), self._reports, self._safe)
        return (("manifest.json", pretty(document).encode()), ("SUMMARY.md", summary), ("errors.jsonl", errors))

    def made(self) -> Made:
        facts = self._facts(self._wish.path)
        return Made(manifest(facts, self._reports, self._safe), is_complete(facts, self._reports))

    def _facts(self, path: str) -> Facts:
        wish = self._wish
        return Facts(
            version=wish.version,
            path=path,
            began_seconds=wish.scene.now_seconds,
            ended_seconds=self._ended_seconds,
            scope=wish.scene.choice.scope(),
            profile=wish.scene.profile.name.lower(),
            since_seconds=wish.scene.since_seconds,
            budget_seconds=wish.budget_seconds,
            budget_bytes=wish.budget_bytes,
            interrupted=self._interrupted,
            redactions=lambda: None if wish.redaction is None else wish.redaction.counts,
        )


class _Safe:
    """What the system said of its files and programs, as the redactor lets it pass; each text is looked at once."""

    def __init__(self, redaction: Redaction | None) -> None:
        self._redaction = redaction
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = self._redacted(text)
        return self._known[text]

    def _redacted(self, text: str) -> str:
        if self._redaction is None:
            return text
        raw = text.encode("utf-8", "surrogateescape")
        try:
            safe = b"".join(self._redaction.member(Member("manifest.json", (raw,), "log", "mnemo")))
        except RedactionError:
            return "(it could not be redacted and was left out)"
        return safe.decode("utf-8", "surrogateescape").removesuffix("" if text.endswith("\n") else "\n")
