"""The bounded components under the ladder: made smaller, kept small, and as large as they were again."""

import logging

import pytest

from mnemo_cli.bounded import ConnectionPool, EmbeddingsCache, EventBroadcaster, OperationHistory, WorkQueue
from mnemo_cli.degrade.caches import Caches


def filled_cache(entries: int = 100) -> EmbeddingsCache[int]:
    cache: EmbeddingsCache[int] = EmbeddingsCache(200, 8, backing="array")
    for key in range(entries):
        cache.put(key, [0.5] * 8)
    return cache


def test_a_cache_loses_a_quarter_of_what_it_holds_the_oldest_first_and_stays_that_small():
    cache = filled_cache()
    freed_bytes = Caches([cache]).shrink(0.25)
    assert len(cache) == cache.limit == 75 and freed_bytes > 25 * 32
    cache.put("new", [0.5] * 8)
    assert len(cache) == 75 and cache.get(24) is None and cache.get(26) is not None


def test_the_floor_of_a_cache_is_one_entry_and_it_grows_again_to_what_it_was():
    cache = filled_cache()
    caches = Caches([cache])
    caches.shrink(0.25)
    caches.shrink(1.0)
    assert (len(cache), cache.limit) == (0, 1)
    assert caches.restore() == 1 and cache.limit == 200
    assert caches.restore() == 0, "what was given back is not given back twice"


def test_a_limit_that_the_program_raised_meanwhile_is_not_lowered_again():
    cache = filled_cache()
    caches = Caches([cache])
    caches.shrink(0.5)
    cache.resize(500)
    caches.restore()
    assert cache.limit == 500


def test_every_bounded_component_gives_what_it_can_and_queued_work_is_never_dropped():
    queue: WorkQueue[bytes] = WorkQueue(10)
    broadcaster: EventBroadcaster[bytes] = EventBroadcaster(10)
    history: OperationHistory[int, int] = OperationHistory(
        10, fold=lambda total, operations: total + sum(operations), snapshot=0
    )
    pool = ConnectionPool(lambda: open("/dev/null", "rb"), 10)
    for number in range(4):
        queue.put(b"work")
        broadcaster.publish(b"event")
        history.append(number)
    with pool.connection():
        pass
    assert Caches([queue, broadcaster, history, pool]).shrink(1.0) > 0
    assert (len(queue), len(broadcaster), len(history), len(pool)) == (4, 0, 0, 0)
    assert history.state()[0] == 6


def test_a_component_that_raises_is_logged_and_the_next_one_shrinks(caplog):
    class Stubborn:
        def shrink(self, fraction):
            raise OSError("not today")

    cache = filled_cache()
    with caplog.at_level(logging.ERROR, logger="mnemo"):
        assert Caches([Stubborn(), cache]).shrink(0.5) > 0
    assert len(cache) == 50
    assert "to shrink the Stubborn failed" in caplog.text and "not today" in caplog.text


def test_what_cannot_shrink_is_no_component():
    with pytest.raises(TypeError, match=r"shrink\(fraction\), and a dict has none"):
        Caches([{}])
