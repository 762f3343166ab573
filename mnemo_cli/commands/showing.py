"""The dashboard of `mnemo monitor`: its terminal and look, and what it may read and ask of the watch."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.commands.keeping import Keeping
from mnemo_cli.commands.options import ColorChoice
from mnemo_cli.commands.recordings import Recordings
from mnemo_cli.commands.reloading import Tuning
from mnemo_cli.model import Moment
from mnemo_cli.output.log import held_back
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock

if TYPE_CHECKING:
    from mnemo_cli.output.dashboard.screen import Screen
    from mnemo_cli.sampling.group_tree import GroupTree
    from mnemo_cli.sampling.machine import Sampler
    from mnemo_cli.sampling.one_process import OneProcess, OneProcessReader

_QUIT_QUESTION = "the program is still running: q again asks it to end, any other key goes on"


class LookChoice(NamedTuple):
    """What the person asked of the screen."""

    ascii_only: bool = False
    color: ColorChoice = ColorChoice.AUTO
    may_signal: bool = False


class Dashboard:
    """Shows moments until the watch is over or the person leaves."""

    def __init__(
        self,
        target: TargetChoice,
        look: LookChoice,
        tuning: Tuning,
        clock: WaitingClock,
        recordings: Recordings,
        logger: logging.Logger,
    ) -> None:
        self._target, self._look, self._tuning, self._clock = target, look, tuning, clock
        self._recordings, self._logger = recordings, logger
        self._keeping = Keeping(tuning.log, recordings, logger, clock.unix_seconds)

    def show(self, moments: Iterator[Moment], sampler: "Sampler") -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(held_back(self._logger))
            screen = stack.enter_context(self._screen(sampler, stack))
            for moment in moments:
                self._keeping.note(moment)
                screen.show(moment)

    def _screen(self, sampler: "Sampler", stack: contextlib.ExitStack) -> "Screen":
        from mnemo_cli.output.dashboard.look import Look
        from mnemo_cli.output.dashboard.screen import NO_SIGNALS, Screen
        from mnemo_cli.output.dashboard.terminal import terminal_console

        console = terminal_console(self._look.color.value)
        return Screen(
            console,
            self._clock,
            self._tuning.rhythm,
            self._tuning.scale.edges,
            Look(ascii_only=self._look.ascii_only or not console.encoding.startswith("utf")),
            ask=lambda asked: setattr(sampler, "asked", asked),
            read_groups=None if self._is_portable else self._read_groups(),
            read_process=None if self._is_portable else self._read_process(stack),
            requests=self._keeping,
            quit_question=_QUIT_QUESTION if self._target.kind == "command" else None,
            columns=self._tuning.settings.columns(),
            signal_refusal=None if self._look.may_signal else NO_SIGNALS,
            recording=lambda: self._recordings.status,
        )

    @property
    def _is_portable(self) -> bool:
        return sys.platform != "linux" or self._tuning.settings.sampler() == "portable"

    def _read_groups(self) -> "Callable[[], GroupTree]":
        from mnemo_cli.sampling.group_tree import GroupTrees

        return GroupTrees(self._target, Path("/")).read

    def _read_process(self, stack: contextlib.ExitStack) -> "Callable[[int, int], OneProcess | None]":
        """The reader is loaded when a process is first looked at alone."""
        readers: list[OneProcessReader] = []

        def read(pid: int, started: int) -> "OneProcess | None":
            from mnemo_cli.sampling.one_process import OneProcessReader

            if not readers:
                readers.append(OneProcessReader(Path("/")))
                stack.callback(readers[0].close)
            return readers[0].read(pid, started)

        return read
