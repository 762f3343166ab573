"""A check is a card and a function: the card names it for good, the function turns evidence into one of four answers.

    Pass      looked at, and in order
    Fault     something to do or to know: a note, a warning or an error
    Unknown   it could not be told, and what would make it known
    Skipped   it does not apply here, and why

The docstring of a check's module is its page. Checks do not know each other.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mnemo_cli.model import Limit

if TYPE_CHECKING:
    from mnemo_cli.doctor.evidence import Evidence

Word: TypeAlias = Literal["note", "warning", "error"]
# What a check looks at, and with that where it can be made: `use` needs a running process, `limit` what a
# process (or a command to come) inherits, `group` its control groups, `user` all processes of its user,
# `host` the machine, `config` the files below /etc.
About: TypeAlias = Literal["use", "limit", "group", "user", "host", "config"]
LINUX: tuple[str, ...] = ("linux",)
EVERYWHERE: tuple[str, ...] = ("linux", "darwin")

# The same edges as for memory: above 60 % is high, above 80 % critical.
HIGH_RATIO = 0.60
CRITICAL_RATIO = 0.80


class Pass(NamedTuple):
    """In order; the numbers are shown where there are some."""

    message: str = "in order"
    used: int | None = None
    limit: Limit | None = None
    unit: str = ""
    layer: str | None = None
    source: str | None = None
    hits: int | None = None


class Fault(NamedTuple):
    """What is wrong, in the unit of the check; `fixes` are lines ready to be typed."""

    severity: Word
    message: str
    used: int | None = None
    limit: Limit | None = None
    unit: str = ""
    layer: str | None = None
    source: str | None = None
    hits: int | None = None
    fixes: tuple[str, ...] = ()


class Unknown(NamedTuple):
    """Why it could not be told; `would_help` is the privilege or place that would tell."""

    reason: str
    would_help: str | None = None


class Skipped(NamedTuple):
    """Why there is nothing to judge here."""

    reason: str


Outcome: TypeAlias = Pass | Fault | Unknown | Skipped


class Check(NamedTuple):
    """The card of a check: its stable id, its readable slug, and the function that judges."""

    id: str
    slug: str
    run: "Callable[[Evidence], Outcome]"
    about: About
    systems: tuple[str, ...] = LINUX


def fullness(used: int, limit: Limit) -> Word | None:
    """How bad this much use is: an error above 80 %, a warning above 60 %; None below, and where nothing is bounded."""
    if not isinstance(limit, int):
        return None
    used_ratio = used / limit if limit else 1.0
    if used_ratio > CRITICAL_RATIO:
        return "error"
    return "warning" if used_ratio > HIGH_RATIO else None


def share(used: int, limit: int) -> str:
    """ "3,810 of 4,096 (93%)"."""
    return f"{used:,} of {limit:,} ({used / limit:.0%})" if limit else f"{used:,} of 0"
