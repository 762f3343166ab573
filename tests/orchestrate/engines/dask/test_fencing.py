"""An attempt begins once, and one end of it counts, whatever Dask and the network do to messages."""

import copy
from typing import NamedTuple

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mnemo_cli.orchestrate.engines.dask.fencing import Ledger, Placements, StartId
from mnemo_cli.orchestrate.job import Key
from tests.examples import FEW_RUNS

KEY = Key("a", 1)


def start(**fields: object) -> StartId:
    return StartId(epoch=1, number=1, agent="w", key=KEY)._replace(**fields)  # type: ignore[arg-type]


def greeted(epoch: int = 1) -> Ledger[str]:
    ledger = Ledger[str]("w")
    ledger.greet(epoch)
    return ledger


def test_a_second_start_of_one_attempt_is_refused_also_after_its_end():
    ledger = greeted()
    assert ledger.begin(start()) is None
    assert "before" in (ledger.begin(start()) or "")
    ledger.ended(KEY, "ok")
    assert "before" in (ledger.begin(start()) or "")
    ledger.forget(start(), [KEY], floor=2)
    assert "before" in (ledger.begin(start()) or "")
    assert ledger.begin(start(number=2, key=Key("b", 1))) is None


def test_what_was_sent_to_another_worker_or_by_another_supervisor_is_refused():
    ledger = greeted(epoch=3)
    assert "another worker" in (ledger.begin(start(agent="x", epoch=3)) or "")
    for epoch in (2, 4):
        assert "another supervisor" in (ledger.begin(start(epoch=epoch)) or "")
    assert ledger.running == frozenset()


def test_an_earlier_supervisor_is_not_greeted_any_more():
    ledger = greeted(epoch=2)
    assert not ledger.greet(1)
    assert ledger.greet(2) and ledger.greet(3) and ledger.epoch == 3


def test_ends_are_kept_until_the_engine_knows_them():
    ledger = greeted()
    ledger.begin(start())
    assert ledger.running == {KEY} and not ledger.ends
    ledger.ended(KEY, "ok")
    assert not ledger.running and dict(ledger.ends) == {KEY: "ok"}
    ledger.greet(2)
    assert dict(ledger.ends) == {KEY: "ok"}
    ledger.forget(start(epoch=2), [KEY], floor=2)
    assert not ledger.ends


def test_a_late_order_of_another_supervisor_or_to_another_agent_forgets_nothing():
    ledger = greeted(epoch=2)
    ledger.begin(start(epoch=2, key=Key("b", 1)))
    ledger.ended(Key("b", 1), "ok")
    for late in (start(epoch=1, number=500), start(epoch=2, number=500, agent="x")):
        ledger.forget(late, [Key("b", 1)], floor=500)
    assert set(ledger.ends) == {Key("b", 1)}
    assert ledger.begin(start(epoch=2, number=2)) is None


def test_what_is_known_of_an_attempt():
    ledger = greeted()
    assert ledger.known(KEY) == "absent"
    ledger.begin(start())
    assert ledger.known(KEY) == "running"
    ledger.ended(KEY, "ok")
    assert ledger.known(KEY) == "ended"
    ledger.forget(start(), [KEY], floor=2)
    assert ledger.known(KEY) == "absent"


def test_an_attempt_that_was_stopped_before_its_order_came_never_begins():
    ledger = greeted()
    assert not ledger.stop(1, KEY)
    for _ in range(2):
        assert "stopped" in (ledger.begin(start()) or "") and ledger.known(KEY) == "absent"
    other = start(number=2, key=Key("b", 1))
    assert ledger.begin(other) is None and ledger.stop(1, other.key)
    ledger.ended(other.key, "ok")
    assert not ledger.stop(1, other.key)


def test_a_stop_of_an_earlier_supervisor_is_not_heeded():
    ledger = greeted(epoch=2)
    assert ledger.begin(start(epoch=2)) is None
    assert not ledger.stop(1, KEY) and not ledger.stop(1, Key("b", 1))
    assert ledger.begin(start(epoch=2, number=2, key=Key("b", 1))) is None


def test_a_later_supervisor_may_begin_what_an_earlier_one_had_stopped():
    ledger = greeted()
    ledger.stop(1, KEY)
    ledger.greet(2)
    assert ledger.begin(start(epoch=2)) is None


def test_stops_of_attempts_that_never_come_do_not_pile_up():
    ledger = greeted()
    for number in range(10_001):
        ledger.stop(1, Key("a", number))
    assert ledger.begin(start(number=1, key=Key("a", 0))) is None
    assert ledger.begin(start(number=2, key=Key("a", 1))) is not None


def test_only_the_first_end_from_the_right_worker_counts():
    places = Placements()
    places.send(KEY, "w")
    assert not places.take_end(KEY, "x")
    assert places.take_end(KEY, "w")
    assert not places.take_end(KEY, "w")


def test_a_late_result_of_a_lost_worker_counts_for_nothing():
    places = Placements()
    places.send(KEY, "w")
    places.send(Key("b", 1), "x")
    assert places.lose("w") == (KEY,)
    assert not places.take_end(KEY, "w")
    assert list(places) == [Key("b", 1)] and len(places) == 1


class Posted(NamedTuple):
    """An order under way, with what its supervisor had to say beside it."""

    start: StartId
    known: tuple[Key, ...]
    floor: int


class Storm(RuleBasedStateMachine):
    """Orders, stops and ends are delivered twice, late or never; workers are lost and come back; supervisors die."""

    def __init__(self) -> None:
        super().__init__()
        # A hundred attempts have come and gone before.
        self.epoch, self.number, self.lives = 1, 100, 0
        self.places = Placements()
        self.numbers: dict[Key, int] = {}
        self.known: dict[str, list[Key]] = {}
        self.agents: dict[str, Ledger[str]] = {}
        self.isolated: dict[str, Ledger[str]] = {}
        self.orders: list[Posted] = []
        self.stops: list[tuple[int, str, Key]] = []
        self.asked: set[Key] = set()
        self.news: list[tuple[str, Key]] = []
        self.refused: list[tuple[StartId, str]] = []
        self.begun: dict[tuple[str, Key], int] = {}
        self.taken: dict[Key, int] = {}
        self.attempts: dict[str, int] = {}
        self.join()

    @rule()
    def join(self) -> None:
        self.lives += 1
        ledger = Ledger[str](f"w{self.lives}")
        ledger.greet(self.epoch)
        self.agents[ledger.agent] = ledger

    @rule(job=st.sampled_from("abcd"), data=st.data())
    def send(self, job: str, data: st.DataObject) -> None:
        if not self.agents or any(key.job == job for key in self.places) or self.taken.get(Key(job, 0)):
            return
        self.attempts[job] = self.attempts.get(job, 0) + 1
        key = Key(job, self.attempts[job])
        agent = data.draw(st.sampled_from(sorted(self.agents)))
        self.number += 1
        self.places.send(key, agent)
        self.numbers[key] = self.number
        start = StartId(self.epoch, self.number, agent, key)
        known = tuple(self.known.pop(agent, ()))
        self.orders.append(Posted(start, known, next(iter(self.numbers.values()))))

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """To anybody, at any time: Dask runs a dead worker's tasks elsewhere."""
        everybody = {**self.agents, **self.isolated}
        if not self.orders or not everybody:
            return
        start, known, floor = data.draw(st.sampled_from(self.orders))
        ledger = everybody[data.draw(st.sampled_from(sorted(everybody)))]
        ledger.forget(start, known, floor)
        if ledger.begin(start) is None:
            at = (ledger.agent, start.key)
            self.begun[at] = self.begun.get(at, 0) + 1
        elif ledger.known(start.key) == "absent":
            self.refused.append((start, ledger.agent))

    @rule(data=st.data())
    def hear_of_a_refusal(self, data: st.DataObject) -> None:
        """Lost, if it is the start that we have under way."""
        if self.refused:
            start, agent = data.draw(st.sampled_from(self.refused))
            if start.epoch == self.epoch and self.numbers.get(start.key) == start.number:
                self.take(start.key, agent)

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        if len(self.places):
            key = data.draw(st.sampled_from(sorted(self.places)))
            self.asked.add(key)
            self.stops.append((self.epoch, self.places.agent_of(key) or "", key))

    @rule(data=st.data())
    def deliver_stop(self, data: st.DataObject) -> None:
        """Before its order too, and long after its end."""
        if not self.stops:
            return
        epoch, agent, key = data.draw(st.sampled_from(self.stops))
        ledger = self.agents.get(agent) or self.isolated.get(agent)
        if ledger is not None and ledger.stop(epoch, key):
            ledger.ended(key, "stopped")
            self.news.append((agent, key))

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        running = [
            (ledger, key)
            for ledger in (*self.agents.values(), *self.isolated.values())
            for key in sorted(ledger.running)
        ]
        if running:
            ledger, key = data.draw(st.sampled_from(running))
            ledger.ended(key, "ok")
            self.news.append((ledger.agent, key))

    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        """Any news, at any time, again and again."""
        if self.news:
            agent, key = data.draw(st.sampled_from(self.news))
            if self.take(key, agent):
                self.taken[key] = self.taken.get(key, 0) + 1
                self.known.setdefault(agent, []).append(key)

    @rule(data=st.data())
    def cut_off(self, data: st.DataObject) -> None:
        if self.agents:
            agent = data.draw(st.sampled_from(sorted(self.agents)))
            self.isolated[agent] = self.agents.pop(agent)
            for key in self.places.lose(agent):
                self.numbers.pop(key, None)

    @rule(is_another=st.booleans())
    def new_supervisor(self, is_another: bool) -> None:
        """Or the same one, connected anew. What an agent says that it has not begun is begun by nobody from then on."""
        self.epoch += 1
        if is_another:
            # It counts its starts from one again, and knows nothing of what the last one had to say.
            self.number = 0
            self.numbers.clear()
            self.known.clear()
        for ledger in self.agents.values():
            assert ledger.greet(self.epoch)
            for key in [key for key in self.places if self.places.is_at(key, ledger.agent)]:
                if ledger.known(key) == "absent":
                    self.take(key, ledger.agent)

    def take(self, key: Key, agent: str) -> bool:
        taken = self.places.take_end(key, agent)
        if taken:
            self.numbers.pop(key, None)
        return taken

    @invariant()
    def an_attempt_begins_at_most_once(self) -> None:
        assert all(times == 1 for times in self.begun.values())
        attempts = [key for _, key in self.begun]
        assert len(attempts) == len(set(attempts))

    @invariant()
    def at_most_one_end_of_it_counts(self) -> None:
        assert all(times == 1 for times in self.taken.values())

    @invariant()
    def no_attempt_is_waited_for_in_vain(self) -> None:
        """It runs, has ended, or begins with its order: at once where nobody has stopped it, else it is told of."""
        for key in self.places:
            ledger = self.agents[self.places.agent_of(key) or ""]
            if ledger.known(key) == "absent":
                (order,) = [one for one in self.orders if one.start.key == key and one.start.epoch == self.epoch]
                asked = copy.deepcopy(ledger)
                asked.forget(*order)
                assert asked.begin(order.start) is None or key in self.asked

    @invariant()
    def two_attempts_of_a_job_run_at_once_only_across_a_partition(self) -> None:
        known = [key.job for ledger in self.agents.values() for key in ledger.running]
        assert len(known) == len(set(known))


TestStorm = Storm.TestCase
TestStorm.settings = hypothesis_settings(max_examples=FEW_RUNS)
