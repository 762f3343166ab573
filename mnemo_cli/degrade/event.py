"""What the ladder did, as one event: for a log line, the memory log, a journal."""

from typing import NamedTuple

from mnemo_cli.degrade.responses.action import ActionName, Outcome
from mnemo_cli.degrade.steps import Step
from mnemo_cli.model import Event, Level


class LadderEvent(NamedTuple):
    """One action at one step; `text` is for people. `time_seconds` is Unix time."""

    time_seconds: float
    step: Step
    action: ActionName
    outcome: Outcome
    text: str

    def marked(self, level: Level | None) -> Event:
        """The same as an event of the watch, beside those of its moment."""
        return Event(
            time_seconds=self.time_seconds,
            event="mark",
            level=level,
            text=f"{self.action}: {self.text}",
            fields={"step": self.step.word, "action": self.action, "outcome": self.outcome},
        )
