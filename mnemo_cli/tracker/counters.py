"""The parts of a tracker that a program holds on to: a gauge, a counter, a component.

Each writes its own words, once it is bound to a storage; a forked child binds them anew. A gauge is
one store; what is added to a number is added under a lock, so that no thread's part is lost.

Locks are taken by `acquire` and `release`: `with` costs twice as much. An interrupt (Ctrl-C) may
arrive right after either call, and at the first line of a function: so the lock is given back in the
except clause itself, whether it was taken or not.

Between the two calls there is none: a signal handler that records runs only after a call, and what it
added is never overwritten by what the code below it had read.
"""

# threading.RLock itself, without what else a program that has one thread would have to import.
from _thread import RLock

from mnemo_cli.tracker import layout
from mnemo_cli.tracker.layout import MOST
from mnemo_cli.tracker.numbers import at_least
from mnemo_cli.tracker.storage import Storage

# Longer than a tracker lives; the nanoseconds still fit into a word.
_MOST_SECONDS = 4e9


class Gauge:
    """A number that goes up and down, as a double; not a number means not known."""

    __slots__ = ("_cell", "_declared")

    def __init__(self, slot: int, name: str, unit: str) -> None:
        self._declared = _metric(slot, name, unit, layout.GAUGE)

    def set(self, value: float) -> None:
        """Now it is `value`; TypeError for what is not a number."""
        self._cell[0] = value

    def bind(self, storage: Storage) -> None:
        """Write into these words from now on; nothing was measured there yet."""
        word = self._declared.word + layout.VALUE_OFFSET
        self._cell = storage.doubles[word : word + 1]
        self._cell[0] = float("nan")
        self._declared.put(storage)


class Counter:
    """A whole number that only grows, exact under threads."""

    __slots__ = ("_cell", "_declared", "_lock", "_value")

    def __init__(self, slot: int, name: str, unit: str) -> None:
        self._value = 0
        self._declared = _metric(slot, name, unit, layout.COUNTER)

    def inc(self, amount: int = 1) -> None:
        """Add a whole number, 0 or more; ValueError or TypeError for anything else."""
        if amount.__class__ is not int or amount < 0:
            amount = at_least("what a counter grows by", amount, 0)
        lock = self._lock
        try:
            lock.acquire()
            # A total of more than 63 bits is refused by the first store, before the value has changed.
            self._cell[0] = self._value = self._value + amount
            lock.release()
        except BaseException as err:
            try:  # noqa: SIM105 (suppress() is a function that an interrupt may end at its first line)
                lock.release()
            except RuntimeError:
                pass
            if isinstance(err, ValueError) and self._value + amount >= 1 << 63:
                raise ValueError(f"a counter holds 63 bits, and is too small for {amount!r} more") from None
            raise

    def bind(self, storage: Storage) -> None:
        """Count into these words from now on, from zero."""
        self._lock = RLock()
        word = self._declared.word + layout.VALUE_OFFSET
        self._cell = storage.words[word : word + 1]
        self._value = self._cell[0] = 0
        self._declared.put(storage)


class Component:
    """One thing that must not grow without bound. Calling it with a counter's name and new value reports.

    It is the `report` that the classes of `mnemo_cli.bounded` take; for code of one's own,
    `component("used", 12)` says that 12 are in it now.
    """

    __slots__ = ("_declared", "_first", "_inherited", "_told", "_words", "name")

    def __init__(self, slot: int, name: str, unit: str, policy: str) -> None:
        self.name = name
        self._first = layout.COMPONENTS_AT + slot * layout.COMPONENT_WORDS
        self._declared = _Declared(
            self._first,
            layout.label(name, layout.LABEL_BYTES)
            + layout.label(unit, layout.UNIT_BYTES)
            + layout.label(policy, layout.UNIT_BYTES),
        )
        self._told: dict[str, int] = {}
        self._inherited: dict[str, int] = {}

    def __call__(self, counter: str, value: float) -> None:
        """Report one counter; KeyError for a name that components do not have, TypeError or ValueError for
        what is not a whole number of 0 or more."""
        offset = layout.COMPONENT_OFFSETS[counter]
        if counter == "blocked_seconds_total":
            value = round(max(-1.0, min(value, _MOST_SECONDS)) * 1e9)
        number: int = value  # type: ignore[assignment]  # made sure of by the next line
        if number.__class__ is not int or not 0 <= number <= MOST:
            number = at_least(counter, number, 0)
        self._told[counter] = number
        if counter in self._inherited:
            number = self._own(counter, number)
        self._words[self._first + offset] = number

    def set_limit(self, word: int) -> None:
        """How many may be in it, as a word of the file."""
        self._told["limit"] = self._words[self._first + layout.COMPONENT_OFFSETS["limit"]] = word

    def bind(self, storage: Storage) -> None:
        """Report into these words from now on: the limits go along, nothing else was told there yet."""
        self._words = storage.words
        self._inherited = {counter: total for counter, total in self._told.items() if counter.endswith("_total")}
        limits = {counter: limit for counter, limit in self._told.items() if counter in ("limit", "limit_bytes")}
        for counter, value in {**limits, "used": layout.NOT_TOLD, "used_bytes": layout.NOT_TOLD}.items():
            self._words[self._first + layout.COMPONENT_OFFSETS[counter]] = value
        self._declared.put(storage)

    def _own(self, counter: str, total: int) -> int:
        """Without what the parent of a forked child had counted, and has in a file of its own."""
        if total < self._inherited[counter]:
            self._inherited[counter] = 0  # made anew in the child, it counts from zero
        return total - self._inherited[counter]


class _Declared:
    """A name with its unit, as bytes from a word on: what a reader recognises a part by, so it is put last."""

    __slots__ = ("_field", "word")

    def __init__(self, word: int, field: bytes) -> None:
        self.word = word
        self._field = field

    def put(self, storage: Storage) -> None:
        storage.put(self.word, self._field)


def _metric(slot: int, name: str, unit: str, kind: int) -> _Declared:
    field = layout.label(name, layout.LABEL_BYTES) + layout.label(unit, layout.UNIT_BYTES) + layout.word(kind)
    return _Declared(layout.METRICS_AT + slot * layout.METRIC_WORDS, field)
