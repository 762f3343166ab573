"""What a component tells of itself while it works: the name of a counter and its new value.

`mnemo_cli.tracker` gives such a callable for each of its components; a print or a dict's
`__setitem__` is one too. It is called while the component holds its lock, so it must be quick, must
not call the component, and must not raise.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

Counter: TypeAlias = Literal[
    "used",
    "limit",
    "used_bytes",
    "limit_bytes",
    "evicted_total",
    "expired_total",
    "rejected_total",
    "blocked_seconds_total",
    "hits_total",
    "misses_total",
]
Report: TypeAlias = Callable[[Counter, float], None]


def silent(counter: Counter, value: float) -> None:
    """Tells nobody."""
