"""The guard in a program: what it accepts, calls and answers at each step, and how it ends."""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Iterator

import pytest

from mnemo_cli.bounded import EmbeddingsCache
from mnemo_cli.degrade.guard.in_flight import NotAccepting
from mnemo_cli.degrade.steps import Step
from mnemo_cli.tracker import layout
from tests.degrade.guard.watched import DEADLINE_SECONDS, Watched


class Program:
    """What a program would do at each hook, written down; `left` is set with the exit code."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.codes: list[int] = []
        self.events: list[tuple[str, str, str]] = []
        self.left = threading.Event()

    def plan(self, **more: object) -> dict[str, object]:
        hooks = {name: lambda name=name: self.calls.append(name) for name in ("save", "close", "pause", "resume")}
        told = lambda event: self.events.append((event.step.word, event.action, event.outcome))  # noqa: E731
        return {**hooks, "exit": self.leave, "on_event": told, **more}

    def leave(self, code: int) -> None:
        self.codes.append(code)
        self.left.set()


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.tracker.close()


@pytest.fixture
def program() -> Program:
    return Program()


def ask(watched: Watched, request: str, ratio: float) -> int:
    """As another process would, into the words of the tracker; the number of the request."""
    first = layout.REQUESTS_AT + layout.REQUESTS.index(request) * layout.REQUEST_WORDS
    words = watched.tracker._words
    words[first + layout.ARGUMENT_OFFSET] = round(ratio * layout.MILLION)
    words[first] += 1
    return words[first]


def answered(watched: Watched, request: str) -> tuple[int, int]:
    first = layout.REQUESTS_AT + layout.REQUESTS.index(request) * layout.REQUEST_WORDS
    words = watched.tracker._words
    return words[first + layout.ACKNOWLEDGED_OFFSET], words[first + layout.CAME_OF_IT_OFFSET]


def test_at_each_step_it_does_what_the_ladder_says_and_takes_it_back(watched, program):
    cache: EmbeddingsCache[int] = EmbeddingsCache(100, 8, backing="array")
    for key in range(100):
        cache.put(key, [0.5] * 8)
    with watched.guard(**program.plan(components=[cache])) as guard:
        watched.use(10)
        assert (guard.step, guard.accepting(), guard.accepting(optional=True)) == (Step.NORMAL, True, True)
        watched.use(50)
        assert (guard.step, guard.is_throttled, program.calls) == (Step.MODERATE, False, [])
        watched.use(70)
        assert (guard.step, guard.is_throttled, program.calls) == (Step.HIGH, True, ["pause"])
        assert (guard.accepting(), guard.accepting(optional=True), len(cache)) == (True, False, 75)
        watched.use(50)
        assert (guard.is_throttled, program.calls, cache.limit) == (False, ["pause", "resume"], 100)
        assert guard.accepting(optional=True)
    assert not guard.is_running and guard.exit_code is None and watched.closed == 1


def test_critical_refuses_finishes_saves_closes_and_leaves_with_75(watched, program):
    guard = watched.guard(**program.plan())
    with guard.work():
        watched.use(92)
        assert not guard.accepting() and guard.in_flight == 1 and not program.left.is_set()
        watched.use(70)
        assert program.calls == ["pause"], "critical stays, and what is in flight is waited for"
    assert program.left.wait(DEADLINE_SECONDS)
    guard.stop()
    assert (program.calls, program.codes, guard.exit_code) == (["pause", "save", "close"], [75], 75)
    assert [event for event in program.events if event[0] == "critical"] == [
        ("critical", "notify", "done"),
        ("critical", "drain", "done"),
        ("critical", "evict", "nothing"),
        ("critical", "drain", "done"),
        ("critical", "save", "done"),
        ("critical", "close", "done"),
        ("critical", "terminate", "done"),
    ]
    with pytest.raises(NotAccepting), guard.work():
        raise AssertionError("it must not begin")


def test_the_drain_time_out_ends_the_wait(watched, program):
    guard = watched.guard(**program.plan(drain_timeout_seconds=0.05))
    with guard.work():
        watched.use(92)
        assert program.left.wait(DEADLINE_SECONDS)
    guard.stop()
    assert ("critical", "drain", "failed") in program.events and "save" in program.calls


def test_an_emergency_cuts_the_wait_so_that_the_state_is_saved(watched, program):
    guard = watched.guard(**program.plan(drain_timeout_seconds=3600.0))
    with guard.work():
        watched.use(92)
        watched.use(97)
        assert program.left.wait(DEADLINE_SECONDS)
    guard.stop()
    assert ("emergency", "terminate", "done") in program.events and "save" in program.calls


def test_a_save_that_fails_is_told_and_the_program_leaves_all_the_same(watched, program, caplog):
    def save() -> None:
        raise OSError("disk full")

    saved = []
    guard = watched.guard(**program.plan(save=[save, lambda: saved.append(1)]))
    watched.use(92)
    assert program.left.wait(DEADLINE_SECONDS)
    guard.stop()
    assert saved == [1] and ("critical", "save", "failed") in program.events
    assert "1 of 2 save hooks failed" in caplog.text and "disk full" in caplog.text


def test_a_program_that_resumes_is_not_ended(watched, program):
    with watched.guard(**program.plan(on_critical="resume")) as guard:
        watched.use(92)
        assert not guard.accepting()
        with pytest.raises(NotAccepting), guard.work():
            pass
        assert guard.is_running and program.codes == [] and "save" not in program.calls


def test_the_moments_are_noted_with_what_the_ladder_did(watched, program, caplog):
    with caplog.at_level(logging.INFO, logger="mnemo"), watched.guard(**program.plan()) as guard:
        watched.use(70)
        totals = guard.totals
    marks = [event for moment in watched.noted for event in moment.verdict.events if event.event == "mark"]
    assert [mark.fields["action"] for mark in marks] == ["notify", "notify", "evict", "throttle", "defer", "freeze"]
    assert totals == {"notify": 2, "evict": 1, "throttle": 1, "defer": 1, "freeze": 1}
    levels = {record.levelname for record in caplog.records if record.message.startswith("notify: step high")}
    assert levels == {"WARNING"}


def test_a_listener_that_raises_stops_nothing(watched, program, caplog):
    with watched.guard(**program.plan(on_event=lambda event: 1 / 0)) as guard:
        watched.use(70)
        assert guard.is_throttled
    assert "on_event failed" in caplog.text


def test_requests_of_other_programs_are_obeyed_and_answered(watched, program):
    cache: EmbeddingsCache[int] = EmbeddingsCache(100, 8, backing="array")
    for key in range(100):
        cache.put(key, [0.5] * 8)
    guard = watched.guard(**program.plan(components=[cache]))
    watched.use(10)
    for request, ratio, came_of_it in (
        ("shrink", 0.5, layout.DONE),
        ("throttle", 1.0, layout.DONE),
        ("throttle", 1.0, layout.NOTHING),
        ("shrink", 0.0, layout.NOTHING),
        ("shrink", 7.0, layout.REFUSED),
        ("throttle", 0.0, layout.DONE),
    ):
        number = ask(watched, request, ratio)
        watched.use(10)
        watched.use(10)
        assert answered(watched, request) == (number, came_of_it), request
        assert guard.is_throttled == (request == "throttle" and ratio > 0) or request == "shrink"
    assert len(cache) == 50 and program.codes == []
    ask(watched, "restart", 1.0)
    assert program.left.wait(DEADLINE_SECONDS)
    guard.stop()
    assert answered(watched, "restart") == (1, layout.DONE) and program.calls == ["save", "close"]


def test_leaving_the_with_block_during_a_drain_waits_until_the_state_is_saved(watched, program):
    with watched.guard(**program.plan()) as guard:
        watched.use(92)
    assert program.calls == ["pause", "save", "close"] and guard.exit_code == 75


def test_in_asyncio_hooks_run_in_the_loop_and_an_async_block_waits_for_the_drain(watched, program):
    loops = []

    async def save() -> None:
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())

    async def main() -> None:
        async with watched.guard(**program.plan(save=save)) as guard:
            async with guard.work():
                await asyncio.to_thread(watched.use, 92)
                assert not guard.accepting()
            with pytest.raises(NotAccepting):
                async with guard.work():
                    raise AssertionError("it must not begin")
        assert loops == [asyncio.get_running_loop()] and guard.exit_code == 75

    asyncio.run(main())


def test_a_plain_with_block_in_a_loop_does_not_wait_for_itself(watched, program):
    saved = []

    async def save() -> None:
        saved.append(1)

    async def main() -> None:
        with watched.guard(**program.plan(save=save, drain_timeout_seconds=1.0)) as guard, guard.work():
            await asyncio.to_thread(watched.use, 92)

    asyncio.run(main())
    assert saved == [1] and ("critical", "save", "done") in program.events


def test_a_guard_is_made_in_the_main_thread_unless_it_is_told_how_to_end(watched):
    caught: list[BaseException] = []

    def make() -> None:
        with contextlib.ExitStack():
            try:
                watched.guard()
            except RuntimeError as err:
                caught.append(err)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join(DEADLINE_SECONDS)
    assert "guard() is called in the main thread" in str(caught[0])


def test_a_second_guard_must_be_told_how_to_end(watched):
    with watched.guard() as guard:
        with pytest.raises(RuntimeError, match="SIGURG has a handler already"):
            watched.guard()
        assert guard.is_running
    with Watched().guard():
        pass


@pytest.mark.parametrize("wrong", [{"save": 3}, {"components": [3]}, {"pause": [None]}])
def test_what_is_no_hook_and_no_component_is_refused_and_leaves_nothing_behind(watched, wrong):
    before = threading.active_count()
    with pytest.raises(TypeError):
        watched.guard(**wrong)
    assert threading.active_count() == before and signal.getsignal(signal.SIGURG) == signal.SIG_DFL
