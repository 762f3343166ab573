"""Tasks and threads at one queue and one broadcaster: who is cancelled leaves nothing behind."""

import asyncio
import threading

import pytest

from mnemo_cli.bounded.broadcaster import BroadcasterClosed, EventBroadcaster, Lagged
from mnemo_cli.bounded.for_asyncio import AsyncSubscriber, AsyncWorkQueue
from mnemo_cli.bounded.queue import QueueClosed, QueueEmpty, QueueFull, WorkQueue

PATIENCE_SECONDS = 30.0


def run(main):
    return asyncio.run(asyncio.wait_for(main, PATIENCE_SECONDS))


async def begun(coroutine):
    """A task that has come as far as it could without anybody's help."""
    task = asyncio.ensure_future(coroutine)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def cancelled(task):
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_task_waits_for_room_and_another_for_work():
    async def main():
        work = AsyncWorkQueue(WorkQueue(1))
        await work.put("a")
        producer = await begun(work.put("b", priority=-1))
        assert work.queue.producers_waiting == 1
        assert [await work.get(), await work.get()] == ["a", "b"]
        await producer
        consumer = await begun(work.get())
        assert work.queue.consumers_waiting == 1
        assert work.queue.offer("c")
        assert await consumer == "c"

    run(main())


def test_tasks_and_threads_pass_work_on_to_each_other():
    async def main():
        there, back = AsyncWorkQueue(WorkQueue(3)), AsyncWorkQueue(WorkQueue(2))

        def worker():
            for _ in range(500):
                back.queue.put(there.queue.get() + 1)

        threads = [threading.Thread(target=worker) for _ in range(2)]
        for thread in threads:
            thread.start()

        async def feed():
            for number in range(1000):
                await there.put(number)

        feeder = asyncio.ensure_future(feed())
        results = [await back.get() for _ in range(1000)]
        await feeder
        for thread in threads:
            thread.join()
        return results

    assert sorted(run(main())) == list(range(1, 1001))


def test_a_put_that_is_cancelled_has_not_put_and_lets_the_next_one_in():
    async def main():
        work = AsyncWorkQueue(WorkQueue(10, limit_bytes=100, size_of=len))
        await work.put("x" * 60)
        large = await begun(work.put("x" * 90))
        small = await begun(work.put("x" * 40))
        assert work.queue.producers_waiting == 2
        await cancelled(large)
        await small
        assert (work.queue.used_bytes, work.queue.producers_waiting) == (100, 0)

    run(main())


def test_a_put_that_is_cancelled_when_it_had_just_been_let_in_takes_its_item_back():
    async def main():
        work = AsyncWorkQueue(WorkQueue(1))
        await work.put("a")
        producer = await begun(work.put("b", priority=3))
        behind = await begun(work.put("c"))
        assert work.queue.get(0) == "a"  # lets b in; its task has not run yet
        await cancelled(producer)
        assert work.queue.get(0) == "c"
        await behind

    run(main())


def test_a_get_that_is_cancelled_when_it_had_just_been_called_passes_the_call_on():
    async def main():
        work = AsyncWorkQueue(WorkQueue())
        first, second = await begun(work.get()), await begun(work.get())
        work.queue.put("a")  # calls the first, which has not run yet
        await cancelled(first)
        assert await second == "a"

    run(main())


def test_time_outs_of_tasks_raise_what_those_of_threads_raise():
    async def main():
        work = AsyncWorkQueue(WorkQueue(1))
        with pytest.raises(QueueEmpty):
            await work.get(0.001)
        await work.put("a")
        for timeout in (0, 0.001):
            with pytest.raises(QueueFull):
                await work.put("b", timeout=timeout)
        events = AsyncSubscriber(EventBroadcaster().subscribe())
        with pytest.raises(TimeoutError, match="no event came within"):
            await events.get(0.001)
        assert (work.queue.rejected_total, work.queue.producers_waiting, work.queue.consumers_waiting) == (2, 0, 0)
        assert events.subscriber.broadcaster.subscribers_waiting == 0

    run(main())


@pytest.mark.parametrize("bad", [-1, True, float("nan")])
def test_a_time_out_that_is_none_is_refused(bad):
    async def main():
        work, events = AsyncWorkQueue(WorkQueue()), AsyncSubscriber(EventBroadcaster().subscribe())
        for call in (work.put("a", timeout=bad), work.get(bad), events.get(bad)):
            with pytest.raises(ValueError, match="timeout is"):
                await call
        assert len(work.queue) == 0

    run(main())


def test_closing_wakes_the_tasks_that_wait():
    async def main():
        empty, busy = AsyncWorkQueue(WorkQueue()), AsyncWorkQueue(WorkQueue(1))
        await busy.put("a")
        waiters = [await begun(empty.get()), await begun(busy.put("b"))]
        threading.Thread(target=lambda: (empty.queue.close(), busy.queue.close())).start()
        for waiter in waiters:
            with pytest.raises(QueueClosed):
                await waiter
        assert await busy.get() == "a"

    run(main())


def test_those_who_wait_in_a_loop_that_was_closed_hold_up_nobody():
    work = WorkQueue(1)
    work.put("a")
    events = EventBroadcaster()

    async def wait_for_event():
        await AsyncSubscriber(events.subscribe()).get()

    def in_a_loop_that_dies(*waits):
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(wait) for wait in waits]
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        return tasks

    dead = in_a_loop_that_dies(AsyncWorkQueue(work).put("never"), wait_for_event())
    assert (work.producers_waiting, events.subscribers_waiting) == (1, 1)
    assert work.get(0) == "a"
    assert (len(work), work.producers_waiting) == (0, 0)
    dead += in_a_loop_that_dies(AsyncWorkQueue(work).get())
    assert work.consumers_waiting == 1
    work.put("b")
    events.publish("c")
    assert (work.get(0), work.consumers_waiting, events.subscribers_waiting) == ("b", 0, 0)
    for task in dead:  # asyncio would warn of tasks that were pending when they went
        task._log_destroy_pending = False
        task.get_coro().close()


def test_a_task_iterates_over_events_that_a_thread_publishes():
    events = EventBroadcaster(10_000)

    def publish():
        for number in range(2000):
            events.publish(number)
        events.close()

    async def main():
        async with AsyncSubscriber(events.subscribe()) as subscriber:
            threading.Thread(target=publish).start()
            return [event async for event in subscriber]

    assert run(main()) == list(range(2000))


def test_a_slow_task_is_told_what_it_missed():
    async def main():
        events = EventBroadcaster(2)
        subscriber = AsyncSubscriber(events.subscribe())
        for number in range(5):
            events.publish(number)
        return [await subscriber.get() for _ in range(3)]

    assert run(main()) == [Lagged(3), 3, 4]


def test_a_task_that_is_cancelled_misses_no_event():
    async def main():
        events = EventBroadcaster()
        subscriber = AsyncSubscriber(events.subscribe())
        getter = await begun(subscriber.get())
        events.publish("a")
        await cancelled(getter)
        assert events.subscribers_waiting == 0
        return await subscriber.get()

    assert run(main()) == "a"


def test_closing_a_subscriber_ends_its_iteration_in_a_task():
    async def main():
        subscriber = AsyncSubscriber(EventBroadcaster().subscribe())

        async def listen():
            return [event async for event in subscriber]

        listener = await begun(listen())
        subscriber.close()
        assert await listener == []
        with pytest.raises(BroadcasterClosed):
            await subscriber.get()

    run(main())
