"""The nouns of a response: the occasion that it answers, what came of it, and the card that a table lists."""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.degrade.reading import Reading
from mnemo_cli.degrade.steps import Step
from mnemo_cli.degrade.workload import Workload

ActionName: TypeAlias = Literal[
    "notify", "evict", "throttle", "defer", "freeze", "drain", "save", "close", "terminate"
]  # fmt: skip
Outcome: TypeAlias = Literal["done", "nothing", "failed"]


class Occasion(NamedTuple):
    """Why a response is called: the step that was entered or left, and the reading that did it.

    `request` says so when another program asked for it. `deadline_seconds` is for a drain, on the
    reading's clock; `fraction` for an eviction.
    """

    step: Step
    reading: Reading
    is_up: bool = True
    is_blind: bool = False
    request: str | None = None
    fraction: float = 0.25
    deadline_seconds: float = 0.0


class Result(NamedTuple):
    """What came of it, in one word for programs and one sentence for people."""

    outcome: Outcome
    text: str


class Response(NamedTuple):
    """The card of a response: how it is called, and what it does."""

    name: ActionName
    act: Callable[[Workload, Occasion], Result]


def told(said: str | None, nothing: str) -> Result:
    """What a workload said it did; `nothing` where there was nothing to do."""
    return Result("nothing", nothing) if said is None else Result("done", said)
