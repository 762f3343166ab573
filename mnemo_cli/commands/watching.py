"""One watch from its first moment to its exit code: what `mnemo monitor` runs once its options are read."""

import contextlib
import gc
import logging
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from mnemo_cli.commands.alarm import Alarm
from mnemo_cli.commands.options import ColorChoice
from mnemo_cli.commands.verdict import tell_verdict, witness_of
from mnemo_cli.errors import ExitCode, OutputError
from mnemo_cli.limits.gate import Gate
from mnemo_cli.model import Level, Moment
from mnemo_cli.output.lines import LineFormat, event_text, header, moment_text
from mnemo_cli.output.log import held_back, log_event, tell
from mnemo_cli.output.summary import output_lines, summary_line
from mnemo_cli.recording.memory_log import MemoryLog, MemoryLogSettings
from mnemo_cli.redact import printable
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.rlimits import raise_own_descriptor_limit
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.child import GRACE_SECONDS, Child, Forward, Output, exit_event
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.outcome import Bounds, Outcome
from mnemo_cli.watch.signals import EndingSignals
from mnemo_cli.watch.trackers import PublishedTrackers

if TYPE_CHECKING:
    from mnemo_cli.forensics.live.witness import Witness
    from mnemo_cli.sampling.machine import Sampler
    from mnemo_cli.settings import Settings

# The processes in a line of ndjson; nobody reads more of them once a second.
_LINE_ROWS = 20


class View(Enum):
    """How moments are shown."""

    DASHBOARD = "dashboard"
    LINES = "lines"
    NOTHING = "nothing"


class LookChoice(NamedTuple):
    """What the person asked of the screen."""

    ascii_only: bool
    color: ColorChoice


class Watching:
    """Owns everything that one watch needs, and closes it all."""

    def __init__(
        self,
        settings: "Settings",
        choice: TargetChoice,
        bounds: Bounds,
        fail_on: Level | None,
        logger: logging.Logger,
        *,
        program: list[str] | None,
    ) -> None:
        self._settings = settings
        self._choice = choice
        self._bounds = bounds
        self._logger = logger
        self._program = program
        self._clock = WaitingClock()
        self._rhythm = Rhythm(interval_seconds=settings.interval_seconds())
        self._alarm = Alarm(settings, logger)
        self._outcome = Outcome(gate=Gate(fail_on=fail_on, heeds_alerts=self._alarm.gates))
        self._child: Child | None = None
        self._forward = Forward(self._clock)
        self._witness: Witness | None = None
        self._ended_by_bound = False
        self._ended_by_us = False
        self._tree_is_gone = False
        self._output_failed = False

    def run(self, view: View, look: LookChoice, *, line_format: LineFormat | None, output: Path | None) -> int:
        """Watch to the end; the exit code."""
        gc.enable()
        gc.freeze()
        with contextlib.ExitStack() as stack:
            lines = stack.enter_context(_opened(output)) if view is View.LINES else None
            signals = stack.enter_context(EndingSignals(self._clock, self._forward))
            self._witness = witness_of(self._choice)
            if self._witness is not None:
                stack.callback(self._witness.close)
            if self._program is not None:
                self._start(self._program, view)
                stack.callback(self._end_child)
            rows = 0 if view is View.NOTHING else _LINE_ROWS
            sampler = choose_sampler(
                self._choice,
                portable=self._settings.sampler() == "portable",
                rows=rows,
                counts_processes=self._alarm.counts_processes,
                most_descriptors=raise_own_descriptor_limit(),
            )
            stack.callback(sampler.close)
            log = self._memory_log()
            stack.callback(log.close)
            stack.callback(self._alarm.close)
            if (longest := self._bounds.longest_seconds) is not None:
                self._clock.stop_after(longest)
            # Without rows the processes of the machine are not known, and not worth a walk of /proc.
            trackers = PublishedTrackers(in_containers=self._choice.is_tree or rows > 0)
            moments = self._moments(sampler, log, trackers, quietly=view is View.DASHBOARD)
            if view is View.DASHBOARD:
                self._show_dashboard(sampler, moments, look)
            else:
                self._write_lines(moments, lines, line_format or LineFormat.PLAIN, output)
            self._end_child()
            self._say_how_it_ended(expected=self._ended_by_us or signals.received is not None)
        ended = self._child.ended if self._child is not None and not self._ended_by_bound else None
        code = self._outcome.exit_code(
            self._bounds,
            timed_out=self._clock.timed_out,
            child_code=None if ended is None else ended.exit_code,
            signal_code=signals.exit_code,
        )
        return code or (ExitCode.FINDING if self._output_failed else ExitCode.DONE)

    def _start(self, program: list[str], view: View) -> None:
        """Before our own descriptor limit is raised: the program inherits the limits that we were given."""
        self._child = self._forward.child = Child(program, Output.FILE if view is View.DASHBOARD else Output.OWN)
        self._child.stops(self._clock)
        self._choice = self._choice._replace(pid=self._child.pid)
        if self._witness is not None:
            self._witness.meet(self._child.pid)

    def _moments(
        self, sampler: "Sampler", log: MemoryLog, trackers: PublishedTrackers, *, quietly: bool
    ) -> Iterator[Moment]:
        """Every moment, logged and counted, until a bound is reached."""
        for moment in watch(
            sampler,
            edges=self._settings.levels(),
            rhythm=self._rhythm,
            clock=self._clock,
            trackers=trackers,
            alerting=self._alarm.alerting,
        ):
            self._outcome = self._outcome.after(moment, self._bounds)
            log.note(moment)
            self._alarm.note(moment)
            if self._witness is not None and moment.reported:
                self._witness.note(moment.sample, sampler.pids)
                self._tree_is_gone = (target := moment.sample.target) is not None and target.processes == 0
            for event in () if quietly else moment.verdict.events:
                log_event(self._logger, event)
            yield moment
            if self._outcome.is_over(self._bounds):
                return

    def _show_dashboard(self, sampler: "Sampler", moments: Iterator[Moment], choice: LookChoice) -> None:
        from mnemo_cli.output.dashboard.look import Look
        from mnemo_cli.output.dashboard.screen import Screen, terminal_console

        console = terminal_console(choice.color.value)
        question = "the program is still running: q again asks it to end, any other key goes on"
        with (
            held_back(self._logger),
            Screen(
                console,
                self._clock,
                self._rhythm,
                self._settings.levels(),
                Look(ascii_only=choice.ascii_only or not console.encoding.startswith("utf")),
                show_rows=lambda rows: setattr(sampler, "rows", rows),
                quit_question=question if self._child is not None else None,
            ) as screen,
        ):
            for moment in moments:
                screen.show(moment)

    def _write_lines(
        self, moments: Iterator[Moment], lines: TextIO | None, line_format: LineFormat, output: Path | None
    ) -> None:
        if lines is None:
            for _ in moments:
                pass
            return
        self._write(lines, header(line_format), output)
        for moment in moments:
            self._write(lines, moment_text(moment, line_format), output)
        if self._child is not None and (ended := self._child.reap()) is not None:
            event = exit_event(self._choice, ended, self._clock.unix_seconds())
            self._write(lines, event_text(event, line_format), output)

    def _write(self, lines: TextIO, text: str, output: Path | None) -> None:
        """Lines that cannot be written end a watch, but never a program: that one goes on without them."""
        if self._output_failed:
            return
        try:
            lines.write(text)
            lines.flush()
        except OSError as err:
            if output is None:
                raise
            if self._child is None:
                raise _unwritable(output, err) from err
            self._logger.error("%s; the program goes on", _unwritable(output, err))
            self._output_failed = True

    def _end_child(self) -> None:
        """Once it has ended, nothing happens to it any more."""
        if self._child is None or self._child.ended is not None:
            return
        self._ended_by_us = self._child.reap() is None
        reached = self._clock.timed_out or self._outcome.is_over(self._bounds)
        self._ended_by_bound = reached and self._child.reap() is None
        self._child.end(GRACE_SECONDS)

    def _memory_log(self) -> MemoryLog:
        settings = MemoryLogSettings(
            path=self._settings.memory_log_file(),
            interval_seconds=self._settings.memory_log_interval_seconds(),
            max_bytes=self._settings.memory_log_max_bytes(),
        )
        return MemoryLog(settings, self._logger.warning)

    def _say_how_it_ended(self, *, expected: bool) -> None:
        if not self._choice.is_tree:
            return
        ended = self._child.ended if self._child is not None else None
        name = self._choice.pattern or f"pid {self._choice.pid}"
        tell(summary_line(name, self._outcome, self._choice.budget_bytes, ended))
        output = self._child.last_output() if self._child is not None else []
        if self._witness is not None and (ended is not None or self._tree_is_gone):
            tell_verdict(self._witness, ended, output, expected=expected)
        if self._child is not None and self._child.output_file is not None:
            tell(output_lines(str(self._child.output_file), output))


@contextlib.contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """stdout, or the file that was asked for; OutputError when it cannot be written."""
    if output is None:
        yield sys.stdout
        return
    try:
        lines = output.open("w", encoding="utf-8")
    except OSError as err:
        raise _unwritable(output, err) from err
    try:
        yield lines
    finally:
        # What could not be written was told of already.
        with contextlib.suppress(OSError):
            lines.close()


def _unwritable(output: Path, err: OSError) -> OutputError:
    return OutputError(f"cannot write {printable(str(output))}: {err.strerror}")
