"""Where the value of a setting came from, in the words of `config show --origin` and of messages."""

from typing import Literal, NamedTuple, TypeAlias

Layer: TypeAlias = Literal["flag", "environment", "file", "default"]


class Origin(NamedTuple):
    """`source` is the flag, the variable or the file's path; a default has none."""

    layer: Layer
    source: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return self.layer if self.source is None else f"{self.layer} {self.place}"

    @property
    def place(self) -> str:
        """How a message begins: "/etc/mnemosyne/config.toml:3", "MNEMOSYNE_EVENT_TTL", "--interval"."""
        if self.source is None:
            return self.layer
        return self.source if self.line is None else f"{self.source}:{self.line}"
