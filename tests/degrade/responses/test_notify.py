"""What people are told at each step."""

import logging

import pytest

from mnemo_cli.degrade.reading import Reading
from mnemo_cli.degrade.responses.notify import NOTIFY, severity_of
from mnemo_cli.degrade.steps import Step
from tests.degrade.responses.occasions import occasion
from tests.degrade.stage import Stage


def sentence(**more):
    return NOTIFY.act(Stage(), occasion(**more)).text


def test_the_sentence_has_the_step_the_number_and_what_is_done():
    assert sentence(step=Step.HIGH, used_ratio=0.701) == (
        "step high: 70.1% of the limit is used; caches shrink, new work is slowed and what can wait is put off"
    )
    assert (
        sentence(step=Step.MODERATE, used_ratio=0.5, is_up=False) == "back to step moderate: 50.0% of the limit is used"
    )


def test_forecast_and_pressure_are_named_where_they_are_known():
    said = occasion()._replace(reading=Reading(0.0, 0.2, 90.0, 0.25))
    assert (
        "20.0% of the limit is used, the limit is 1m30s away, all tasks stand still 25.0% of the time"
        in NOTIFY.act(Stage(), said).text
    )


def test_what_is_unknown_is_called_so():
    assert sentence(used_ratio=None, is_blind=True) == "step high is held: use is unknown"
    at_least = occasion()._replace(reading=Reading(0.0, None, at_least_ratio=0.66))
    assert "use is unknown, and at least 66.0%" in NOTIFY.act(Stage(), at_least).text


def test_a_request_is_told_as_one():
    assert sentence(request="restart") == "asked from outside to restart"


@pytest.mark.parametrize(
    ("step", "severity"),
    [
        (Step.NORMAL, logging.INFO),
        (Step.MODERATE, logging.WARNING),
        (Step.HIGH, logging.WARNING),
        (Step.CRITICAL, logging.ERROR),
        (Step.EMERGENCY, logging.ERROR),
    ],
)
def test_moderate_and_high_are_warnings_and_critical_is_an_error(step, severity):
    assert severity_of(step) == severity
