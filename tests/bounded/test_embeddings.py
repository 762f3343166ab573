"""A cache of embeddings: what it keeps, what it evicts, what it refuses, and what its memory does."""

import json
import math
import subprocess
import sys
import threading
from array import array
from pathlib import Path

import numpy
import pytest

from mnemo_cli.bounded.embeddings.cache import INDEX_BYTES, EmbeddingsCache
from mnemo_cli.bounded.resources import Resources

KINDS = [("numpy", "float32"), ("numpy", "float16"), ("array", "float32")]
MIB = 2**20


@pytest.fixture(params=KINDS, ids=" ".join)
def make(request):
    backing, dtype = request.param
    return lambda limit=3, dimensions=2, **more: EmbeddingsCache(
        limit, dimensions, backing=backing, dtype=dtype, **more
    )


def held(cache, keys):
    """Which of the keys are there, with their vectors; asking changes nothing of the order."""
    return [key for key in keys if key in cache]


def test_a_vector_comes_back_as_it_was_put(make):
    cache = make(dimensions=3)
    cache.put("a", [0.5, -2.0, 3.25])
    cache.put("b", (1, 2, 3))
    assert cache.get("a").tolist() == [0.5, -2.0, 3.25]
    assert list(cache.get("b")) == [1, 2, 3]
    assert cache.get("c") is None
    assert (len(cache), cache.hits_total, cache.misses_total) == (2, 2, 1)


def test_a_new_vector_takes_the_place_of_the_old_one(make):
    cache = make()
    cache.put("a", [1, 1])
    cache.put("a", [2, 2])
    assert (len(cache), cache.get("a").tolist()) == (1, [2, 2])


def test_the_entry_used_least_recently_makes_room(make):
    cache = make(limit=3)
    for key in "abc":
        cache.put(key, [1, 1])
    cache.get("a")
    assert "b" in cache  # asking is not using
    cache.put("d", [4, 4])
    cache.put("c", [3, 3])
    cache.put("e", [5, 5])
    assert held(cache, "abcde") == ["c", "d", "e"]
    assert (len(cache), cache.evicted_total) == (3, 2)


def test_numpy_vectors_are_taken_by_every_kind_of_cache(make):
    cache = make()
    cache.put("a", numpy.array([1.5, 2.5]))
    cache.put("b", cache.get("a"))
    assert cache.get("a").tolist() == cache.get("b").tolist() == [1.5, 2.5]
    with pytest.raises((TypeError, ValueError)):
        cache.put("c", numpy.ones((2, 2)))
    assert len(cache) == 2


def test_what_get_gave_stays_when_the_row_is_used_again(make):
    cache = make(limit=1)
    cache.put("a", [1, 2])
    row = cache.get("a")
    cache.put("b", [7, 8])
    assert row.tolist() == [1, 2]
    row[0] = 99.0
    assert cache.get("b").tolist() == [7, 8]


def test_what_put_was_given_may_change_afterwards(make):
    cache = make()
    vector = array("f", [1, 2])
    cache.put("a", vector)
    vector[0] = 9
    assert cache.get("a").tolist() == [1, 2]


def test_pop_and_discard_take_one_entry_out_and_spoil_no_other(make):
    cache = make(limit=4)
    for number, key in enumerate("abcd"):
        cache.put(key, [number, number])
    assert cache.pop("a").tolist() == [0, 0]
    assert cache.pop("a") is None
    assert (cache.discard("c"), cache.discard("c")) == (True, False)
    assert [cache.get(key).tolist() for key in "bd"] == [[1, 1], [3, 3]]
    cache.put("e", [5, 5])
    assert (len(cache), cache.evicted_total, cache.get("b").tolist()) == (3, 0, [1, 1])


def test_used_bytes_count_rows_index_and_keys(make):
    cache = make(dimensions=4)
    key = "k" * 1000
    cache.put(key, [1, 2, 3, 4])
    row_bytes = 4 * cache.get(key).itemsize
    assert cache.used_bytes == row_bytes + INDEX_BYTES + sys.getsizeof(key)
    cache.discard(key)
    assert cache.used_bytes == 0


def test_limit_bytes_bounds_a_cache_whose_keys_are_long(make):
    cache = make(limit=1000, dimensions=8, limit_bytes=10_000)
    for number in range(100):
        cache.put(f"{number:01000}", [number % 9] * 8)
        assert cache.used_bytes <= 10_000
    assert 5 <= len(cache) < 10
    assert cache.evicted_total == 100 - len(cache)


def test_a_key_that_is_larger_than_limit_bytes_is_refused_and_evicts_nobody(make):
    cache = make(limit=1000, limit_bytes=10_000)
    cache.put("a", [1, 2])
    with pytest.raises(ValueError, match="larger than limit_bytes"):
        cache.put("k" * 10_000, [1, 2])
    assert (len(cache), cache.evicted_total, cache.get("a").tolist()) == (1, 0, [1, 2])


def test_resize_keeps_what_was_used_last_and_says_what_it_freed(make):
    cache = make(limit=4)
    for number, key in enumerate("abcd"):
        cache.put(key, [number, number])
    cache.get("a")
    before = cache.used_bytes
    assert cache.resize(2) == before - cache.used_bytes == before / 2
    assert held(cache, "abcd") == ["a", "d"]
    assert (cache.get("a").tolist(), cache.get("d").tolist(), cache.limit) == ([0, 0], [3, 3], 2)
    assert cache.resize(5) == 0
    for key in "efgh":
        cache.put(key, [1, 1])
    assert held(cache, "adefgh") == ["d", "e", "f", "g", "h"]


@pytest.mark.parametrize(("fraction", "left"), [(0, 10), (0.1, 9), (0.25, 7), (0.5, 5), (1, 0)])
def test_shrink_evicts_a_share_of_the_entries(make, fraction, left):
    cache = make(limit=20)
    for number in range(10):
        cache.put(number, [number, 1])
    before = cache.used_bytes
    assert cache.shrink(fraction) == before - cache.used_bytes
    assert (len(cache), cache.evicted_total) == (left, 10 - left)
    assert [cache.get(number).tolist() for number in range(10 - left, 10)] == [[n, 1] for n in range(10 - left, 10)]


def test_clear_frees_everything_and_the_cache_goes_on(make):
    cache = make()
    cache.put("a", [1, 2])
    before = cache.used_bytes
    assert (cache.clear(), len(cache), cache.used_bytes, cache.get("a")) == (before, 0, 0, None)
    cache.put("a", [3, 4])
    assert cache.get("a").tolist() == [3, 4]


def test_every_change_is_reported(make):
    told = {}
    cache = make(limit=2, limit_bytes=100_000, report=told.__setitem__)
    assert told == {"limit": 2, "limit_bytes": 100_000}
    for key in "abc":
        cache.put(key, [1, 2])
    cache.get("c")
    cache.get("a")
    assert told == {
        "limit": 2,
        "limit_bytes": 100_000,
        "used": 2,
        "used_bytes": cache.used_bytes,
        "evicted_total": 1,
        "hits_total": 1,
        "misses_total": 1,
    }
    cache.discard("c")
    assert (told["used"], told["used_bytes"]) == (1, cache.used_bytes)
    cache.resize(7)
    assert told["limit"] == 7
    cache.clear()
    assert (told["used"], told["used_bytes"]) == (0, 0)


BAD_VECTORS = {
    "too short": ([1.0], ValueError),
    "too long": ([1.0] * 3, ValueError),
    "empty": ([], ValueError),
    "two rows": ([[1.0, 2.0], [3.0, 4.0]], (TypeError, ValueError)),
    "ragged": ([[1.0], [2.0, 3.0]], TypeError),
    "NaN": ([1.0, math.nan], ValueError),
    "infinity": ([math.inf, 1.0], ValueError),
    "both infinities": ([math.inf, -math.inf], ValueError),
    "too large for a float32": ([1e39, 1.0], ValueError),
    "an integer too large": ([10**400, 1], (TypeError, OverflowError)),
    "text": ("ab", TypeError),
    "words": (["1.0", "2.0"], TypeError),
    "bytes of two floats": (bytes(8), TypeError),
    "None": (None, TypeError),
    "holes": ([None, 1.0], TypeError),
    "complex": ([1j, 2j], TypeError),
    "a number": (5.0, (TypeError, ValueError)),
    "a dict": ({1.0: 1, 2.0: 2}, TypeError),
    "a set": ({1.0, 2.0}, TypeError),
    "an iterator": (iter([1.0, 2.0]), TypeError),
}


@pytest.mark.parametrize("bad", BAD_VECTORS)
def test_what_is_no_vector_is_refused_and_the_cache_stays_whole(make, bad):
    vector, error = BAD_VECTORS[bad]
    cache = make(limit=1)
    cache.put("a", [1, 2])
    for key in ("a", "b"):
        with pytest.raises(error):
            cache.put(key, vector)
    assert (len(cache), cache.evicted_total, cache.get("a").tolist()) == (1, 0, [1, 2])


@pytest.mark.parametrize(
    ("dtype", "good", "bad"), [("float32", 3e38, 1e39), ("float16", 65504.0, 65520.0), ("float16", 3e4, 1e300)]
)
@pytest.mark.parametrize("kind", [list, numpy.array, lambda row: numpy.array(row).astype("float64")[::-1][::-1]])
def test_numbers_up_to_the_largest_are_taken_and_no_warning_is_given(dtype, good, bad, kind):
    cache = EmbeddingsCache(3, 4, backing="numpy", dtype=dtype)
    cache.put("a", kind([good, -good, good, -good]))
    assert cache.get("a").tolist() == pytest.approx([good, -good, good, -good], rel=1e-3)
    with pytest.raises(ValueError, match=f"too large for {dtype}"):
        cache.put("b", kind([1.0, bad, 1.0, 1.0]))


def test_numpy_vectors_of_every_layout_are_taken():
    cache = EmbeddingsCache(9, 3, backing="numpy")
    table = numpy.arange(12, dtype="float32").reshape(3, 4)
    cache.put("column", table[:, 1])
    cache.put("backwards", table[0, 2::-1])
    cache.put("big-endian", table[1, :3].astype(">f4"))
    cache.put("integers", table[1, :3].astype("int64"))
    assert cache.get("column").tolist() == [1, 5, 9]
    assert cache.get("backwards").tolist() == [2, 1, 0]
    assert cache.get("big-endian").tolist() == cache.get("integers").tolist() == [4, 5, 6]
    with pytest.raises(ValueError, match="shape"):
        cache.put("matrix", table)


def test_a_key_without_hash_is_refused_and_evicts_nobody(make):
    cache = make(limit=1)
    cache.put("a", [1, 2])
    for ask in (cache.get, cache.discard, cache.pop, cache.__contains__, lambda key: cache.put(key, [1, 2])):
        with pytest.raises(TypeError, match="unhashable"):
            ask([])
    assert (len(cache), cache.get("a").tolist()) == (1, [1, 2])


@pytest.mark.parametrize("limit", [0, -1, 2**64, 1.5, math.nan, "9", None, True])
def test_a_limit_that_is_none_is_refused(make, limit):
    with pytest.raises(ValueError, match="limit is"):
        make(limit=limit)
    with pytest.raises(ValueError, match="dimensions is"):
        make(dimensions=limit)
    cache = make(limit=1)
    cache.put("a", [1, 2])
    with pytest.raises(ValueError, match="limit is"):
        cache.resize(limit)
    assert (cache.limit, cache.get("a").tolist()) == (1, [1, 2])


def test_a_huge_limit_costs_nothing_until_it_is_used(make):
    cache = make(limit=10**15, dimensions=768)
    cache.put("a", [1] * 768)
    assert cache.get("a").tolist() == [1] * 768


@pytest.mark.parametrize("fraction", [-0.1, 1.1, math.nan, math.inf, "1", None])
def test_a_share_that_is_none_is_refused(make, fraction):
    with pytest.raises(ValueError, match="fraction"):
        make().shrink(fraction)


def test_limit_bytes_that_hold_no_row_are_refused():
    with pytest.raises(ValueError, match=f"limit_bytes is 1,000: one vector takes {3072 + INDEX_BYTES:,}"):
        EmbeddingsCache(10, 768, limit_bytes=1000)


def test_unknown_kinds_of_rows_are_refused():
    with pytest.raises(ValueError, match="float64"):
        EmbeddingsCache(10, 8, dtype="float64")
    with pytest.raises(ValueError, match="torch"):
        EmbeddingsCache(10, 8, backing="torch")
    with pytest.raises(ValueError, match="float16 needs numpy"):
        EmbeddingsCache(10, 8, dtype="float16", backing="array")


def test_the_settings_give_its_size():
    cache = EmbeddingsCache.of(Resources(embeddings_cache_limit=7), dimensions=2)
    assert (cache.limit, cache.dimensions) == (7, 2)


def test_numpy_is_imported_by_the_first_cache_and_not_before():
    program = (
        "import sys; from mnemo_cli.bounded.embeddings import EmbeddingsCache; assert 'numpy' not in sys.modules;"
        "c = EmbeddingsCache(1, 1, backing='array'); assert 'numpy' not in sys.modules;"
        "c = EmbeddingsCache(1, 1); c.put(1, [1]); print(type(c.get(1)).__module__)"
    )
    assert ran(program) == "numpy"


def test_without_numpy_rows_are_arrays_and_float16_says_what_to_install():
    program = (
        "import sys; sys.modules['numpy'] = None\n"
        "from mnemo_cli.bounded.embeddings import EmbeddingsCache\n"
        "c = EmbeddingsCache(1, 1); c.put(1, [1]); print(type(c.get(1)))\n"
        "for asked in ({'dtype': 'float16'}, {'backing': 'numpy'}):\n"
        "    try: EmbeddingsCache(1, 1, **asked)\n"
        "    except ValueError as err: print(err)"
    )
    kind, *refusals = ran(program).splitlines()
    assert kind == "<class 'array.array'>"
    assert len(refusals) == 2
    assert all("from mnemo's checkout: pip install '.[embeddings]'" in refusal for refusal in refusals)


def ran(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_threads_find_only_vectors_that_belong_to_their_keys(make):
    cache = make(limit=16, dimensions=64)
    wrong, begin = [], threading.Barrier(4)

    def work(seed):
        begin.wait()
        for step in range(1500):
            key = (step * seed) % 40
            row = cache.get(key)
            if row is None:
                cache.put(key, [key] * 64)
            elif row.tolist() != [key] * 64:
                wrong.append(key)
            if step % 100 == seed:
                cache.shrink(0.5)
            if step % 7 == 0:
                cache.discard((key + 1) % 40)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (3, 7, 11, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(cache) <= 16
    assert cache.hits_total + cache.misses_total == 4 * 1500


def test_a_cache_that_gets_no_more_memory_says_so_and_stays_whole():
    program = (
        "import resource; from mnemo_cli.bounded.embeddings import EmbeddingsCache\n"
        "cache = EmbeddingsCache(10**6, 65536, backing='array'); cache.put(0, [0] * 65536); stored = 1\n"
        "mapped = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (mapped + 2**25, resource.getrlimit(resource.RLIMIT_AS)[1]))\n"
        "row = cache.get(0)\n"
        "try:\n"
        "    while True: row[0] = stored; cache.put(stored, row); stored += 1\n"
        "except MemoryError as err: print('cannot map' in str(err), stored == len(cache), stored not in cache)\n"
        "print(all(cache.get(key)[0] == key for key in range(stored)), cache.shrink(0.5) > 0)\n"
        "cache.put('more', row); print('more' in cache)"
    )
    assert ran(program).split() == ["True"] * 6


@pytest.mark.parametrize("backing", ["numpy", "array"])
def test_a_child_of_fork_has_a_cache_of_its_own(backing):
    program = (
        "import os, sys; from mnemo_cli.bounded.embeddings import EmbeddingsCache\n"
        "cache = EmbeddingsCache(1, 2, backing=sys.argv[1]); cache.put('a', [1, 2]); child = os.fork()\n"
        "if child == 0: cache.put('b', [7, 8]); os._exit(int(cache.get('b').tolist() != [7, 8]))\n"
        "print(os.waitpid(child, 0)[1], cache.get('a').tolist())"
    )
    assert ran(program, backing) == "0 [1.0, 2.0]"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no exact reading of RSS here")
@pytest.mark.parametrize(("backing", "dtype", "item_bytes"), [(*KINDS[0], 4), (*KINDS[1], 2), (*KINDS[2], 4)])
def test_ten_thousand_embeddings_take_their_size_and_give_it_back(backing, dtype, item_bytes):
    done = subprocess.run(
        [sys.executable, "-m", "tests.bounded.programs.embeddings_10000", backing, dtype],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    rows_bytes = 10_000 * 768 * item_bytes
    assert figures["intact"] and figures["small_intact"]
    assert figures["evicted"] == 20_000
    assert figures["one_bytes"] < 3 * MIB
    assert figures["full_bytes"] < rows_bytes + 5 * MIB
    assert figures["full_used_bytes"] == pytest.approx(figures["full_bytes"], rel=0.15)
    assert figures["thrice_bytes"] < figures["full_bytes"] + 3 * MIB
    # Three quarters of the rows, but for one segment and what the index keeps.
    for act in ("resize", "shrink"):
        assert figures[f"{act}_freed_bytes"] > 0.75 * rows_bytes
        assert figures[f"{act}_returned_bytes"] > 0.75 * rows_bytes - 3 * MIB
    assert figures["empty_bytes"] < 5 * MIB
