"""Where an attempt may start: it fits on one worker, slots are kept, and after a loss little is begun at once."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import FILL_RATIO, RESERVED_RATIO, Room
from mnemo_cli.orchestrate.fleet import Fleet
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.worker import Worker


def worker(name: str, *, budget: int = 1000, used: int | None = 0, slots: int = 2, **fields: object) -> Worker:
    room = Room("the group", used, budget, None if used is None else budget - used)
    plain = Worker(name, name, f"host-{name}", slots, rooms=(room,), budget_bytes=budget, level=Level.NORMAL)
    return plain._replace(**fields)  # type: ignore[arg-type]


def fleet(*workers: Worker, at: float = 0.0) -> Fleet:
    made = Fleet()
    for one in workers:
        made.note(one, at)
    return made


def begin(made: Fleet, job: str, claim: int, cpus: float = 1.0, at: float = 0.0) -> str | None:
    found = made.best(claim, cpus, at)
    if found is None:
        return None
    made.begin(found.id, Key(job, 1), claim, cpus)
    return found.id


def test_a_job_goes_where_the_most_memory_is_left():
    made = fleet(worker("a", used=300), worker("b", used=100))
    assert [begin(made, job, 100) for job in "xyz"] == ["b", "b", "a"]


def test_a_job_must_fit_on_one_worker_and_not_into_the_sum():
    made = fleet(worker("a", used=500), worker("b", used=500))
    assert made.best(501, 1.0, 0.0) is None
    assert made.best(500, 1.0, 0.0) is not None
    assert made.budget_bytes == 1000 and made.slots == 4


def test_beside_others_half_of_what_they_may_still_take_is_kept_for_them():
    made = fleet(worker("a", used=100, slots=3))
    assert begin(made, "x", 400) == "a"
    left = int(FILL_RATIO * 1000 - 100 - RESERVED_RATIO * 400)
    assert made.best(left + 1, 1.0, 0.0) is None
    assert made.best(left, 1.0, 0.0) is not None
    made.weigh([("a", Key("x", 1), 0)])
    assert made.best(int(FILL_RATIO * 1000 - 100), 1.0, 0.0) is not None


def test_slots_are_kept_and_come_back_with_the_end():
    made = fleet(worker("a", slots=1), worker("b", slots=1))
    assert {begin(made, "x", 1), begin(made, "y", 1)} == {"a", "b"}
    assert begin(made, "z", 1) is None
    made.end("a", Key("x", 1))
    made.end("a", Key("y", 1))
    assert begin(made, "z", 1) == "a"


def test_one_that_asks_for_more_slots_than_there_are_runs_alone():
    made = fleet(worker("a", slots=2))
    assert begin(made, "x", 1, cpus=9.0) == "a"
    assert begin(made, "y", 1) is None
    made.end("a", Key("x", 1))
    assert begin(made, "y", 1) == "a" and begin(made, "x", 1, cpus=9.0) is None


def test_a_worker_whose_use_is_unknown_gets_one_job_and_a_critical_one_no_second():
    unknown = fleet(worker("a", used=None))
    assert begin(unknown, "x", 10) == "a" and begin(unknown, "y", 10) is None
    critical = fleet(worker("a", level=Level.CRITICAL))
    assert begin(critical, "x", 10) == "a" and begin(critical, "y", 10) is None


def test_a_worker_that_is_silent_gets_nothing_until_it_is_heard_of():
    made = fleet(worker("a", heard_seconds=0.0))
    assert made.best(1, 1.0, 5.0) is not None
    assert made.best(1, 1.0, 60.0) is None
    made.note(worker("a", heard_seconds=60.0), 60.0)
    assert made.best(1, 1.0, 61.0) is not None


def test_after_a_loss_with_jobs_its_host_begins_slowly():
    made = fleet(worker("a", slots=4, host="h"))
    begin(made, "x", 1)
    made.note(worker("a", host="h", is_lost=True), 10.0)
    assert made.slots == 0 and made.best(1, 1.0, 10.0) is None
    made.note(worker("again", slots=4, host="h", heard_seconds=11.0), 11.0)
    assert begin(made, "y", 1, at=11.0) == "again" and begin(made, "z", 1, at=11.0) is None
    assert begin(made, "z", 1, at=13.1) == "again"


def test_a_loss_without_jobs_slows_nothing_down_and_the_largest_budget_is_remembered():
    made = fleet(worker("a", slots=4, budget=5000, host="h"))
    made.note(worker("a", host="h", is_lost=True), 10.0)
    made.note(worker("again", slots=4, host="h", heard_seconds=11.0), 11.0)
    assert [begin(made, job, 1, at=11.0) for job in "xyz"] == ["again"] * 3
    assert made.budget_bytes == 5000


def test_what_was_free_on_a_worker_before_it_was_lost_is_not_free_on_it_now():
    made = fleet(worker("a", used=0), worker("b", used=1))
    made.note(worker("a", is_lost=True), 1.0)
    made.note(worker("a", used=2, heard_seconds=1.0), 1.0)
    best = made.best(0, 0.5, 1.0)
    assert best is not None and best.id == "b"


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), st.integers(0, 1200), st.sampled_from([0.5, 1.0, 2.0])),
        st.tuples(st.just("end"), st.integers(0, 99), st.none()),
        st.tuples(st.just("note"), st.integers(0, 3), st.integers(0, 1200)),
        st.tuples(st.just("lose"), st.integers(0, 3), st.none()),
    ),
    max_size=60,
)


@given(OPERATIONS)
def test_whatever_happens_the_choice_is_that_of_looking_at_every_worker(operations):
    """The heap is an index only; a plain search through all workers is the rule."""
    made, where = fleet(), {}
    for step, (what, one, other) in enumerate(operations):
        now = float(step) * 0.01
        if what == "note":
            made.note(worker(f"w{one}", used=other, heard_seconds=now), now)
        elif what == "lose":
            made.note(worker(f"w{one}", is_lost=True), now)
            where = {key: at for key, at in where.items() if at != f"w{one}"}
        elif what == "end" and where:
            key = sorted(where)[one % len(where)]
            made.end(where.pop(key), key)
        elif what == "begin":
            found = made.best(one, other, now)
            able = [stand for stand in made.stands() if stand.free_bytes >= one and stand.may_start(other, now)]
            assert (found is None) == (not able)
            if found is not None:
                assert max(stand.free_bytes for stand in able) == next(
                    stand.free_bytes for stand in able if stand.worker.id == found.id
                )
                key = Key(f"j{step}", 1)
                made.begin(found.id, key, one, other)
                where[key] = found.id
        for stand in made.stands():
            mine = [key for key, at in where.items() if at == stand.worker.id]
            assert stand.jobs == len(mine)
            assert stand.jobs <= 1 or stand.slots_taken <= stand.worker.slots
