"""What becomes of the target: a program that `mnemo monitor` starts, or a process that it watches, to the last word."""

from typing import TYPE_CHECKING

from mnemo_cli.commands.verdict import tell_verdict, witness_of
from mnemo_cli.model import Event, Moment
from mnemo_cli.output.log import tell
from mnemo_cli.output.summary import output_lines, summary_line
from mnemo_cli.watch.child import GRACE_SECONDS, Child, Ended, Forward, Output, exit_event

if TYPE_CHECKING:
    from mnemo_cli.forensics.live.witness import Witness
    from mnemo_cli.sampling.machine import Sampler
    from mnemo_cli.sampling.target import TargetChoice
    from mnemo_cli.watch.clock import WaitingClock
    from mnemo_cli.watch.outcome import Outcome


class Fate:
    """Follows the target of a watch. Without a program, and without processes as the target, there is nothing to do."""

    def __init__(self, choice: "TargetChoice", clock: "WaitingClock") -> None:
        self.choice = choice
        # Hands our signals to the program.
        self.forward = Forward(clock, to_program=choice.kind == "command")
        self._clock = clock
        self._witness: Witness | None = witness_of(choice)
        self._child: Child | None = None
        self._ended_by_us = False
        self._ended_by_bound = False
        self._tree_is_gone = False

    def start(self, program: list[str], output: Output) -> None:
        """Before our own descriptor limit is raised: the program inherits the limits that we were given."""
        self._child = Child(program, output)
        self.forward.follow(self._child)
        self._child.stops(self._clock)
        self.choice = self.choice._replace(pid=self._child.pid)
        if self._witness is not None:
            self._witness.meet(self._child.pid)

    def note(self, moment: Moment, sampler: "Sampler") -> None:
        """What the last words need to know of each moment."""
        if self._witness is not None and moment.reported:
            self._witness.note(moment.sample, sampler.pids)
            self._tree_is_gone = (target := moment.sample.target) is not None and target.processes == 0

    def last_event(self) -> Event | None:
        """The end of the program, if it has ended."""
        if self._child is None or (ended := self._child.reap()) is None:
            return None
        return exit_event(self.choice, ended, self._clock.unix_seconds())

    def end(self, *, bound_is_reached: bool) -> None:
        """End the program, if it runs. Once it has ended, nothing happens to it any more."""
        if self._child is None or self._child.ended is not None:
            return
        self._ended_by_us = self._child.reap() is None
        self._ended_by_bound = bound_is_reached and self._child.reap() is None
        self._child.end(GRACE_SECONDS)

    @property
    def exit_code(self) -> int | None:
        """The program's own; None where a bound ended it, and without one."""
        ended = self._ended
        return None if ended is None or self._ended_by_bound else ended.exit_code

    @property
    def largest_bytes(self) -> int | None:
        """The peak of the program's largest process; None without one."""
        return None if self._ended is None else self._ended.largest_bytes

    def tell(self, outcome: "Outcome", *, expected: bool) -> None:
        """The last words: what was used, why it died, and where the output is."""
        if not self.choice.is_tree:
            return
        name = self.choice.pattern or f"pid {self.choice.pid}"
        tell(summary_line(name, outcome, self.choice.budget_bytes, self._ended, by_us=self._ended_by_us))
        output = self._child.last_output() if self._child is not None else []
        if self._witness is not None and (self._ended is not None or self._tree_is_gone):
            tell_verdict(self._witness, self._ended, output, expected=expected or self._ended_by_us)
        if self._child is not None and self._child.output_file is not None:
            tell(output_lines(str(self._child.output_file), output))

    def close(self) -> None:
        if self._witness is not None:
            self._witness.close()

    @property
    def _ended(self) -> Ended | None:
        return self._child.ended if self._child is not None else None
