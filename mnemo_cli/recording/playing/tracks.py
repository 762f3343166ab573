"""What a recording holds: whose samples, how many, from when to when; and what in it is strange.

A memory log has the lines of many watches. Those of one scope that follow one another are one track, as when a
service was started again; those that were written at the same time are several.
"""

from collections.abc import Iterable
from typing import NamedTuple

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Scope
from mnemo_cli.recording.reading.line import Recorded, Strange
from mnemo_cli.redact import printable
from mnemo_cli.sampling.target import TargetChoice

_Piece = tuple[Scope, int | None]


class Track(NamedTuple):
    """Samples that belong together. Times are Unix times. `writer_pids` are of the programs that wrote a log.

    `edges` are those of the levels when it began, where the recording tells them.
    """

    scope: Scope
    writer_pids: frozenset[int | None]
    samples: int
    first_seconds: float
    last_seconds: float
    edges: Edges | None = None

    def has(self, recorded: Recorded) -> bool:
        """Whether it is of this track."""
        return recorded.writer_pid in self.writer_pids and recorded.moment.sample.scope == self.scope

    @property
    def span_seconds(self) -> float:
        return self.last_seconds - self.first_seconds

    @property
    def name(self) -> str:
        """ "cgroup /app", "host"."""
        name = printable(self.scope.name)
        return name if self.scope.kind in ("host", name.partition(" ")[0]) else f"{self.scope.kind} {name}"

    def is_of(self, choice: TargetChoice) -> bool:
        """Whether it is what a person named; any is, if nothing was named."""
        if choice.kind == "own":
            return True
        wanted = choice.scope()
        if (self.scope.kind, self.scope.pid) != (wanted.kind, wanted.pid):
            return False
        return self.scope.name.strip("/") == wanted.name.strip("/") or wanted.kind in ("process", "host")


class Survey(NamedTuple):
    """A recording as a whole. `first_strange` is the first of the lines that are left out."""

    tracks: tuple[Track, ...]
    strange: int
    first_strange: Strange | None


def survey(lines: Iterable[Recorded | Strange]) -> Survey:
    """One walk through all of it."""
    pieces: dict[_Piece, Track] = {}
    strange, first_strange = 0, None
    for line in lines:
        if isinstance(line, Strange):
            strange, first_strange = strange + 1, first_strange or line
        elif line.moment.reported:
            sample = line.moment.sample
            key = sample.scope, line.writer_pid
            pieces[key] = _grown(pieces.get(key) or _new(line), sample.time_seconds)
    return Survey(_joined(pieces.values()), strange, first_strange)


def longest(tracks: Iterable[Track]) -> Track:
    """That of the longest time; of equal ones that of the most samples."""
    return max(tracks, key=lambda track: (track.span_seconds, track.samples))


def _new(line: Recorded) -> Track:
    sample = line.moment.sample
    edges = None if line.about is None else line.about.edges
    return Track(sample.scope, frozenset({line.writer_pid}), 0, sample.time_seconds, sample.time_seconds, edges)


def _grown(track: Track, time_seconds: float) -> Track:
    return track._replace(
        samples=track.samples + 1,
        first_seconds=min(track.first_seconds, time_seconds),
        last_seconds=max(track.last_seconds, time_seconds),
    )


def _joined(pieces: Iterable[Track]) -> tuple[Track, ...]:
    tracks: list[Track] = []
    for piece in sorted(pieces, key=lambda piece: piece.first_seconds):
        for position, track in enumerate(tracks):
            if track.scope == piece.scope and track.last_seconds <= piece.first_seconds:
                tracks[position] = track._replace(
                    writer_pids=track.writer_pids | piece.writer_pids,
                    samples=track.samples + piece.samples,
                    last_seconds=piece.last_seconds,
                )
                break
        else:
            tracks.append(piece)
    return tuple(tracks)
