"""One replay from its first moment to its exit code: what `mnemo monitor --replay FILE` runs.

`mnemo monitor` calls `Replaying(path, at=…, speed=…, settings=…, logger=…).run(view, look, line_format=…, output=…,
plot=…)`, with `choice=` where a target was named too, and `fields=` with --fields. The pace is that of the screen:
lines and pictures are made as fast as they can be.
"""

import gc
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mnemo_cli.commands.lines import Lines, LinesChoice, opened
from mnemo_cli.commands.showing import LookChoice
from mnemo_cli.commands.watching import View
from mnemo_cli.errors import ExitCode, UsageError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.output.fields import Fields
from mnemo_cli.output.lines import LineFormat
from mnemo_cli.output.log import held_back, tell
from mnemo_cli.recording.playing.opened import ReplayedFile
from mnemo_cli.recording.playing.player import FASTEST, SLOWEST, Player
from mnemo_cli.recording.playing.start import span_words, start_seconds
from mnemo_cli.recording.playing.tracks import Survey, Track, longest
from mnemo_cli.redact import printable
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.units import format_size
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm
from mnemo_cli.watch.signals import EndingSignals

if TYPE_CHECKING:
    from mnemo_cli.output.dashboard.screen import Screen
    from mnemo_cli.settings import Settings

# What the history of the screen can show of the time before --at.
_EARLIER_SECONDS = 600.0
# A screen that is drawn more often than this shows nobody more.
_FRAME_SECONDS = 0.1
_LONG_READ_BYTES = 100 << 20
_END_LOOK_SECONDS = 3600.0


class Replaying:
    """A recording, from when on, and at which pace; `choice` names whose samples, where it has several."""

    def __init__(
        self,
        path: Path,
        *,
        at: str | None,
        speed: float,
        settings: "Settings",
        logger: logging.Logger,
        choice: TargetChoice | None = None,
    ) -> None:
        # Also what is no number is outside.
        if not SLOWEST <= speed <= FASTEST:
            raise UsageError(f"--speed {speed:g} is outside {SLOWEST:g} to {FASTEST:g}; 10 is ten times as fast")
        self._file = ReplayedFile(path)
        self._at, self._speed, self._settings, self._logger = at, speed, settings, logger
        self._choice = choice or TargetChoice()
        self._clock = WaitingClock()
        # Faster and slower change this one; at 1 the replay has the speed that was asked for.
        self._rhythm = Rhythm(interval_seconds=1.0)

    def run(
        self,
        view: View,
        look: LookChoice,
        *,
        line_format: LineFormat | None,
        output: Path | None,
        plot: Path | None,
        fields: Fields | None = None,
    ) -> int:
        """To the end, or until the person leaves; the exit code. With `plot` lines are made only where asked for."""
        gc.enable()
        gc.freeze()
        if plot is not None:
            from mnemo_cli.output.plot.file import check_picture

            check_picture(plot)
        track, began_seconds = self._found()
        if plot is not None:
            self._draw(track, began_seconds, plot)
        lines = LinesChoice(line_format, output, fields or Fields())
        if plot is not None and not lines.are_wanted:
            return ExitCode.DONE
        if view is View.DASHBOARD:
            return self._show(track, began_seconds, look)
        if view is View.LINES:
            self._write(track, began_seconds, lines)
        return ExitCode.DONE

    def _found(self) -> tuple[Track, float | None]:
        """What is replayed, and from when on; said before a screen hides what is said."""
        if self._file.size_bytes > _LONG_READ_BYTES:
            tell(f"reading {self._file.name}, {format_size(self._file.size_bytes)}")
        survey = self._file.survey()
        self._warn_of_strange(survey)
        tracks = [track for track in survey.tracks if track.is_of(self._choice)]
        if not tracks:
            names = ", ".join(dict.fromkeys(track.name for track in survey.tracks))
            raise UsageError(f"{self._file.name} has no samples of that target; it has those of: {names}")
        track, began_seconds = self._from_when(tracks)
        if len(survey.tracks) > 1:
            tell(
                f"{self._file.name} has {len(survey.tracks)} series; this is {track.name}, {track.samples:,} samples, "
                f"{span_words(track)}; a target (--host, --cgroup, …) or --at chooses another one"
            )
        return track, began_seconds

    def _from_when(self, tracks: list[Track]) -> tuple[Track, float | None]:
        """The longest one, of those that reach to --at."""
        if self._at is None:
            return longest(tracks), None
        starts = [(track, start_seconds(self._at, track)) for track in tracks]
        reached = {track: seconds for track, seconds in starts if seconds is not None}
        if not reached:
            raise UsageError(
                f"--at {printable(self._at)} is outside the recording {self._file.name}: "
                f"it runs from {span_words(longest(tracks))}"
            )
        track = longest(reached)
        return track, reached[track]

    def _warn_of_strange(self, survey: Survey) -> None:
        first = survey.first_strange
        if first is not None:
            count = "1 line is" if survey.strange == 1 else f"{survey.strange:,} lines are"
            which = "" if survey.strange == 1 else "the first is "
            self._logger.warning(
                "%s: %s left out; %sline %s: %s",
                self._file.name, count, which, f"{first.line_number:,}", printable(first.reason),
            )  # fmt: skip

    def _moments(self, track: Track, began_seconds: float | None) -> Iterator[Moment]:
        moments = self._file.moments(track)
        return moments if began_seconds is None else _since(moments, began_seconds)

    def _draw(self, track: Track, began_seconds: float | None, plot: Path) -> None:
        from mnemo_cli.output.plot.file import write_picture
        from mnemo_cli.output.plot.gathered import Gathering

        gathering = Gathering()
        for moment in self._moments(track, began_seconds):
            gathering.note(moment)
        gathered = gathering.gathered()
        if gathered is not None:
            write_picture(gathered, self._edges(track), plot)

    def _write(self, track: Track, began_seconds: float | None, choice: LinesChoice) -> None:
        with opened(choice) as file:
            lines = Lines(choice, file, self._logger, goes_on=False)
            for moment in self._moments(track, began_seconds):
                lines.note(moment)

    def _show(self, track: Track, began_seconds: float | None, look: LookChoice) -> int:
        from mnemo_cli.output.dashboard.look import Look
        from mnemo_cli.output.dashboard.screen import Screen
        from mnemo_cli.output.dashboard.terminal import terminal_console

        console = terminal_console(look.color.value)
        progress = _Progress(track)
        with (
            EndingSignals(self._clock, lambda _: self._clock.stop()) as signals,
            held_back(self._logger),
            Screen(
                console,
                self._clock,
                self._rhythm,
                self._edges(track),
                Look(ascii_only=look.ascii_only or not console.encoding.startswith("utf")),
                columns=self._settings.columns(),
                replayed=lambda: progress.ratio,
                host_name=printable(self._file.path.name),
            ) as screen,
        ):
            self._play(self._file.moments(track), began_seconds, screen, progress)
            # The end stays there until the person has seen it.
            while self._clock.wait(_END_LOOK_SECONDS):
                pass
        return signals.exit_code or ExitCode.DONE

    def _edges(self, track: Track) -> Edges:
        """Those that it was judged by, where it tells them."""
        return self._settings.levels() if track.edges is None else track.edges

    def _play(
        self, moments: Iterator[Moment], began_seconds: float | None, screen: "Screen", progress: "_Progress"
    ) -> None:
        player = Player(
            self._clock,
            speed=lambda: self._speed / self._rhythm.interval_seconds,
            is_paused=lambda: screen.paused,
        )
        if began_seconds is not None:
            moments = _with_past(moments, began_seconds, screen)
        drawn_seconds = float("-inf")
        for moment in player.play(moments):
            progress.note(moment)
            now = self._clock.seconds()
            if player.is_late and now - drawn_seconds < _FRAME_SECONDS and not moment.verdict.events:
                screen.remember(moment)
            else:
                drawn_seconds = now
                screen.show(moment)


class _Progress:
    """How far the replay is, by the time of the samples."""

    def __init__(self, track: Track) -> None:
        self._track = track
        self.ratio = 0.0

    def note(self, moment: Moment) -> None:
        span = self._track.span_seconds
        passed = moment.sample.time_seconds - self._track.first_seconds
        self.ratio = min(1.0, max(0.0, passed / span)) if span > 0 else 1.0


def _since(moments: Iterable[Moment], began_seconds: float) -> Iterator[Moment]:
    """From the first one at or after a time: a recording has milliseconds."""
    has_begun = False
    for moment in moments:
        has_begun = has_begun or moment.sample.time_seconds >= began_seconds - 0.001
        if has_begun:
            yield moment


def _with_past(moments: Iterable[Moment], began_seconds: float, screen: "Screen") -> Iterator[Moment]:
    """The same, with what was shortly before it in the history of the screen."""
    has_begun = False
    for moment in moments:
        at_seconds = moment.sample.time_seconds
        has_begun = has_begun or at_seconds >= began_seconds - 0.001
        if has_begun:
            yield moment
        elif at_seconds >= began_seconds - _EARLIER_SECONDS:
            screen.remember(moment)
