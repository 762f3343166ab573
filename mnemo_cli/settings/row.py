"""What a row of the table says of one setting: its key, its kind, its default, and what a value of it may be."""

from enum import StrEnum
from typing import NamedTuple, TypeAlias

Value: TypeAlias = int | float | str


class Kind(StrEnum):
    """What a value is; the words stand in messages."""

    COUNT = "a whole number"
    NUMBER = "a number"
    PERCENT = "a percentage"
    SIZE = "a size"
    DURATION = "a duration"
    CHOICE = "one of"
    PATH = "a path"
    PATHS = "a list of paths"
    NEEDS = "a list"


class Row(NamedTuple):
    """One setting.

    `advised` is a narrower range: outside it a value is taken with a warning. A relative default of
    a path lies below the user's data folder. `trusted_only` settings name a place to read or write, or
    something to run, so a stranger's file cannot set them. `hidden` ones are for tests.
    """

    key: str
    kind: Kind
    default: Value
    environment: str
    help: str
    unit: str = ""
    minimum: int | float = 0
    maximum: int | float = 0
    advised: tuple[int, int] | None = None
    choices: tuple[str, ...] = ()
    flag: str | None = None
    trusted_only: bool = False
    hidden: bool = False

    @property
    def table(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]
