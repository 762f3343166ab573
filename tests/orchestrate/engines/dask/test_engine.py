"""What agents tell is taken for what it is, whenever it comes: nothing is lost, and nothing counts twice."""

import os
import time
from pathlib import Path

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask import stops
from mnemo_cli.orchestrate.engines.dask.messages import end_message
from mnemo_cli.orchestrate.engines.dask.news import Dead, Down, Left, Met, Said
from mnemo_cli.orchestrate.engines.engine import Finished, Lost, Started
from mnemo_cli.orchestrate.job import Ended, Key
from tests.orchestrate.engines.dask.wire import ENDED, STANDING, ScriptedLink, end, engine_on, greeting, order, up

KEY, OTHER = Key("a", 1), Key("b", 1)


def test_an_attempt_that_ends_between_greeting_and_recover_has_ended(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w", running=[KEY])), Said(end("w", KEY)))
    engine = engine_on(link, tmp_path)
    assert engine.recover({KEY: None}) == (Finished(KEY, ENDED),)
    assert engine.events() == ()


def test_an_end_that_is_told_before_the_greetings_are_all_there_counts(tmp_path: Path):
    link = ScriptedLink(Said(end("w", KEY)), up(1, greeting("w", running=[KEY])))
    assert engine_on(link, tmp_path).recover({KEY: None}) == (Finished(KEY, ENDED),)


def test_what_goes_on_where_a_worker_is_met_before_recover_is_taken_on(tmp_path: Path):
    link = ScriptedLink(up(1), Met(greeting("w", running=[KEY], ends=[end("w", OTHER)])))
    engine = engine_on(link, tmp_path)
    assert engine.recover({KEY: None, OTHER: None}) == (Started(KEY, None, "w"), Finished(OTHER, ENDED))
    assert link.stopped == []


def test_a_connection_that_is_made_anew_before_recover_changes_nothing(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w", running=[KEY])), Down("x"), up(2, greeting("w", running=[KEY])))
    engine = engine_on(link, tmp_path)
    assert engine.recover({KEY: None}) == (Started(KEY, None, "w"),)
    assert link.stopped == []


def test_the_end_of_an_attempt_outlives_the_worker_that_told_of_it(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w", running=[OTHER], ends=[end("w", KEY)])), Left("w", "it died"))
    engine = engine_on(link, tmp_path)
    assert engine.recover({KEY: None, OTHER: None}) == (Finished(KEY, ENDED), Lost(OTHER, "no worker knows of it"))


def test_of_two_workers_with_one_attempt_one_is_told_to_end_it(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w", running=[KEY]), greeting("v", running=[KEY, OTHER])))
    engine = engine_on(link, tmp_path)
    ((where),) = [event.worker for event in engine.recover({KEY: None}) if isinstance(event, Started)]
    other = {"w": "v", "v": "w"}[str(where)]
    assert sorted(link.stopped) == sorted([(other, KEY, 0), ("v", OTHER, 0)])


def test_an_attempt_that_was_given_up_is_told_to_end_as_long_as_it_is_reported(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    link.news.append(Said(["report", "w", STANDING, [[*KEY, 100]]]))
    assert engine.events() == () and not engine.use()
    assert link.stopped == [("w", KEY, 0)]


def test_a_stop_is_said_once_and_again_where_it_is_to_be_over_sooner(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    for grace_seconds in (5, 10, 0, 0):
        engine.stop(KEY, grace_seconds=grace_seconds)
    assert [grace_seconds for _, _, grace_seconds in link.stopped] == [5, 0]


@pytest.mark.parametrize(("grace_seconds", "is_said_again"), [(0, True), (60, False)])
def test_a_stop_is_said_again_where_the_attempt_is_there_long_after_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grace_seconds: float, is_said_again: bool
):
    """Whoever had heard it may have died before he did it."""
    monkeypatch.setattr(stops, "_OVERDUE_SECONDS", 0.0)
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w"), order(OTHER, "w")])
    engine.stop(KEY, grace_seconds=grace_seconds)
    link.stopped.clear()
    link.news.append(Said(["report", "w", STANDING, [[*KEY, 100], [*OTHER, 100]]]))
    assert engine.events() == ()
    assert link.stopped == ([("w", KEY, 0)] if is_said_again else [])


@pytest.mark.parametrize(
    ("ended", "is_free"),
    [
        (ENDED._replace(status=-9), True),
        (ENDED._replace(status=3), True),
        (ENDED, False),
        (ENDED._replace(status=-9, kernel_oom=True), False),
    ],
)
@pytest.mark.parametrize("is_over", [True, False])
def test_what_a_supervisor_before_had_ended_is_begun_again_freely(
    tmp_path: Path, ended: Ended, is_free: bool, is_over: bool
):
    """Not what came to its own end all the same."""
    message = end_message("w", Finished(KEY, ended))
    there = greeting("w", ends=[message]) if is_over else greeting("w", running=[KEY])
    link = ScriptedLink(up(2, there._replace(stopped=(KEY,))))
    engine = engine_on(link, tmp_path)
    events = engine.recover({KEY: None})
    if not is_over:
        link.news.append(Said(message))
        events = engine.events()
    assert events == ((Lost(KEY, "a supervisor before had it ended"),) if is_free else (Finished(KEY, ended),))


def test_what_we_had_ended_ourselves_is_not_given_for_lost(tmp_path: Path):
    """Though the one before had told it, too; or a connection of ours that is made anew."""
    link = ScriptedLink(up(2, greeting("w", running=[KEY])._replace(stopped=(KEY,))))
    engine = engine_on(link, tmp_path)
    engine.recover({KEY: None})
    engine.start([order(OTHER, "w")])
    for key in (KEY, OTHER):
        engine.stop(key, grace_seconds=0)
    killed = ENDED._replace(status=-9)
    ends = [end_message("w", Finished(key, killed)) for key in (KEY, OTHER)]
    link.news += [Down("x"), up(3, greeting("w", ends=ends)._replace(stopped=(KEY, OTHER)))]
    assert engine.events() == (Finished(KEY, killed), Finished(OTHER, killed))


def test_a_stop_that_was_said_while_nobody_heard_it_is_said_to_who_comes_back(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w"), order(OTHER, "w")])
    link.news.append(Down("x"))
    engine.events()
    engine.stop(KEY, grace_seconds=60)
    link.stopped.clear()
    link.news.append(up(2, greeting("w", running=[KEY, OTHER])))
    assert engine.events() == ()
    ((agent, key, grace_seconds),) = link.stopped
    assert (agent, key) == ("w", KEY) and 0 < grace_seconds <= 60


def test_a_stop_is_forgotten_with_its_attempt(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.start([order(KEY, "w")])
    engine.stop(KEY, grace_seconds=0)
    link.news += [Said(end("w", KEY)), up(2, greeting("w", ends=[end("w", KEY)]))]
    assert engine.events() == (Finished(KEY, ENDED),)
    assert len(link.stopped) == 1


def test_who_does_not_want_to_wait_for_the_scheduler_need_not(tmp_path: Path):
    from mnemo_cli.orchestrate.engines.dask.engine import Dask

    link = ScriptedLink()
    settings = engine_on(ScriptedLink(up(1)), tmp_path)._settings
    with pytest.raises(EngineError, match="nothing was begun"):
        Dask(settings, is_wanted=lambda: False, make_link=lambda settings, agent: link)


def test_waiting_for_the_scheduler_is_no_work(tmp_path: Path):
    """An eventfd can always be written; only what can be read is news."""
    from mnemo_cli.orchestrate.engines.dask.engine import Dask

    bell = os.eventfd(0)
    times = iter([True, True, False])
    settings = engine_on(ScriptedLink(up(1)), tmp_path)._settings
    began = time.monotonic()
    with pytest.raises(EngineError, match="nothing was begun"):
        Dask(settings, lambda: next(times), make_link=lambda settings, agent: ScriptedLink(descriptor=bell))
    os.close(bell)
    assert time.monotonic() - began > 0.2


def test_a_link_that_has_died_is_an_error_of_the_run(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")))
    engine = engine_on(link, tmp_path)
    link.news.append(Dead(EngineError("the scheduler is gone")))
    with pytest.raises(EngineError, match="is gone"):
        engine.events()
