"""The three answers of a reading, and the level: the words that every other noun is made of."""

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum
from typing import Final, NamedTuple, TypeAlias


class Unlimited(Enum):
    """There is a reading, and it says that no limit is set."""

    UNLIMITED = "unlimited"

    def __repr__(self) -> str:
        return "UNLIMITED"


UNLIMITED: Final = Unlimited.UNLIMITED
Limit: TypeAlias = int | Unlimited
Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


def limit_json(limit: "Limit | float | None") -> "Json":
    """The three answers in JSON: a number, "unlimited", or null (and then there is an entry in gaps)."""
    return limit.value if isinstance(limit, Unlimited) else limit


def sum_of(*parts: int | None) -> int | None:
    """Unknown as soon as one part is: with it the sum may be anything."""
    total = 0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def difference_of(whole: int | None, part: int | None) -> int | None:
    """At least 0, for the two are seldom read at the same moment; unknown as soon as one of them is."""
    return None if whole is None or part is None else max(0, whole - part)


class Level(IntEnum):
    """How full the binding limit is. Unknown is not a level: it would sort as healthy."""

    NORMAL = 0
    MODERATE = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The level in lower case, as in JSON and options."""
        return self.name.lower()


class Gap(NamedTuple):
    """A reading that we wanted and lack. `field` is its dotted name in the sample, `source` the file."""

    field: str
    source: str
    reason: str
