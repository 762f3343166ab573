"""What the pages are told, and the pieces that they share."""

from typing import NamedTuple


class Edition(NamedTuple):
    """What the code does not know: which release this is, and when it was made (YYYY-MM-DD)."""

    version: str
    date: str


class Entry(NamedTuple):
    """A name and what it is: an environment variable, a file."""

    name: str
    text: str


class Setting(NamedTuple):
    """A setting in words. `allowed` goes on after "allowed is"; `flag` is the option that a person would type.

    `trusted_only`: it names something to read, write or run, so that ./mnemo.toml has no say in it.
    """

    key: str
    help: str
    allowed: str
    default: str
    environment: str
    flag: str | None = None
    advised: str | None = None
    trusted_only: bool = False

    @property
    def table(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]
