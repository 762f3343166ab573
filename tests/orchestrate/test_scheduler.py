"""Who starts next, and what becomes of whom."""

import pytest

from mnemo_cli.orchestrate.admission import Refusal, Room
from mnemo_cli.orchestrate.job import Ended, Identity, Job, Key
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.outcome import Again, Final
from mnemo_cli.orchestrate.scheduler import Hold, Scheduler
from mnemo_cli.orchestrate.waiting import Entry, Waiting
from mnemo_cli.units import MIB

BUDGET = 1000


def job(name="a", **fields):
    return Job(id=name, name=fields.pop("kind", name), command=("true",), **fields)


def scheduler(*jobs, slots=3, learned=None, budget_bytes=BUDGET):
    waiting = Waiting(lambda job_id: None)
    for one in jobs:
        waiting.add(Entry(one))
    return Scheduler(slots=slots, budget_bytes=budget_bytes, waiting=waiting, learned=learned or Learned())


def room(used_bytes=0, budget_bytes=BUDGET):
    return [Room("the budget", used_bytes, budget_bytes, budget_bytes - (used_bytes or 0))]


def started(one, rooms=None, at=0.0):
    """The ids that take off now."""
    rooms = room() if rooms is None else rooms
    ids = []
    while (flight := one.next(rooms, now_seconds=at)) is not None:
        ids.append(flight.job.id)
    return ids


def names(count, **fields):
    return [job(f"j{at}", **fields) for at in range(count)]


def test_no_more_start_than_there_are_slots():
    one = scheduler(*names(5, claim_bytes=10))
    assert started(one) == ["j0", "j1", "j2"]
    assert one.why_none(0.0) == "all slots are taken"


def test_a_job_may_take_several_slots_and_one_that_wants_too_many_runs_alone():
    one = scheduler(
        job("two", claim_bytes=1, cpus=2.0), job("more", claim_bytes=1, cpus=2.0), job("one", claim_bytes=1)
    )
    assert started(one) == ["two", "one"]
    greedy = scheduler(job("greedy", claim_bytes=1, cpus=9.0), job("next", claim_bytes=1))
    assert started(greedy) == ["greedy"]


def test_one_that_does_not_fit_is_passed_by_one_that_does():
    one = scheduler(job("first", claim_bytes=100), job("large", claim_bytes=950), job("small", claim_bytes=100))
    assert started(one) == ["first", "small"]
    refusal = one.refusal_of(Entry(job("large", claim_bytes=950)), room(), now_seconds=0.0)
    assert refusal == Refusal("the budget", 950, int(0.95 * BUDGET - 0.5 * 200))


@pytest.mark.parametrize(
    ("hold", "ids"),
    [
        (Hold(), ["j0", "j1", "critical"]),
        (Hold(throttled=True), ["j0"]),
        # With nothing of ours running somebody goes on, whoever keeps the memory that is used.
        (Hold(deferred=True), ["j0", "critical"]),
        (Hold(deferred=True, closed=True), []),
        (Hold(deferred=True, nearly_critical=True), ["critical"]),
        (Hold(closed=True), []),
    ],
)
def test_the_ladder_holds_back(hold, ids):
    one = scheduler(*names(2, claim_bytes=10), job("critical", claim_bytes=10, critical=True))
    one.hold = hold
    assert started(one) == ids


def test_after_a_crash_one_starts_at_first_and_then_one_more_each_two_seconds():
    one = scheduler(*names(5, claim_bytes=10))
    one.ramp.begin_slowly(0.0)
    assert started(one, at=1.9) == ["j0"]
    assert one.why_none(1.9) == "1 of 3 slots for now"
    assert started(one, at=4.0) == ["j1", "j2"]


@pytest.mark.parametrize(
    ("fields", "peaks", "claim", "limit"),
    [
        # The first of a name are measured, not judged: those that end first are the small ones.
        ({}, (), 333, 1000),
        ({}, (100,), 150, 1000),
        ({}, (100,) * 9, 110, 1000),
        ({}, (100,) * 10, 110, 220),
        ({"claim_bytes": 200}, (100,), 200, 400),
        ({"claim_bytes": 200, "limit_bytes": 210}, (), 200, 210),
        ({"claim_bytes": 200, "limit_bytes": 10}, (), 200, 10),
        ({"claim_bytes": 700}, (), 700, 1000),
        ({"claim_bytes": 1200}, (), 1200, 1200),
        ({"claim_bytes": 200}, (100,) * 9, 200, 400),
        # A name that peaked at next to nothing is not killed for the first page cache that it fills.
        ({}, (0.5,) * 10, 0.55, 64),
        ({}, (29,) * 10, 31.9, 64),
        ({}, (30,) * 10, 33, 66),
        ({"claim_bytes": 1}, (), 1, 64),
    ],
)
def test_what_a_job_claims_and_where_its_limit_is(fields, peaks, claim, limit):
    """In MiB."""
    learned = Learned()
    learned.add("a", [int(peak * MIB) for peak in peaks])
    one = scheduler(learned=learned, budget_bytes=1000 * MIB)
    flight = one.flight_of(Entry(job(**{name: size * MIB for name, size in fields.items()})), now_seconds=0.0)
    assert flight.claim_bytes == pytest.approx(claim * MIB, abs=MIB / 2)
    assert flight.limit_bytes == limit * MIB


def test_the_least_limit_is_not_above_the_budget():
    assert scheduler().flight_of(Entry(job(claim_bytes=10)), now_seconds=0.0).limit_bytes == BUDGET


def test_one_begins_although_others_fill_the_memory_and_the_next_one_waits():
    one = scheduler(*names(2, claim_bytes=10))
    one.hold = Hold(deferred=True)
    assert started(one, room(900)) == ["j0"]
    next_one = Entry(job("next", claim_bytes=10))
    assert one.refusal_of(next_one, room(900), now_seconds=0.0) == "deferred until memory is lower"
    one.settle(Key("j0", 1), "ok")
    assert started(one, room(995)) == []  # its claim has to fit the headroom all the same
    one.hold = Hold()
    assert started(one, room(900)) == ["j1"]


def test_a_frozen_job_counts_as_running_where_jobs_are_deferred():
    one = scheduler(*names(2, claim_bytes=10))
    flight = one.next(room(), now_seconds=0.0)
    one.started(flight.key, None)
    flight.freeze(1.0)
    one.hold = Hold(deferred=True)
    assert started(one) == []


def test_a_success_is_learned_from_and_a_failure_is_not():
    one = scheduler(job("a", kind="k"), job("b", kind="k"))
    started(one)
    fails = one.ended(Key("b", 1), Ended(status=1, seconds=1.0, peak_bytes=900), host_ooms_rose=False, now_seconds=1.0)
    assert fails.decision == Final(done=False, reason="exit")
    one.ended(Key("a", 1), Ended(status=0, seconds=1.0, peak_bytes=100), host_ooms_rose=False, now_seconds=1.0)
    assert one.claim_of(Entry(job("c", kind="k"))) == 150


def test_an_oom_brings_the_job_back_with_a_larger_claim_and_a_lost_one_as_it_was():
    one = scheduler(job("a", claim_bytes=100), job("b", claim_bytes=100))
    started(one)
    oom = Ended(status=-9, seconds=1.0, peak_bytes=200, kernel_oom=True)
    settled = one.ended(Key("a", 1), oom, host_ooms_rose=False, now_seconds=1.0)
    assert settled.reason == "oom-limit" and settled.again is not None
    assert (settled.again.number, settled.again.claim_bytes) == (2, 250)
    lost = one.settle(Key("b", 1), "lost")
    assert isinstance(lost.decision, Again) and lost.again is not None and lost.again.claim_bytes is None
    assert sorted(started(one)) == ["a", "b"]


def test_an_oom_of_the_machine_halves_what_runs_at_once():
    one = scheduler(*names(6, claim_bytes=10), slots=4)
    started(one)
    one.ended(Key("j0", 1), Ended(status=-9, seconds=1.0), host_ooms_rose=True, now_seconds=5.0)
    assert one.why_none(5.0) == "2 of 4 slots for now"


def test_the_youngest_that_is_not_critical_is_frozen_first():
    one = scheduler(*names(2, claim_bytes=10), job("critical", claim_bytes=10, critical=True))
    for at in range(3):
        one.next(room(), now_seconds=float(at))
    for key in list(one.flights):
        one.started(key, Identity(1, 2, "boot"))
    assert one.youngest(frozen=False).job.id == "j1"
    assert one.youngest(frozen=False, critical=True).job.id == "critical"
    assert one.youngest(frozen=True) is None
    one.youngest(frozen=False).freeze(3.0)
    assert one.youngest(frozen=True).job.id == "j1"
    one.stopping(one.youngest(frozen=False), "preempted")
    assert one.youngest(frozen=False) is None


def test_the_clock_of_a_time_out_stands_still_while_a_job_is_frozen():
    one = scheduler(job("a", claim_bytes=10, timeout_seconds=10.0))
    started(one)
    flight = one.flights[Key("a", 1)]
    one.started(flight.key, None)
    flight.freeze(5.0)
    assert one.overdue(100.0) == ()
    flight.thaw(100.0)
    assert one.overdue(104.9) == () and one.overdue(105.0) == (flight,)
    one.stopping(flight, "timeout")
    assert one.overdue(200.0) == ()
    settled = one.ended(flight.key, Ended(status=-15, seconds=1.0), host_ooms_rose=False, now_seconds=201.0)
    assert settled.reason == "timeout"


def test_use_that_is_not_told_is_unknown():
    one = scheduler(*names(2, claim_bytes=100))
    started(one)
    one.note_use({Key("j0", 1): 40}, now_seconds=0.0)
    assert [flight.used_bytes for flight in one.flights.values()] == [40, None]
    refusal = one.refusal_of(Entry(job("c", claim_bytes=900)), room(40), now_seconds=0.0)
    assert refusal.free_bytes == int(950 - 40 - 0.5 * (60 + 100))


def test_what_waits_for_a_job_that_failed_is_given_up():
    one = scheduler(job("a", claim_bytes=10), job("b", after=("a",)), job("c", after=("b",)))
    assert started(one) == ["a"]
    settled = one.settle(Key("a", 1), "exit")
    assert [given.id for given in settled.given_up] == ["b", "c"]
    assert started(one) == [] and not one.flights


def test_of_a_name_that_nobody_has_run_two_begin_and_one_more_each_two_seconds():
    one = scheduler(*names(6, kind="new"), job("other"), slots=6)
    assert started(one) == ["j0", "j1", "other"]
    waits = Entry(job("j9", kind="new"))
    assert one.refusal_of(waits, room(), now_seconds=0.0) == "the first of its name are measured"
    assert started(one, at=1.9) == []
    assert started(one, at=2.0) == ["j2"]
    assert started(one, at=4.0) == ["j3"]


@pytest.mark.parametrize("peak", [10, None])
def test_once_one_of_a_name_has_ended_well_the_others_need_not_wait_even_where_its_peak_is_not_known(peak):
    one = scheduler(*names(6, kind="new"), slots=6)
    started(one)
    one.ended(Key("j0", 1), Ended(status=1, seconds=0.1, peak_bytes=10), host_ooms_rose=False, now_seconds=0.1)
    assert started(one, at=0.1) == ["j2"]
    one.ended(Key("j1", 1), Ended(status=0, seconds=0.1, peak_bytes=peak), host_ooms_rose=False, now_seconds=0.1)
    assert len(started(one, at=0.1)) > 1


def test_what_a_name_needs_is_known_from_other_runs_and_nobody_waits():
    learned = Learned()
    learned.add("new", (10,))
    assert len(started(scheduler(*names(6, kind="new"), slots=6, learned=learned))) == 6


def test_those_that_are_critical_are_to_end_first_and_those_that_stop_come_last():
    one = scheduler(*names(2, claim_bytes=10), job("critical", claim_bytes=10, critical=True))
    for at in range(3):
        one.next(room(), now_seconds=float(at))
    assert [flight.job.id for flight in one.in_order()] == ["critical", "j0", "j1"]
    one.stopping(one.flights[Key("critical", 1)], "cancelled")
    assert [flight.job.id for flight in one.in_order()] == ["j0", "j1", "critical"]


def test_a_claim_that_an_oom_has_raised_is_cut_to_a_budget_that_has_become_less():
    one = scheduler()
    raised = Entry(job(claim_bytes=100), number=2, claim_bytes=900)
    assert one.claim_of(raised) == 900
    one.budget_bytes = 500
    flight = one.flight_of(raised, now_seconds=0.0)
    assert (flight.claim_bytes, flight.limit_bytes) == (500, 500)


@pytest.mark.parametrize("fields", [{"claim_bytes": 800}, {"claim_bytes": 10, "limit_bytes": 800}])
def test_one_that_comes_back_to_a_budget_that_is_less_than_it_needs_is_told_so(fields):
    one = scheduler(job(**fields))
    started(one)
    one.budget_bytes = 500
    settled = one.settle(Key("a", 1), "preempted")
    assert settled.decision == Final(done=False, reason="preempted", needed_bytes=800)
    assert settled.again is None and not one.flights


def test_one_whose_name_needs_more_than_the_budget_is_tried_alone_and_told_after_its_oom():
    learned = Learned()
    learned.add("a", (800,) * 20)
    one = scheduler(job(), learned=learned)
    one.budget_bytes = 500
    flight = one.next(room(budget_bytes=500), now_seconds=0.0)
    assert (flight.claim_bytes, flight.limit_bytes) == (500, 500)
    oom = Ended(status=-9, seconds=1.0, peak_bytes=500, kernel_oom=True)
    settled = one.ended(flight.key, oom, host_ooms_rose=False, now_seconds=1.0)
    assert settled.decision == Final(done=False, reason="oom-limit", needed_bytes=800)
