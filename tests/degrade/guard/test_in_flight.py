"""Work counted while it runs: refused while draining, made to wait its turn while throttled, in threads and tasks."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable

import pytest

from mnemo_cli.degrade.guard.in_flight import InFlight, NotAccepting, Work

DEADLINE_SECONDS = 30.0


class Counted(InFlight):
    """With a list of the times when nothing was in flight any more."""

    def __init__(self) -> None:
        self.idle: list[int] = []
        self.loops: list[object] = []
        super().__init__(lambda: self.idle.append(1), self.loops.append)


@contextlib.contextmanager
def thread_in(target: Callable[[], object]):
    thread = threading.Thread(target=target)
    thread.start()
    yield thread
    thread.join(DEADLINE_SECONDS)
    assert not thread.is_alive()


def hold(counted: InFlight, begun: threading.Event, end: threading.Event) -> None:
    with Work(counted):
        begun.set()
        assert end.wait(DEADLINE_SECONDS)


def test_work_is_counted_while_it_runs_and_the_last_one_says_so():
    counted = Counted()
    with Work(counted):
        assert counted.count == 1
    assert (counted.count, counted.idle) == (0, [1])


def test_an_exception_in_the_work_ends_it_too():
    counted = Counted()
    with pytest.raises(ZeroDivisionError), Work(counted):
        raise ZeroDivisionError
    assert counted.count == 0


def test_new_work_is_refused_and_what_is_inside_work_is_not():
    counted = Counted()
    with Work(counted):
        counted.accept(False)
        with Work(counted):
            assert counted.count == 2
    with pytest.raises(NotAccepting, match="no new work is taken"), Work(counted):
        raise AssertionError("it must not begin")
    assert (counted.count, counted.refused_total, counted.idle) == (0, 1, [1])
    counted.accept(True)
    with Work(counted):
        assert counted.count == 1


def test_throttled_work_waits_until_other_work_has_ended():
    counted = Counted()
    begun, end, passed = threading.Event(), threading.Event(), threading.Event()
    with thread_in(lambda: hold(counted, begun, end)):
        assert begun.wait(DEADLINE_SECONDS)
        assert counted.throttle(True) == 1
        with thread_in(lambda: hold(counted, passed, end)):
            # It waits for a turn, a second at most: either way it has been held up.
            while not counted.delayed_total:
                pass
            end.set()
        assert passed.is_set()
    assert (counted.delayed_total, counted.count) == (1, 0)


def test_throttled_work_is_let_in_after_a_second_though_nothing_ended():
    counted = Counted()
    begun, end, passed = threading.Event(), threading.Event(), threading.Event()
    with thread_in(lambda: hold(counted, begun, end)):
        assert begun.wait(DEADLINE_SECONDS)
        counted.throttle(True)
        with thread_in(lambda: hold(counted, passed, end)):
            assert passed.wait(DEADLINE_SECONDS)
            assert counted.count == 2
            end.set()


def test_work_that_waits_its_turn_is_refused_when_a_drain_begins():
    counted = Counted()
    begun, end, refused = threading.Event(), threading.Event(), threading.Event()

    def late() -> None:
        with pytest.raises(NotAccepting), Work(counted):
            pass
        refused.set()

    with thread_in(lambda: hold(counted, begun, end)):
        assert begun.wait(DEADLINE_SECONDS)
        counted.throttle(True)
        with thread_in(late):
            while not counted.delayed_total:
                pass
            counted.accept(False)
            assert refused.wait(DEADLINE_SECONDS)
        end.set()


def test_work_inside_throttled_work_does_not_wait_for_itself():
    counted = Counted()
    with Work(counted):
        counted.throttle(True)
        with Work(counted):
            assert (counted.count, counted.delayed_total) == (2, 0)
    assert counted.throttle(False) is None


def test_tasks_are_counted_wait_their_turn_and_tell_their_loop():
    counted = Counted()

    async def work(begun: asyncio.Event, end: asyncio.Event) -> None:
        async with Work(counted):
            begun.set()
            await end.wait()

    async def main() -> int:
        first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(work(first, end))
            await first.wait()
            counted.throttle(True)
            tasks.create_task(work(second, end))
            while not counted.delayed_total:
                await asyncio.sleep(0)
            waiting = counted.count
            end.set()
        return waiting

    assert asyncio.run(main()) == 1
    assert (counted.count, counted.delayed_total, len(counted.loops)) == (0, 1, 2)


def test_a_task_that_is_cancelled_while_it_waits_leaves_nothing_behind():
    counted = Counted()

    async def main() -> None:
        async with Work(counted):
            counted.throttle(True)
            other = asyncio.create_task(enter(), context=contextvars.Context())
            while not counted.delayed_total:
                await asyncio.sleep(0)
            other.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await other

    async def enter() -> None:
        async with Work(counted):
            pass

    asyncio.run(main())
    assert (counted.count, len(counted._waiting)) == (0, 0)


def test_a_task_begun_inside_work_is_part_of_it():
    counted = Counted()

    async def main() -> None:
        async with Work(counted):
            counted.accept(False)
            await asyncio.create_task(enter())

    async def enter() -> None:
        async with Work(counted):
            assert counted.count == 2

    asyncio.run(main())


def test_many_threads_lose_no_count():
    counted = Counted()

    def many() -> None:
        for _ in range(2000):
            with Work(counted):
                pass

    with contextlib.ExitStack() as threads:
        for _ in range(8):
            threads.enter_context(thread_in(many))
    assert counted.count == 0 and counted.idle
