"""Occasions for single responses, without a ladder."""

from mnemo_cli.degrade.reading import Reading
from mnemo_cli.degrade.responses.action import Occasion, Response, Result
from mnemo_cli.degrade.steps import Step
from tests.degrade.stage import Stage


def occasion(step: Step = Step.HIGH, used_ratio: float | None = 0.7, **more: object) -> Occasion:
    return Occasion(step, Reading(5.0, used_ratio, float("inf"), 0.0), **more)  # type: ignore[arg-type]


def done_by(response: Response, stage: Stage, **more: object) -> tuple[Result, list[str]]:
    """What came of it, and what the stage was told to do."""
    before = len(stage.calls)
    result = response.act(stage, occasion(**more))  # type: ignore[arg-type]
    return result, stage.calls[before:]
