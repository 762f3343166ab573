"""The first lines: what is recorded, replayed or paused, and which level comes next."""

from collections.abc import Callable

import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Forecast, Level, Moment
from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.heading import header, next_level, sentence
from mnemo_cli.output.dashboard.sentences import machine_words
from mnemo_cli.output.dashboard.spans import plain
from mnemo_cli.output.dashboard.view import Recording, View
from mnemo_cli.units import GIB, MIB

Scene = Callable[..., View]
MomentOf = Callable[..., Moment]


@pytest.mark.parametrize(
    ("changes", "width", "words"),
    [
        ({"recording": (761.0, None)}, 80, "cgroup:/kubepods/pod3f/app"),
        ({"recording": (761.0, None)}, 80, "REC 00:12:41  1s  14:02:31 UTC"),
        ({"recording": (761.0, None)}, 160, "REC m.mnr 00:12:41 4.1M  self 0.9% 21M  1s"),
        ({"recording": (-5.0, None)}, 80, "REC 00:00:00"),
        ({"recording": (100_000.0, None)}, 80, "REC 27:46:40"),
        ({"recording": (9.0, "No space left on device")}, 80, "REC FAILED"),
        ({"recording": (9.0, "No space left on device")}, 160, "REC FAILED: No space left on device"),
        ({"replayed_ratio": 0.428}, 80, "REPLAY 43%"),
        ({"choice": Choice(paused=True)}, 80, "PAUSED  "),
        ({"choice": Choice(paused=True, steps_back=12)}, 80, "PAUSED 12 back"),
        ({"choice": Choice(paused=True), "replayed_ratio": 1.0}, 80, "REPLAY 100%  PAUSED"),
    ],
)
def test_the_header_says_what_is_going_on(scene: Scene, changes: dict[str, object], width: int, words: str) -> None:
    if "recording" in changes:
        seconds_ago, failure = changes["recording"]  # type: ignore[misc]
        began = scene().moment.sample.time_seconds - seconds_ago
        changes = {"recording": Recording("m.mnr", began, round(4.1 * MIB), failure)}

    assert words in plain(header(scene(**changes), width))


def test_what_mnemo_costs_gives_way_to_where_we_are(scene: Scene) -> None:
    assert "self 0.9%" in plain(header(scene(), 80))
    assert "self 0.9%" not in plain(header(scene(choice=Choice(paused=True)), 80))


@pytest.mark.parametrize(
    ("level", "used", "edge"),
    [
        (Level.NORMAL, 0.30, "MODERATE at 40%"),
        (Level.MODERATE, 0.50, "HIGH at 60%"),
        (Level.HIGH, 0.70, "CRITICAL at 80%"),
    ],
)
def test_the_next_level_and_when(moment_of: MomentOf, level: Level, used: float, edge: str) -> None:
    moment = moment_of()
    assert moment.verdict.binding is not None
    binding = moment.verdict.binding._replace(used_bytes=round(used * 4 * GIB), limit_bytes=4 * GIB)
    forecast = Forecast(1000.0, 900.0, 1100.0, growth_bytes_per_second=0.1 * 4 * GIB / 100, window_seconds=300.0)
    verdict = moment.verdict._replace(level=level, binding=binding, forecast=forecast)

    assert next_level(moment._replace(verdict=verdict), Edges()) == f"next: {edge} in 1m40s"


@pytest.mark.parametrize(
    "changes",
    [
        {"forecast": None},
        {"binding": None},
        {"level": None},
        {"level": Level.CRITICAL},
        # Held by the release margin, above the edge already.
        {"level": Level.MODERATE},
        {"forecast": Forecast(UNLIMITED, UNLIMITED, UNLIMITED, 9.9e6, 300.0)},
        {"forecast": Forecast(9.0, 9.0, 9.0, 0.0, 300.0)},
        {"forecast": Forecast(9.0, 9.0, 9.0, -5.0, 300.0)},
    ],
    ids=str,
)
def test_where_it_cannot_be_told_nothing_is_said(moment_of: MomentOf, changes: dict[str, object]) -> None:
    assert next_level(moment_of(verdict=changes), Edges()) == ""


def test_an_edge_of_a_fraction_is_shown_with_it(moment_of: MomentOf) -> None:
    assert "at 87.5% in" in next_level(moment_of(), Edges(critical_ratio=0.875))


def test_a_wide_screen_tells_the_next_level_and_a_narrow_one_has_no_room(scene: Scene) -> None:
    assert "since 2m10s   next: CRITICAL at 80% in 2m" in plain(sentence(scene(), 160))
    assert "next" not in plain(sentence(scene(), 100))


def test_the_machine_that_binds_is_not_named_twice_in_a_pause(moment_of: MomentOf) -> None:
    one = moment_of()
    host = one.sample.host
    assert host is not None
    # What binds was judged of the reading before.
    before = one._replace(verdict=one.verdict._replace(binding=host._replace(used_bytes=1)))
    assert machine_words(before) == "" and machine_words(one._replace(verdict=one.verdict._replace(binding=None)))
