"""A report is due when something is new, or when the last is old; use that cannot be read is unknown after a moment."""

import pytest

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.engines.dask.reports import Reports, Together
from mnemo_cli.orchestrate.engines.dask.standing import Standing
from mnemo_cli.orchestrate.job import Key

KEY, OTHER = Key("a", 1), Key("b", 1)
NOW = Standing((), 100, Level.NORMAL, 1000, "host", 500)


@pytest.mark.parametrize(
    ("then", "seconds", "is_due"),
    [
        (NOW, 0.5, False),
        (NOW, 2.0, True),
        (NOW._replace(used_bytes=510), 0.5, False),
        (NOW._replace(used_bytes=511), 0.5, True),
        (NOW._replace(used_bytes=None), 0.5, True),
        (NOW._replace(level=Level.HIGH), 0.5, True),
        (NOW._replace(limit_bytes=2000), 0.5, True),
    ],
)
def test_what_is_new_is_told_at_once_and_all_else_now_and_then(then: Standing, seconds: float, is_due: bool):
    reports = Reports()
    assert reports.is_due(NOW, 10.0)
    assert reports.is_due(then, 10.0 + seconds) is is_due


def test_each_is_held_against_the_last_that_was_told():
    reports = Reports()
    assert reports.is_due(NOW, 0.0)
    assert not reports.is_due(NOW._replace(used_bytes=508), 0.5)
    assert reports.is_due(NOW._replace(used_bytes=516), 1.0)


def test_an_attempt_that_has_just_begun_may_be_unread():
    together = Together()
    assert together.sum_bytes({KEY, OTHER}, {KEY: 100}, 10.0) == 100
    assert together.sum_bytes({KEY, OTHER}, {KEY: 100}, 10.9) == 100
    assert together.sum_bytes({KEY, OTHER}, {KEY: 100}, 11.0) is None
    assert together.sum_bytes({KEY, OTHER}, {KEY: 100, OTHER: 5}, 11.5) == 105


def test_one_that_cannot_be_read_any_more_counts_as_it_did_for_a_moment():
    together = Together()
    assert together.sum_bytes({KEY}, {KEY: 100}, 50.0) == 100
    assert together.sum_bytes({KEY}, {}, 51.0) == 100
    assert together.sum_bytes({KEY}, {}, 52.0) is None


def test_one_that_has_ended_is_not_missed():
    together = Together()
    assert together.sum_bytes({KEY}, {}, 0.0) == 0
    assert together.sum_bytes(set(), {}, 5.0) == 0
    assert together.sum_bytes({KEY}, {}, 5.5) == 0
