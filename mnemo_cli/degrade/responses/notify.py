"""Tells people which step was entered or left, and why. The sentence is the response: a listener logs it."""

import logging

from mnemo_cli.degrade.reading import Reading
from mnemo_cli.degrade.responses.action import Occasion, Response, Result
from mnemo_cli.degrade.steps import Step
from mnemo_cli.degrade.workload import Workload
from mnemo_cli.units import format_duration, format_percent

_SEVERITIES = {
    Step.NORMAL: logging.INFO,
    Step.MODERATE: logging.WARNING,
    Step.HIGH: logging.WARNING,
    Step.CRITICAL: logging.ERROR,
    Step.EMERGENCY: logging.ERROR,
}
_ADVICE = {
    Step.HIGH: "; caches shrink, new work is slowed and what can wait is put off",
    Step.CRITICAL: "; no new work is taken",
    Step.EMERGENCY: "; the kernel may kill at any moment",
}


def act(workload: Workload, occasion: Occasion) -> Result:
    if occasion.request is not None:
        return Result("done", f"asked from outside to {occasion.request}")
    why = _reading_words(occasion.reading)
    if occasion.is_blind:
        return Result("done", f"step {occasion.step.word} is held: {why}")
    advice = _ADVICE.get(occasion.step, "") if occasion.is_up else ""
    return Result("done", f"{'' if occasion.is_up else 'back to '}step {occasion.step.word}: {why}{advice}")


def severity_of(step: Step) -> int:
    """How loudly a step is logged, as a level of the logging module."""
    return _SEVERITIES[step]


def _reading_words(reading: Reading) -> str:
    if reading.used_ratio is not None:
        words = [f"{format_percent(reading.used_ratio)} of the limit is used"]
    elif reading.at_least_ratio is not None:
        words = [f"use is unknown, and at least {format_percent(reading.at_least_ratio)}"]
    else:
        words = ["use is unknown"]
    seconds, stalled = reading.seconds_to_limit, reading.full_avg10_ratio
    if seconds is not None and seconds != float("inf"):
        words.append(f"the limit is {format_duration(max(0.0, seconds))} away")
    if stalled:
        words.append(f"all tasks stand still {format_percent(stalled)} of the time")
    return ", ".join(words)


NOTIFY = Response("notify", act)
