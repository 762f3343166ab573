"""Before it is up, and while it is not, an engine leaves everything as it was: what is its own it takes with it."""

import logging
from pathlib import Path

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.engine import Dask
from mnemo_cli.orchestrate.engines.dask.epoch import is_supervised, next_epoch
from mnemo_cli.orchestrate.engines.dask.news import Down, Met, News, Said, Unfit
from mnemo_cli.orchestrate.engines.dask.options import DaskSettings
from mnemo_cli.orchestrate.job import Key
from tests.orchestrate.engines.dask.wire import EDGES, STANDING, ScriptedLink, engine_on, greeting, up

KEY = Key("a", 1)


class Interrupted(ScriptedLink):
    """Begins as a real one does, and is not waited for after its first news."""

    def start(self) -> None:
        next_epoch(self.folder)

    def __init__(self, folder: Path, *news: News) -> None:
        super().__init__(*news)
        self.folder = folder
        wanted = iter([True, False])
        with pytest.raises(EngineError, match="nothing was begun"):
            Dask(DaskSettings(folder, EDGES), lambda: next(wanted), make_link=lambda settings, agent: self)


def test_the_first_supervisor_that_gives_up_takes_its_agents_with_it(tmp_path: Path):
    assert Interrupted(tmp_path, Met(greeting("w"))).is_closed_for_good is True


def test_one_that_follows_another_leaves_its_agents_there_although_it_has_heard_of_nothing_yet(tmp_path: Path):
    Interrupted(tmp_path)
    assert Interrupted(tmp_path, Met(greeting("w"))).is_closed_for_good is False


def test_what_goes_on_somewhere_goes_on_whatever_the_folder_says(tmp_path: Path):
    assert Interrupted(tmp_path, Met(greeting("w", running=[KEY]))).is_closed_for_good is False


def test_a_journal_has_had_a_supervisor_as_soon_as_one_has_had_a_number(tmp_path: Path):
    assert not is_supervised(tmp_path)
    next_epoch(tmp_path)
    assert is_supervised(tmp_path)


def test_who_reports_while_the_connection_is_made_anew_is_not_reached_by_that(tmp_path: Path):
    link = ScriptedLink(up(1, greeting("w")), Down("it is away"), Said(["report", "w", STANDING, [[*KEY, 100]]]))
    engine = engine_on(link, tmp_path)
    engine.recover({})
    engine.events()
    assert engine.workers()[-1].is_reached is False and link.stopped == []
    link.news.append(up(2, greeting("w")))
    engine.events()
    assert engine.workers()[-1].is_reached is True


def test_a_worker_on_which_nothing_can_be_begun_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    link = ScriptedLink(up(1, greeting("w")), Unfit("tcp://\x1b[31mred:1", "mnemo there is another version than here"))
    with caplog.at_level(logging.WARNING):
        engine = engine_on(link, tmp_path)
        assert engine.events() == ()
    (record,) = caplog.records
    assert record.levelname == "WARNING" and "\x1b" not in record.getMessage()
    assert "red:1: mnemo there is another version than here" in record.getMessage()
