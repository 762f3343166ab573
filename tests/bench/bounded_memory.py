"""Embeddings and histories: memory in a child program, and rates beside the barest thing that does the same."""

import json
import subprocess
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy

from mnemo_cli.bounded.embeddings import EmbeddingsCache
from mnemo_cli.bounded.history import OperationHistory
from tests.bench.measure import Table, paired

_LIMIT, _DIMENSIONS = 10_000, 768
_OPERATIONS = 200_000
_MB = 1e6


def run() -> None:
    _memory()
    _rates()


def _memory() -> None:
    table = Table("embeddings, 10,000 × 768: growth of RSS in a child program, MB")
    for backing, dtype, wanted in (("numpy", "float32", 33), ("numpy", "float16", 18), ("array", "float32", 33)):
        figures = _figures(backing, dtype)
        name = f"{dtype} by {backing}"
        for row, key, most in (
            (f"{name}: one entry", "one_bytes", 1.1),
            ("   full, keys included", "full_bytes", wanted),
            ("   after 20,000 more", "thrice_bytes", None),
        ):
            table.add(row, f"{figures[key] / _MB:.2f} MB", "", figures[key] / _MB, most, " MB")
        for act in ("resize", "shrink"):
            kept = (figures["thrice_bytes"] - figures[f"{act}_returned_bytes"]) / _MB
            returned = f"{figures[f'{act}_returned_bytes'] / _MB:.1f} MB"
            table.add(
                f"   kept after {act} to 2,500, beside what went back",
                returned,
                "",
                kept,
                13 if wanted == 33 else 8,
                " MB",
            )
        table.add("   kept after clear", "", "", figures["empty_bytes"] / _MB, 5, " MB")


def _figures(backing: str, dtype: str) -> dict[str, float]:
    program = [sys.executable, "-m", "tests.bounded.programs.embeddings_10000", backing, dtype]
    done = subprocess.run(program, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


class _BareCache:
    """One array and an OrderedDict: no lock, no counters, no check for NaN, and no memory given back."""

    def __init__(self) -> None:
        self.rows = numpy.empty((_LIMIT, _DIMENSIONS), "float32")
        self.row_of: OrderedDict[str, int] = OrderedDict()

    def put(self, key: str, vector: "numpy.ndarray[tuple[int], numpy.dtype[numpy.float32]]") -> None:
        number = len(self.row_of) if len(self.row_of) < _LIMIT else self.row_of.popitem(last=False)[1]
        self.row_of[key] = number
        self.rows[number] = vector

    def get(self, key: str) -> object:
        number = self.row_of[key]
        self.row_of.move_to_end(key)
        return self.rows[number].copy()


def _rates() -> None:
    table = Table("embeddings and history: operations per second of CPU; peer: no lock, no checks, no counters")
    keys = [f"document-{number}" for number in range(3 * _LIMIT)]
    vectors = numpy.random.default_rng(1).standard_normal((64, _DIMENSIONS)).astype("float32")
    ours: EmbeddingsCache[str] = EmbeddingsCache(_LIMIT, _DIMENSIONS)
    peer = _BareCache()

    def putting(cache: "EmbeddingsCache[str] | _BareCache") -> Callable[[], float]:
        def put_all() -> None:
            for number, key in enumerate(keys):
                cache.put(key, vectors[number & 63])

        return _seconds_each(put_all, len(keys))

    def getting(cache: "EmbeddingsCache[str] | _BareCache") -> Callable[[], float]:
        def get_all() -> None:
            for key in keys[-_LIMIT:]:
                cache.get(key)

        return _seconds_each(get_all, _LIMIT)

    _add(table, "put, the oldest out", putting(ours), putting(peer))
    _add(table, "get, a copy", getting(ours), getting(peer))
    _add(table, "append to a history of 1,000, folds included", _appending, _appending_to_a_list)


def _add(table: Table, name: str, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
    mnemo, peer, ratio = paired(ours, theirs, runs=5)
    table.add(name, f"{1 / mnemo:,.0f}/s", f"{1 / peer:,.0f}/s", ratio, None)


def _appending() -> float:
    history: OperationHistory[bytes, int] = OperationHistory(fold=lambda total, some: total + len(some), snapshot=0)

    def append_all() -> None:
        for _ in range(_OPERATIONS):
            history.append(b"operation")

    return _seconds_each(append_all, _OPERATIONS)()


def _appending_to_a_list() -> float:
    window: list[bytes] = []

    def append_all() -> None:
        for _ in range(_OPERATIONS):
            window.append(b"operation")
            if len(window) == 1000:
                window.clear()

    return _seconds_each(append_all, _OPERATIONS)()


def _seconds_each(work: Callable[[], None], times: int) -> Callable[[], float]:
    def measure() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) / times

    return measure
