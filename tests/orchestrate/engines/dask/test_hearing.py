"""What the engine makes of words of agents: refusals, reports, what was written, and silence."""

from pathlib import Path

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.messages import Output, end_message
from mnemo_cli.orchestrate.engines.dask.news import Dead, Down, Left, Met, Said
from mnemo_cli.orchestrate.engines.engine import Finished, Lost, Started
from mnemo_cli.orchestrate.job import Key
from tests.orchestrate.engines.dask.wire import ENDED, STANDING, ScriptedLink, engine_on, greeting, order, up

KEY, OTHER = Key("a", 1), Key("b", 1)


def test_a_start_that_is_refused_and_unknown_there_is_lost(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    link.news.append(Said(["fenced", "w", *KEY, 1, 1, "absent", "it was stopped before it came"]))
    assert engine.events() == (Lost(KEY, "it was stopped before it came"),)
    assert engine.fenced == 0


@pytest.mark.parametrize(
    ("agent", "epoch", "number", "known"),
    [("w", 1, 1, "running"), ("w", 1, 1, "ended"), ("w", 0, 1, "absent"), ("w", 1, 2, "absent"), ("v", 1, 1, "absent")],
)
def test_any_other_refusal_is_counted_and_changes_nothing(
    tmp_path: Path, agent: str, epoch: int, number: int, known: str
):
    link = ScriptedLink(up(1, greeting("w"), greeting("v")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    link.news.append(Said(["fenced", agent, *KEY, epoch, number, known, "why"]))
    assert engine.events() == () and engine.fenced == 1
    link.news.append(Said(["started", "w", [[*KEY]]]))
    assert engine.events() == (Started(KEY, None, "w"),)


def test_what_an_agent_had_that_can_do_no_more_is_lost(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    link.news += [Said(["gone", "w", "no keeper"]), Left("w", "its worker has died or left")]
    assert engine.events() == (Lost(KEY, "its worker can run nothing any more: no keeper"),)
    assert [worker.is_lost for worker in engine.workers()] == [False, True]


def test_an_attempt_that_is_not_reported_any_more_is_not_known_to_use_anything(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w"), greeting("v")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w"), order(OTHER, "v")])
    for agent, use in (("w", [[*KEY, 100]]), ("v", [[*OTHER, 50]]), ("w", [])):
        link.news.append(Said(["report", agent, STANDING, use]))
    engine.events()
    assert engine.use() == {OTHER: 50}
    link.news.append(Down("it is away"))
    engine.events()
    assert engine.use() == {}


def test_limits_are_held_as_on_the_weakest_worker(tmp_path: Path):
    link = ScriptedLink(up(1))
    engine = engine_on(link, tmp_path)
    assert engine.capacity.enforcement == "none"
    link.news.append(Met(greeting("w")._replace(enforcement="cgroup-v1")))
    link.news.append(Met(greeting("v")._replace(enforcement="tree-sampler")))
    engine.events()
    assert engine.capacity.enforcement == "tree-sampler"
    link.news.append(Left("v", "it left"))
    engine.events()
    assert engine.capacity.enforcement == "cgroup-v1"


def test_workers_that_say_nothing_are_no_workers(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path, worker_seconds=0.0)
    with pytest.raises(EngineError, match="no worker was heard of"):
        engine.events()
    link.news.append(Down("the scheduler is waited for, by its own clock"))
    assert engine.events() == ()


def ended(key: Key, out: bytes | None, err: bytes | None) -> Said:
    return Said(end_message("w", Finished(key, ENDED), Output(out, err)))


def test_what_was_written_goes_into_the_folder_whoever_has_begun_it(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w", running=[KEY])))
    engine = engine_on(link, tmp_path, output_folder=tmp_path)
    engine.recover({KEY: None})
    engine.start([order(OTHER, "w")])
    link.news += [ended(KEY, b"mine\n", b""), ended(OTHER, b"ours\n", b"oh\n")]
    assert len(engine.events()) == 2
    assert (tmp_path / "a.1.out").read_bytes() == b"mine\n" and (tmp_path / "a.1.err").read_bytes() == b""
    assert (tmp_path / "b.1.out").read_bytes() == b"ours\n" and (tmp_path / "b.1.err").read_bytes() == b"oh\n"


def test_what_was_written_replaces_what_a_supervisor_that_was_killed_had_kept_of_it(tmp_path: Path):
    (tmp_path / "a.1.out").write_bytes(b"mine\n")
    link = ScriptedLink(up(1, greeting("w", ends=[ended(KEY, b"mine\n", b"").message])))
    engine_on(link, tmp_path, output_folder=tmp_path).recover({KEY: None})
    assert (tmp_path / "a.1.out").read_bytes() == b"mine\n"


def test_without_a_folder_it_is_shown(tmp_path: Path, capfdbinary):
    link = ScriptedLink(up(1, greeting("w", running=[KEY])))
    engine = engine_on(link, tmp_path)
    engine.recover({KEY: None})
    link.news.append(ended(KEY, b"out\n", b"err\n"))
    engine.events()
    assert capfdbinary.readouterr() == (b"out\n", b"err\n")


def test_an_end_is_not_taken_where_its_output_cannot_be_kept(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path, output_folder=tmp_path / "removed")
    engine.recover({})
    engine.start([order(KEY, "w")])
    link.news.append(ended(KEY, b"out\n", b""))
    with pytest.raises(EngineError, match=r"cannot write .*a.1.out: No such file"):
        engine.events()
    engine.close()
    assert link.is_closed_for_good is False


@pytest.mark.parametrize("is_noted", [True, False])
def test_agents_stay_with_ends_that_the_journal_could_not_take(tmp_path: Path, is_noted: bool):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    link.news.append(ended(KEY, None, None))
    assert engine.events() == (Finished(KEY, ENDED),)
    engine.close(is_noted=is_noted)
    assert link.is_closed_for_good is is_noted


def test_agents_stay_with_ends_that_nobody_has_taken(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    link.news += [ended(KEY, None, None), Dead(EngineError("it is gone"))]
    with pytest.raises(EngineError, match="it is gone"):
        engine.events()
    engine.close()
    assert link.is_closed_for_good is False


def test_ends_that_cannot_be_kept_on_resume_keep_their_agents(tmp_path: Path):
    ends = [ended(KEY, b"out\n", b"").message, ended(OTHER, b"out\n", b"").message]
    link = ScriptedLink(up(1, greeting("w", ends=ends)))
    engine = engine_on(link, tmp_path, output_folder=tmp_path / "removed")
    with pytest.raises(EngineError, match="cannot write"):
        engine.recover({KEY: None, OTHER: None})
    engine.close()
    assert link.is_closed_for_good is False


@pytest.mark.parametrize(("running", "is_for_good"), [([KEY], False), ([], True)])
def test_who_leaves_before_he_has_asked_takes_nothing_away(tmp_path: Path, running: list[Key], is_for_good: bool):
    link = ScriptedLink(up(1, greeting("w", running=running)))
    engine_on(link, tmp_path).close()
    assert link.is_closed_for_good is is_for_good
