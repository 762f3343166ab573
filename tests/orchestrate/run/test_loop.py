"""The loop over a deterministic engine: the ladder acts on the run, a drain comes to its end, the limit is followed."""

import pytest

from mnemo_cli.degrade.steps import Step
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.run.run import Now
from tests.orchestrate.run.stage import jobs


def test_it_ends_when_the_last_job_has(stage):
    it = stage(jobs("a", "b"))
    it.play(None, lambda: it.end("a"), lambda: it.end("b"))
    assert [what for _, what in it.told] == ["started", "started", "ok", "ok"]
    assert it.loop.is_over and not it.loop.drained


def test_at_critical_the_run_drains_and_leaves_with_75(stage):
    it = stage(jobs("a", "b", "c", "d", "e"), slots=2, drain_timeout_seconds=10.0)

    def finish():
        # On its way to critical the ladder froze b, and a drain ends what is frozen.
        assert it.running == ["a"] and not it.frozen
        it.end("a")

    it.play(None, it.uses(920), None, finish, None)
    assert it.loop.drained
    assert it.loop.conductor.step >= Step.CRITICAL
    assert it.journal.standing.done == 1
    assert it.journal.standing.waiting == 4
    assert ("save", "done") in it.climbed
    assert it.clock.now <= 15.0


def test_high_freezes_the_youngest_and_low_lets_it_go_on(stage):
    it = stage(jobs("a", "b"))
    seen = []
    it.play(
        None,
        it.uses(700),
        lambda: seen.append(sorted(key.job for key in it.world.frozen)),
        it.uses(100),
        None,
        None,
        lambda: seen.append(sorted(key.job for key in it.world.frozen)),
        lambda: it.end("a"),
        lambda: it.end("b"),
    )
    assert seen[0] in (["a"], ["b"]) and seen[1] == []
    assert it.journal.standing.done == 2


def test_at_high_the_run_goes_on_one_by_one_where_others_fill_the_memory(stage):
    it = stage(jobs("a", "b"))

    def one_by_one():
        yield it.uses(700)
        for name in ("a", "b"):
            began = it.clock.now
            while it.clock.now < began + 60.0:
                yield None
                assert it.running == [name] and not it.world.frozen
            yield lambda name=name: it.end(name)

    it.machine.used = 700
    it.play(then=one_by_one(), most=5000)
    assert it.journal.standing.done == 2
    assert "preempted" not in [what for _, what in it.told]


def test_a_person_s_drain_waits_and_the_second_one_does_not(stage):
    it = stage(jobs("a", "b", "c"), slots=2)
    it.play(None, it.loop.drain, None, lambda: it.end("a"), it.loop.drain)
    assert ("c", "started") not in it.told
    assert ("b", "preempted") in it.told
    standing = it.journal.standing
    assert (standing.done, standing.waiting, it.loop.drained) == (1, 2, False)


def test_what_is_not_critical_is_asked_to_end_first(stage):
    it = stage([*jobs("a"), *jobs("b", critical=True)], drain_timeout_seconds=30.0)
    it.play(None, it.loop.drain)
    ends = [job for job, what in it.told if what == "preempted"]
    assert ends == ["a", "b"]
    assert 29.0 <= it.clock.now <= 35.0


def test_resume_holds_the_run_back_and_lets_it_go_on(stage):
    it = stage(jobs("a", "b"), slots=1, on_critical="resume")

    def until_b_runs():
        yield from (it.uses(850), None, None, lambda: it.end("a"), None, None, it.uses(100))
        while "b" not in it.running:
            assert it.clock.now < 100.0
            yield None
        assert it.clock.now > 30.0
        yield lambda: it.end("b")

    it.play(None, then=until_b_runs())
    assert [job for job, what in it.told if what == "ok"] == ["a", "b"]
    assert not it.loop.drained


def test_a_sigkill_while_the_machine_kills_is_suspicious(stage):
    it = stage(jobs("a"))

    def killed():
        it.machine.ooms += 1
        it.end("a", status=-9)

    it.play(None, None, killed, None, None, None, lambda: it.end("a", status=-9))
    assert [what for _, what in it.told] == ["started", "oom-host-suspected", "started", "signal"]


def test_a_death_has_its_verdict_in_the_journal_and_any_other_end_has_none(stage):
    it = stage(jobs("killed", "wrong", "well"))
    it.play(None, lambda: it.end("killed", status=-9), lambda: it.end("wrong", status=1), lambda: it.end("well"))
    assert {attempt.job_id: attempt.headline for attempt in it.journal.attempts()} == {
        "killed": "killed died of signal",
        "wrong": None,
        "well": None,
    }


def test_at_critical_the_oldest_goes_on_though_it_was_held_and_those_that_are_frozen_make_room_for_it(stage):
    it = stage(jobs("a", "b", claim_bytes=300), drain_timeout_seconds=10.0)

    def grow():
        it.world.used_bytes.update({key: it.world.used_bytes[key] + 5 for key in it.world.running})

    def until_the_end():
        yield from (None, it.use(a=100, b=100), *[grow] * 5)
        yield it.uses(600)
        assert it.frozen == ["a", "b"]
        yield None
        for _ in range(20):
            yield grow
            assert it.loop.is_draining and (it.running, it.frozen) == (["a"], [])
        yield lambda: it.end("a")

    it.play(then=until_the_end())
    assert it.loop.drained and ("a", "ok") in it.told and ("b", "preempted") in it.told


def test_where_critical_is_waited_out_whoever_grows_is_held_and_goes_on_afterwards(stage):
    it = stage(jobs("a", "b", claim_bytes=300), on_critical="resume")

    def grow(a):
        it.world.used_bytes[it.key("a")] = a

    def until_there_is_room():
        yield from (None, it.use(a=100, b=100))
        for at in range(10):
            yield lambda at=at: grow(100 + 10 * at)
        yield it.uses(650)
        yield None
        assert it.frozen == ["a", "b"]
        yield it.uses(100)
        yield None
        assert "a" not in it.frozen
        while it.frozen:
            assert it.clock.now < 100.0
            yield None
        yield lambda: it.end("a")
        yield lambda: it.end("b")

    it.play(then=until_there_is_room())
    assert it.journal.standing.done == 2 and not it.loop.drained
    assert "preempted" not in [what for _, what in it.told]


@pytest.mark.parametrize(("limit", "budget"), [(500, 300), (2000, 1200)])
def test_the_budget_and_the_rooms_follow_the_limit_with_the_next_moment(stage, limit, budget):
    it = stage(jobs("a"))
    seen = []

    def look():
        (room,) = it.loop.rooms()
        seen.append((it.run.scheduler.budget_bytes, room.budget_bytes, room.headroom_bytes, room.ceiling_bytes))

    it.play(None, lambda: setattr(it.machine, "limit", limit), look, lambda: it.end("a"))
    assert seen == [(budget, budget, limit - 100, limit * 3 // 4)]


def test_a_budget_of_a_person_s_does_not_follow_the_limit(stage):
    it = stage(jobs("a"), own_budget_bytes=400)
    seen = []
    it.play(
        None,
        lambda: setattr(it.machine, "limit", 500),
        lambda: seen.append((it.run.scheduler.budget_bytes, [room.budget_bytes for room in it.loop.rooms()])),
        lambda: it.end("a"),
    )
    assert seen == [(400, [400, 400])]


def test_jobs_that_the_limit_has_become_too_low_for_are_told_with_those_that_wait_for_them(stage):
    """And the others go on: nothing waits for what cannot come."""
    it = stage(
        [
            *jobs("runs", "next"),
            *jobs("large", "larger", claim_bytes=400),
            *jobs("after", after=("large",)),
            *jobs("fits", claim_bytes=300),
        ],
        slots=1,
    )
    it.play(
        None,
        None,
        lambda: setattr(it.machine, "limit", 500),
        None,
        *(lambda name=name: it.end(name) for name in ("runs", "next", "fits")),
    )
    assert it.told[1:4] == [("large", "never-fits"), ("after", "dependency-failed"), ("larger", "never-fits")]
    assert [job for job, what in it.told if what == "ok"] == ["runs", "next", "fits"]


def test_a_limit_that_is_raised_lets_in_what_waited(stage):
    it = stage(jobs("a", "b", claim_bytes=400), slots=2)
    it.play(
        None,
        it.use(a=400),
        None,
        lambda: setattr(it.machine, "limit", 3000),
        None,
        lambda: it.end("a"),
        lambda: it.end("b"),
    )
    assert it.told == [("a", "started"), ("b", "started"), ("a", "ok"), ("b", "ok")]


def test_a_job_above_the_budget_never_starts_and_the_rest_runs(stage):
    it = stage([*jobs("a"), Job(id="huge", name="h", command=("x",), claim_bytes=601)])
    it.play(None, lambda: it.end("a"))
    assert ("huge", "never-fits") in it.told and ("a", "ok") in it.told


def test_a_job_that_is_to_be_cancelled_is_told_once_and_stays_so_until_its_end_is_noted(stage, monkeypatch):
    """Whoever takes the run up before that knows of it."""
    it = stage(jobs("a"))
    stops = []
    monkeypatch.setattr(it.engine, "stop", lambda key, *, grace_seconds: stops.append(key.job))
    kept = []

    def until_it_ends():
        yield from (None, lambda: it.journal.ask_to_cancel(["a"]))
        while it.clock.now < 10.0:
            yield lambda: kept.append(it.journal.take_cancellations())
        yield lambda: it.end("a", status=-15)

    it.play(then=until_it_ends())
    assert stops == ["a"] and set(kept) == {("a",)}
    assert ("a", "cancelled") in it.told
    it.journal.take_cancellations()
    assert it.journal.take_cancellations() == ()


def test_a_cancelled_job_whose_attempt_is_lost_is_not_begun_again(stage, monkeypatch):
    it = stage(jobs("a", "b"))
    monkeypatch.setattr(it.engine, "stop", lambda key, *, grace_seconds: it.world.vanish(key))
    it.play(None, lambda: it.run.cancel(["a"], Now(it.clock.now, 0.0)), None, lambda: it.end("b"))
    assert ("a", "cancelled") in it.told and it.world.starts == [("a", 1), ("b", 1)]
    assert it.journal.standing.cancelled == 1
