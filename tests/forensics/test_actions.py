"""The pages of actions and steps are those of the code: nothing is forgotten, and each says what it does."""

from typing import get_args

import pytest

from mnemo_cli.degrade.responses.action import ActionName as LadderAction
from mnemo_cli.degrade.steps import Step
from mnemo_cli.degrade.table import AFTER_DRAIN, ENTERING
from mnemo_cli.forensics.actions import ALERT_ACTIONS, action_page, actions
from mnemo_cli.forensics.steps import actions_of, step_page, steps_page
from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.rule import ACTIONS


def test_every_action_is_there_once():
    assert tuple(ALERT_ACTIONS) == ACTIONS
    assert sorted(name for name, _ in actions()) == sorted((*ACTIONS, *get_args(LadderAction)))


@pytest.mark.parametrize("name", [*ACTIONS, *get_args(LadderAction)])
def test_an_action_has_a_page_that_names_it(name):
    page = action_page(name)
    assert page is not None and page.topic == name and page.title.startswith(f"action {name} of ")


def test_an_action_of_the_ladder_names_its_steps():
    assert "at the steps: critical." in action_page("save").paragraphs[-1]
    assert "at the steps: critical, emergency." in action_page("terminate").paragraphs[-1]
    assert "at the steps: high." in action_page("freeze").paragraphs[-1]


def test_a_step_names_what_the_table_calls_for_in_its_order():
    assert actions_of(Step.HIGH) == tuple(response.name for response in ENTERING["drain"][Step.HIGH])
    assert [name for name in actions_of(Step.CRITICAL) if name in ("save", "close", "terminate")] == [
        response.name for response in AFTER_DRAIN if response.name != "drain"
    ]
    assert actions_of(Step.NORMAL) == ()


@pytest.mark.parametrize("step", Step, ids=lambda step: step.word)
def test_every_step_has_a_page_and_all_but_normal_a_row(step):
    assert step_page(step.word, Edges()).topic == step.word
    assert (step.word in dict(steps_page(Edges()).rows)) == (step is not Step.NORMAL)


@pytest.mark.parametrize("word", ["", "DRAIN", "kill", "high "])
def test_nothing_else_is_one(word):
    assert action_page(word) is None and step_page(word, Edges()) is None
