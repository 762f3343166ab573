"""What a key asks for beyond what is chosen, and who does it."""

from typing import Literal, NamedTuple, Protocol, TypeAlias

RequestKind: TypeAlias = Literal[
    "quit", "faster", "slower", "mark", "snapshot", "record", "acknowledge", "signal"
]  # fmt: skip


class Request(NamedTuple):
    """One of them. `argument` is the name of a signal."""

    kind: RequestKind
    argument: str = ""


class Requests(Protocol):
    """Whoever owns the watch and its files; each answer is the sentence for the footer, failures included."""

    def mark(self, text: str) -> str:
        """Put a mark into the log and the recording."""
        ...

    def snapshot(self) -> str:
        """Write the present sample to a file."""
        ...

    def record(self) -> str:
        """Begin a recording, or end the one that is written."""
        ...
