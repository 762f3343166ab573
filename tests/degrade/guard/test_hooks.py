"""The program's own functions, sync and async, in its loop and without one."""

import asyncio
import logging
import threading

import pytest

from mnemo_cli.degrade.guard.hooks import Caller, hooks_of, running_loop

PLENTY_SECONDS = 30.0


def test_one_hook_or_several_are_taken_and_nothing_else():
    assert hooks_of(print, "save") == (print,)
    assert hooks_of([print, repr], "save") == (print, repr)
    assert hooks_of((), "save") == ()
    with pytest.raises(TypeError, match="save takes functions without arguments, and not 3"):
        hooks_of([print, 3], "save")  # type: ignore[list-item]


def test_without_a_loop_hooks_run_in_the_calling_thread_and_async_ones_to_their_end():
    where = []

    async def close() -> None:
        await asyncio.sleep(0)
        where.append("async")

    done = Caller().call_all("save", [lambda: where.append(threading.current_thread().name), close], PLENTY_SECONDS)
    assert (done, where) == ((2, 0), [threading.current_thread().name, "async"])


def test_in_a_program_of_asyncio_they_run_in_its_loop_sync_or_async():
    loops = []

    async def save() -> None:
        loops.append(asyncio.get_running_loop())

    async def main() -> asyncio.AbstractEventLoop:
        caller = Caller()
        hooks = [save, lambda: loops.append(asyncio.get_running_loop())]
        assert await asyncio.to_thread(caller.call_all, "save", hooks, PLENTY_SECONDS) == (2, 0)
        return asyncio.get_running_loop()

    loop = asyncio.run(main())
    assert loops == [loop, loop]


def test_a_loop_that_is_over_is_no_longer_used():
    caller = Caller()

    async def main() -> None:
        caller.attach(running_loop())

    asyncio.run(main())
    ran = []
    assert caller.call_all("save", [lambda: ran.append(1)], PLENTY_SECONDS) == (1, 0) and ran == [1]


def test_the_first_loop_that_runs_is_that_of_the_program():
    caller = Caller()

    async def main() -> None:
        mine = asyncio.get_running_loop()
        caller.meet(mine)
        await asyncio.to_thread(asyncio.run, meet_in_another())
        assert caller.loop is mine

    async def meet_in_another() -> None:
        caller.meet(asyncio.get_running_loop())

    asyncio.run(main())


def test_a_hook_that_raises_is_logged_by_name_and_the_next_one_runs(caplog):
    def broken() -> None:
        raise OSError("disk full")

    async def broken_too() -> None:
        raise ValueError("no")

    ran = []
    with caplog.at_level(logging.ERROR, logger="mnemo"):
        done = Caller().call_all("save", [broken, broken_too, lambda: ran.append(1)], PLENTY_SECONDS)
    assert (done, ran) == ((1, 2), [1])
    assert "the save hook" in caplog.text and "broken_too failed" in caplog.text and "disk full" in caplog.text


@pytest.mark.parametrize("in_loop", [True, False])
def test_an_async_hook_that_does_not_end_in_time_is_cancelled(in_loop, caplog):
    cancelled = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def main() -> tuple[int, int]:
        caller = Caller()
        if not in_loop:
            caller.attach(None)
        done = await asyncio.to_thread(caller.call_all, "close", [endless], 0.05)
        # Before the loop ends, which would cancel whatever is left.
        assert await asyncio.to_thread(cancelled.wait, PLENTY_SECONDS)
        return done

    assert asyncio.run(main()) == (0, 1)
    assert "TimeoutError" in caplog.text
