"""What a supervisor before ours has left on the workers: it is told of at any time before `recover` asks for it."""

from collections.abc import Iterator, Mapping

from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Message, end_of
from mnemo_cli.orchestrate.engines.engine import EngineEvent, Finished, Lost
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.outcome import reason_of


class Inherited:
    """Attempts that go on, and ends: those outlive the worker that told of them."""

    def __init__(self) -> None:
        self._running: dict[str, frozenset[Key]] = {}
        self._ends: dict[Key, tuple[str, Message]] = {}

    @property
    def is_empty(self) -> bool:
        return not self._ends and not any(self._running.values())

    @property
    def ends(self) -> Mapping[Key, tuple[str, Message]]:
        """Each with the agent that told of it."""
        return self._ends

    @property
    def running(self) -> Iterator[tuple[str, Key]]:
        """With the agents. Across a partition two of them may have one attempt."""
        for agent, keys in self._running.items():
            yield from ((agent, key) for key in keys)

    def meet(self, greeting: Greeting) -> None:
        self._running[greeting.agent] = frozenset(greeting.running)
        for message in greeting.ends:
            self.note_end(end_of(message)[0].key, greeting.agent, message)

    def note_end(self, key: Key, agent: str, message: Message) -> None:
        """The first one counts."""
        self._ends.setdefault(key, (agent, message))

    def lose(self, agent: str) -> None:
        """What went on there is gone with it."""
        self._running.pop(agent, None)


def unless_stopped(event: EngineEvent) -> EngineEvent:
    """The end of what was told to end, by somebody who cannot say why any more: not the job's fault, then."""
    if isinstance(event, Finished):
        reason = reason_of(event.ended, stopped_for="preempted", host_ooms_rose=False)
        if reason == "preempted":
            return Lost(event.key, "a supervisor before had it ended")
    return event
