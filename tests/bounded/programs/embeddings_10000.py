"""Fills a cache with 10,000 embeddings, and prints as JSON what its memory did.

python -m tests.bounded.programs.embeddings_10000 BACKING DTYPE
"""

import json
import sys
from array import array
from pathlib import Path

from mnemo_cli.bounded.embeddings import EmbeddingsCache
from mnemo_cli.bounded.embeddings.rows import Backing, Precision

LIMIT, DIMENSIONS, SMALL_LIMIT = 10_000, 768, 2500


def rss_bytes() -> int:
    """Exact, where statm may lag by some pages per processor."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return int(rollup.partition("\nRss:")[2].split()[0]) * 1024


def vector(number: int) -> "array[float]":
    """A row that tells its number, small enough to be exact in float16."""
    row = array("f", bytes(4 * DIMENSIONS))
    row[0], row[-1] = number % 100, number // 100
    return row


def put(cache: EmbeddingsCache[str], numbers: range) -> None:
    for number in numbers:
        cache.put(f"document-{number}", vector(number))


def intact(cache: EmbeddingsCache[str], numbers: range) -> bool:
    """Whether exactly these are in the cache, each with its own vector."""
    return len(cache) == len(numbers) and all(
        (row := cache.get(f"document-{number}")) is not None
        and float(row[0]) + 100 * float(row[DIMENSIONS - 1]) == number
        for number in numbers
    )


def main(backing: Backing, dtype: Precision) -> None:
    warm: EmbeddingsCache[str] = EmbeddingsCache(10, DIMENSIONS, backing=backing, dtype=dtype)
    put(warm, range(20))
    figures: dict[str, float] = {}
    start = rss_bytes()
    cache: EmbeddingsCache[str] = EmbeddingsCache(LIMIT, DIMENSIONS, backing=backing, dtype=dtype)
    cache.put("document-0", vector(0))
    figures["one_bytes"] = rss_bytes() - start
    put(cache, range(LIMIT))
    figures["full_bytes"] = rss_bytes() - start
    figures["full_used_bytes"] = cache.used_bytes
    put(cache, range(LIMIT, 3 * LIMIT))
    figures["thrice_bytes"] = rss_bytes() - start
    figures["evicted"] = cache.evicted_total
    figures["intact"] = intact(cache, range(2 * LIMIT, 3 * LIMIT))
    before = rss_bytes()
    figures["resize_freed_bytes"] = cache.resize(SMALL_LIMIT)
    figures["resize_returned_bytes"] = before - rss_bytes()
    figures["small_intact"] = intact(cache, range(3 * LIMIT - SMALL_LIMIT, 3 * LIMIT))
    cache.resize(LIMIT)
    put(cache, range(LIMIT))
    before = rss_bytes()
    figures["shrink_freed_bytes"] = cache.shrink(0.75)
    figures["shrink_returned_bytes"] = before - rss_bytes()
    cache.clear()
    figures["empty_bytes"] = rss_bytes() - start
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
