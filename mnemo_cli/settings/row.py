"""What a row of the table says of one setting: its key, its kind, its default, and what a value of it may be."""

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from mnemo_cli.units import GIB, MIB

Value: TypeAlias = int | float | str
DAY_SECONDS = 86_400
_MOST = 1_000_000_000
_MOST_BYTES = MIB * GIB


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
    FILE = "a file"
    URL = "an http or https URL"
    WORDS = "a program with its arguments"
    SOME = "some of"
    NEEDS = "a list"


class Row(NamedTuple):
    """One setting.

    `advised` is a narrower range: outside it a value is taken with a warning. A relative default of
    a path lies below the user's data folder. `trusted_only` settings name a place to read or write, or
    something to run, so a stranger's file cannot set them. `hidden` ones are for tests. "" stands for none
    where a kind is a list, a file, a URL or a program.
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


def percent(key: str, environment: str, default: int, help: str) -> Row:
    return Row(
        key=key, kind=Kind.PERCENT, default=default, environment=environment, help=help, unit="percent", maximum=100
    )


def count(
    key: str,
    environment: str,
    default: int,
    unit: str,
    help: str,
    *,
    maximum: int = _MOST,
    advised: tuple[int, int] | None = None,
) -> Row:
    return Row(
        key=key,
        kind=Kind.COUNT,
        default=default,
        environment=environment,
        help=help,
        unit=unit,
        minimum=1,
        maximum=maximum,
        advised=advised,
    )


def duration(
    key: str,
    environment: str,
    default: float,
    help: str,
    *,
    minimum: float = 1,
    maximum: float = 30 * DAY_SECONDS,
    flag: str | None = None,
) -> Row:
    return Row(
        key=key,
        kind=Kind.DURATION,
        default=default,
        environment=environment,
        help=help,
        unit="seconds",
        minimum=minimum,
        maximum=maximum,
        flag=flag,
    )


def size(key: str, environment: str, default: int, help: str, *, minimum: int = 0, flag: str | None = None) -> Row:
    return Row(
        key=key,
        kind=Kind.SIZE,
        default=default,
        environment=environment,
        help=help,
        unit="bytes",
        minimum=minimum,
        maximum=_MOST_BYTES,
        flag=flag,
    )


def cores(key: str, environment: str, default: float, help: str) -> Row:
    # A thousandth of a core is the least that Kubernetes can express.
    return Row(
        key=key,
        kind=Kind.NUMBER,
        default=default,
        environment=environment,
        help=help,
        unit="cores",
        minimum=0.001,
        maximum=4096,
    )


def file(key: str, environment: str, help: str, *, flag: str | None = None) -> Row:
    """One that may be read, from settings that are trusted; by default there is none."""
    return Row(key=key, kind=Kind.FILE, default="", environment=environment, help=help, flag=flag, trusted_only=True)
