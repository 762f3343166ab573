"""The program's own functions, sync or async, called where they belong.

Where a loop of asyncio is known they run in it, beside the tasks whose state they touch. Otherwise they
run in the thread of the guard, and an async one in a loop of its own. asyncio is imported only for those.
"""

import inspect
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from mnemo_cli.degrade.foreign import Failed, attempt

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

Hook: TypeAlias = Callable[[], object]
Hooks: TypeAlias = Hook | Iterable[Hook]


def hooks_of(given: Hooks, what: str) -> tuple[Hook, ...]:
    """One function or several; TypeError for what is none."""
    hooks = (given,) if callable(given) else tuple(given)
    for hook in hooks:
        if not callable(hook):
            raise TypeError(f"{what} takes functions without arguments, and not {hook!r}")
    return hooks


def running_loop() -> "AbstractEventLoop | None":
    """That of the calling thread; a program that has not imported asyncio has none."""
    if "asyncio" not in sys.modules:
        return None
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class Caller:
    """Calls hooks. `loop` is that of the program, once one is known."""

    def __init__(self) -> None:
        self.loop: AbstractEventLoop | None = running_loop()
        self.loop_thread = threading.current_thread()

    def attach(self, loop: "AbstractEventLoop | None") -> None:
        """From the thread of the loop. With None hooks run in the guard's thread again."""
        if loop is not self.loop:
            self.loop, self.loop_thread = loop, threading.current_thread()

    def meet(self, loop: "AbstractEventLoop") -> None:
        """A task runs in this one; where no other is known it is that of the program."""
        if self.loop is None or not self.loop.is_running():
            self.attach(loop)

    def call_all(self, what: str, hooks: Iterable[Hook], timeout_seconds: float) -> tuple[int, int]:
        """How many succeeded, and how many failed or were not done in time; each runs, whatever those before it did."""
        results = [
            attempt(f"the {what} hook {_name(hook)}", partial(self._call, hook, timeout_seconds)) for hook in hooks
        ]
        failed = sum(isinstance(result, Failed) for result in results)
        return len(results) - failed, failed

    def _call(self, hook: Hook, timeout_seconds: float) -> None:
        loop = self.loop
        if loop is not None and loop.is_running():
            _call_in(loop, hook, timeout_seconds)
            return
        result = hook()
        if inspect.isawaitable(result):
            import asyncio

            asyncio.run(asyncio.wait_for(_awaited(result), timeout_seconds))


def _call_in(loop: "AbstractEventLoop", hook: Hook, timeout_seconds: float) -> None:
    import asyncio

    future = asyncio.run_coroutine_threadsafe(_called(hook), loop)
    try:
        future.result(timeout_seconds)
    except TimeoutError:
        if future.cancel():
            raise TimeoutError(f"it was not done within {timeout_seconds:.1f} s") from None
        raise  # its own


async def _called(hook: Hook) -> None:
    await _awaited(hook())


async def _awaited(result: object) -> None:
    if inspect.isawaitable(result):
        await result


def _name(hook: Hook) -> str:
    return getattr(hook, "__qualname__", type(hook).__name__)
