"""Jobs over many workers: claims that are learned, limits of one worker, and a raised claim that goes elsewhere."""

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Refusal, Room
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.placing import PlacingScheduler
from mnemo_cli.orchestrate.scheduler import Hold
from mnemo_cli.orchestrate.waiting import Entry, Waiting
from mnemo_cli.orchestrate.worker import Worker
from mnemo_cli.units import MIB


def worker(name: str, budget: int, slots: int = 2) -> Worker:
    room = Room("the group", 0, budget, budget)
    return Worker(name, name, name, slots, rooms=(room,), budget_bytes=budget, level=Level.NORMAL)


def scheduler(*workers: Worker, jobs=(), learned=None, most_slots=None) -> PlacingScheduler:
    waiting = Waiting(lambda job_id: None)
    for one in jobs:
        waiting.add(Entry(one))
    made = PlacingScheduler(most_slots=most_slots, waiting=waiting, learned=learned or Learned())
    made.note_workers(workers, now_seconds=0.0)
    return made


def job(name: str, **fields) -> Job:
    return Job(id=name, name=fields.pop("kind", name), command=("true",), **fields)


def started(one: PlacingScheduler, at: float = 0.0) -> list[tuple[str, str | None]]:
    found = []
    while (flight := one.next((), now_seconds=at)) is not None:
        found.append((flight.job.id, flight.worker))
    return found


def test_slots_and_budget_are_the_workers():
    one = scheduler(worker("a", 300 * MIB), worker("b", 900 * MIB, slots=4))
    assert (one.slots, one.budget_bytes, one.share_slots) == (6, 900 * MIB, 4)
    assert scheduler(worker("a", 300 * MIB), most_slots=1).slots == 1


def test_never_more_is_in_flight_than_there_are_slots_however_small_the_jobs_are():
    """The issue allows twice as many."""
    workers = (worker("a", 900 * MIB), worker("b", 900 * MIB, slots=4))
    many = [job(f"x{at}", kind="x", claim_bytes=1, cpus=0.01) for at in range(50)]
    one = scheduler(*workers, jobs=many)
    begun = started(one)
    on_each = {name: [where for _, where in begun].count(name) for name in "ab"}
    assert on_each == {"a": 2, "b": 4} and len(one.flights) <= 2 * one.slots
    for job_id, _ in begun:
        one.ended(Key(job_id, 1), Ended(0, 1.0), host_ooms_rose=False, now_seconds=1.0)
        started(one, 1.0)
        assert len(one.flights) == one.slots
    one.note_workers([workers[0]._replace(is_lost=True)], now_seconds=2.0)
    assert started(one, 2.0) == []


def test_nobody_starts_without_a_worker_and_no_job_is_given_up_for_that():
    one = scheduler(jobs=[job("x", claim_bytes=10)])
    assert started(one) == [] and one.why_none(0.0) == "no worker is there"
    assert one.give_up_hopeless(now_seconds=1000.0) == ()


def test_a_job_larger_than_every_worker_waits_for_a_larger_one_until_nobody_comes_any_more():
    one = scheduler(
        worker("a", 300), worker("b", 900), jobs=[job("x", claim_bytes=901), job("y", claim_bytes=1, limit_bytes=901)]
    )
    refusal = one.refusal_of(Entry(job("x", claim_bytes=901)), (), now_seconds=0.0)
    assert refusal == Refusal("b", 901, 900)
    assert one.give_up_hopeless(now_seconds=29.9) == ()
    one.note_workers([worker("c", 200)], now_seconds=29.9)
    assert one.give_up_hopeless(now_seconds=59.8) == ()
    assert [entry.job.id for entry in one.give_up_hopeless(now_seconds=59.9)] == ["x", "y"]
    assert not one.flights and one.give_up_hopeless(now_seconds=1e6) == ()


def test_nobody_is_given_up_while_one_is_under_way_or_no_work_is_taken_and_never_one_that_fits():
    one = scheduler(worker("a", 300), jobs=[job("runs", claim_bytes=9), job("large", claim_bytes=301)])
    assert started(one) == [("runs", "a")]
    assert one.give_up_hopeless(now_seconds=99.0) == ()
    one.settle(Key("runs", 1), "preempted")
    one.hold = Hold(closed=True)
    assert one.give_up_hopeless(now_seconds=99.0) == ()
    one.hold = Hold()
    one.note_workers([worker("a", 300)._replace(heard_seconds=99.0)], now_seconds=99.0)
    assert [entry.job.id for entry in one.give_up_hopeless(now_seconds=99.0)] == ["large"]
    assert started(one, 99.0) == [("runs", "a")]


def test_nobody_is_given_up_while_no_worker_is_there():
    one = scheduler(worker("a", 300), jobs=[job("large", claim_bytes=301)])
    one.note_workers([worker("a", 300)._replace(is_lost=True)], now_seconds=1.0)
    assert one.give_up_hopeless(now_seconds=99.0) == ()


def test_one_that_was_ended_waits_again_where_the_workers_that_are_there_are_too_small_for_it():
    one = scheduler(worker("a", 300))
    one.flights[Key("x", 1)] = one.flight_of(Entry(job("x", claim_bytes=301)), now_seconds=0.0)
    assert one.settle(Key("x", 1), "preempted").again is not None
    one.note_workers([worker("b", 400)], now_seconds=1.0)
    assert started(one, 1.0) == [("x", "b")]


def test_after_an_oom_on_a_small_worker_the_raised_claim_goes_to_a_larger_one():
    small, large = worker("small", 180, slots=1), worker("large", 600, slots=1)
    one = scheduler(small, large, jobs=[job("x", claim_bytes=60), job("y", claim_bytes=60)])
    assert started(one) == [("x", "large"), ("y", "small")]
    one.ended(Key("x", 1), Ended(0, 1.0), host_ooms_rose=False, now_seconds=1.0)
    settled = one.ended(
        Key("y", 1), Ended(-9, 1.0, kernel_oom=True, peak_bytes=170), host_ooms_rose=False, now_seconds=1.0
    )
    assert settled.again is not None and settled.again.claim_bytes == 213
    assert started(one, 1.0) == [("y", "large")]


def test_the_limit_of_a_job_is_no_more_than_its_worker_can_give():
    one = scheduler(worker("small", 100 * MIB, slots=1), jobs=[job("x")])
    ((_, where),) = started(one)
    assert where == "small" and one.flights[Key("x", 1)].limit_bytes == 100 * MIB


def test_what_is_on_a_lost_worker_is_nobodys_any_more():
    one = scheduler(
        worker("a", 900, slots=1), worker("b", 800, slots=1), jobs=[job(name, claim_bytes=9) for name in "xyz"]
    )
    assert started(one) == [("x", "a"), ("y", "b")]
    one.note_workers([worker("a", 900, slots=1)._replace(is_lost=True)], now_seconds=1.0)
    one.settle(Key("x", 1), "lost")
    assert one.slots == 1 and started(one, 1.0) == []
    one.ended(Key("y", 1), Ended(0, 1.0), host_ooms_rose=False, now_seconds=1.0)
    assert started(one, 1.0) == [("z", "b")]


def test_one_that_was_begun_before_us_takes_its_slot_where_it_is():
    one = scheduler(worker("a", 900, slots=1), jobs=[job("y", claim_bytes=9)])
    one.flights[Key("x", 1)] = one.flight_of(Entry(job("x", claim_bytes=9)), now_seconds=0.0)
    one.started(Key("x", 1), None, "a")
    assert started(one) == [] and one.flights[Key("x", 1)].worker == "a"
    one.ended(Key("x", 1), Ended(0, 1.0), host_ooms_rose=False, now_seconds=1.0)
    assert started(one, 1.0) == [("y", "a")]


def test_an_oom_of_a_workers_machine_restrains_that_machine_only():
    one = scheduler(
        worker("a", 900, slots=4), worker("b", 100, slots=4), jobs=[job(f"j{at}", claim_bytes=9) for at in range(12)]
    )
    begun = dict(started(one))
    assert len(begun) == 8 and one.ramp.at_once(0.0) == 8
    suspicious = Ended(-9, 1.0, host_ooms_rose=True)
    settled = one.ended(Key("j0", 1), suspicious, host_ooms_rose=False, now_seconds=1.0)
    assert (settled.reason, begun["j0"]) == ("oom-host-suspected", "a")
    assert started(one, 1.0) == [] and one.ramp.at_once(1.0) == 8
    on_b = next(job_id for job_id, where in begun.items() if where == "b")
    one.ended(Key(on_b, 1), Ended(0, 1.0), host_ooms_rose=False, now_seconds=1.0)
    assert [where for _, where in started(one, 1.0)] == ["b"]


def test_a_worker_that_stays_critical_gives_up_its_youngest_and_never_its_only_one():
    full = worker("a", 900, slots=3)._replace(level=Level.CRITICAL)
    jobs = [job("first", claim_bytes=9), job("vital", claim_bytes=9, critical=True), job("last", claim_bytes=9)]
    one = scheduler(worker("a", 900, slots=3), jobs=jobs)
    assert all(one.next((), now_seconds=float(at)) is not None for at in range(3))
    one.note_workers([full], now_seconds=3.0)
    assert one.to_relieve() == ()
    one.note_workers([full], now_seconds=4.0)
    (flight,) = one.to_relieve()
    assert flight.job.id == "last"
    one.stopping(flight, "preempted")
    for at in (5.0, 6.0, 7.0):
        one.note_workers([full], now_seconds=at)
        assert one.to_relieve() == ()
    for job_id in ("last", "vital"):
        one.ended(Key(job_id, 1), Ended(-15, 1.0), host_ooms_rose=False, now_seconds=8.0)
    for at in (9.0, 10.0, 11.0):
        one.note_workers([full], now_seconds=at)
        assert one.to_relieve() == ()
