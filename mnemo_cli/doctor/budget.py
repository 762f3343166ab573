"""How much memory a configuration allows all together, and which share of the binding limit that is.

Every component is bounded by a count; what one of its items takes is an assumption, and stated as such. A
connection of a database pool takes 1 to 5 MB, so the sum is a band. What a component takes beyond its
payload (the interpreter, allocators, threads) is not in it: that is what `fixed_bytes` is for.
"""

from typing import NamedTuple

from mnemo_cli.doctor.headroom import Headroom
from mnemo_cli.limits.levels import Edges, level_at
from mnemo_cli.model import Level, Limit, Unlimited
from mnemo_cli.units import KIB, format_percent, format_size

# What a connection takes at its two ends, with its buffers and prepared statements.
LOW_CONNECTION_BYTES, HIGH_CONNECTION_BYTES = 1_000_000, 5_000_000
ITEM_BYTES = KIB
KEY_BYTES = 64
DIMENSIONS = 768
_FLOAT_BYTES = 4


class Allowance(NamedTuple):
    """How many of each the configuration allows, and how large one of them is assumed to be."""

    events: int
    queue_items: int
    connections: int
    cache_rows: int
    history_operations: int
    fixed_bytes: int = 0
    item_bytes: int = ITEM_BYTES
    dimensions: int = DIMENSIONS
    key_bytes: int = KEY_BYTES


class Part(NamedTuple):
    """One component at its fullest, which holds `most` items; `each` says what one of them is taken to be."""

    name: str
    most: int
    each: str
    low_bytes: int
    high_bytes: int


class Budget(NamedTuple):
    """All parts together against one limit. `binding` names it; `limit_bytes` None is unknown.

    `unread` are limits that could not be read: one of them may be lower.
    """

    parts: tuple[Part, ...]
    binding: str | None
    limit_bytes: Limit | None
    edges: Edges
    unread: tuple[str, ...] = ()

    @property
    def low_bytes(self) -> int:
        return sum(part.low_bytes for part in self.parts)

    @property
    def high_bytes(self) -> int:
        return sum(part.high_bytes for part in self.parts)

    @property
    def low_ratio(self) -> float | None:
        return self._ratio(self.low_bytes)

    @property
    def high_ratio(self) -> float | None:
        return self._ratio(self.high_bytes)

    @property
    def level(self) -> Level | None:
        """The level that the high end alone would make; None where there is nothing to compare with."""
        return None if self.high_ratio is None else level_at(self.high_ratio, self.edges)

    @property
    def sentence(self) -> str:
        """What it comes to, and whether it fits."""
        band = f"{format_size(self.low_bytes)} to {format_size(self.high_bytes)}"
        if self.low_ratio is None or self.high_ratio is None or self.level is None:
            nothing = "nothing bounds its memory" if isinstance(self.limit_bytes, Unlimited) else "its limit is unknown"
            return f"Full components take {band}; {nothing}."
        shares = f"{format_percent(self.low_ratio)} to {format_percent(self.high_ratio)}"
        assert isinstance(self.limit_bytes, int)
        whole = f"Full components take {band}, {shares} of the {format_size(self.limit_bytes)} of {self.binding}"
        unread = f" Not read, and maybe lower: {', '.join(self.unread)}." if self.unread else ""
        return f"{whole}: {self._judgement(self.limit_bytes, self.level)}.{unread}"

    def _judgement(self, limit_bytes: int, level: Level) -> str:
        if self.low_bytes > limit_bytes:
            return "it cannot fit; lower the counts or raise the limit"
        if self.high_bytes > limit_bytes:
            return "it may not fit; lower the counts or raise the limit"
        return f"that alone is {level.word}" if level is not Level.NORMAL else "it fits, and stays normal"

    def _ratio(self, part_bytes: int) -> float | None:
        if not isinstance(self.limit_bytes, int):
            return None
        return part_bytes / self.limit_bytes if self.limit_bytes else float(part_bytes > 0)


def add_up(allowance: Allowance) -> tuple[Part, ...]:
    """Every component at its fullest; fixed memory only where there is some."""
    item = f"{format_size(allowance.item_bytes)} each"
    row_bytes = allowance.dimensions * _FLOAT_BYTES + allowance.key_bytes
    row = f"{allowance.dimensions} dimensions x {_FLOAT_BYTES} bytes + a key of {allowance.key_bytes} bytes"
    low, high = (allowance.connections * each for each in (LOW_CONNECTION_BYTES, HIGH_CONNECTION_BYTES))
    parts = [
        _exact("events", allowance.events, item, allowance.item_bytes),
        _exact("work queue", allowance.queue_items, item, allowance.item_bytes),
        Part("database pool", allowance.connections, "1 to 5 MB each", low, high),
        _exact("embeddings cache", allowance.cache_rows, row, row_bytes),
        _exact("history", allowance.history_operations, item, allowance.item_bytes),
    ]
    if allowance.fixed_bytes:
        parts.append(_exact("fixed memory", 1, "as configured", allowance.fixed_bytes))
    return tuple(parts)


def compare(parts: tuple[Part, ...], memory: Headroom | None, edges: Edges) -> Budget:
    """Against the limit that binds the target's memory: the one with the least headroom."""
    binding = None if memory is None else memory.binding
    if memory is None or binding is None:
        return Budget(parts, None, None if memory is None else memory.left, edges)
    return Budget(parts, binding.name, binding.limit, edges, memory.unknown)


def _exact(name: str, most: int, each: str, item_bytes: int) -> Part:
    return Part(name, most, each, most * item_bytes, most * item_bytes)
