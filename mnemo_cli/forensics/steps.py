"""The steps of the ladder, where each begins, and what is done there: as the ladder's own table has it."""

from collections.abc import Iterator, Sequence

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.responses.action import Response
from mnemo_cli.degrade.steps import Step
from mnemo_cli.degrade.table import AFTER_DRAIN, ENTERING
from mnemo_cli.forensics.page import Page
from mnemo_cli.limits.levels import Edges


def steps_page(edges: Edges) -> Page:
    """All of them, and how they differ from levels."""
    found = StepEdges.of(edges)
    return Page(
        topic="steps",
        title="steps of the ladder",
        paragraphs=(
            "The ladder keeps a program below its limit: `mnemo orchestrate` climbs it for its jobs, and so does a "
            "program with a guard (`from mnemo_cli import guard`). A step is not a level: levels only tell how full "
            "the limit is, steps heed the forecast and the pressure, too.",
            "It goes up at once and down one step at a time, each below its edge minus "
            f"{_percent(found.release_margin_ratio)} points. Critical stays until the drain is over; with "
            f'on_critical = "resume" it ends below {_percent(found.resume_ratio)} % for '
            f"{found.resume_seconds:g} s.",
            "Each action has a page of its own: `mnemo explain drain`.",
        ),
        rows=tuple((step.word, f"{begins_at(step, found)}: {', '.join(actions_of(step))}") for step in list(Step)[1:]),
    )


def step_page(word: str, edges: Edges) -> Page | None:
    """One step by its word."""
    step = next((member for member in Step if member.word == word), None)
    if step is None:
        return None
    return Page(
        topic=step.word,
        title=f"step {step.word}",
        paragraphs=(
            f"Begins {begins_at(step, StepEdges.of(edges))}.",
            f"What is done: {', '.join(actions_of(step)) or 'nothing'}.",
            "`mnemo explain steps` has them all.",
        ),
    )


def begins_at(step: Step, edges: StepEdges) -> str:
    """In words, with the edges in force."""
    return {
        Step.NORMAL: f"below {_percent(edges.moderate_ratio)} % of the binding limit",
        Step.MODERATE: f"at {_percent(edges.moderate_ratio)} % of the binding limit",
        Step.HIGH: f"above {_percent(edges.high_ratio)} %; or when the limit is less than "
        f"{edges.soon_seconds:g} s away; or when all tasks stand still for more than "
        f"{_percent(edges.stalled_ratio)} % of the time with less than {_percent(edges.scarce_ratio)} % left",
        Step.CRITICAL: f"above {_percent(edges.critical_ratio)} % at two readings, from "
        f"{_percent(edges.at_once_ratio)} % at once",
        Step.EMERGENCY: f"at {_percent(edges.emergency_ratio)} %, inside critical",
    }[step]


def actions_of(step: Step) -> tuple[str, ...]:
    """What is done on entering it, in that order; at critical with what follows the drain."""
    responses: Sequence[Response] = ENTERING["drain"].get(step, ())
    after = AFTER_DRAIN if step is Step.CRITICAL else ()
    return tuple(dict.fromkeys(response.name for response in (*responses, *after)))


def responses() -> Iterator[Response]:
    """Every response of the ladder, each action once, the gentlest first."""
    seen: set[str] = set()
    for response in (*(one for step in Step for one in ENTERING["drain"].get(step, ())), *AFTER_DRAIN):
        if response.name not in seen:
            seen.add(response.name)
            yield response


def _percent(ratio: float) -> str:
    return f"{ratio * 100:g}"
