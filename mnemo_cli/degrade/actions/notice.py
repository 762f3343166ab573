"""The nouns of an action: one firing of an alert, the notice that tells of some, and why a notice was not sent."""

from typing import NamedTuple, Protocol

from mnemo_cli.model.alerts import Alert


class Episode(NamedTuple):
    """One firing of an alert, in Unix time; `ended_seconds` is None while it goes on."""

    alert: Alert
    started_seconds: float
    ended_seconds: float | None = None

    @property
    def is_over(self) -> bool:
        return self.ended_seconds is not None


class Notice(NamedTuple):
    """What one destination is told at once.

    `episodes` are all that are firing and those that ended since; `news` are the ones that it is about. `lost`
    alerts were dropped since the last notice because there were too many. `is_repeat`: all of it was told before.
    """

    episodes: tuple[Episode, ...]
    news: tuple[Episode, ...]
    is_repeat: bool = False
    lost: int = 0

    @property
    def is_firing(self) -> bool:
        return any(not episode.is_over for episode in self.episodes)


class Action(Protocol):
    """One way to tell. `shown` names the destination to people, without secrets."""

    @property
    def name(self) -> str: ...

    @property
    def shown(self) -> str: ...

    def send(self, notice: Notice) -> None:
        """Raises NotSentError. Called by one thread at a time."""
        ...

    def end(self) -> None:
        """From another thread: what still runs of a `send` is ended, for there is no time left."""
        ...
