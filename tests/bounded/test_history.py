"""A history of operations: what it folds and when, and that nothing is lost when the fold fails."""

import math
import sys
import threading

import pytest

from mnemo_cli.bounded.history import HistoryFull, OperationHistory
from mnemo_cli.bounded.resources import Resources


def joined(snapshot, operations):
    """The simplest document: all operations in their order."""
    return snapshot + tuple(operations)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Fold:
    """A fold that counts its calls and fails on demand."""

    def __init__(self):
        self.calls, self.error = [], None

    def __call__(self, snapshot, operations):
        self.calls.append(len(operations))
        if self.error is not None:
            raise self.error
        return joined(snapshot, operations)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def fold():
    return Fold()


@pytest.fixture
def make(clock, fold):
    return lambda limit=4, **more: OperationHistory(
        limit, **{"fold": fold, "snapshot": (), "clock": clock, "compact_seconds": 600, **more}
    )


def extend(history, operations):
    for operation in operations:
        history.append(operation)


def document(history):
    return joined(*history.state())


def test_the_window_is_folded_when_it_reaches_its_limit(make, fold):
    history = make(limit=4)
    extend(history, range(3))
    assert (history.state(), fold.calls) == (((), (0, 1, 2)), [])
    history.append(3)
    assert (history.state(), fold.calls) == (((0, 1, 2, 3), ()), [4])
    extend(history, range(4, 11))
    assert history.state() == ((0, 1, 2, 3, 4, 5, 6, 7), (8, 9, 10))
    assert (len(history), history.evicted_total, history.compactions_total) == (3, 8, 2)


def test_the_newest_operations_stay_for_peers_that_are_a_little_behind(make, fold):
    history = make(limit=6, keep=2)
    extend(history, range(11))
    assert history.state() == (tuple(range(8)), (8, 9, 10))
    assert fold.calls == [4, 4]


def test_the_window_is_folded_when_the_interval_has_passed(make, fold, clock):
    history = make(limit=100)
    history.append(0)
    clock.now += 599
    history.append(1)
    assert fold.calls == []
    clock.now += 1
    history.append(2)
    assert history.state() == ((0, 1, 2), ())
    clock.now += 599
    history.append(3)
    assert fold.calls == [3]


def test_the_interval_begins_again_with_each_fold(make, fold, clock):
    history = make(limit=3)
    clock.now += 599
    extend(history, range(3))
    clock.now += 599
    history.append(3)
    assert fold.calls == [3]


def test_an_interval_with_no_more_than_what_is_kept_folds_nothing(make, fold, clock):
    history = make(limit=10, keep=3)
    for number in range(3):
        clock.now += 600
        history.append(number)
    assert (fold.calls, history.compactions_total, len(history)) == ([], 0, 3)


def test_compact_folds_now_and_says_how_many(make, fold):
    history = make(limit=10, keep=1)
    assert (history.compact(), fold.calls) == (0, [])
    extend(history, range(5))
    assert history.compact() == 4
    assert history.state() == ((0, 1, 2, 3), (4,))
    assert history.compact() == 0
    assert fold.calls == [4]


def test_a_fold_that_fails_at_the_interval_leaves_everything_whole_and_is_tried_at_the_next(make, fold, clock):
    history = make(limit=100)
    fold.error = ValueError("no disk")
    clock.now += 600
    history.append(0)
    assert (history.failures_total, history.last_error, history.state()) == (1, fold.error, ((), (0,)))
    clock.now += 599
    history.append(1)
    assert history.failures_total == 1
    fold.error = None
    clock.now += 1
    history.append(2)
    assert (history.state(), history.last_error, history.failures_total) == (((0, 1, 2), ()), None, 1)


def test_a_full_window_whose_fold_fails_takes_no_further_operation_and_says_why(make, fold):
    history = make(limit=3)
    fold.error = ValueError("no disk")
    extend(history, range(3))  # the third is taken, though the fold that it is due for fails
    assert (len(history), history.failures_total) == (3, 1)
    with pytest.raises(HistoryFull, match=r"3 operations.*no disk") as refused:
        history.append(3)
    assert refused.value.__cause__ is fold.error
    assert (history.state(), history.failures_total) == (((), (0, 1, 2)), 2)
    fold.error = None
    history.append(3)
    assert history.state() == ((0, 1, 2), (3,))


def test_compact_raises_what_the_fold_raised(make, fold):
    history = make()
    history.append(0)
    fold.error = KeyError("author")
    with pytest.raises(KeyError) as raised:
        history.compact()
    assert raised.value is history.last_error
    assert (history.state(), history.failures_total, history.compactions_total) == (((), (0,)), 1, 0)


def test_what_a_fold_raises_need_not_be_an_exception(make, fold):
    """A panic in Rust is none, nor is what loro raises."""
    history = make(limit=2)
    fold.error = BaseException("panic")
    extend(history, "ab")
    with pytest.raises(HistoryFull, match="panic"):
        history.append("c")
    assert (history.state(), history.last_error, history.failures_total) == (((), ("a", "b")), fold.error, 2)


def test_a_fold_that_is_interrupted_leaves_everything_whole(make, fold):
    history = make()
    history.append(0)
    fold.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        history.compact()
    fold.error = None
    assert history.state() == ((), (0,))
    assert history.compact() == 1


def test_limit_bytes_is_a_second_ceiling(make, fold):
    history = make(limit=1000, limit_bytes=100, size_of=len)
    for number in range(50):
        history.append(bytes([number]) * 30)
        assert history.used_bytes <= 100
    assert (len(history), history.used_bytes, fold.calls) == (2, 60, [3] * 16)
    history.append(b"x" * 100)
    assert (len(history), history.used_bytes) == (1, 100)
    assert len(document(history)) == 51


def test_kept_operations_take_half_of_limit_bytes_at_most(make, fold):
    history = make(limit=1000, keep=900, limit_bytes=100, size_of=len)
    extend(history, [b"0123456789"] * 11)
    assert fold.calls == [5]
    assert len(history) == 6
    history.append(b"x" * 70)
    assert (fold.calls, len(history), history.used_bytes) == ([5, 3], 4, 100)
    assert len(document(history)) == 12


def test_an_operation_larger_than_limit_bytes_is_refused(make):
    history = make(limit_bytes=100, size_of=len)
    history.append(b"a")
    with pytest.raises(ValueError, match="larger than limit_bytes"):
        history.append(b"x" * 101)
    assert (history.state(), history.used_bytes) == (((), (b"a",)), 1)


@pytest.mark.parametrize("size", [-1, 1.5, math.nan, None, "12", 2**64])
def test_a_size_that_is_none_is_refused(make, size):
    history = make(size_of=lambda operation: size)
    with pytest.raises(ValueError, match="size_of gave"):
        history.append("a")
    assert (len(history), history.used_bytes) == (0, 0)


def test_an_operation_whose_size_changes_is_taken_off_as_it_was_put_on(make):
    history = make(limit=10, size_of=len)
    operation = [1]
    history.append(operation)
    operation.extend(range(100))
    history.compact()
    assert history.used_bytes == 0


@pytest.mark.parametrize(("fraction", "left"), [(0, 8), (0.1, 7), (0.5, 4), (1, 0)])
def test_shrink_folds_the_oldest_share_whatever_is_kept(make, fraction, left):
    history = make(limit=10, keep=8, size_of=lambda operation: 10)
    extend(history, range(8))
    assert history.shrink(fraction) == 10 * (8 - left)
    assert history.state() == (tuple(range(8 - left)), tuple(range(8 - left, 8)))


def test_shrink_frees_nothing_when_the_fold_fails(make, fold):
    history = make()
    history.append(0)
    fold.error = ValueError("no disk")
    assert history.shrink(1) == 0
    assert (len(history), history.last_error) == (1, fold.error)


def test_every_change_is_reported(make):
    told = {}
    history = make(limit=3, limit_bytes=1000, size_of=lambda operation: 7, report=told.__setitem__)
    assert told == {"limit": 3, "limit_bytes": 1000}
    extend(history, range(2))
    assert (told["used"], told["used_bytes"]) == (2, 14)
    extend(history, range(2))
    assert told == {"limit": 3, "limit_bytes": 1000, "used": 1, "used_bytes": 7, "evicted_total": 3}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"limit": 0}, "limit is 0"),
        ({"limit": -5}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"limit": 2**64}, "limit"),
        ({"limit_bytes": 0}, "limit_bytes"),
        ({"compact_seconds": 0}, "compact_seconds"),
        ({"compact_seconds": -1}, "compact_seconds"),
        ({"compact_seconds": math.nan}, "compact_seconds"),
        ({"keep": -1}, "keep is -1"),
        ({"keep": 4}, "keep is 4"),
        ({"keep": math.nan}, "keep"),
    ],
)
def test_nonsense_is_refused_and_named(make, words, named):
    with pytest.raises(ValueError, match=named):
        make(**words)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, math.nan, None])
def test_a_share_that_is_none_is_refused(make, fraction):
    with pytest.raises(ValueError, match="fraction"):
        make().shrink(fraction)


def test_the_settings_give_its_size():
    history = OperationHistory.of(Resources(history_limit=7, history_compact_seconds=9.0), fold=joined, snapshot=())
    assert (history.limit, history.compact_seconds) == (7, 9.0)
    history.append("a")
    assert history.used_bytes == sys.getsizeof("a")


class SlowFold:
    """A fold that is known to have begun, and ends when the test says so."""

    def __init__(self):
        self.began, self.may_end, self.calls = threading.Event(), threading.Event(), 0

    def __call__(self, snapshot, operations):
        self.calls += 1
        self.began.set()
        assert self.may_end.wait(30)
        return joined(snapshot, operations)


def test_a_long_fold_holds_up_neither_readers_nor_those_who_append():
    fold = SlowFold()
    history = OperationHistory(5, fold=fold, snapshot=())
    extend(history, range(3))
    folder = threading.Thread(target=history.compact)
    folder.start()
    assert fold.began.wait(30)
    history.append(3)
    assert history.state() == ((), (0, 1, 2, 3))
    fold.may_end.set()
    folder.join(30)
    assert history.state() == ((0, 1, 2), (3,))


def test_who_appends_to_a_full_window_waits_for_the_fold_under_way():
    fold = SlowFold()
    history = OperationHistory(5, fold=fold, snapshot=())
    extend(history, range(3))
    folder = threading.Thread(target=history.compact)
    folder.start()
    assert fold.began.wait(30)
    extend(history, (3, 4))  # full now, and the fold is another's: neither waits
    waiting = threading.Thread(target=history.append, args=(5,))
    waiting.start()
    assert len(history) == 5
    fold.may_end.set()
    folder.join(30)
    waiting.join(30)
    assert history.state() == ((0, 1, 2), (3, 4, 5))
    assert fold.calls == 1  # the one who waited found room, and did not fold again


def test_a_fold_may_read_its_history_and_append_but_not_wait_for_itself():
    refusals, seen = [], []

    def fold(snapshot, operations):
        seen.append(history.state())
        for act in (history.compact, lambda: history.shrink(1), lambda: history.append("more")):
            try:
                act()
            except RuntimeError as refusal:
                refusals.append(str(refusal))
        return joined(snapshot, operations)

    history = OperationHistory(2, fold=fold, snapshot=())
    extend(history, "ab")
    assert seen == [((), ("a", "b"))]
    assert len(refusals) == 3 and all("wait for itself" in refusal for refusal in refusals)
    history.append("c")
    history.compact()
    assert document(history) == ("a", "b", "c", "more")


@pytest.mark.parametrize("keep", [0, 20])
def test_threads_lose_and_double_nothing_and_readers_see_pairs_that_belong_together(keep):
    history = OperationHistory(50, fold=joined, snapshot=(), keep=keep)
    threads, each, over, broken = 4, 2000, threading.Event(), []

    def write(writer):
        for number in range(each):
            history.append((writer, number))
            if number % 500 == 99:
                history.compact()
            if number % 500 == 299:
                history.shrink(0.5)

    def read():
        while not over.is_set():
            written = document(history)
            for writer in range(threads):
                own = [number for by, number in written if by == writer]
                if own != list(range(len(own))):
                    broken.append((writer, own))

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(threads)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    reader.join()
    assert not broken
    assert sorted(document(history)) == [(writer, number) for writer in range(threads) for number in range(each)]
    assert history.evicted_total + len(history) == threads * each
    assert len(history) <= 50
