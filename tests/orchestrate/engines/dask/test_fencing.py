"""An attempt begins once, and one end of it counts, whatever Dask and the network do to messages."""

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
    ledger.forget([KEY], floor=2)
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
    ledger.forget([KEY], floor=2)
    assert not ledger.ends


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


class Storm(RuleBasedStateMachine):
    """Orders and ends are delivered twice, late or never; workers are lost and come back; supervisors die."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch, self.number, self.lives = 1, 0, 0
        self.places = Placements()
        self.agents: dict[str, Ledger[str]] = {}
        self.isolated: dict[str, Ledger[str]] = {}
        self.orders: list[StartId] = []
        self.news: list[tuple[str, Key]] = []
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
        self.orders.append(StartId(self.epoch, self.number, agent, key))

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """To anybody: Dask runs a dead worker's tasks elsewhere."""
        if not self.orders:
            return
        order = data.draw(st.sampled_from(self.orders))
        everybody = {**self.agents, **self.isolated}
        if not everybody:
            return
        ledger = everybody[data.draw(st.sampled_from(sorted(everybody)))]
        if ledger.begin(order) is None:
            at = (ledger.agent, order.key)
            self.begun[at] = self.begun.get(at, 0) + 1

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        running = [
            (ledger, key) for ledger in (*self.agents.values(), *self.isolated.values()) for key in ledger.running
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
            if self.places.take_end(key, agent):
                self.taken[key] = self.taken.get(key, 0) + 1

    @rule(data=st.data())
    def cut_off(self, data: st.DataObject) -> None:
        if self.agents:
            agent = data.draw(st.sampled_from(sorted(self.agents)))
            self.isolated[agent] = self.agents.pop(agent)
            self.places.lose(agent)

    @rule()
    def new_supervisor(self) -> None:
        """What an agent says that it has not begun is begun by nobody from then on."""
        self.epoch += 1
        for ledger in self.agents.values():
            assert ledger.greet(self.epoch)
            for key in [key for key in self.places if self.places.is_at(key, ledger.agent)]:
                if key not in ledger.running and key not in ledger.ends:
                    self.places.take_end(key, ledger.agent)

    @invariant()
    def an_attempt_begins_at_most_once(self) -> None:
        assert all(times == 1 for times in self.begun.values())
        attempts = [key for _, key in self.begun]
        assert len(attempts) == len(set(attempts))

    @invariant()
    def at_most_one_end_of_it_counts(self) -> None:
        assert all(times == 1 for times in self.taken.values())

    @invariant()
    def two_attempts_of_a_job_run_at_once_only_across_a_partition(self) -> None:
        known = [key.job for ledger in self.agents.values() for key in ledger.running]
        assert len(known) == len(set(known))


TestStorm = Storm.TestCase
TestStorm.settings = hypothesis_settings(max_examples=FEW_RUNS)
