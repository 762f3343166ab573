"""What happens in a run, as it happens: lines for people on stderr, or ndjson on stdout."""

import sys
from typing import Protocol

from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.model import Level, Moment
from mnemo_cli.orchestrate.run.run import Happening
from mnemo_cli.output.orchestrate.document import happening_line
from mnemo_cli.output.orchestrate.words import happening_text
from mnemo_cli.recording.document import encode, event_document, timestamp


class Listener(Protocol):
    """Whoever is told of a run while it goes on."""

    def happened(self, happening: Happening) -> None: ...

    def climbed(self, event: LadderEvent, level: Level | None) -> None: ...

    def sampled(self, moment: Moment) -> None: ...


class Silence:
    """Nobody is told: --quiet, or a format that is printed at the end."""

    def happened(self, happening: Happening) -> None:
        return

    def climbed(self, event: LadderEvent, level: Level | None) -> None:
        return

    def sampled(self, moment: Moment) -> None:
        return


class PlainLines:
    """A line for each end of an attempt; with `starts` for each start too. Levels and OOM kills are told as well."""

    def __init__(self, *, starts: bool) -> None:
        self._starts = starts

    def happened(self, happening: Happening) -> None:
        if self._starts or happening.what != "started":
            _say(happening.now.unix_seconds, happening_text(happening))

    def climbed(self, event: LadderEvent, level: Level | None) -> None:
        _say(event.time_seconds, f"{event.step.word}: {event.action}: {event.text}")

    def sampled(self, moment: Moment) -> None:
        for event in moment.verdict.events:
            _say(event.time_seconds, f"{event.event}: {event.text}")


class JsonLines:
    """Everything, one JSON document a line."""

    def happened(self, happening: Happening) -> None:
        _print(happening_line(happening))

    def climbed(self, event: LadderEvent, level: Level | None) -> None:
        _print(encode(event_document(event.marked(level))) + "\n")

    def sampled(self, moment: Moment) -> None:
        for event in moment.verdict.events:
            _print(encode(event_document(event)) + "\n")


def _say(time_seconds: float, text: str) -> None:
    sys.stderr.write(f"{timestamp(time_seconds)[11:19]}Z  {text}\n")


def _print(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()
